"""Is the text of a new entry there already, word for word? Told at once, as `mem add` has to stay quick: by the name of the file, no engine is asked.

What mem writes is called after its title, so the same text without a title of its own has a file of the same name but for the id. Doubles that are
called otherwise are found by consolidation.
"""

from __future__ import annotations

import os
import unicodedata

from memcli.entries import layout, text
from memcli.entries.model import Entry
from memcli.errors import IndexUnusable, MemError
from memcli.life.desk import Desk

LOOKED_AT = 8  # files


def double(desk: Desk, data: bytes, path: str) -> Entry | None:
    """The first entry, by path, whose text is that of the file `data` at `path` but for case and white space; None where none is known.

    An index that cannot be read is no reason to stop: the next reader makes it anew.
    """
    new = text.read(data, path)
    try:
        view = desk.index.load()
        known = view.manifest.paths() if view.manifest is not None else []
    except IndexUnusable:
        return None
    ending = len(new.id[-6:]) + len(".md")
    name = os.path.basename(layout.path_for(new.type, desk.now, new.title, new.id))[:-ending]
    sign, length = f"/{name}", len(name) + ending
    alike = {at for at in known if sign in at and len(at) - at.rindex("/") - 1 == length}
    alike.update(at for at in view.pending.rows if sign in at and len(at) - at.rindex("/") - 1 == length)
    return next((entry for at in sorted(alike - {path})[:LOOKED_AT] if (entry := _same(desk, at, _folded(new)))), None)


def _same(desk: Desk, path: str, folded: str) -> Entry | None:
    try:
        entry = text.read(desk.bytes_of(path), path)
    except MemError:
        return None  # gone meanwhile, or no entry any more
    return entry if entry.state != "forgotten" and entry.problem is None and _folded(entry) == folded else None


def _folded(entry: Entry) -> str:
    return " ".join(unicodedata.normalize("NFKC", entry.body.strip() or entry.title).casefold().split())
