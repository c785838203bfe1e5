"""What is an entry? The record that every room above works with; no file access here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from memcli.errors import EntryInvalid

TYPES = ("note", "fact", "event", "procedure", "task", "concept", "profile", "summary")
STATES = ("forgotten", "archived", "cold", "short", "long", "core", "working")

# Plain data as front matter can hold it. Timestamps stay strings; numbers keep their text in the file.
Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One markdown file, read.

    `path` is relative to the vault with forward slashes. `id` is a lower-case ULID; a file that states none gets one derived
    from its path (`has_id` False). `created`, `updated` are RFC 3339 text, or "" where the file states none that is valid.
    `meta` is the whole front matter as plain data, {} when absent or invalid. `problem` says why the front matter could not
    be read; then `body` is the whole text, so that it stays searchable. `body_line` is the line (from 1) where `body` starts.
    """

    path: str
    id: str
    has_id: bool
    title: str
    type: str
    state: str
    created: str
    updated: str
    tags: tuple[str, ...]
    body: str
    body_line: int
    meta: Mapping[str, Value] = field(default_factory=dict)
    problem: EntryInvalid | None = None
