"""Where is the vault, and which of its files are entries? Finding, layout on disk, and the walk; reads names only."""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from memcli.entries import place
from memcli.entries.place import MEM as MEM
from memcli.errors import NoVault, UserError

FORMAT = 1
CONFIG = ".mem/config.yaml"
ATTRIBUTES = ".gitattributes"
IGNORE = ".mem/.gitignore"
IGNORED = b"state/\nindex/\n"


@dataclass(frozen=True, slots=True)
class Vault:
    """An opened vault. `root` is an absolute real path."""

    root: str

    def at(self, relative: str) -> str:
        """The absolute path of something in the vault, which never leads out of it.

        Raises UserError for an absolute path, `..`, a NUL, or a folder on the way that is a link.
        """
        parts = relative.split("/")
        if not relative or "\0" in relative or any(part in ("", ".", "..") for part in parts) or parts[0] == ".git":
            raise UserError(f"not a path inside the vault: {relative!r}")
        path = self.root
        for part in parts[:-1]:
            path = f"{path}/{part}"
            if os.path.islink(path):
                raise UserError(f"{path} is a link; nothing is read or written through it", "replace the link by a real folder")
        return f"{path}/{parts[-1]}"

    def entry(self, relative: str) -> str:
        """`relative`, if a walk would take what has this name for an entry, or would if it were there. Raises UserError saying why not."""
        path = self.at(relative)
        parts = relative.split("/")
        if not relative.endswith(".md") or any(part.startswith(".") for part in parts):
            raise UserError(f"{relative} is not an entry", "entries are *.md files, none of them hidden; mem list shows them")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if any(os.path.lexists(f"{self.root}/{folder}/{name}") for name in (".git", MEM)):
                raise UserError(f"{relative} is not an entry of this vault: {folder} is a repository or vault of its own", f"mem --vault {folder} works on it")
        reason = "its name is not UTF-8" if not readable_name(relative) else _no_file(path)
        if reason:
            raise UserError(f"{relative!r} is not an entry: {reason}", "rename or replace it; mem doctor names all that is passed over")
        return relative

    @property
    def state(self) -> str:
        """Folder of what belongs to this machine: lock, journal. Ignored by git."""
        return f"{self.root}/{MEM}/state"

    @property
    def purging(self) -> str:
        """The note of a purge that has begun and is not done."""
        return f"{self.state}/purge"

    @property
    def index(self) -> str:
        """Folder of the derived index. Ignored by git; may be deleted at any time."""
        return f"{self.root}/{MEM}/index"


def find(start: str, explicit: str | None, default: str) -> Vault:
    """The vault to use: `explicit`, else the nearest parent of `start` with `.mem/`, else `default`. Raises NoVault."""
    found = place.root(start, explicit, default)
    if found:
        return Vault(found)
    if explicit is not None:
        raise NoVault(f"no vault at {explicit}", f"create one: mem init {explicit}")
    raise NoVault(f"no vault here or in any parent folder, and none at {default}", "create one: mem init")


def around(folder: str) -> Vault | None:
    """The vault that a folder lies in, or is; None outside of one."""
    found = place.above(folder)
    return Vault(found) if found else None


@dataclass(slots=True)
class Scan:
    """What a walk found: parallel columns, sorted by path, and each folder's modification time in nanoseconds.

    `marks` as `mark` gives them. `skipped` maps what cannot be an entry to the reason (doctor tells it); a folder among them has its
    time in `folders` too, -1 when it could not be listed.
    """

    paths: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    mtimes: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    folders: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def scan(root: str, only: Iterable[str] | None = None, known: Container[str] = ()) -> Scan:
    """Walk the vault: every `*.md` that is a regular file, outside hidden folders, nested repositories and links.

    `only` names folders (relative, "" for the top) to look at, going down only into folders that are not in `known`; None walks
    everything. Folders that vanish meanwhile are passed over.
    """
    found = Scan()
    rows: list[tuple[str, int, int, int]] = []
    todo = [""] if only is None else list(only)
    while todo:
        below = _look(root, todo.pop(), found, rows)
        todo.extend(below if only is None else (folder for folder in below if folder not in known))
    rows.sort()
    if rows:
        paths, sizes, mtimes, marks = zip(*rows)
        found.paths, found.sizes, found.mtimes, found.marks = list(paths), list(sizes), list(mtimes), list(marks)
    return found


def _look(root: str, folder: str, found: Scan, rows: list[tuple[str, int, int, int]]) -> list[str]:
    """Take in one folder; returns the folders in it that may hold entries."""
    here = f"{root}/{folder}" if folder else root
    prefix = f"{folder}/" if folder else ""
    below: list[str] = []
    first = len(rows)
    try:
        info = os.stat(here, follow_symlinks=False)
        if not stat.S_ISDIR(info.st_mode):
            return []
        found.folders[folder] = info.st_mtime_ns
        with os.scandir(here) as entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    if folder and name in (".git", MEM):
                        del rows[first:]
                        found.skipped[folder] = "a repository or vault of its own"
                        return []
                    continue
                try:
                    _take(entry, prefix + name, found, rows, below)
                except FileNotFoundError:
                    continue  # gone since it was listed
    except FileNotFoundError:
        found.folders.pop(folder, None)
        return []
    except OSError as error:
        del rows[first:]
        found.skipped[folder or "."] = f"cannot be listed: {error.strerror}"
        found.folders[folder] = -1
        return []
    return below


def _take(entry: os.DirEntry[str], path: str, found: Scan, rows: list[tuple[str, int, int, int]], below: list[str]) -> None:
    """Take in one thing of a folder: an entry, a folder to look into, or what doctor should name."""
    markdown = entry.name.endswith(".md")
    if markdown and entry.is_file(follow_symlinks=False):
        if readable_name(entry.name):
            info = entry.stat(follow_symlinks=False)
            rows.append((path, info.st_size, info.st_mtime_ns, mark(info)))
        else:
            found.skipped[path] = "the file's name is not UTF-8"
        return
    if markdown or entry.is_symlink() and os.path.isdir(entry.path):
        found.skipped[path] = _what(entry)
    if entry.is_dir(follow_symlinks=False):
        if readable_name(entry.name):
            below.append(path)
        else:
            found.skipped[path] = "the folder's name is not UTF-8"


def mark(info: os.stat_result) -> int:
    """Inode and change time in one number of 63 bits: tells of another file under the name, and of a write whose time was put back."""
    return (info.st_ino ^ info.st_ctime_ns) & 0x7FFFFFFFFFFFFFFF


def may_be_entry(path: str) -> bool:
    """Whether a walk would take a regular file at this path of the vault for an entry, if all names in it are UTF-8."""
    return path.endswith(".md") and not path.startswith(".") and "/." not in path


def _no_file(path: str) -> str:
    """Why a walk passes over what is at a path, "" for a regular file and for nothing."""
    try:
        info = os.lstat(path)
    except OSError:
        return ""
    if stat.S_ISREG(info.st_mode):
        return "" if os.access(os.path.dirname(path), os.R_OK) else "its folder cannot be listed"
    if stat.S_ISLNK(info.st_mode):
        return "a link, never followed"
    return "a folder named like an entry" if stat.S_ISDIR(info.st_mode) else "not a regular file"


def _what(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "a link, never followed"
    return "a folder named like an entry" if entry.is_dir(follow_symlinks=False) else "not a regular file"


def readable_name(name: str) -> bool:
    """Whether a name, or a path, is UTF-8; a walk passes over what has another."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
