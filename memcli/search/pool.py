"""Which pieces are looked at closely? The entries that a channel found, cut into chunks, with their words; read from the files."""

from __future__ import annotations

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
    entry: Entry
    keyword: float
    moment: str
    pieces: range = range(0)


@dataclass(slots=True)
class Pool:
    """All candidates and all their pieces, entry by entry."""

    candidates: list[Candidate] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def neighbour(self, number: int, distance: int) -> int:
        """The place of the piece so far away in the same entry, -1 where there is none."""
        inside = self.candidates[self.pieces[number].entry].pieces
        return number + distance if inside.start <= number + distance < inside.stop else -1


def gather(index: Index, matches: Sequence[Match], scores: Mapping[str, float], past: Past | None = None, into: Pool | None = None) -> Pool:
    """The pool of some matches, as they are or were in the `past`, a new one or `into` another; what vanished meanwhile is passed over."""
    pool = Pool() if into is None else into
    for match in matches:
        try:
            data = text.head(atomic.read(f"{index.vault.root}/{match.path}", index.max_bytes), index.max_bytes)
        except OSError:
            if past is None:
                continue
            data = b""
        if past is not None:
            data = past.text(match, data)
        entry = archive.whole(index.vault.root, text.read(data, match.path))
        first = len(pool.pieces)
        own = chunks(entry.body, entry.body_line) or [Chunk(entry.title, 0, 0)]
        for at, chunk in enumerate(own[:max(CHUNKS_MAX - first, 1)]):
            pool.pieces.append(Piece(len(pool.candidates), at, chunk, words(chunk.text)))
        valid = entry.meta.get("valid_from")
        moment = valid if isinstance(valid, str) and valid else match.created
        pool.candidates.append(Candidate(match, entry, scores.get(match.path, 0.0), moment, range(first, len(pool.pieces))))
    return pool


def words(text_: str) -> list[str]:
    """The words of a text as the keyword index has them: stems without stop words; scripts without spaces by pairs of characters."""
    text_ = analysis.normal(text_)
    found = analyzers().words("stem", analysis.spaced(text_))
    return found if text_.isascii() else found + analysis.grams(text_)


def speakers(pool: Pool) -> Iterable[str]:
    """Who speaks in the conversations of a pool, in lower case."""
    return dict.fromkeys(piece.chunk.speaker.lower() for piece in pool.pieces if piece.chunk.speaker)
