"""How is a service's export read, be it its zip, the folder that it unpacks to, or one of its files? Record by record, with what is damaged told beside
what is good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import rows
from memcli.extend.contracts import Draft, Rejected
from memcli.extend.members import members
from memcli.extend.source import Source

WAITING_MAX = 100  # rejections that are held back until it is known whether anything is good


def records(source: Source, names: re.Pattern[str], what: str) -> Iterator[tuple[str, Any] | Rejected]:
    """(where it stands, value) of each record of the files of an export whose base name is one of `names`; of a lone file, whatever it is called.

    A file that breaks off is rejected after its good records. Raises PluginFailed, saying that `what` was looked for, when there is no such file.
    """
    with members(source) as files:
        found = files.names()
        if found != [source.name]:
            found = [name for name in found if names.fullmatch(name.rpartition("/")[2])]
        if not found:
            raise PluginFailed(f"{source.name} holds no {what}", "give the zip as it was downloaded, the folder it unpacks to, or the file")
        for name in found:
            where = f"{name}: " if len(found) > 1 else ""
            try:
                with files.stream(name) as stream:
                    for one in rows.records(stream, name):
                        yield Rejected(where + one.position, one.reason) if isinstance(one, Rejected) else (where + one[0], one[1])
            except PluginFailed as error:
                yield Rejected(name, error.message)


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
        said = waiting[0].reason if waiting[0].reason.startswith(waiting[0].position) else f"{waiting[0].position} {waiting[0].reason}"
        raise PluginFailed(f"{source.name}: {said}", hint)
