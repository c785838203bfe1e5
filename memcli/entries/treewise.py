"""What do two states of a vault make that came from one? A three-way merge of whole trees; pure but for reading blobs.

A file is followed by its path, an entry that moved by its id. Entries merge by meaning (`memcli.entries.merging`), other texts by lines; where
neither can be, both files stay, ours beside theirs. Nothing that one side changed goes because the other removed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from memcli.entries import lines, merging, text
from memcli.entries.vault import may_be_entry
from memcli.errors import EntryInvalid

PLAIN = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a tree: git's mode, and its blob's id, or the bytes of one that is not in git yet (then `blob` is theirs too)."""

    mode: str
    blob: str
    data: bytes | None = None


Tree = Mapping[str, File]


@dataclass(slots=True)
class Outcome:
    """The merged tree, and what a person has to look at, as (path, reason)."""

    tree: dict[str, File]
    conflicts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Slot:
    """One thing as three trees have it: its path in each, "" where it is not."""

    base: str
    ours: str
    theirs: str


class Merger:
    """Merges trees. `fetch` gives blobs by id, `name` the id of bytes; `labels` name the sides where a text shows both."""

    def __init__(self, fetch: Callable[[list[str]], dict[str, bytes]], name: Callable[[bytes], str], labels: tuple[str, str]) -> None:
        self._fetch, self._name, self._labels = fetch, name, labels
        self._known: dict[str, bytes] = {}

    def merged(self, base: Tree, ours: Tree, theirs: Tree) -> Outcome:
        """The merge of two trees that came from `base`."""
        slots = list(self._slots(base, ours, theirs))
        self._load(tree[path] for slot in slots for tree, path in ((base, slot.base), (ours, slot.ours), (theirs, slot.theirs)) if path)
        found = Outcome(dict(ours))
        for slot in slots:
            found.tree.pop(slot.ours, None)
        placed: list[tuple[str, bool, File]] = []
        for slot in slots:
            placed += self._settled(slot, base.get(slot.base), ours.get(slot.ours), theirs.get(slot.theirs), found.conflicts)
        for path, own, file in sorted(placed, key=lambda one: (one[0], one[1], one[2].blob)):
            found.tree[self._free(path, file, found.tree) if path in found.tree or own else path] = file
        return found

    def bytes_of(self, file: File) -> bytes:
        """What a file holds."""
        if file.data is not None:
            return file.data
        if file.blob not in self._known:
            self._load([file])
        return self._known[file.blob]

    def _load(self, files: Iterable[File]) -> None:
        wanted = {file.blob for file in files if file.data is None and file.mode in PLAIN} - self._known.keys()
        self._known.update(self._fetch(sorted(wanted)))

    def _id(self, path: str, file: File) -> str:
        """The id that an entry states, "" for what states none."""
        if not may_be_entry(path) or file.mode not in PLAIN:
            return ""
        entry = text.read(self.bytes_of(file), path)
        return entry.id if entry.has_id else ""

    # -- what belongs together -------------------------------------------------------------------------------------------------

    def _slots(self, base: Tree, ours: Tree, theirs: Tree) -> Iterator[_Slot]:
        """Everything that a side changed."""
        here, there = self._moves(base, ours), self._moves(base, theirs)
        for path, file in base.items():
            one, other = (moved.get(path, path if path in tree else "") for moved, tree in ((here, ours), (there, theirs)))
            if (one, other) != (path, path) or ours[path] != file or theirs[path] != file:
                yield _Slot(path, one, other)
        new, come = ({path for path in tree if path not in base} - set(moved.values()) for tree, moved in ((ours, here), (theirs, there)))
        self._load(tree[path] for tree, paths in ((ours, new), (theirs, come)) for path in paths if may_be_entry(path))
        by_id = {id_: path for path in sorted(come, reverse=True) if (id_ := self._id(path, theirs[path]))}
        for path in sorted(new):
            id_ = self._id(path, ours[path])
            other = by_id.get(id_, "") if id_ else ""
            if not other and path in come and (not id_ or not self._id(path, theirs[path])):
                other = path
            if other in come:
                come.remove(other)
            else:
                other = ""
            yield _Slot("", path, other)
        for path in sorted(come):
            yield _Slot("", "", path)

    def _moves(self, base: Tree, side: Tree) -> dict[str, str]:
        """Where the entries of the base went on a side, by their ids."""
        gone = [path for path in base if path not in side and may_be_entry(path)]
        come = [path for path in side if path not in base and may_be_entry(path)] if gone else []
        if not come:
            return {}
        self._load([*(base[path] for path in gone), *(side[path] for path in come)])
        places = {id_: path for path in sorted(come, reverse=True) if (id_ := self._id(path, side[path]))}
        found: dict[str, str] = {}
        for path in sorted(gone):
            place = places.pop(self._id(path, base[path]), "")
            if place:
                found[path] = place
        return found

    # -- what becomes of it ----------------------------------------------------------------------------------------------------

    def _settled(self, slot: _Slot, old: File | None, one: File | None, other: File | None,
                 conflicts: list[tuple[str, str]]) -> Iterator[tuple[str, bool, File]]:
        """The files that a slot becomes: path, whether it may have to give way, file."""
        path = _path(slot)
        if one is None or other is None:
            kept = one or other
            if kept is None or kept == old and path == slot.base:
                return
            if old is not None:
                conflicts.append((path, "removed on one side and changed on the other; it is kept"))
            yield path, other is None, kept
        elif one == other or old == one:
            yield path, False, other
        elif old == other:
            yield path, False, one
        else:
            yield from self._both(path, old, one, other, conflicts)

    def _both(self, path: str, old: File | None, one: File, other: File, conflicts: list[tuple[str, str]]) -> Iterator[tuple[str, bool, File]]:
        """A file that both sides changed."""
        mode = one.mode if old is not None and old.mode == other.mode else other.mode
        data: bytes | None = None
        if one.mode in PLAIN and other.mode in PLAIN:
            before = self.bytes_of(old) if old is not None and old.mode in PLAIN else None
            data, reasons = self._content(path, before, self.bytes_of(one), self.bytes_of(other))
            conflicts += [(path, reason) for reason in reasons]
        if data is not None:
            yield path, False, File(mode, self._name(data), data)
            return
        place = _aside(path, one.blob[:8])
        conflicts.append((path, f"changed on both sides and cannot be merged; this side's is in {place}"))
        yield path, False, other
        yield place, True, one

    def _content(self, path: str, old: bytes | None, one: bytes, other: bytes) -> tuple[bytes | None, tuple[str, ...]]:
        """The merged bytes, None where there are none, and what a person has to look at in them."""
        if one == other:
            return one, ()
        if may_be_entry(path):
            try:
                done = merging.merge(old, one, other, self._labels)
            except EntryInvalid:
                return None, ()
            return done.data, done.conflicts
        try:
            before, left, right = ((data or b"").decode() for data in (old, one, other))
        except UnicodeDecodeError:
            return None, ()
        whole, number = lines.merged(before, left, right)
        return (None if number or "\0" in whole else whole.encode()), ()

    def _free(self, path: str, file: File, tree: Tree) -> str:
        """A path that no other file has."""
        if path not in tree:
            return path
        return next(place for place in (_aside(path, mark) for mark in (self._id(path, file)[-6:] or file.blob[:8], file.blob[:8], file.blob))
                    if place not in tree)


def _path(slot: _Slot) -> str:
    """Where a thing lies after the merge: where the side put it that moved it."""
    if not slot.ours or not slot.theirs:
        return slot.ours or slot.theirs
    if slot.base in (slot.ours, slot.theirs):
        return slot.theirs if slot.ours == slot.base else slot.ours
    return min(slot.ours, slot.theirs)


def _aside(path: str, mark: str) -> str:
    """A name beside a file's own."""
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return f"{folder}{slash}{stem}-{mark}.{end}" if stem and dot else f"{path}-{mark}"
