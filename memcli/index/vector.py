"""Which chunks mean something alike? The vector index of a vault: segments of one embedder, written with the keyword index.

What a chunk's vector is made of is the embedder's own business. A segment's entry counts only while the entry's file has the checksum it
was embedded from, so nothing is ever taken out of a segment: what is outdated stops counting, and is left behind when the segments are
merged. An entry whose embedder could not be had is in no segment, and waits.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memcli.entries import atomic
from memcli.errors import IndexUnusable
from memcli.index import segment, static
from memcli.index.chunks import Chunk
from memcli.index.coding import Coded, Question
from memcli.index.segment import Near, Segment

if TYPE_CHECKING:
    from memcli.index.contracts import Embedder
    from memcli.index.outside import Outside

SEGMENTS_MAX = 8
APART = 2.0  # a segment that has so many times the rows of all newer ones is not merged with them
HNSW_FROM = 2_500_000  # rows of a segment; beyond, a graph is quicker than a look at each, even where it must be loaded first: hnsw.py


def made_by(kept: Mapping[str, object]) -> str:
    """The id of the embedder whose vectors a manifest keeps, "" for none."""
    return str(kept.get("embedder", ""))


class VectorIndex:
    """The vectors of a vault, open for searching. `kept` is what the manifest keeps of them. Raises IndexUnusable, static.Missing."""

    def __init__(self, folder: str, kept: Mapping[str, object], outside: Outside | None = None) -> None:
        if made_by(kept) != (outside.id if outside else static.NAME):
            raise static.Missing(f"the vectors are those of {made_by(kept) or 'no embedder'} and another is chosen; mem index makes them anew")
        self._dimensions = int(str(kept["dimensions"]))
        self._folder = folder
        self._graphs = graphs(kept)
        self._segments = {name: Segment(f"{folder}/{name}") for name in segments(kept)}
        self.warning = waiting(kept)  # what of it is missing or was not usable, though an answer was found without
        if seal(folder, kept) != kept.get("seal"):
            self.prove()
        self._outside = outside
        self.embedder: Embedder = outside or static.Embedder(static.Table(static.folder()), static.Lexicon.read(f"{folder}/{kept['lexicon']}"))

    def prove(self) -> None:
        """Read every segment and raise IndexUnusable unless it is what was written."""
        for part in self._segments.values():
            part.prove()

    def prove_graphs(self) -> None:
        """Read every graph that should be there and raise IndexUnusable unless it is what was written."""
        for name, part in self._segments.items():
            if part.rows > HNSW_FROM:
                from memcli.index import hnsw

                hnsw.prove(self._folder, self._graphs.get(name), whole=True)

    def query(self, text: str) -> Question:
        """A question as a vector; its scale is 0 when nothing of it is known. Raises static.Missing."""
        found = self.embedder.query(text)
        if self._dimensions not in (0, len(found.numbers)):
            raise static.Missing(f"the embedder {self.embedder.id[:80]} gives vectors of {len(found.numbers)} numbers, the index has {self._dimensions}; "
                                 "mem index --rebuild makes them anew")
        return found

    def nearest(self, query: Question, width: int = segment.WIDTH) -> list[Near]:
        """The nearest chunks, best first; outdated ones among them."""
        return segment.merged((self._near(name, part, query, width) for name, part in self._segments.items()), width)

    def best(self, query: Question, least: float) -> dict[str, float]:
        """The largest cosine of the entries with one of the nearest chunks, by path, nothing below `least`; outdated ones among them."""
        only = next(iter(self._segments.values())) if len(self._segments) == 1 else None
        found = only.best(query, least) if only is not None and only.rows <= HNSW_FROM else None
        if found is None:
            found = {}
            for near in self.nearest(query):  # best first
                if near.cosine >= least:
                    found.setdefault(near.path, near.cosine)
        return found

    def _near(self, name: str, part: Segment, query: Question, width: int) -> list[Near]:
        if part.rows > HNSW_FROM:
            from memcli.index import hnsw

            try:
                return part.rated(hnsw.nearest(self._folder, self._graphs.get(name), part, query), query)
            except IndexUnusable as error:
                self.warning = f"{error.message}, so each vector was looked at; {error.hint}"
        return part.nearest(query, width)

    def of(self, wanted: Mapping[str, str]) -> dict[str, list[Coded]]:
        """The vectors of the entries with these paths and checksums; those it does not hold are absent."""
        found: dict[str, list[Coded]] = {}
        for part in self._segments.values():
            found.update(part.of(wanted))
        return found

    def embed(self, entries: Mapping[str, tuple[str, Sequence[Chunk]]]) -> dict[str, list[Coded]]:
        """The vectors of entries (title and pieces, by path) that are in no segment; from outside only those of the last few."""
        found = {path: self.embedder.sources(title, pieces) for path, (title, pieces) in entries.items()}
        if self._outside:
            found = _last(found)
        rows = iter(self.embedder.many([source for own in found.values() for source in own]))
        return {path: [next(rows) for _ in own] for path, own in found.items()}


def waiting(kept: Mapping[str, object]) -> str:
    """What to say when the embedder could not be had for some pieces."""
    return f"pieces that have no vector, and are found by words only: {kept['waiting']}; mem index makes them" if kept.get("waiting") else ""


def _last(found: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The last entries whose pieces an embedder outside is asked for while someone waits."""
    from memcli.index.outside import AT_ONCE

    kept: dict[str, Sequence[Any]] = {}
    room = AT_ONCE
    for path, own in reversed(list(found.items())):
        room -= len(own)
        if room < 0:
            break
        kept[path] = own
    return kept


