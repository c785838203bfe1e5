"""Which chunks mean something alike? The vector index of a vault: a lexicon and segments, written with the keyword index.

A chunk's vector is that of its own words, after the entry's title (in a conversation without it), widened by those of its neighbours
to WIDE tokens. A segment's entry counts only while the entry's file has the checksum it was embedded from, so nothing is ever taken out
of a segment: what is outdated stops counting, and is left behind when the segments are merged.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from memcli.entries import atomic
from memcli.errors import IndexUnusable
from memcli.index import segment, static
from memcli.index.chunks import Chunk, chunks
from memcli.index.document import Document
from memcli.index.segment import Coded, Near, Question, Segment

WIDE = 32  # tokens
SEGMENTS_MAX = 8
MANY = 300  # texts from which on importing numpy pays
APART = 2.0  # a segment that has so many times the rows of all newer ones is not merged with them
HNSW_FROM = 2_500_000  # rows of a segment; beyond, a graph is quicker than a look at each, even where it must be loaded first: hnsw.py
GROWTH = 2.0  # frequencies are counted anew when there are so many times the chunks that they were counted over


def texts(pieces: Sequence[Chunk], title: str, embedder: static.Embedder) -> list[array[int]]:
    """The tokens that each chunk's vector is made of; of an entry without text one, for its title."""
    head = embedder.tokens(title)
    if not pieces:
        return [array("H", head)]
    talk = any(piece.speaker for piece in pieces)
    own = [embedder.tokens(piece.text) for piece in pieces]
    return [array("H", (widened(own, at) if talk else head + widened(own, at))) for at in range(len(own))]


def widened(own: Sequence[Sequence[int]], at: int, most: int = WIDE) -> list[int]:
    """A piece's tokens, and those of the pieces around it, nearest first, until there are `most`."""
    found = list(own[at])
    for distance in range(1, len(own)):
        if len(found) >= most:
            break
        for place in (at - distance, at + distance):
            if 0 <= place < len(own):
                found += own[place]
    return found


class Builder:
    """Collects documents as they stream into the keyword index, then writes their vectors."""

    def __init__(self, lexicon: static.Lexicon | None = None) -> None:
        where = static.folder()
        self._table = static.Table(where)
        self._fresh = lexicon is None
        self._lexicon = lexicon or static.Lexicon.of(static.vocabulary(where), [])
        self._embedder = static.Embedder(self._table, self._lexicon)
        self._entries: list[tuple[str, str, int]] = []
        self._texts: list[array[int]] = []

    def watching(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, while they are taken in."""
        for document in documents:
            self.take(document)
            yield document

    def take(self, document: Document) -> None:
        """Take in one document."""
        if document.indexable:
            found = texts(chunks(document.body), document.title, self._embedder)
            self._entries.append((document.path, document.sum, len(found)))
            self._texts += found

    def write(self, folder: str) -> dict[str, object]:
        """Write the segment, and the lexicon when it is new. Returns what the manifest keeps."""
        from memcli.index import embed

        name = ""
        if self._fresh:
            self._lexicon = static.Lexicon.of(self._lexicon.names, self._texts)
            embed.centre(self._table, self._lexicon, self._texts)
            name = f"lexicon-{os.urandom(6).hex()}"
            self._lexicon.write(f"{folder}/{name}")
        rows = iter(embed.many(self._table, self._lexicon, self._texts))
        entries = [(path, sum_, [next(rows) for _ in range(count)]) for path, sum_, count in self._entries]
        made = f"vectors-{os.urandom(6).hex()}"
        segment.write(f"{folder}/{made}", static.NAME, entries)
        return {"lexicon": name, "segments": [made], "chunks": len(self._texts), "counted": self._lexicon.counted}


class VectorIndex:
    """The vectors of a vault, open for searching. `kept` is what the manifest keeps of them. Raises IndexUnusable, static.Missing."""

    def __init__(self, folder: str, kept: Mapping[str, object]) -> None:
        self._folder = folder
        self._graphs = graphs(kept)
        self._segments = {name: Segment(f"{folder}/{name}") for name in segments(kept)}
        self.warning = ""  # what of it was not usable, though an answer was found without
        if seal(folder, kept) != kept.get("seal"):
            self.prove()
        self.embedder = static.Embedder(static.Table(static.folder()), static.Lexicon.read(f"{folder}/{kept['lexicon']}"))

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
        """A question as a vector; its scale is 0 when no token of it is known."""
        return segment.question(self.embedder.pooled(self.embedder.tokens(text)))

    def nearest(self, query: Question, width: int = segment.WIDTH) -> list[Near]:
        """The nearest chunks, best first; outdated ones among them."""
        return segment.merged((self._near(name, part, query, width) for name, part in self._segments.items()), width)

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
        """The vectors of entries (title and pieces, by path) that are in no segment."""
        found = {path: texts(pieces, title, self.embedder) for path, (title, pieces) in entries.items()}
        if sum(map(len, found.values())) < MANY:
            return {path: [self.embedder.embed(tokens) for tokens in own] for path, own in found.items()}
        from memcli.index import embed

        rows = iter(embed.many(self.embedder.table, self.embedder.lexicon, [tokens for own in found.values() for tokens in own]))
        return {path: [next(rows) for _ in own] for path, own in found.items()}


def merge(folder: str, kept: Mapping[str, object], sums: Mapping[str, str]) -> dict[str, object]:
    """Write the living entries (by path and checksum) of the segments, but the oldest that are far larger than the rest, into one
    segment. Returns what the manifest keeps."""
    parts = [Segment(f"{folder}/{name}") for name in segments(kept)]
    first = _first_merged([part.rows for part in parts])
    entries: dict[str, tuple[str, str, list[Coded]]] = {}
    for part in parts[first:]:
        entries.update((path, (path, sums[path], rows)) for path, rows in part.of(sums).items())
    made = f"vectors-{os.urandom(6).hex()}"
    segment.write(f"{folder}/{made}", static.NAME, [entries[path] for path in sorted(entries)])
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
