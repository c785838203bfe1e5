"""How important are the texts that come in? Each is weighed against those that come with it and before it."""

from __future__ import annotations

import re
from bisect import insort
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar

from memcli.index.analysis import STOP_WORDS
from memcli.index.document import without_block_ids
from memcli.memory import importance

T = TypeVar("T")
PEEK = 2_000  # texts of a stream that are looked at before the first is weighed
RANKED_MAX = 4_000
STOP = frozenset(STOP_WORDS)
_SPEAKER = re.compile(r"^\*\*[^*\n]{1,80}:\*\* ")


class Weigher(Generic[T]):
    """Weighs a stream of (item, text, session): the first PEEK are looked at together, later ones as they come. What comes in is known from then on."""

    def __init__(self) -> None:
        self._ranked: list[float] = []
        self._texts = 0
        self._spread: dict[str, int] = {}
        self._recent: deque[frozenset[str]] = deque(maxlen=importance.RECENT)

    def weighed(self, stream: Iterable[tuple[T, str, str]]) -> Iterator[tuple[T, float]]:
        """Each item with the importance of its text. In a session ("" for none) a text that follows a question answers it."""
        source = _answering(stream)
        first = [(item, text, importance.words(text, STOP), answers) for item, text, answers in islice(source, PEEK)]
        for _, _, found, _ in first:
            self._count(found)
        raws = [self._raw(text, found, answers) for _, text, found, answers in first]
        self._ranked = sorted(raws)
        for (item, text, _, _), value in zip(first, raws):
            yield item, importance.predicted(value, self._ranked, text, by_hand=False)
        for item, text, answers in source:
            found = importance.words(text, STOP)
            self._count(found)
            value = self._raw(text, found, answers)
            yield item, importance.predicted(value, self._ranked, text, by_hand=False)
            if len(self._ranked) < RANKED_MAX:
                insort(self._ranked, value)

    def _count(self, found: frozenset[str]) -> None:
        self._texts += 1
        for word in found:
            self._spread[word] = self._spread.get(word, 0) + 1

    def _raw(self, text: str, found: frozenset[str], answers: bool) -> float:
        value = importance.raw(text, found, self._recent, self._idf, answers=answers)
        self._recent.append(found)
        return value

    def _idf(self, word: str) -> float:
        return importance.rarity(self._texts, self._spread.get(word, 0))


def _answering(stream: Iterable[tuple[T, str, str]]) -> Iterator[tuple[T, str, bool]]:
    """(item, text without block ids, whether it follows a question of its session)."""
    before, asked = "", False
    for item, text, session in stream:
        bare = _SPEAKER.sub("", without_block_ids(text))
        yield item, bare, asked and session == before
        before, asked = session, bool(session) and importance.asks(bare)