def merge(folder: str, kept: Mapping[str, object], sums: Mapping[str, str]) -> dict[str, object]:
    """Write the living entries (by path and checksum) of the segments, but the oldest that are far larger than the rest, into one
    segment. Returns what the manifest keeps."""
    parts = [Segment(f"{folder}/{name}") for name in segments(kept)]
    first = _first_merged([part.rows for part in parts])
    entries: dict[str, tuple[str, str, list[Coded]]] = {}
    for part in parts[first:]:
        entries.update((path, (path, sums[path], rows)) for path, rows in part.of(sums).items())
    made = f"vectors-{os.urandom(6).hex()}"
    segment.write(f"{folder}/{made}", made_by(kept), [entries[path] for path in sorted(entries)])
    return {**kept, "segments": [*segments(kept)[:first], made]}


def _first_merged(rows: Sequence[int]) -> int:
    """How many of the oldest segments stay as they are: so few that the next merge is not near."""
    first = 0
    while first < min(SEGMENTS_MAX // 2, len(rows) - 2) and rows[first] >= APART * sum(rows[first + 1:]):
        first += 1
    return first


def with_graphs(folder: str, kept: Mapping[str, object], progress: Callable[[str, int, int], None]) -> dict[str, object]:
    """What the manifest keeps once there is a sound graph beside every segment of more than HNSW_FROM rows. Where none can be made, a
    search says so."""
    found: dict[str, list[Any]] = {}
    for name in segments(kept):
        part = Segment(f"{folder}/{name}")
        if part.rows > HNSW_FROM:
            from memcli.index import hnsw

            graph = hnsw.beside(folder, part, graphs(kept).get(name), lambda done, total: progress("joining vectors", done, total))
            if graph is not None:
                found[name] = graph
    return {**kept, "graphs": found}


def graphless(folder: str, kept: Mapping[str, object]) -> bool:
    """Whether a segment of more than HNSW_FROM rows has no sound graph beside it."""
    for name in segments(kept):
        if Segment(f"{folder}/{name}").rows > HNSW_FROM:
            from memcli.index import hnsw

            try:
                hnsw.prove(folder, graphs(kept).get(name))
            except IndexUnusable:
                return True
    return False


def held(folder: str, kept: Mapping[str, object], sums: Mapping[str, str]) -> set[str]:
    """The entries (by path and checksum) that have vectors."""
    return {path for name in segments(kept) for path in Segment(f"{folder}/{name}").of(sums)}


def sweep(folder: str, kept: Mapping[str, object]) -> None:
    """Remove the files of a folder that belong to other generations."""
    names = {*segments(kept), *(graph[0] for graph in graphs(kept).values()), kept.get("lexicon")}
    for name in os.listdir(folder):
        if name.startswith(("vectors-", "graph-", "lexicon-")) and name not in names:
            atomic.remove(f"{folder}/{name}", durable=False)


def seal(folder: str, kept: Mapping[str, object]) -> list[list[int]]:
    """What tells cheaply that no segment was changed since: size (bytes), modification and change time (ns) of each."""
    found = []
    for name in segments(kept):
        info = os.stat(f"{folder}/{name}", follow_symlinks=False)
        found.append([info.st_size, info.st_mtime_ns, info.st_ctime_ns])
    return found


def segments(kept: Mapping[str, object]) -> list[str]:
    """The names of the segments that a manifest keeps, oldest first."""
    names = kept.get("segments", [])
    assert isinstance(names, list)
    return names


def graphs(kept: Mapping[str, object]) -> dict[str, list[Any]]:
    """What a manifest keeps of the graphs (hnsw.Kept), by the segments that they stand beside."""
    found = kept.get("graphs", {})
    assert isinstance(found, dict)
    return found
