"""What does a search find of what it should? Each haystack in a vault of its own, through ingest, index and search as they are shipped."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from memcli import clock
from memcli.entries import atomic
from memcli.errors import Usage
from memcli.measure import datasets, metrics
from memcli.measure.datasets import Haystack, Question
from memcli.search.run import Hit
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
             without: Collection[str] = (), hops: int = 2, all_turns: bool = False) -> Evaluation:
    """Measure a data set. Vaults are made below `folder`, one at a time; `most` questions at most (0: all); `without` and
    `hops` as in search."""
    found = Evaluation(kind)
    total = datasets.expected(kind, path)
    for number, stack in enumerate(datasets.read(kind, path, found.skipped, all_turns=all_turns)):
        if not stack.questions:
            continue
        place = os.path.join(folder, str(number))
        store = vault_of(stack, place, opened, found.skipped)
        for row in asked(store, stack.questions, without, hops):
            found.rows.append(row)
            progress("asking", len(found.rows), max(most or total, len(found.rows)))
            if len(found.rows) == most:
                return found
        atomic.remove_tree(place)
    return found


def vault_of(stack: Haystack, folder: str, opened: Opener, skipped: Counter[str], options: Mapping[str, str] | None = None) -> Store:
    """A fresh vault that holds a haystack. Texts that the plugin refuses are counted."""
    store = opened(folder)
    path = stack.path
    if not path:
        path = os.path.join(store.vault.state, "haystack.json")
        atomic.write(path, json.dumps(stack.content).encode(), durable=False)
    from memcli.life.intake import Wish

    refused = store.ingest(stack.plugin, [path], Wish(options or {})).refused
    if refused:
        skipped["texts refused"] += len(refused)
    store.reindex()
    return store


def asked(store: Store, questions: Iterable[Question], without: Collection[str] = (), hops: int = 2, *, prior: bool = True) -> Iterator[Row]:
    """Each question, searched for at both grains: entries count as the session that they came from, pieces by their block ids."""
    sessions: dict[str, str] = {}

    def session(path: str) -> str:
        if path not in sessions:
            source = store.show(path)[0].meta.get("source")
            sessions[path] = str(source.get("session", "")) if isinstance(source, dict) else ""
        return sessions[path]

    for question in questions:
        began = clock.monotonic_s()
        entries = _hits(store, question.text, without, hops, prior, chunks=False)
        took_s = clock.monotonic_s() - began
        turn: Mapping[str, float] = {}
        if question.turns:
            pieces = _hits(store, question.text, without, hops, prior, chunks=True)
            turn = metrics.measures(list(dict.fromkeys(hit.block for hit in pieces if hit.block)), question.turns)
        yield Row(question, turn, metrics.measures(list(dict.fromkeys(session(hit.path) for hit in entries)), question.entries), took_s)


def _hits(store: Store, question: str, without: Collection[str], hops: int, prior: bool, *, chunks: bool) -> list[Hit]:
    try:
        return store.search(plain(question), limit=DEPTH, scan="none", chunks=chunks, without=without, hops=hops, prior=prior).hits
    except Usage:
        return []  # nothing in it can be searched for


def plain(question: str) -> str:
    """A question as words only: nothing in it is meant as an operator."""
    return " ".join(word.lstrip("-").replace('"', " ").replace(":", " ").rstrip("*") for word in question.split())
