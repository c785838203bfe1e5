"""How do two bundles become one? What is in one of them is taken; what is in both with the same bytes comes once; of two texts of an entry the one that
descends from the other wins; two texts that do not are a conflict: the newer one stays, the other is kept as a version of it, and it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from memcli.entries import text
from memcli.errors import UserError
from memcli.life.export.bundle import ENTRIES, VAULT, VERSIONS, Packer
from memcli.life.export.contents import File, of
from memcli.life.export.opened import Bundle
from memcli.life.export.past import VERSIONS_MAX, Version
from memcli.memory.events import Event


@dataclass(frozen=True, slots=True)
class _Held:
    """An entry of one bundle: where it is, what its bytes add up to, and when it was changed."""

    bundle: Bundle
    path: str
    sum: str
    updated: str


@dataclass(slots=True)
class Fused:
    """What became of two bundles: how many entries are in the result, from both, and the conflicts (id or "", path, which one stayed and why)."""

    entries: int = 0
    both: int = 0
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)


def pieces(first: Bundle, second: Bundle, now: datetime, report: Fused) -> Iterator[bytes]:
    """The bytes of the bundle that holds both, which were checked; the report is complete when they end."""
    packer = Packer()
    one, other = _entries(first), _entries(second)
    chosen = [_chosen(id_, one.get(id_), other.get(id_), report) for id_ in sorted(one.keys() | other.keys())]
    for file in _placed(chosen):
        yield packer.file(file, [])
    for id_, winner, loser in chosen:
        if " " not in id_ and (kept := _versions(id_, winner, loser, (first, second))):
            yield packer.add(f"{VERSIONS}{id_}.jsonl", b"".join(version.line() for version in kept))
    for path in sorted({*first.paths(VAULT), *second.paths(VAULT)}):
        yield packer.file(of(path, _file(path, first, second, report)), [])
    uses: dict[str, list[Event]] = {}
    for event in dict.fromkeys([*first.uses(), *second.uses()]):
        uses.setdefault(event.id, []).append(event)
    yield packer.uses(uses)
    report.entries = len(chosen)
    yield packer.close(now, " + ".join(dict.fromkeys([first.head["by"], second.head["by"]])), whole=first.head["whole"] and second.head["whole"])


def _entries(bundle: Bundle) -> dict[str, _Held]:
    """The entries by id; a second one with an id that is taken by `id path`."""
    found: dict[str, _Held] = {}
    for path in bundle.paths(ENTRIES):
        data = bundle.read(ENTRIES + path)
        entry = text.read(data, path)
        found[entry.id if entry.id not in found else f"{entry.id} {path}"] = _Held(bundle, path, bundle.sum(ENTRIES + path), entry.updated or entry.created)
    return found


def _chosen(id_: str, one: _Held | None, other: _Held | None, report: Fused) -> tuple[str, _Held, _Held | None]:
    """Which of two texts of an entry stays, and the other where it is another."""
    if one is None or other is None:
        held = one or other
        assert held
        return id_, held, None
    report.both += 1
    if one.sum == other.sum:
        return id_, one, None
    for newer, older in ((one, other), (other, one)):
        if older.sum in {version.sum for version in newer.bundle.versions(id_)}:
            return id_, newer, older
    winner, loser = sorted((one, other), key=lambda held: (held.updated, held.sum), reverse=True)
    report.conflicts.append((id_, winner.path, f"the text of {winner.bundle.name} stays, that of {loser.bundle.name} is kept as a version"))
    return id_, winner, loser


def _placed(chosen: Sequence[tuple[str, _Held, _Held | None]]) -> Iterator[File]:
    """The files, sorted by path; of two entries at one path the second gets a name with its whole id."""
    taken: dict[str, tuple[str, _Held]] = {}
    for id_, held, _ in chosen:
        path = held.path if held.path not in taken else f"{held.path.removesuffix('.md')}-{id_.partition(' ')[0]}.md"
        if path in taken:
            raise UserError(f"{held.bundle.name}: {held.path} and other entries have one place", "rename one of them in its vault")
        taken[path] = id_, held
    for path, (_, held) in sorted(taken.items()):
        yield of(path, held.bundle.read(ENTRIES + held.path))


def _versions(id_: str, winner: _Held, loser: _Held | None, bundles: Sequence[Bundle]) -> list[Version]:
    """The earlier texts from both sides, newest first, that of the one that did not stay before them all."""
    found: dict[str, Version] = {}
    if loser is not None:
        found[loser.sum] = Version(loser.sum, "", loser.updated, "fuse", loser.bundle.read(ENTRIES + loser.path))
    for version in sorted((version for bundle in bundles for version in bundle.versions(id_)), key=lambda version: version.date, reverse=True):
        known = found.get(version.sum)
        if known is None or known.data is None:
            found[version.sum] = version
    return [version for sum_, version in found.items() if sum_ != winner.sum][:VERSIONS_MAX]


def _file(path: str, first: Bundle, second: Bundle, report: Fused) -> bytes:
    """A file that is no entry; where the two differ, the first bundle's."""
    name = VAULT + path
    inside = [bundle for bundle in (first, second) if bundle.has(name)]
    if len(inside) == 2 and first.sum(name) != second.sum(name):
        report.conflicts.append(("", path, f"that of {first.name} stays, that of {second.name} is not kept"))
    return inside[0].read(name)
