"""What is a plugin? The typed, versioned contract between mem and everything that reads other sources.

A plugin is a module or object with `name`, `summary`, `api_version` and `read`. It gets a `Source` and options and yields drafts; it
never sees the vault. man mem-plugins(7) explains it; `memcli.extend.conformance` checks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memcli.entries import ids
from memcli.entries.model import TYPES, Value
from memcli.extend.source import MAX_BYTES, Source

__all__ = ["API_VERSION", "MAX_BYTES", "TRUSTS", "TYPES", "Draft", "Ingest", "Rejected", "Source", "draft_id"]

API_VERSION = 1
TRUSTS = ("user", "agent", "import", "web")  # who wrote it: the user, a program acting for them, another tool, a stranger; most trusted first


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry not written yet.

    `source` names the source for good, wherever its file lies now; `position` is the piece's stable place in it. The two make the
    entry's id, so that a second run adds nothing. `valid_from` and `valid_to` say when it was true in the world (aware datetimes,
    half-open); `created` is left None unless the source knows when it was written down. `message` is the id, in the source's own terms, of the
    first message or record it was made of, `span` where in the source that stands ("messages 3-9", "lines 10-22", "page 4"). `trust` is one of
    TRUSTS. `extra` is front matter to keep.
    """

    body: str
    source: str
    position: str
    title: str = ""
    type: str = "note"
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    created: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    key: str = ""
    uri: str = ""
    session: str = ""
    message: str = ""
    span: str = ""
    trust: str = "import"
    extra: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A piece that could not be read, where it stands, and why; the rest goes on."""

    position: str
    reason: str


class Ingest(Protocol):
    """A plugin that reads a kind of source.

    It may also have `apart = True`: each file of a folder can then be read by itself (`Source.files` decides which), so that several processes share
    the work; and `bulk = True`: what it reads was not written to be kept (talk, logs), so that what says nothing new waits instead of being added.
    """

    name: str
    summary: str
    api_version: int

    def read(self, source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
        """Drafts one by one, the same for the same source. Raises PluginFailed when the source as a whole cannot be read."""
        ...


def draft_id(plugin: str, draft: Draft) -> str:
    """The id of a draft's entry: its time from `valid_from` or `created`, the rest from plugin, source and position."""
    return ids.stable_id(draft.valid_from or draft.created, f"{plugin}\0{draft.source}\0{draft.position}")
