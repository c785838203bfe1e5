"""What is a plugin? The typed, versioned contract between mem and everything that reads other sources.

A plugin is a module or object with `name`, `summary`, `api_version` and `read`. It gets a `Source` and options and yields drafts; it
never sees the vault. man mem-plugins(7) explains it; `memcli.extend.conformance` checks it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memcli.entries import ids
from memcli.entries.model import Value
from memcli.errors import PluginFailed, UserError

API_VERSION = 1
MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry not written yet.

    `source` names the source for good, wherever its file lies now; `position` is the piece's stable place in it. The two make the
    entry's id, so that a second run adds nothing. `valid_from` and `valid_to` say when it was true in the world (aware datetimes,
    half-open); `created` is left None unless the source knows when it was written down. `extra` is front matter to keep.
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
    extra: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A piece that could not be read, where it stands, and why; the rest goes on."""

    position: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Something to read: a file, a folder, or standard input (`path` ""). Links are never followed, devices never opened."""

    path: str
    name: str

    @classmethod
    def open(cls, word: str) -> Source:
        """The source meant by a word of the command line; `-` is standard input. Raises UserError when there is none."""
        if word == "-":
            return cls("", "standard input")
        path = os.path.abspath(os.path.expanduser(word))
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            raise UserError(f"{word}: {error.strerror}", "give a file, a folder, or - for standard input") from None
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise UserError(f"{word} is neither a file nor a folder", "give a file, a folder, or - for standard input")
        return cls(path, os.path.basename(path) or path)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return bool(self.path) and os.path.isdir(self.path)

    def read(self, relative: str = "", limit: int = MAX_BYTES) -> bytes:
        """The bytes of the file (of `relative` in a folder), or of standard input. Raises PluginFailed past `limit` bytes or out of the folder."""
        where = self._inside(relative) if relative else self.path
        shown = relative or self.name
        try:
            if not self.path:
                data = sys.stdin.buffer.read(limit + 1)
            else:
                fd = os.open(where, os.O_RDONLY | os.O_NONBLOCK | (os.O_NOFOLLOW if relative else 0))
                with os.fdopen(fd, "rb") as file:
                    if not stat.S_ISREG(os.fstat(fd).st_mode):
                        raise PluginFailed(f"{shown} is not a regular file")
                    data = file.read(limit + 1)
        except OSError as error:
            link = bool(relative) and os.path.islink(where)
            raise PluginFailed(f"{shown}: {'a link, never followed' if link else error.strerror}") from None
        if len(data) > limit:
            raise PluginFailed(f"{shown} is longer than {limit} bytes", "split it")
        return data

    def _inside(self, relative: str) -> str:
        """The path of a file of the folder. Raises PluginFailed for one that leads out: absolute, `..`, or through a link."""
        where = self.path
        for part in relative.split("/"):
            if part in ("", ".", "..") or os.path.islink(where) and where != self.path:
                raise PluginFailed(f"{relative} leads out of {self.name}")
            where = os.path.join(where, part)
        return where

    def files(self, ending: str) -> Iterator[str]:
        """Relative paths of the files below a folder whose name ends so, sorted; `read` refuses those that are links or devices.

        Hidden ones are passed over, and links to folders.
        """
        found: list[str] = []
        todo = [""]
        while todo:
            folder = todo.pop()
            with os.scandir(os.path.join(self.path, folder)) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    relative = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(relative)
                    elif entry.name.endswith(ending):
                        found.append(relative)
        yield from sorted(found)


class Ingest(Protocol):
    """A plugin that reads a kind of source."""

    name: str
    summary: str
    api_version: int

    def read(self, source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
        """Drafts one by one, the same for the same source. Raises PluginFailed when the source as a whole cannot be read."""
        ...


def draft_id(plugin: str, draft: Draft) -> str:
    """The id of a draft's entry: its time from `valid_from` or `created`, the rest from plugin, source and position."""
    return ids.stable_id(draft.valid_from or draft.created, f"{plugin}\0{draft.source}\0{draft.position}")
