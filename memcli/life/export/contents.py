"""What of a vault is exported? Every file of it, byte for byte, or the entries that a person picks; as they are on disk now."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from memcli.entries import archive, atomic, text
from memcli.entries import vault as vaults
from memcli.entries.model import Entry
from memcli.entries.run import blob_id
from memcli.errors import NothingFound, UserError
from memcli.life.desk import Desk
from memcli.life.export.choice import Choice
from memcli.life.names import count

FILE_MAX = 256 * 1024 * 1024  # bytes of one file


@dataclass(frozen=True, slots=True)
class File:
    """A file that leaves: its path in the vault, its bytes, and the entry that they are, None for what is no entry."""

    path: str
    data: bytes
    entry: Entry | None


def of(path: str, data: bytes) -> File:
    """A file with what it says, if it is an entry."""
    return File(path, data, text.read(data, path) if vaults.may_be_entry(path) else None)


def everything(desk: Desk, left: list[tuple[str, str]]) -> Iterator[File]:
    """Every file that git tracks here and every entry that it does not know yet, sorted by path. What differs from the last commit is told; what cannot
    be taken along (links, repositories, what cannot be read) comes into `left` with the reason."""
    tracked = _tracked(desk)
    odd = {path for path, (mode, _) in tracked.items() if not mode.startswith("100")}
    left += [(path, "a link, or a repository of its own") for path in sorted(odd)]
    runnable = [path for path, (mode, _) in tracked.items() if mode == "100755"]
    names = sorted((tracked.keys() - odd) | _unknown(desk, tracked))
    edited = []
    for number, path in enumerate(names):
        known = tracked.get(path, ("", ""))[1]
        try:
            data = atomic.read(desk.vault.at(path), FILE_MAX + 1)
        except FileNotFoundError:
            edited.append(path)
            continue
        except (OSError, UserError) as error:
            left.append((path, error.message if isinstance(error, UserError) else f"cannot be read: {error.strerror}"))
            continue
        if len(data) > FILE_MAX:
            left.append((path, f"longer than {FILE_MAX >> 20} MiB"))
            continue
        if blob_id(data, len(known)) != known:
            edited.append(path)
        desk.talk.progress("exporting", number + 1, len(names))
        yield of(path, data)
    _tell(desk, edited, "exported as on disk, which is not what the last commit has")
    _tell(desk, runnable, "exported without the right to be run as a program")


def _tell(desk: Desk, paths: list[str], what: str) -> None:
    if paths:
        shown = ", ".join(sorted(paths)[:3]) + (", ..." if len(paths) > 3 else "")
        desk.talk.warn(f"{count(len(paths), 'file')} {what}: {shown}")


def _tracked(desk: Desk) -> dict[str, tuple[str, str]]:
    """(mode, blob) by path of the last commit's files."""
    found = {}
    for row in desk.git().call("ls-tree", "-r", "-z", "--full-tree", "HEAD").split(b"\0"):
        head, _, path = row.partition(b"\t")
        if path:
            mode, _, blob = head.decode().split(" ")
            found[os.fsdecode(path)] = mode, blob
    return found


def _unknown(desk: Desk, tracked: dict[str, tuple[str, str]]) -> set[str]:
    """Entries on disk that the last commit does not have; those that git is told to ignore are left out, which is told."""
    new = {path for path in vaults.scan(desk.vault.root).paths if path not in tracked}
    if not new:
        return set()
    out = desk.git().call("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    seen = {os.fsdecode(path) for path in out.split(b"\0")}
    _tell(desk, sorted(new - seen), "left out, as git ignores it" if len(new - seen) == 1 else "left out, as git ignores them")
    return new & seen


def part(desk: Desk, choice: Choice) -> Iterator[File]:
    """The chosen entries, sorted by path, each with its own bytes; of an archived one those that it had before it was packed, which stand alone."""
    for path, entry, data in _chosen(desk, choice, lambda entry: choice.states != () or entry.state != "forgotten"):
        if archive.place(entry)[0]:
            try:
                data = archive.original(desk.vault.root, entry)
            except UserError as error:
                desk.talk.warn(f"{path} is exported as the stub that it is: {error.message}")
        yield of(path, data)


def entries(desk: Desk, choice: Choice) -> Callable[[], Iterator[Entry]]:
    """How to read the chosen entries, as often as needed, oldest first, then by path: archived ones with their text, never tombstones and scratch.

    Raises NothingFound when there are none.
    """
    never = ("forgotten", "working")
    order = sorted((entry.created, path, entry.id) for path, entry, _ in _chosen(desk, choice, lambda entry: entry.state not in never))
    if not order:
        raise NothingFound("no entries to export", "mem list shows the entries; forgotten and working ones are never exported so")

    lost: set[str] = set()

    def read() -> Iterator[Entry]:
        for number, (_, path, id_) in enumerate(order):
            desk.talk.progress("exporting", number + 1, len(order))
            if path in lost:
                continue
            try:
                entry = archive.whole(desk.vault.root, text.read(desk.bytes_of(path), path))
            except (NothingFound, UserError) as error:
                desk.talk.warn(error.message)
                lost.add(path)
                continue
            if entry.id != id_ or entry.state in never:
                lost.add(path)  # changed meanwhile: gone from every later reading too
            else:
                yield replace(entry, meta={name: value for name, value in entry.meta.items() if name != "archive"})

    return read


def _chosen(desk: Desk, choice: Choice, good: Callable[[Entry], bool]) -> Iterator[tuple[str, Entry, bytes]]:
    """The entries that fit, by path."""
    paths = vaults.scan(desk.vault.root).paths
    found = _found(desk, choice.query, len(paths)) if choice.query else None
    for path in paths:
        if found is not None and path not in found:
            continue
        try:
            data = desk.bytes_of(path)
        except (NothingFound, UserError) as error:
            desk.talk.warn(error.message)
            continue
        entry = text.read(data, path)
        if good(entry) and (not choice.types or entry.type in choice.types) and (not choice.states or entry.state in choice.states) \
                and all(tag.lstrip("#") in entry.tags for tag in choice.tags):
            yield path, entry, data


def _found(desk: Desk, query: str, limit: int) -> set[str]:
    """The paths that a query finds, however low they rank."""
    from memcli.search.run import Wish, search

    return {hit.path for hit in search(desk.index, query, Wish(desk.now, max(limit, 1)), "auto").hits}
