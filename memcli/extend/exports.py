"""How is a service's export read, be it its zip, the folder that it unpacks to, or one of its files? Record by record, with what is damaged told beside
what is good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import rows
from memcli.extend.contracts import Draft, Rejected
from memcli.extend.members import members
from memcli.extend.source import Source

WAITING_MAX = 100  # rejections that are held back until it is known whether anything is good


@dataclass(frozen=True, slots=True)
class Record:
    """A record of an export: the file it is in ("" for a lone one), its place there, and its value."""

    file: str
    place: str
    value: Any

    @property
    def where(self) -> str:
        """File and place."""
        return f"{self.file}: {self.place}" if self.file else self.place


def records(source: Source, names: re.Pattern[str], what: str) -> Iterator[Record | Rejected]:
    """The records of the files of an export whose base name is one of `names`; of a lone file, whatever it is called.

    A file that breaks off is rejected after its good records. Raises PluginFailed, saying that `what` was looked for, when there is no such file.
    """
    with members(source) as files:
        found = files.names()
        lone = found == [source.name]
        if not lone:
            found = [name for name in found if names.fullmatch(name.rpartition("/")[2])]
        if not found:
            raise PluginFailed(f"{source.name} holds no {what}", "give the zip as it was downloaded, the folder it unpacks to, or the file")
        for name in found:
            try:
                with files.stream(name) as stream:
                    for one in rows.records(stream, name):
                        if isinstance(one, Rejected):
                            yield Rejected(one.position if lone else f"{name}: {one.position}", one.reason)
                        else:
                            yield Record("" if lone else name, *one)
            except PluginFailed as error:
                yield Rejected(name, error.message.removeprefix(f"{name} "))


def fitting(pieces: Iterator[Draft | Rejected], source: Source, hint: str) -> Iterator[Draft | Rejected]:
    """The pieces as they come. Raises PluginFailed, with the first reason and `hint`, when there were some but none of the first WAITING_MAX nor any
    later one is good."""
    waiting: list[Rejected] = []
    good = False
    for piece in pieces:
        if not good and isinstance(piece, Rejected) and len(waiting) < WAITING_MAX:
            waiting.append(piece)
            continue
        if not good:
            yield from waiting
            good = True
        yield piece
    if waiting and not good:
        place = "" if waiting[0].position == source.name else f" {waiting[0].position}"
        raise PluginFailed(f"{source.name}{place} {waiting[0].reason}", hint)
