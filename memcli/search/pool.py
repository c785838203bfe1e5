"""Which pieces are looked at closely? The entries that a channel found, cut into chunks, with their words; read from the files."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memcli.entries import archive, atomic, text
from memcli.entries.model import Entry
from memcli.index import analysis
from memcli.index.chunks import Chunk, chunks
from memcli.index.hit import Hit as Match
from memcli.index.keyword import analyzers
from memcli.index.sync import Index

if TYPE_CHECKING:
    from memcli.index.past import Past

CHUNKS_MAX = 3_000  # of one search
CUT_MAX = 16 << 20  # bytes of entries that are kept cut


@dataclass(slots=True)
class Cut:
    """An entry cut into chunks, each with its words, as the bytes of its file say; its title's words, and what it links to once that was asked."""

    data: bytes
    entry: Entry
    pieces: list[tuple[Chunk, list[str]]]
    title: list[str]
    targets: list[str] | None = None
    epoch: int = -1  # since when nobody has touched the file, as the index counts it; -1 for not known
    _around: tuple[list[list[int]], list[int]] | None = None

    def around(self, words: int) -> tuple[list[list[int]], list[int]]:
        """For each piece those beside it, nearest first, that widen it to so many words; and how many these are then."""
        if self._around is None:
            lengths = [len(stems) for _, stems in self.pieces]
            self._around = [_beside(lengths, number, words) for number in range(len(lengths))], []
            self._around[1].extend(lengths[number] + sum(lengths[other] for other in others) for number, others in enumerate(self._around[0]))
        return self._around


def _beside(lengths: Sequence[int], number: int, words: int) -> list[int]:
    found: list[int] = []
    length = lengths[number]
    for distance in range(1, len(lengths)):
        if length >= words:
            break
        for place in (number - distance, number + distance):
            if 0 <= place < len(lengths):
                found.append(place)
                length += lengths[place]
    return found


@dataclass(slots=True)
class Piece:
    """A chunk of a candidate. `entry` and `at` are its places in the pool and in its entry; `stems` its words as the index has them."""

    entry: int
    at: int
    chunk: Chunk
    stems: list[str]


@dataclass(slots=True)
class Candidate:
    """An entry that a channel found. `keyword` is its score there, 0.0 when only another channel found it; `pieces` its places in the pool."""

    match: Match
    cut: Cut
    keyword: float
    moment: str
    pieces: range = range(0)

    @property
    def entry(self) -> Entry:
        """What its file says."""
        return self.cut.entry


@dataclass(slots=True)
class Pool:
    """All candidates and all their pieces, entry by entry."""

    candidates: list[Candidate] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    held: dict[tuple[str, ...], list[Mapping[str, int]]] = field(default_factory=dict)  # how often each piece has these words, worked out before

    @property
    def spoken(self) -> bool:
        """Whether any piece is a turn of a conversation."""
        return any(piece.chunk.speaker for piece in self.pieces)

    def neighbour(self, number: int, distance: int) -> int:
        """The place of the piece so far away in the same entry, -1 where there is none."""
        inside = self.candidates[self.pieces[number].entry].pieces
        return number + distance if inside.start <= number + distance < inside.stop else -1


def gather(index: Index, matches: Sequence[Match], scores: Mapping[str, float], past: Past | None = None, into: Pool | None = None) -> Pool:
    """The pool of some matches, as they are or were in the `past`, a new one or `into` another; what vanished meanwhile is passed over."""
    pool = Pool() if into is None else into
    for match in matches:
        own = _cuts.get((index.vault.root, match.path))
        if own is None or own.epoch != index.epoch or index.epoch < 0 or past is not None:
            try:
                data = text.head(atomic.read(f"{index.vault.root}/{match.path}", index.max_bytes), index.max_bytes)
            except OSError:
                if past is None:
                    continue
                data = b""
            own = cut(index.vault.root, match.path, data if past is None else past.text(match, data))
            own.epoch = index.epoch if past is None else -1
        first = len(pool.pieces)
        entry = len(pool.candidates)
        pool.pieces += [Piece(entry, at, chunk, stems) for at, (chunk, stems) in enumerate(own.pieces[:max(CHUNKS_MAX - first, 1)])]
        valid = own.entry.meta.get("valid_from")
        moment = valid if isinstance(valid, str) and valid else match.created
        pool.candidates.append(Candidate(match, own, scores.get(match.path, 0.0), moment, range(first, len(pool.pieces))))
    return pool


_cuts: dict[tuple[str, str], Cut] = {}  # of this process, the oldest first
_held_bytes = 0


def cut(root: str, path: str, data: bytes) -> Cut:
    """An entry and its pieces; what was cut before is kept while its bytes are the same."""
    global _held_bytes
    known = _cuts.get((root, path))
    if known is not None and known.data == data:
        return known
    read = text.read(data, path)
    entry = archive.whole(root, read)
    own = chunks(entry.body, entry.body_line) or [Chunk(entry.title, 0, 0)]
    found = Cut(data, entry, [(chunk, list(map(sys.intern, words(chunk.text)))) for chunk in own[:CHUNKS_MAX]], words(entry.title))
    if entry is read and len(data) <= CUT_MAX // 64:
        _held_bytes += len(data) - (len(known.data) if known else 0)
        _cuts[root, path] = found
        while _held_bytes > CUT_MAX:
            _held_bytes -= len(_cuts.pop(next(iter(_cuts))).data)
    return found


def prepare(index: Index, count: int) -> bool:
    """Cut so many entries ahead of being asked; False when there are no more, or no more would be kept."""
    paths = index.coming(count) if _held_bytes < CUT_MAX - CUT_MAX // 32 else []
    for path in paths:
        try:
            cut(index.vault.root, path, text.head(atomic.read(f"{index.vault.root}/{path}", index.max_bytes), index.max_bytes))
        except OSError:
            continue
    return bool(paths)


def words(text_: str) -> list[str]:
    """The words of a text as the keyword index has them: stems without stop words; scripts without spaces by pairs of characters."""
    text_ = analysis.normal(text_)
    found = analyzers().words("stem", analysis.spaced(text_))
    return found if text_.isascii() else found + analysis.grams(text_)


def speakers(pool: Pool) -> Iterable[str]:
    """Who speaks in the conversations of a pool, in lower case."""
    return dict.fromkeys(piece.chunk.speaker.lower() for piece in pool.pieces if piece.chunk.speaker)
