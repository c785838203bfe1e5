"""How much can leave the hot index before recall suffers? Conversations with an entry per turn, from which the least important go cold.

Three ways to choose what goes, so that the measure has something beside it: `importance` (as predicted at write time), `age` (oldest first) and
`random` (by a checksum of the id). After each drop every question is asked twice: of the hot entries alone, and as search does it, with the cold
ones looked at when the gate asks. What was dropped is then packed: the archive's bytes against those of its texts, and how many come back whole.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from memcli.entries import atomic, pack, text
from memcli.entries.archive import FOLDER
from memcli.errors import UserError
from memcli.life import archive
from memcli.life.holding import Held
from memcli.measure import datasets, run
from memcli.measure.datasets import Question
from memcli.measure.run import Opener
from memcli.store import Store

SHARES = (0.25, 0.47)
KEYS: Mapping[str, Callable[[Held], tuple[float | str, str]]] = {
    "importance": lambda one: (one.importance, one.id),
    "age": lambda one: (one.entry.created, one.id),
    "random": lambda one: (hashlib.sha256(one.id.encode()).hexdigest(), one.id),
}


@dataclass(slots=True)
class Kept:
    """The means of frac@10 over all questions: `full` with everything hot, `hot` and `gated` after a drop by (key, share of bytes); how often the
    gate looked at everything; bytes of the packed texts and of their packs; how many came back, of how many."""

    dataset: str
    questions: int = 0
    full: list[float] = field(default_factory=list)
    hot: dict[tuple[str, float], list[float]] = field(default_factory=dict)
    gated: dict[tuple[str, float], list[float]] = field(default_factory=dict)
    looked: Counter[tuple[str, float]] = field(default_factory=Counter)
    raw_bytes: int = 0
    pack_bytes: int = 0
    whole: int = 0
    packed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def table(self) -> list[dict[str, object]]:
        """A row per drop: recall kept as shares of `full`, hot alone and gated, and how often the gate looked at everything."""
        full = fmean(self.full) or 1.0
        return [{"by": key, "dropped": share, "hot": round(fmean(self.hot[key, share]) / full, 4), "gated": round(fmean(self.gated[key, share]) / full, 4),
                 "fallback": round(self.looked[key, share] / max(self.questions, 1), 4)} for key, share in self.hot]


def measure(path: str, folder: str, opened: Opener, progress: Callable[[str, int, int], None], keys: Sequence[str] = tuple(KEYS),
            most: int = 0) -> Kept:
    """Drop and ask. Vaults are made below `folder`, one at a time; of each at most `most` questions are asked (0: all)."""
    found = Kept("locomo")
    stacks = [stack for stack in datasets.read("locomo", path, found.skipped) if stack.questions]
    drops = [(key, share) for key in keys for share in SHARES]
    for number, stack in enumerate(stacks):
        stack.questions = stack.questions[:most or None]
        place = os.path.join(folder, str(number))
        store = run.vault_of(stack, place, opened, found.skipped, {"grain": "turn"})
        held = store.strengths()
        store.now = max(one.strength.created for one in held)
        found.questions += len(stack.questions)
        found.full += [_asked(store, question, ())[0] for question in stack.questions]
        for at, (key, share) in enumerate(drops):
            progress("dropping", number * len(drops) + at, len(stacks) * len(drops))
            gone = dropped(held, share, KEYS[key])
            _cool(store, held, gone)
            for question in stack.questions:
                found.hot.setdefault((key, share), []).append(_asked(store, question, ("-state:cold",))[0])
                gated, looked = _asked(store, question, ())
                found.gated.setdefault((key, share), []).append(gated)
                found.looked[key, share] += looked
        _pack(store, [one for one in held if one.path in dropped(held, SHARES[-1], KEYS["importance"])], found)
        atomic.remove_tree(place)
    progress("dropping", 1, 1)
    if not stacks:
        raise UserError(f"{path} holds no question", "mem eval forgetting takes LoCoMo's JSON")
    return found


def dropped(held: Sequence[Held], share: float, key: Callable[[Held], tuple[float | str, str]]) -> set[str]:
    """The paths of the first entries, by `key`, that make up a share of all bytes of text."""
    room = share * sum(len(one.entry.body.encode()) for one in held)
    gone = set()
    for one in sorted(held, key=key):
        room -= len(one.entry.body.encode())
        if room < 0:
            break
        gone.add(one.path)
    return gone


def _cool(store: Store, held: Sequence[Held], gone: set[str]) -> None:
    """Make exactly the entries in `gone` cold. (Written straight: nothing of this vault is kept.)"""
    for one in held:
        atomic.write(f"{store.vault.root}/{one.path}", text.edit(one.data, {"state": "cold"}, path=one.path) if one.path in gone else one.data, durable=False)
    store.reindex()


def _asked(store: Store, question: Question, filters: Sequence[str]) -> tuple[float, bool]:
    """The share of the right turns in the first ten, and whether everything was looked at."""
    found = store.search(run.plain(question.text), limit=run.DEPTH, scan="none", chunks=True, filters=filters)
    blocks = list(dict.fromkeys(hit.block for hit in found.hits if hit.block))[:10]
    return sum(turn in blocks for turn in question.turns) / len(question.turns), bool(found.confidence and found.confidence.rung == "all")


def _pack(store: Store, going: Sequence[Held], found: Kept) -> None:
    """Pack what was dropped and take it out again."""
    changes = archive.archive_entries(store.vault, [(one.path, one.data) for one in going], store.now)
    for path, _, data in changes:
        if path.startswith(FOLDER) and data is not None:
            made = pack.Pack(data, path)
            found.pack_bytes += len(data)
            found.raw_bytes += sum(len(one.data) for one in going)
            found.packed += len(going)
            found.whole += sum(made.take(one.id) == one.data for one in going)
