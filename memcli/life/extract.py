"""Which sentences of many say most, in few characters? Extraction without a model; pure, and of the sentences alone.

Sentences are ranked by TextRank (Mihalcea and Tarau 2004: a random walk along shared words, damped by 0.85), then chosen one by one: rank, plus what names,
numbers and dates it brings that are not there yet, minus how much it repeats (maximal marginal relevance; Carbonell and Goldstein 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from memcli.index.analysis import STOP_WORDS
from memcli.memory import importance

WORDS_LEAST = 4  # words of meaning in a sentence that says something
LOOKED_AT = 60  # sentences that are ranked; of more those with the most words that no other has so often
_DAMPING, _ROUNDS = 0.85, 20
_NAMES, _REPEATS = 0.5, 0.7
_SAME = 0.9  # shared words, of all, above which a sentence says what another has said (SCIENCE 1.6); a high rank does not excuse that
_STOP = frozenset(STOP_WORDS)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence and where it stands: the entry's id, and `start` and `end` in its body, in characters."""

    id: str
    start: int
    end: int
    text: str


def chosen(quotes: Sequence[Quote], room: int) -> list[Quote]:
    """The quotes that say most in `room` characters, in the order in which they were given. At least one, if there is any."""
    found = _telling(quotes)
    words = [importance.words(quote.text, _STOP) for quote in found]
    names = [importance.names(quote.text) for quote in found]
    ranks = _ranks(words)
    everything = len(frozenset().union(*names)) or 1
    taken: list[int] = []
    known: set[str] = set()
    while True:
        best, gain = -1, 0.0
        for at, quote in enumerate(found):
            if at in taken or taken and len(quote.text) > room:
                continue
            repeats = max((_jaccard(words[at], words[other]) for other in taken), default=0.0)
            if repeats > _SAME:
                continue
            value = ranks[at] + _NAMES * len(names[at] - known) / everything - _REPEATS * repeats
            if best < 0 or value > gain:
                best, gain = at, value
        if best < 0 or taken and gain <= 0:
            break
        taken.append(best)
        known |= names[best]
        room -= len(found[best].text)
    return [found[at] for at in sorted(taken)]


def _telling(quotes: Sequence[Quote]) -> list[Quote]:
    """LOOKED_AT of the quotes at most, in order: statements of some length, as long as there are any."""
    quotes = [quote for quote in quotes if not importance.asks(quote.text) and len(importance.words(quote.text, _STOP)) >= WORDS_LEAST] or quotes
    if len(quotes) <= LOOKED_AT:
        return [*quotes]
    known, spread = importance.frequencies(importance.words(quote.text, _STOP) for quote in quotes)
    mass = [importance.mass(importance.words(quote.text, _STOP), lambda word: importance.rarity(known, spread[word])) for quote in quotes]
    best = sorted(range(len(quotes)), key=lambda at: (-mass[at], at))[:LOOKED_AT]
    return [quotes[at] for at in sorted(best)]


def _ranks(words: Sequence[frozenset[str]]) -> list[float]:
    """TextRank of each sentence, as a share of the highest."""
    count = len(words)
    edges: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for one in range(count):
        for other in range(one + 1, count):
            shared = len(words[one] & words[other])
            if shared:
                weight = shared / (log(len(words[one]) + 1) + log(len(words[other]) + 1))
                edges[one].append((other, weight))
                edges[other].append((one, weight))
    out = [sum(weight for _, weight in row) for row in edges]
    ranks = [1.0] * count
    for _ in range(_ROUNDS):
        ranks = [1 - _DAMPING + _DAMPING * sum(weight / out[other] * ranks[other] for other, weight in row) for row in edges]
    most = max(ranks, default=1.0)
    return [rank / most for rank in ranks]


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
