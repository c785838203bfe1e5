"""What differs between the files and what the index saw? Names and times only; no file is read here.

A small vault is compared file by file. A large one folder by folder: a folder's time tells of files created, deleted, renamed or
saved by rename in it, not of one rewritten in place.
"""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass, field

from memcli import clock
from memcli.entries import vault as vaults
from memcli.index.manifest import Manifest
from memcli.index.pending import Pending

RACY_NS = 50_000_000  # a file time this close to the moment it was looked at may hide a later write in the same tick
COARSE_NS = 2_000_000_000  # the same where the file system keeps whole seconds only
UNTRUSTED = -1
INODE = 0x7FFFFFFFFFFFFFFF  # inodes are kept as signed 64-bit numbers
Stat = tuple[int, int, int]  # size in bytes, modification time in ns, inode


@dataclass(slots=True)
class Changes:
    """`changed` and `gone` are paths; `folders` the times to remember for folders that were looked at."""

    changed: dict[str, Stat] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    folders: dict[str, int] = field(default_factory=dict)


def trusted(mtime: int) -> int:
    """The time to remember for something just looked at: UNTRUSTED when it is too fresh to prove that nothing follows it."""
    tick = RACY_NS if mtime % 1_000_000_000 else COARSE_NS
    return UNTRUSTED if abs(clock.wall_ns() - mtime) < tick else mtime


def by_file(root: str, manifest: Manifest, pending: Pending) -> Changes:
    """Compare every file of the vault."""
    scan = vaults.scan(root)
    if not pending.documents and not pending.again and _same(scan, manifest):
        return Changes()
    return _compare(scan, _known(manifest, pending), {})


def _same(scan: vaults.Scan, manifest: Manifest) -> bool:
    if len(scan.paths) != manifest.entries:
        return False
    sizes, mtimes, inodes = manifest.stats()
    return (array("q", scan.mtimes) == mtimes and array("q", scan.sizes) == sizes
            and array("q", [i & INODE for i in scan.inodes]) == inodes and scan.paths == manifest.paths())


def by_folder(root: str, manifest: Manifest, pending: Pending) -> Changes:
    """Compare every folder, and the files of those whose time differs."""
    known = {**manifest.folders(), **pending.folders}
    differing: set[str] = set()
    for folder, mtime in known.items():
        try:
            now = os.stat(f"{root}/{folder}" if folder else root, follow_symlinks=False).st_mtime_ns
        except OSError:
            now = UNTRUSTED
        if now != mtime or now == UNTRUSTED:
            differing.add(folder)
    if not differing and not pending.again:
        return Changes()
    scan = vaults.scan(root, differing, known)
    looked = differing | set(scan.folders)
    inside = {path: stat for path, stat in _known(manifest, pending).items() if os.path.dirname(path) in looked}
    return _compare(scan, inside, {folder: trusted(mtime) for folder, mtime in scan.folders.items()})


def _known(manifest: Manifest, pending: Pending) -> dict[str, Stat]:
    known = dict(zip(manifest.paths(), zip(*manifest.stats())))
    for path in pending.documents:
        known.pop(path, None)
    for path, row in pending.rows.items():
        known[path] = (row.size, row.mtime, row.inode)
    for path in pending.again:
        known.pop(path, None)
    return known


def _compare(scan: vaults.Scan, known: dict[str, Stat], folders: dict[str, int]) -> Changes:
    inodes = [inode & INODE for inode in scan.inodes]
    now = dict(zip(scan.paths, zip(scan.sizes, scan.mtimes, inodes)))
    if now == known:
        return Changes(folders=folders)
    changed = {path: stat for path, stat in now.items() if known.get(path) != stat}
    return Changes(changed, [path for path in known if path not in now], folders)
