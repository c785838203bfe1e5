"""How is a folder of the vault a folder of plain files for a program? `/memories/notes.txt` is the body of the entry memories/notes.txt.md.

The program sees texts alone: the front matter stays out of its sight, is kept through all edits, and notes by which name the program calls the file. A
name without `.md` gets it in the vault, so that every text is an entry, found and faded like any other. Each change is one commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from memcli import clock
from memcli.entries import ids, text
from memcli.entries.model import Entry, Value
from memcli.errors import MemError, NothingFound, UserError
from memcli.life import agency
from memcli.life.agency import Change
from memcli.life.desk import Changed, Desk

ROOT = "/memories"
FOLDER = "memories"
PLUGIN = "memory-tool"
_NAME_MAX = 200  # bytes
_BAD = re.compile(r"[\x00-\x1f\x7f\\]")


class Unfit(MemError):
    """A path or a command that cannot be carried out; the message is what the program is told, word for word."""

    code = "usage"
    exit_status = 2


@dataclass(frozen=True, slots=True)
class File:
    """A text: its path as the program knows it, and in the vault; `held` is what its file holds, `data` what it stands for."""

    path: str
    place: str
    held: bytes
    data: bytes

    @property
    def entry(self) -> Entry:
        """The entry that it is."""
        return text.read(self.data, self.place)

    @property
    def body(self) -> str:
        """What the program sees."""
        return self.entry.body


def inside(path: str) -> str:
    """A path of the program without `.` and `..`, ROOT or below it. Raises Unfit for one that leads out, or that no entry can have."""
    if path != ROOT and not path.startswith(f"{ROOT}/"):
        raise Unfit(f"Path must start with {ROOT}, got: {path}")
    parts: list[str] = []
    for part in path[len(ROOT):].split("/"):
        if part == ".." and not parts:
            raise Unfit(f"Path {path} would escape {ROOT} directory")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    for part in parts:
        if part.startswith(".") or _BAD.search(part) or len(part.encode("utf-8", "surrogatepass")) > _NAME_MAX:
            raise Unfit(f"Path {path} cannot be used: a name must not begin with a dot, hold control characters or a backslash, or be longer "
                        f"than {_NAME_MAX} bytes")
    return "/".join([ROOT, *parts])


def place(path: str) -> str:
    """Where a file of this path (as `inside` gives it) lies in the vault."""
    inner = f"{FOLDER}{path[len(ROOT):]}"
    return inner if inner.endswith(".md") else f"{inner}.md"


class Cabinet:
    """The files of the folder as they are now, by their places in the vault. Read when they are asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        rows = desk.index.read(lambda view: view.rows())
        self._places = sorted(row.path for row in rows if row.path.startswith(f"{FOLDER}/") and row.state != "forgotten")
        self._known = set(self._places)

    def file(self, path: str) -> File | None:
        """The file that a program calls so, None when there is none."""
        at = place(path)
        return self._file(at) if path != ROOT and at in self._known else None

    def _file(self, at: str) -> File | None:
        try:
            held, data = agency.whole(self._desk, at)
        except NothingFound:
            return None
        return File(_called(text.read(data, at)), at, held, data)

    def below(self, path: str) -> list[File]:
        """The files in a folder and in its folders, in order."""
        inner = f"{FOLDER}{path[len(ROOT):]}/"
        return [file for at in self._places if at.startswith(inner) and (file := self._file(at))]

    def folder(self, path: str) -> bool:
        """Whether there is a folder of this path; ROOT always is."""
        inner = f"{FOLDER}{path[len(ROOT):]}/"
        return path == ROOT or any(at.startswith(inner) for at in self._places)


def _called(entry: Entry) -> str:
    """The program's path of an entry: by the name that it gave, if the file still is that one's."""
    path = f"{ROOT}{entry.path[len(FOLDER):]}"
    source = entry.meta.get("source")
    given = source.get("uri") if isinstance(source, dict) else None
    name = given.rpartition("/")[2] if isinstance(given, str) and given.startswith(f"{ROOT}/") else ""
    return f"{path.rpartition('/')[0]}/{name}" if name and f"{name}.md" == path.rpartition("/")[2] else path


