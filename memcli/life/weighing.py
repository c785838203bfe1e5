"""How important are the texts that come in? Each is weighed against those that come with it and before it."""

from __future__ import annotations

import re
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Generic, Protocol, TypeVar

from memcli.index.analysis import STOP_WORDS
from memcli.index.document import without_block_ids
from memcli.life.alike import telling
from memcli.memory import importance

T = TypeVar("T")
Idf = Callable[[str], float]
PEEK, PEEK_CHARS = 2_000, 2_000_000  # texts of a stream that are looked at before the first is weighed, and their characters
RANKED_MAX = 4_000
OTHER = 0.5  # memcli.life.gate lets that through
STOP = frozenset(STOP_WORDS)
_SPEAKER = re.compile(r"^\*\*[^*\n]{1,80}:\*\* ")


class Echoes(Protocol):
    """What remembers texts by their words."""

    def near(self, found: frozenset[str], idf: Idf) -> Iterable[frozenset[str]]:
        """The words of a few texts that share rare ones with this."""
        ...

    def add(self, found: frozenset[str], idf: Idf) -> None:
        """Remember a text."""
        ...


class Weigher(Generic[T]):
    """Weighs a stream of (item, text, session): the first PEEK are looked at together, later ones as they come. What comes in is known from then on.

    `echoes`, if given, names texts beside the last ones that a text may say again: by its words, and the idf of a word.
    """

    def __init__(self, echoes: Echoes | None = None) -> None:
        self._echoes = echoes
        self._ranked: list[float] = []
        self._texts = 0
        self._spread: dict[str, int] = {}
        self._rarity: dict[int, float] = {}  # by how many texts hold a word, for as many texts as there are now
        self._recent: deque[frozenset[str]] = deque(maxlen=importance.RECENT)

    def weighed(self, stream: Iterable[tuple[T, str, str]]) -> Iterator[tuple[T, float]]:
        """Each item with the importance of its text. In a session ("" for none) a text that follows a question answers it."""
        return ((item, weight) for item, weight, _ in self.judged(stream))

    def judged(self, stream: Iterable[tuple[T, str, str]]) -> Iterator[tuple[T, float, float]]:
        """Each item with the importance of its text, and its novelty (0..1): at least OTHER where it has a number, a negation or the like which the text that
        it is likest to lacks, unless it is all numbers."""
        source = _answering(stream)
        first = [(item, text, self._words(text), answers) for item, text, answers in _begun(source)]
        for _, _, found, _ in first:
            self._count(found)
        raws = [self._raw(text, found, answers) for _, text, found, answers in first]
        self._ranked = sorted(value for value, _ in raws)
        for (item, text, _, _), (value, fresh) in zip(first, raws):
            yield item, importance.predicted(value, self._ranked, text, by_hand=False), fresh
        for item, text, answers in source:
            found = self._words(text)
            self._count(found)
            value, fresh = self._raw(text, found, answers)
            yield item, importance.predicted(value, self._ranked, text, by_hand=False), fresh
            if len(self._ranked) < RANKED_MAX:
                insort(self._ranked, value)

    def _count(self, found: frozenset[str]) -> None:
        self._texts += 1
        self._rarity.clear()
        for word in found:
            self._spread[word] = self._spread.get(word, 0) + 1

    def _words(self, text: str) -> frozenset[str]:
        found = importance.words(text, STOP)
        return found if self._echoes is None else found | telling(text)

    def _raw(self, text: str, found: frozenset[str], answers: bool) -> tuple[float, float]:
        others: Iterable[frozenset[str]] = self._recent
        if self._echoes is not None:
            others = [*self._recent, *self._echoes.near(found, self._idf)]
            self._echoes.add(found, self._idf)
        fresh, like = importance.likest(found, others, self._idf)
        self._recent.append(found)
        value = importance.brought(text, importance.mass(found, self._idf), fresh, answers=answers)
        other = self._echoes is not None and fresh < OTHER and not telling(text) <= like and not importance.boilerplate(text)
        return value, OTHER if other else fresh

    def _idf(self, word: str) -> float:
        holding = self._spread.get(word, 0)
        known = self._rarity.get(holding)
        if known is None:
            known = self._rarity[holding] = importance.rarity(self._texts, holding)
        return known


def _begun(source: Iterator[tuple[T, str, bool]]) -> Iterator[tuple[T, str, bool]]:
    """The first texts of a stream, as many as are looked at together."""
    size = 0
    for one in islice(source, PEEK):
        yield one
        size += len(one[1])
        if size > PEEK_CHARS:
            return


def _answering(stream: Iterable[tuple[T, str, str]]) -> Iterator[tuple[T, str, bool]]:
    """(item, text without block ids, whether it follows a question of its session)."""
    before, asked = "", False
    for item, text, session in stream:
        bare = _SPEAKER.sub("", without_block_ids(text))
        yield item, bare, asked and session == before
        before, asked = session, bool(session) and importance.asks(bare)
