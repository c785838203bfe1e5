"""Where does an export go? A file, or a folder of files, outside the vault, whole or not at all. Nothing that is there is written over unasked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from memcli.entries import atomic
from memcli.entries.vault import Vault
from memcli.errors import UserError


def refuse_inside(root: str, dest: str) -> None:
    """Raise UserError for a place in the vault: what is put there would be taken for entries."""
    real = os.path.realpath(dest)
    if real == root or real.startswith(f"{root}/"):
        raise UserError(f"{dest} lies in the vault itself", "give a place outside it")


def to_file(dest: str, pieces: Iterable[bytes], *, force: bool, ours: bytes = b"") -> None:
    """Write one file. Raises UserError when it is there and not `force`, unless it begins with the bytes `ours`, where they are given."""
    if os.path.lexists(dest):
        if not os.path.isfile(dest):
            raise UserError(f"{dest} is {'a folder' if os.path.isdir(dest) else 'not a regular file'}", "give the name of a file")
        force = force or bool(ours) and _begins(dest, ours)
        if not force:
            raise UserError(f"{dest} is there already; nothing was changed", "--force writes over it")
    atomic.write(dest, pieces, expect=None if force else atomic.ABSENT)


def _begins(path: str, ours: bytes) -> bool:
    try:
        return atomic.read(path, len(ours)) == ours
    except OSError:
        return False


def to_folder(dest: str, files: Iterator[tuple[str, bytes]], *, force: bool) -> None:
    """Write a folder of (name, bytes): a new or empty one appears whole, into one with something in it files are written with `force` only."""
    if os.path.lexists(dest) and not os.path.isdir(dest):
        raise UserError(f"{dest} is not a folder", "give the name of a folder")
    if os.path.isdir(dest) and os.listdir(dest):
        if not force:
            raise UserError(f"{dest} is not empty; nothing was changed", "give a new folder; --force writes into it, over files of the same names")
        _fill(os.path.realpath(dest), files)
        return
    place = os.path.realpath(dest)
    beside = atomic.temporary_for(place)
    try:
        atomic.make_folder(beside)
        _fill(beside, files)
        atomic.put(beside, place, None)
    finally:
        atomic.remove_tree(beside)


def _fill(folder: str, files: Iterator[tuple[str, bytes]]) -> None:
    inside = Vault(folder)  # no name leads out of it
    for name, data in files:
        atomic.write(inside.at(name), data, durable=False)