def create(desk: Desk, path: str, body: str) -> Changed:
    """A new file. Raises Unfit when one is there."""

    def plan() -> Iterator[Change]:
        cabinet, at = Cabinet(desk), place(path)
        if path == ROOT or cabinet.file(path) or cabinet.folder(path):
            raise Unfit(f"File {path} already exists")
        try:
            old: bytes | None = desk.bytes_of(desk.vault.entry(at))  # a tombstone
        except NothingFound:
            old = None
        stamp = clock.rfc3339(desk.now)
        fields: dict[str, Value] = {"id": text.read(old, at).id if old else ids.new_id(desk.now), "type": "note", "state": "short", "created": stamp,
                                    "updated": stamp, "source": {"plugin": PLUGIN, "uri": path, "trust": "agent"}}
        yield at, old, _with_body(text.render(fields, ""), "", body)

    return agency.batch(desk, "add", path, plan)


def rewrite(desk: Desk, path: str, changed: Callable[[str], str]) -> Changed:
    """A file with its text as `changed` says. Raises Unfit when there is none."""

    def plan() -> Iterator[Change]:
        cabinet = Cabinet(desk)
        file = cabinet.file(path)
        if file is None:
            raise Unfit(f"The path {path} is not a file." if cabinet.folder(path) else f"The path {path} does not exist. Please provide a valid path.")
        entry = file.entry
        head = file.data if entry.problem else text.edit(file.data, {"source": agency.source(entry, PLUGIN)}, path=file.place)
        yield file.place, file.held, _with_body(head, entry.body, changed(entry.body))

    return agency.batch(desk, "edit", path, plan)


def _with_body(data: bytes, old: str, new: str) -> bytes:
    """An entry's bytes with another body, to the last byte."""
    whole = data.decode("utf-8", "replace")
    if not whole.endswith(old):
        raise UserError("the text could not be told from the front matter; nothing was written", "mem doctor names what is wrong with the file")
    return (whole[:len(whole) - len(old)] + re.sub("\r\n?", "\n", new)).encode()


def delete(desk: Desk, path: str) -> Changed:
    """Take a file, or a folder with all that is in it, out of the vault; history keeps it. Raises Unfit when there is none."""

    def plan() -> Iterator[Change]:
        for file in _meant(Cabinet(desk), path, f"The path {path} does not exist"):
            yield file.place, file.held, None

    return agency.batch(desk, "delete", path, plan)


def rename(desk: Desk, path: str, new: str) -> Changed:
    """Move a file or a folder. Raises Unfit when there is none, or the new path is taken."""

    def plan() -> Iterator[Change]:
        cabinet = Cabinet(desk)
        if new == ROOT or cabinet.file(new) or cabinet.folder(new):
            raise Unfit(f"The destination {new} already exists")
        if new.startswith(f"{path}/"):
            raise Unfit(f"The destination {new} is inside {path}")
        for file in _meant(cabinet, path, f"The path {path} does not exist"):
            yield from _moved(file, f"{new}{file.path[len(path):]}" if cabinet.folder(path) else new)

    return agency.batch(desk, "rename", f"{path} to {new}", plan)


def _moved(file: File, path: str) -> Iterable[Change]:
    """The changes that give a file another path."""
    entry, changes = file.entry, agency.Edits()
    stated = entry.meta.get("source")
    if isinstance(stated, Mapping) and stated.get("plugin") == PLUGIN:
        changes["source"] = {**stated, "uri": path}
    if not entry.has_id:
        changes["id"] = entry.id
    yield file.place, file.held, None
    yield place(path), None, file.data if entry.problem else text.edit(file.data, changes, path=file.place)


def _meant(cabinet: Cabinet, path: str, missing: str) -> list[File]:
    """The files that a path means: one, or all in a folder."""
    file = cabinet.file(path)
    found = [file] if file else cabinet.below(path)
    if not found:
        raise Unfit(missing)
    return found
