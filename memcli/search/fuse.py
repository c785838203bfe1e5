"""How do signals become one score? Each divided by its largest value in the pool, times its weight, added up.

score(piece) = sum of weight * signal / max(signal); an entry's is that of its best piece, SUPPORT times the mean of its BEST best, and
WHOLE times its share of the best keyword score.
The weights were chosen on five conversations (997 questions), leaving each out in turn, and kept where they helped on the one left out;
Cranfield's abstracts, another kind of text, gave PROSE: outside of conversations the whole entry says more. fixtures/eval/notes gave FEW:
a question in other words than the entry that answers it still shares small ones with many that do not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from memcli.index.coding import Coded, Question
from memcli.search import feedback, linked, signals
from memcli.search.moments import spans
from memcli.search.pool import Pool
from memcli.search.signals import Column, Words

WEIGHTS = {
    "words": 0.2, "around": 0.75, "entry": 0.2, "pairs": 0.3, "answers": 0.25, "evidence": 0.2,  # keyword
    "likeness": 1.0, "answers-like": 0.3,  # vector
    "time": 1.25, "kind": 0.3,  # time
    "speaker": 0.4, "statement": 0.3, "substance": 0.4,  # name
    "links": 0.7,
}
PROSE = {"around": 0.4, "entry": 1.0}  # instead of those above, for pieces that are no turn of a conversation
FEW = 0.4  # share of a question's words; when no entry has so many, these say little, and in prose WORDED weigh less by its cube
WORDED = ("words", "around", "entry", "pairs")
CHANNELS = {
    "keyword": ("words", "around", "entry", "pairs", "answers", "evidence"),
    "vector": ("likeness", "answers-like"),
    "time": ("time", "kind"),
    "name": ("speaker", "statement", "substance"),
    "links": ("links",),
}
SUPPORT, BEST, WHOLE = 0.4, 4, 0.25
SIGNALS = (*WEIGHTS, "support", "whole", "repeats")  # all that can be left out


@dataclass(frozen=True, slots=True)
class Share:
    """One row of a score: `contribution` = `weight` * `value`, the signal as a share (0..1) of its largest in the pool."""

    signal: str
    weight: float
    value: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Scored:
    """The pool with a score for each piece and each candidate; `best` is each candidate's best piece, `whole` what its entry adds to that,
    `weights` those of each piece."""

    pieces: list[float]
    entries: list[float]
    best: list[int]
    whole: list[float]
    columns: Mapping[str, Column]
    weights: list[Mapping[str, float]]

    def shares(self, piece: int) -> list[Share]:
        """The rows of a piece's score."""
        rows = [(name, self.weights[piece][name], column[piece]) for name, column in self.columns.items()]
        return [Share(name, weight, value, weight * value) for name, weight, value in rows if value]

    def entry_shares(self, candidate: int) -> list[Share]:
        """The rows of an entry's score."""
        best, whole = self.best[candidate], self.whole[candidate]
        support = self.entries[candidate] - self.pieces[best] - whole
        more = [Share("support", SUPPORT, support / SUPPORT, support), Share("whole", WHOLE, whole / WHOLE, whole)]
        return [*self.shares(best), *(share for share in more if share.contribution)]


def fuse(pool: Pool, question: str, terms: list[str], like: Question | None, vectors: dict[str, list[Coded]], without: Collection[str],
         hops: int, today: date) -> Scored:
    """Score a pool. `like` is the question's vector, None without a vector index; `without` names signals to leave out; with 2 `hops` the
    best evidence extends the question. "last week" is counted from `today`."""
    columns = {name: _share(column()) for name, column in _signals(pool, question, terms, like, vectors, today).items() if name not in without}
    prose = {**WEIGHTS, **PROSE}
    if "likeness" in columns:
        credit = min(1.0, (feedback.reach(pool, terms) / FEW) ** 3) or 1.0  # of none of its words: what the words found is spelt otherwise
        prose.update((name, credit * prose[name]) for name in WORDED)
    weights: list[Mapping[str, float]] = [WEIGHTS if piece.chunk.speaker else prose for piece in pool.pieces]
    pieces = [0.0] * len(pool.pieces)
    for name, column in columns.items():
        if any(column):
            pieces = [score + weight[name] * value for score, weight, value in zip(pieces, weights, column)]
    if hops > 1 and "evidence" not in without:
        trust = feedback.trust(pool, pieces, terms)
        columns["evidence"] = [trust * value for value in _share(feedback.evidence(pool, feedback.added(pool, pieces, terms)))]
        pieces = [score + weights[number]["evidence"] * columns["evidence"][number] for number, score in enumerate(pieces)]
    if "links" not in without:
        columns["links"] = _linked(pool, pieces)
        pieces = [score + weights[number]["links"] * columns["links"][number] for number, score in enumerate(pieces)]
    entries, best, whole = [], [], []
    for candidate in pool.candidates:
        ordered = sorted(candidate.pieces, key=pieces.__getitem__, reverse=True) if len(candidate.pieces) > 1 else candidate.pieces
        best.append(ordered[0])
        top = [pieces[number] for number in ordered[:BEST]]
        whole.append(0.0 if "whole" in without else _whole(pool, columns, ordered[0]))
        entries.append(top[0] + (0.0 if "support" in without else SUPPORT * sum(top) / len(top)) + whole[-1])
    return Scored(pieces, entries, best, whole, columns, weights)


def _signals(pool: Pool, question: str, terms: list[str], like: Question | None, vectors: dict[str, list[Coded]],
             today: date) -> dict[str, Callable[[], Column]]:
    words = Words(pool, terms)
    alone = words.alone()
    found: dict[str, Callable[[], Column]] = {
        "words": lambda: alone,
        "around": words.widened,
        "entry": lambda: signals.entry_score(pool),
        "pairs": words.pairs,
        "answers": lambda: signals.asked_before(pool, alone),
        "time": lambda: signals.time_near(pool, spans(question, today)),
        "kind": lambda: signals.answer_kind(pool, question),
        "speaker": lambda: signals.named_speaker(pool, question),
        "statement": lambda: signals.statement(pool),
        "substance": lambda: signals.substance(pool),
    }
    if like is not None and like.scale:
        near = signals.likeness(pool, like, vectors)
        found["likeness"] = lambda: near
        found["answers-like"] = lambda: signals.asked_before(pool, near)
    return found


def _share(column: Column) -> Column:
    """A signal as shares of its largest value."""
    most = max(column, default=0.0)
    return [value / most for value in column] if most > 0 else [0.0] * len(column)


def _linked(pool: Pool, pieces: Column) -> Column:
    """What an entry's links pass on to each of its pieces, as a share of the best score."""
    scores = [max(pieces[number] for number in candidate.pieces) for candidate in pool.candidates]
    lifted, most = linked.lifted(pool, scores), max(scores, default=0.0)
    return [lifted[piece.entry] / most if most > 0 else 0.0 for piece in pool.pieces]


def _whole(pool: Pool, columns: Mapping[str, Column], best: int) -> float:
    """What the entry's own share of the keyword score adds, in conversations; elsewhere it weighs enough already."""
    return WHOLE * columns["entry"][best] if "entry" in columns and pool.pieces[best].chunk.speaker else 0.0
