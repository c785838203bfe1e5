"""Which words of the best evidence extend the question? The second of two steps, for questions whose answer lies in two places.

As in RM3 (Abdul-Jaleel et al. 2004): what the best pieces say beside the question's words, the rarer and the better the piece the more, is
looked for as well; it counts as far as these pieces hold the question's own words. Measured on LoCoMo's five development conversations (997
questions), evidence in the first 10: 0.855 -> 0.859, of questions with evidence in several places 0.545 -> 0.555; mean reciprocal rank
0.648 -> 0.654; on Cranfield, nDCG at 10: 0.405 -> 0.407. A second look into the index with the added words brought nothing there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from memcli.search.pool import Pool
from memcli.search.signals import Column, bm25, held, idf

PIECES, WORDS = 3, 10


def worth(pool: Pool, terms: Collection[str]) -> dict[str, float]:
    """How rare each of some stems is in the pool: its inverse document frequency over pieces."""
    spread = Counter(chain.from_iterable(held(pool, terms)))
    return {stem: idf(len(pool.pieces), spread[stem]) for stem in sorted({*terms})}


def coverage(held: Collection[str], rarity: Mapping[str, float]) -> float:
    """The share of the question's words that `held` has, the rare ones weighing more: 0..1, and 1 for a question without words."""
    total = sum(rarity.values())
    return sum(value for stem, value in rarity.items() if stem in held) / total if total else 1.0


def covered(pool: Pool, candidate: int, terms: Collection[str]) -> set[str]:
    """Those of some stems that a candidate's title and pieces have."""
    one, counts = pool.candidates[candidate], held(pool, terms)
    return {stem for stem in one.cut.title if stem in terms}.union(*(counts[number] for number in one.pieces if counts[number]))


def reach(pool: Pool, terms: Collection[str]) -> float:
    """The largest coverage of a question's stems by any candidate: 0..1."""
    rarity = worth(pool, terms)
    covering = (found for at in range(len(pool.candidates)) if (found := covered(pool, at, terms)) or not rarity)
    return max((coverage(found, rarity) for found in covering), default=0.0 if pool.candidates else 1.0)


def added(pool: Pool, scores: Sequence[float], asked: Collection[str]) -> dict[str, float]:
    """The stems that the best PIECES add to those `asked`, each with its weight, 1.0 for the most telling."""
    best = best_pieces(scores)
    new = {stem for number in best for stem in pool.pieces[number].stems} - {*asked}
    spread = Counter(chain.from_iterable(map(new.intersection, [piece.stems for piece in pool.pieces])))
    gain: dict[str, float] = {}
    for number in best:
        for stem in sorted(new.intersection(pool.pieces[number].stems)):
            if spread[stem] > 1:  # else it leads nowhere
                gain[stem] = gain.get(stem, 0.0) + scores[number] * idf(len(pool.pieces), spread[stem])
    found = sorted(gain.items(), key=lambda item: (-item[1], item[0]))[:WORDS]
    return {stem: value / found[0][1] for stem, value in found}


def best_pieces(scores: Sequence[float]) -> list[int]:
    """The places of the best PIECES that have a score at all, best first."""
    return [number for number in sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:PIECES] if scores[number] > 0]


def trust(pool: Pool, scores: Sequence[float], terms: Collection[str]) -> float:
    """How far the best pieces can be relied on: the largest coverage (0..1) among them."""
    rarity, counts = worth(pool, terms), held(pool, terms)
    return max((coverage(counts[number], rarity) for number in best_pieces(scores)), default=0.0)


def evidence(pool: Pool, words: Mapping[str, float]) -> Column:
    """BM25 of each piece by the added words, each times its weight."""
    counts = held(pool, words)
    spread = Counter(chain.from_iterable(counts))
    values = {stem: weight * idf(len(counts), spread[stem]) for stem, weight in words.items()}
    return bm25(counts, [len(piece.stems) for piece in pool.pieces], values)
