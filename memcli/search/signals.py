"""What speaks for a piece? One small function per signal, each a number per piece of the pool, not normalised.

BM25 (Robertson, Zaragoza 2009) is counted at two grains here, the piece alone and the piece widened by its neighbours to WIDE words,
over the frequencies of the pool; the whole entry's comes from the keyword index. What is known only of conversations (who speaks,
what was asked just before) counts only there.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from memcli.index.coding import Coded, Question, cosines
from memcli.search.moments import Days, Span, mentions, nearness
from memcli.search.pool import Pool, speakers

WIDE = 64  # words
K1, B = 1.2, 0.75
_SHORT = 12  # words of a question that is no evidence by itself
_WHEN = re.compile(r"^\s*when\b|\bwhat (?:year|date|day|month|time)\b|\bhow long\b", re.IGNORECASE)
_MANY = re.compile(r"\bhow (?:many|often|much|old)\b", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|last|next|ago|week|month|year|weekend|recently|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|april"
    r"|june|july|august|september|october|november|december|\d{4})\b", re.IGNORECASE)
_NUMBERS = re.compile(r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|once|twice|several|couple|few)\b", re.IGNORECASE)

Column = list[float]
NONE: Mapping[str, int] = {}


class Words:
    """A question's words in a pool: how often each stands in each piece, and how rare it is there."""

    def __init__(self, pool: Pool, terms: Sequence[str]) -> None:
        self.pool = pool
        self.terms = list(dict.fromkeys(terms))
        self.held = held(pool, terms)
        self.lengths = [len(piece.stems) for piece in pool.pieces]
        spread = Counter(term for held in self.held for term in held)
        self.rarity = {term: idf(len(self.held), spread[term]) for term in self.terms if spread[term]}

    def alone(self) -> Column:
        """BM25 of each piece by itself."""
        return bm25(self.held, self.lengths, self.rarity)

    def widened(self) -> Column:
        """BM25 of each piece with its neighbours, nearest first, to WIDE words."""
        held: list[Mapping[str, int]] = []
        lengths: list[int] = []
        for candidate in self.pool.candidates:
            start = candidate.pieces.start
            around, wide = candidate.cut.around(WIDE)
            lengths += wide[:len(candidate.pieces)]
            if any(self.held[start:candidate.pieces.stop]):
                held += [self._joined(start + at, start, others) for at, others in enumerate(around[:len(candidate.pieces)])]
            else:
                held += [NONE] * len(candidate.pieces)
        spread = Counter(term for found in held for term in found)
        return bm25(held, lengths, {term: idf(len(held), spread[term]) for term in self.rarity})

    def _joined(self, number: int, start: int, others: Sequence[int]) -> Mapping[str, int]:
        """What a piece and others hold together; those are counted from the entry's first piece, at `start`."""
        if not others:
            return self.held[number]
        found = dict(self.held[number])
        for other in others:
            for term, times in self.held[start + other].items():
                found[term] = found.get(term, 0) + times
        return found

    def pairs(self) -> Column:
        """BM25 over neighbouring words of the question that stand side by side."""
        wanted = {f"{one} {other}" for one, other in zip(self.terms, self.terms[1:])}
        held = [counted(map(" ".join, zip(piece.stems, piece.stems[1:])), wanted) if len(own) > 1 else NONE
                for own, piece in zip(self.held, self.pool.pieces)]  # a pair is of two words
        spread = Counter(pair for found in held for pair in found)
        return bm25(held, [max(length - 1, 0) for length in self.lengths], {pair: idf(len(held), spread[pair]) for pair in wanted if spread[pair]})


def held(pool: Pool, words: Iterable[str]) -> list[Mapping[str, int]]:
    """How often each piece has each of some words."""
    wanted = tuple(dict.fromkeys(words))
    if wanted not in pool.held:
        some = frozenset(wanted)
        pool.held[wanted] = [NONE if some.isdisjoint(piece.stems) else counted(piece.stems, some) for piece in pool.pieces]
    return pool.held[wanted]


def counted(words: Iterable[str], wanted: Collection[str]) -> Mapping[str, int]:
    """How often each of the wanted words is among some words."""
    found: dict[str, int] = {}
    for word in words:
        if word in wanted:
            found[word] = found.get(word, 0) + 1
    return found or NONE


