"""How is an archived entry read? Its file is a stub: the front matter, where the text is packed, and a cue. The text is taken from the pack.

Packs lie in `.mem/archive/`, tracked by git. One that is missing or damaged leaves the cue to be read; doctor names it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from memcli.entries import atomic, text
from memcli.entries.model import Entry
from memcli.errors import UserError

if TYPE_CHECKING:
    from memcli.entries.pack import Pack

FOLDER = ".mem/archive"
_NAME = re.compile(r"[0-9a-z]{8,40}\.pack").fullmatch
_PACK_MAX = 1 << 30


def is_pack(name: str) -> bool:
    """Whether a file of FOLDER has the name of a pack."""
    return _NAME(name) is not None


def place(entry: Entry) -> tuple[str, str]:
    """(pack, SHA-256) of an archived entry's text; ("", "") for what is no stub."""
    kept = entry.meta.get("archive")
    if entry.state != "archived" or not isinstance(kept, Mapping):
        return "", ""
    name, sum_ = kept.get("pack"), kept.get("sha256")
    return (name, sum_) if isinstance(name, str) and isinstance(sum_, str) and _NAME(name) else ("", "")


def original(root: str, entry: Entry) -> bytes:
    """The bytes that an archived entry's file held. Raises UserError when they cannot be had."""
    name, sum_ = place(entry)
    if not name:
        raise UserError(f"{entry.path} is not archived", "mem show prints it")
    pack = opened(root, name)
    kept = pack.ledger.get(entry.id)
    if kept is None or not sum_.startswith(kept.sum):
        raise UserError(f"archive pack {name} does not hold the text of {entry.path}", "mem restore ID --at DATE brings it back from git's history")
    return pack.take(entry.id)


def opened(root: str, name: str) -> Pack:
    """A pack of this vault. Raises UserError when it is missing or damaged."""
    path = f"{root}/{FOLDER}/{name}"
    try:
        info = os.stat(path, follow_symlinks=False)
    except OSError as error:
        raise UserError(f"archive pack {name}: {error.strerror}", f"git -C {root} checkout -- {FOLDER} brings it back") from None
    return _opened(path, name, info.st_size, info.st_mtime_ns)


@lru_cache(maxsize=8)
def _opened(path: str, name: str, size: int, mtime: int) -> Pack:
    from memcli.entries.pack import Pack

    return Pack(atomic.read(path, _PACK_MAX), name)


def whole(root: str, entry: Entry) -> Entry:
    """An entry with the text that it had before it was archived, its own where that cannot be had."""
    if not place(entry)[0]:
        return entry
    try:
        full = text.read(original(root, entry), entry.path)
    except UserError:
        return entry
    return replace(entry, body=full.body, body_line=full.body_line)
