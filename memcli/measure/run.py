"""What does a search find of what it should? Each haystack in a vault of its own, through ingest, index and search as they are shipped."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from memcli import clock
from memcli.entries import atomic
from memcli.measure import datasets, metrics
from memcli.measure.datasets import Haystack, Question
from memcli.store import Store

DEPTH = 50  # pieces, or entries, that are looked at
Opener = Callable[[str], Store]  # makes a vault at a folder and opens it


@dataclass(frozen=True, slots=True)
class Row:
    """One question's measures. `turn` is empty where only entries are known; `took_s` is the time of its search for entries."""

    question: Question
    turn: Mapping[str, float]
    entry: Mapping[str, float]
    took_s: float


@dataclass(slots=True)
class Evaluation:
    """A data set's questions, measured."""

    dataset: str
    rows: list[Row] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def table(self, category: str = "") -> dict[str, dict[str, float] | None]:
        """The means at turn and at entry grain, of all questions or of one category."""
        rows = [row for row in self.rows if not category or row.question.category == category]
        turn = metrics.means([row.turn for row in rows if row.turn])
        return {"turn": turn or None, "session": metrics.means([row.entry for row in rows])}

    def categories(self) -> list[str]:
        """The categories that questions have."""
        return sorted({row.question.category for row in self.rows})


def evaluate(kind: str, path: str, folder: str, opened: Opener, progress: Callable[[str, int, int], None], *, most: int = 0,
             without: Collection[str] = ()) -> Evaluation:
    """Measure a data set. Vaults are made below `folder`; `most` questions at most (0: all); `without` as in search."""
    found = Evaluation(kind)
    for number, stack in enumerate(datasets.read(kind, path, found.skipped)):
        store = _vault(stack, os.path.join(folder, str(number)), opened)
        for row in _asked(store, stack, without):
            found.rows.append(row)
            progress(f"asking {stack.name}", len(found.rows), len(found.rows) + 1)
            if len(found.rows) == most:
                return found
    return found


def _vault(stack: Haystack, folder: str, opened: Opener) -> Store:
    path = stack.path
    if not path:
        path = f"{folder}.json"
        atomic.write(path, json.dumps(stack.content).encode(), durable=False)
    store = opened(folder)
    store.ingest(stack.plugin, [path], {})
    store.reindex()
    return store


def _asked(store: Store, stack: Haystack, without: Collection[str]) -> Iterator[Row]:
    """Each question of a haystack, searched for at both grains."""
    sessions: dict[str, str] = {}

    def unit(path: str) -> str:
        if path not in sessions:
            source = store.show(path)[0].meta.get("source")
            sessions[path] = str(source.get("session", "")) if isinstance(source, dict) else ""
        return sessions[path]

    for question in stack.questions:
        began = clock.monotonic_s()
        entries = store.search(plain(question.text), limit=DEPTH, scan="none", without=without)
        took_s = clock.monotonic_s() - began
        turn: Mapping[str, float] = {}
        if question.turns:
            pieces = store.search(plain(question.text), limit=DEPTH, scan="none", chunks=True, without=without)
            turn = metrics.measures(list(dict.fromkeys(hit.block for hit in pieces.hits if hit.block)), question.turns)
        yield Row(question, turn, metrics.measures([unit(hit.path) for hit in entries.hits], question.entries), took_s)


def plain(question: str) -> str:
    """A question as words only: nothing in it is meant as an operator."""
    return " ".join(word.lstrip("-").replace('"', " ").replace(":", " ").rstrip("*") for word in question.split())