def idf(pieces: int, spread: int) -> float:
    """Inverse document frequency of a word that `spread` of `pieces` hold."""
    return math.log(1 + (pieces - spread + 0.5) / (spread + 0.5))


def bm25(held: Sequence[Mapping[str, int]], lengths: Sequence[int], worth: Mapping[str, float]) -> Column:
    """What the words held by each piece of so many words are worth, `worth` being that of one occurrence of each word."""
    average = sum(lengths) / len(lengths) if lengths else 1.0
    found = []
    for counts, length in zip(held, lengths):
        if not counts:
            found.append(0.0)
            continue
        norm = K1 * (1 - B + B * length / (average or 1.0))
        found.append(sum(worth.get(term, 0.0) * times * (K1 + 1) / (times + norm) for term, times in counts.items()))
    return found


def entry_score(pool: Pool) -> Column:
    """The keyword index's score of each piece's entry."""
    return [pool.candidates[piece.entry].keyword for piece in pool.pieces]


def likeness(pool: Pool, question: Question, vectors: dict[str, list[Coded]]) -> Column:
    """The cosine of each piece's vector with the question's, nothing below 0; 0 where there is no vector."""
    places: list[int] = []
    rows: list[Coded] = []
    for candidate in pool.candidates:
        own = vectors.get(candidate.match.path, ())[:len(candidate.pieces)]
        places += candidate.pieces[:len(own)]
        rows += own
    found = [0.0] * len(pool.pieces)
    for number, cosine in zip(places, cosines(rows, question)):
        if cosine > 0.0:
            found[number] = cosine
    return found


def asked_before(pool: Pool, column: Column) -> Column:
    """What the question just before a turn gets: its answer is likely here."""
    found: Column = []
    if not pool.spoken:
        return [0.0] * len(pool.pieces)
    for number, piece in enumerate(pool.pieces):
        before = pool.neighbour(number, -1) if piece.chunk.speaker else -1
        found.append(column[before] if before >= 0 and "?" in pool.pieces[before].chunk.text else 0.0)
    return found


def time_near(pool: Pool, wanted: Sequence[Span | Days]) -> Column:
    """How near each piece's entry lies to the times named in the question; 1 for a piece that names one itself."""
    if not wanted:
        return [0.0] * len(pool.pieces)
    near = [nearness(wanted, candidate.moment) for candidate in pool.candidates]
    return [1.0 if mentions(piece.chunk.text, wanted) else near[piece.entry] for piece in pool.pieces]


def named_speaker(pool: Pool, question: str) -> Column:
    """1 for the turns of the one person that the question names."""
    lower = question.lower()
    named = [who for who in speakers(pool) if re.search(rf"\b{re.escape(who)}\b", lower)]
    return [float(len(named) == 1 and piece.chunk.speaker.lower() == named[0]) for piece in pool.pieces]


def statement(pool: Pool) -> Column:
    """0 for a turn that is but a short question, 1 for the others."""
    if not pool.spoken:
        return [0.0] * len(pool.pieces)
    return _of_turns(pool, [float(len(piece.stems) >= _SHORT or not piece.chunk.text.rstrip().endswith("?")) for piece in pool.pieces])


def substance(pool: Pool) -> Column:
    """The logarithm of a turn's length."""
    if not pool.spoken:
        return [0.0] * len(pool.pieces)
    return _of_turns(pool, [math.log1p(len(piece.stems)) for piece in pool.pieces])


def _of_turns(pool: Pool, column: Column) -> Column:
    """A signal that only turns of conversations have: all else gets their mean, so that neither side gains; 0 where there are none."""
    turns = [value for value, piece in zip(column, pool.pieces) if piece.chunk.speaker]
    mean = sum(turns) / len(turns) if turns else 0.0
    return [value if piece.chunk.speaker else mean for value, piece in zip(column, pool.pieces)]


def answer_kind(pool: Pool, question: str) -> Column:
    """1 where a question for a time meets time words, or one for a number meets numbers."""
    pattern = _WHEN.search(question) and _TIMES or _MANY.search(question) and _NUMBERS
    if not pattern:
        return [0.0] * len(pool.pieces)
    return [float(pattern.search(piece.chunk.text) is not None) for piece in pool.pieces]
