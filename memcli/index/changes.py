"""What differs between the files and what the index saw? Names and times only; no file is read here.

A small vault is compared file by file. A large one folder by folder: a folder's time tells of files created, deleted, renamed or
saved by rename in it, not of one rewritten in place.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from memcli import clock
from memcli.entries import vault as vaults
from memcli.index.manifest import Manifest
from memcli.index.pending import Pending

RACY_NS = 50_000_000  # a file time this close to the moment it was looked at may hide a later write in the same tick
COARSE_NS = 2_000_000_000  # the same where the file system keeps whole seconds only
UNTRUSTED = -1
GONE = -2  # as a folder's time: it was known and is no more; should it come back, its files are new
Stat = tuple[int, int, int]  # size in bytes, modification time in ns, mark (inode and change time)


@dataclass(slots=True)
class Changes:
    """`changed` and `gone` are paths; `folders` the times to remember for folders that were looked at, or GONE."""

    changed: dict[str, Stat] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    folders: dict[str, int] = field(default_factory=dict)


def trusted(mtime: int) -> int:
    """The time to remember for something just looked at: UNTRUSTED when it is too fresh to prove that nothing follows it."""
    tick = RACY_NS if mtime % 1_000_000_000 else COARSE_NS
    return UNTRUSTED if abs(clock.wall_ns() - mtime) < tick else mtime


def folder_times(manifest: Manifest, pending: Pending) -> dict[str, int]:
    """The remembered time (ns) of every folder that was there when last looked at."""
    return {folder: mtime for folder, mtime in {**manifest.folders(), **pending.folders}.items() if mtime != GONE}


def by_file(root: str, manifest: Manifest, pending: Pending) -> Changes:
    """Compare every file of the vault."""
    scan = vaults.scan(root)
    if not pending.documents and not pending.again and _same(scan, manifest):
        return Changes()
    found = _compare(scan, _known(manifest, pending), {})
    if found.gone:
        found.folders.update((folder, GONE) for folder in folder_times(manifest, pending).keys() - scan.folders.keys())
    return found


def _same(scan: vaults.Scan, manifest: Manifest) -> bool:
    if len(scan.paths) != manifest.entries:
        return False
    sizes, mtimes, marks = manifest.stats()
    return (array("q", scan.mtimes) == mtimes and array("q", scan.sizes) == sizes
            and array("q", scan.marks) == marks and scan.paths == manifest.paths())


def by_folder(root: str, manifest: Manifest, pending: Pending) -> Changes:
    """Compare every folder, and the files of those whose time differs."""
    known = folder_times(manifest, pending)
    differing, gone = _folders(root, known)
    differing |= {os.path.dirname(path) for path in pending.again} - gone
    if not differing and not gone:
        return Changes()
    scan = vaults.scan(root, differing, known.keys() - gone)
    closed = tuple(f"{folder}/" for folder in scan.folders if folder in scan.skipped)
    gone.update(folder for folder in known if closed and folder.startswith(closed))
    looked = differing | gone | scan.folders.keys()
    inside = {path: seen for path, seen in _known(manifest, pending).items() if os.path.dirname(path) in looked}
    folders = {**{folder: trusted(mtime) for folder, mtime in scan.folders.items()}, **dict.fromkeys(gone, GONE)}
    return _compare(scan, inside, folders, closed)


def _folders(root: str, known: Mapping[str, int]) -> tuple[set[str], set[str]]:
    """The known folders whose time differs, and those that are no folders of the vault any more."""
    differing: set[str] = set()
    gone: set[str] = set()
    for folder in sorted(known):
        if os.path.dirname(folder) in gone:
            gone.add(folder)
            continue
        try:
            info = os.stat(f"{root}/{folder}" if folder else root, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            gone.add(folder)
            continue
        except OSError:
            differing.add(folder)
            continue
        if not stat.S_ISDIR(info.st_mode):
            gone.add(folder)
        elif info.st_mtime_ns != known[folder]:
            differing.add(folder)
    return differing, gone


def _known(manifest: Manifest, pending: Pending) -> dict[str, Stat]:
    known = dict(zip(manifest.paths(), zip(*manifest.stats())))
    for path in pending.documents:
        known.pop(path, None)
    for path, row in pending.rows.items():
        known[path] = (row.size, row.mtime, row.mark)
    for path in pending.again:
        known.pop(path, None)
    return known


def _compare(scan: vaults.Scan, known: dict[str, Stat], folders: dict[str, int], closed: tuple[str, ...] = ()) -> Changes:
    """`closed`: beginnings of paths that belong to the vault no more, though a folder there was looked at for its own time."""
    now = {path: seen for path, seen in zip(scan.paths, zip(scan.sizes, scan.mtimes, scan.marks)) if not path.startswith(closed)}
    if now == known:
        return Changes(folders=folders)
    changed = {path: seen for path, seen in now.items() if known.get(path) != seen}
    return Changes(changed, [path for path in known if path not in now], folders)
