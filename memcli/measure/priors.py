"""Does the ranking prior help or hurt? Each question of a data set asked with it and without it, at the end of its own conversation.

Two kinds of use are measured: `uniform`, every question counts the same, which is the worst case for a memory that favours the recent; and
`recent`, a question counts e^(-age/30 days), the age of the newest session that holds its answer, as in use that comes back to what is new.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from memcli.entries import atomic
from memcli.life.holding import Held
from memcli.measure import datasets, metrics, run
from memcli.measure.run import Opener
from memcli.store import Store

HALF_DAYS = 30.0
AFTER = timedelta(days=1)  # after the last session, when the questions are asked


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's share of the right turns, or entries, in the first ten, with the prior and without; `weight` is what it counts in recent use."""

    id: str
    weight: float
    on: float
    off: float


@dataclass(slots=True)
class Comparison:
    """All questions of a data set, asked twice."""

    dataset: str
    rows: list[Asked] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def table(self) -> dict[str, dict[str, float]]:
        """The weighted means of frac@10 with the prior, without it, and their ratio, for uniform and for recent use."""
        return {"uniform": _means(self.rows, lambda row: 1.0), "recent": _means(self.rows, lambda row: row.weight)}


def _means(rows: Sequence[Asked], weight: Callable[[Asked], float]) -> dict[str, float]:
    total = sum(map(weight, rows))
    if not total:
        return {}
    on, off = sum(weight(row) * row.on for row in rows) / total, sum(weight(row) * row.off for row in rows) / total
    effective = total * total / sum(weight(row) ** 2 for row in rows)
    return {"on": round(on, 4), "off": round(off, 4), "ratio": round(on / off, 4) if off else 0.0, "questions": round(effective, 1)}


def compare(kind: str, path: str, folder: str, opened: Opener, progress: Callable[[str, int, int], None], most: int = 0) -> Comparison:
    """Ask the questions of a data set twice. Vaults are made below `folder`, one at a time."""
    found = Comparison(kind)
    total = datasets.expected(kind, path)
    for number, stack in enumerate(datasets.read(kind, path, found.skipped)):
        if not stack.questions:
            continue
        place = os.path.join(folder, str(number))
        store = run.vault_of(stack, place, opened, found.skipped)
        for row in _asked(store, stack.questions):
            found.rows.append(row)
            progress("asking", len(found.rows), max(most or total, len(found.rows)))
            if len(found.rows) == most:
                return found
        atomic.remove_tree(place)
    return found


def _asked(store: Store, questions: Sequence[datasets.Question]) -> Iterator[Asked]:
    held = {session_of(one): one for one in store.strengths()}
    store.now = max(one.strength.created for one in held.values()) + AFTER
    on = run.asked(store, questions, prior=True)
    off = run.asked(store, questions, prior=False)
    for question, one, other in zip(questions, on, off, strict=True):
        newest = max((held[name].strength.created for name in question.entries if name in held), default=store.now)
        age = (store.now - newest).total_seconds() / 86400
        values = [(row.turn or row.entry)["frac@10"] for row in (one, other)]
        yield Asked(question.id, math.exp(-age / HALF_DAYS), *values)


def session_of(one: Held) -> str:
    """The session, or document, that an entry came from."""
    source = one.entry.meta.get("source")
    return str(source.get("session", "")) if isinstance(source, dict) else ""


def interval(rows: Sequence[Asked]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the difference that the prior makes for uniform use."""
    return metrics.interval([row.on - row.off for row in rows])
