"""Which entries stand for their topic? Of each topic a few exemplars stay that together say the most; the others cool.

Topics are grown greedily: an entry joins the topic whose first entry shares at least JOIN of the words of the shorter one. Within a topic the entry
that adds the most new words is chosen again and again (greedy maximum coverage; Nemhauser, Wolsey and Fisher 1978), up to `k`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "exemplar"
summary = "Keeps a few entries per topic that together say the most."
api_version = 1

JOIN, KEPT = 0.5, 5
LEAST = 3  # words that two entries of a topic share


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by what an entry adds to its topic; option `k`, how many of a topic stay (1 to 1000)."""
    choices.only(name, options, "k")
    kept = int(choices.number(name, options, "k", KEPT, 1, 1000))
    gains: dict[str, tuple[float, int, int]] = {}
    for topic in _topics([entry for entry in entries if entry.state in ladder.FADING and not entry.pinned]):
        for rank, (entry, gain) in enumerate(_chosen(topic, kept)):
            gains[entry.id] = (gain, rank, len(topic))
    for entry in entries:
        gain, rank, size = gains.get(entry.id, (1.0, 0, 1))
        if rank < kept:
            yield Verdict(entry.id, "keep", gain, f"number {rank + 1} of {size} on its topic, {gain:.0%} new words")
        else:
            yield Verdict(entry.id, "cool", gain, f"{kept} others of {size} stand for its topic, {gain:.0%} new words")


def _topics(entries: Sequence[Remembered]) -> list[list[Remembered]]:
    topics: list[list[Remembered]] = []
    holding: dict[str, list[int]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.created, entry.id)):
        shared = Counter(number for word in entry.words for number in holding.get(word, ()))
        best = max(((_overlap(entry, topics[number][0], count), -number) for number, count in shared.items() if count >= LEAST), default=(0.0, 0))
        if best[0] >= JOIN:
            topics[-best[1]].append(entry)
            continue
        for word in entry.words:
            holding.setdefault(word, []).append(len(topics))
        topics.append([entry])
    return topics


def _overlap(one: Remembered, other: Remembered, shared: int) -> float:
    return shared / max(min(len(one.words), len(other.words)), 1)


def _chosen(topic: Sequence[Remembered], kept: int) -> Iterator[tuple[Remembered, float]]:
    """The entries of a topic in the order in which they are chosen, each with the share of its words that were new then."""
    said: set[str] = set()
    left = list(topic)
    while left:
        best = max(left, key=lambda entry: (len(entry.words - said), entry.need, entry.id)) if len(topic) - len(left) < kept else left[0]
        yield best, len(best.words - said) / max(len(best.words), 1)
        said |= best.words
        left.remove(best)
