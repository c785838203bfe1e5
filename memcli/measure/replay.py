"""Which policy keeps what will be needed? A trace replayed night by night: what is used is hot, and each night the least worth goes until the rest fits.

Hit rate: the share of uses that find their entry hot, of the days from WARM_DAYS on. Belady's is the best there can be, as it knows the future: it lets
go what is needed latest. Log loss and AUC tell how well a policy's values foretell "used within 7 days"; values are turned into probabilities by
the rates that BINS equal parts of another trace of the kind (another seed) had, so that only their order counts.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from memcli.extend import judging, registry
from memcli.extend.policy import Policy, Remembered
from memcli.measure.traces import Trace, next_uses
from memcli.memory import state
from memcli.memory.events import Event
from memcli.memory.state import Strength

CAPACITY = 0.13  # of all entries
WARM_DAYS, SOON_DAYS, EVERY_DAYS = 30, 7, 28
BINS = 20
START = datetime(2025, 1, 1, tzinfo=timezone.utc)
_NEVER = 1 << 30


@dataclass(frozen=True, slots=True)
class Score:
    """How a policy did on a trace: shares of 0..1, `belady` what the best there can be had; `log_loss` in nats, NaN without anything to tell by."""

    policy: str
    trace: str
    hits: float
    belady: float
    log_loss: float
    auc: float


def options(name: str, capacity: int) -> dict[str, str]:
    """What a policy needs to be told to do this at all."""
    return {"budget": {"entries": str(capacity)}, "ttl": {"ttl": "90d"}}.get(name, {})


def scored(name: str, trace: Trace, other: Trace) -> Score:
    """A policy's score on a trace; `other` is of the same kind and calibrates its values."""
    capacity = max(int(CAPACITY * len(trace.born)), 1)
    policy = registry.load_policy(name)
    hits, told = _replayed(policy, trace, capacity)
    _, known = _replayed(policy, other, capacity)
    loss, area = foretold(told, known)
    return Score(name, trace.name, hits, belady(trace, capacity), loss, area)


def _replayed(policy: Policy, trace: Trace, capacity: int) -> tuple[float, list[tuple[float, bool]]]:
    """The hit rate, and for a sample of nights each entry's value with whether it was used soon after."""
    chosen, uses = options(policy.name, capacity), next_uses(trace)
    strengths: dict[int, Strength] = {}
    hot: set[int] = set()
    asked = found = 0
    told: list[tuple[float, bool]] = []
    arriving = _arriving(trace)
    for day, used in enumerate(trace.uses):
        now = START + timedelta(days=day + 1)
        for number in arriving.get(day, ()):
            strengths[number] = _new(trace.born[number])
            hot.add(number)
        if day >= WARM_DAYS:
            asked += len(used)
            found += sum(number in hot for number in used)
        for number in used:
            if number in strengths:
                strengths[number] = _used(strengths[number], number, day)
                hot.add(number)
        if len(hot) > capacity:
            values = _values(policy, sorted(hot), strengths, now, chosen)
            hot = {number for _, number in sorted(((value, number) for number, value in values.items()), reverse=True)[:capacity]}
        if day >= WARM_DAYS and day % EVERY_DAYS == 0 and day + SOON_DAYS < len(trace.uses):
            values = _values(policy, sorted(strengths), strengths, now, chosen)
            told += [(values[number], _within(uses[number], day, SOON_DAYS)) for number in sorted(values)]
    return found / asked if asked else 0.0, told


def _arriving(trace: Trace) -> Mapping[int, list[int]]:
    """The entries that come on each day; those from before on the first."""
    found: dict[int, list[int]] = {}
    for number, day in enumerate(trace.born):
        found.setdefault(max(day, 0), []).append(number)
    return found


def _new(born: int) -> Strength:
    created = START + timedelta(days=born)
    return state.strength(created.strftime("%Y-%m-%dT%H:%M:%SZ"), None, (), START + timedelta(days=max(born, 0)))


def _used(before: Strength, number: int, day: int) -> Strength:
    at = START + timedelta(days=day, hours=12)
    return state.after(before, [Event(str(number), at.strftime("%Y-%m-%dT%H:%M:%SZ"), "used", "", 0)], at)


def _values(policy: Policy, numbers: Sequence[int], strengths: Mapping[int, Strength], now: datetime, chosen: Mapping[str, str]) -> dict[int, float]:
    seen = [_remembered(number, strengths[number], now) for number in numbers]
    return {number: verdict.value for number, verdict in zip(numbers, judging.verdicts(policy, seen, now, chosen), strict=True)}


def _remembered(number: int, known: Strength, now: datetime) -> Remembered:
    topic = number % 97
    return Remembered(
        id=f"{number:026}", path=f"{number}.md", title=str(number), type="note", state="short", tags=(), key="", size_bytes=1_000, created=known.created,
        last=known.last, uses=known.uses, days=known.days, stability=known.stability, difficulty=known.difficulty, need=known.need(now),
        worth=known.worth(now), retrievability=known.retrievability(now), importance=0.5, confidence=0.7, pinned=False, expires=None,
        words=frozenset(f"topic{topic} word{at}" for at in range(4)) | {f"own{number}"})


def _within(days: Sequence[int], day: int, span: int) -> bool:
    at = bisect_right(days, day)
    return at < len(days) and days[at] <= day + span


def belady(trace: Trace, capacity: int) -> float:
    """The hit rate of one that knows the future (Belady 1966)."""
    uses = next_uses(trace)
    hot: set[int] = set()
    asked = found = 0
    arriving = _arriving(trace)
    for day, used in enumerate(trace.uses):
        hot.update(arriving.get(day, ()))
        if day >= WARM_DAYS:
            asked += len(used)
            found += sum(number in hot for number in used)
        hot.update(used)
        hot = {number for _, number in sorted((_next(uses[number], day), number) for number in hot)[:capacity]}
    return found / asked if asked else 0.0


def _next(days: Sequence[int], day: int) -> int:
    at = bisect_right(days, day)
    return days[at] if at < len(days) else _NEVER


def foretold(told: Sequence[tuple[float, bool]], known: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """(log loss in nats, AUC) of values for what came true; `known` are such pairs of another trace, from which probabilities are taken."""
    good = sum(came for _, came in told)
    if not known or not 0 < good < len(told):
        return math.nan, math.nan
    edges, rates = _bins(known)
    loss = -sum(math.log(rate if came else 1 - rate) for value, came in told for rate in (rates[bisect_left(edges, value)],)) / len(told)
    return loss, _area(told, good)


def _bins(known: Sequence[tuple[float, bool]]) -> tuple[list[float], list[float]]:
    """The upper edges of the bins but the last, and the share of each that came true, drawn towards 1/2 by one observation."""
    ordered = sorted(known)
    edges = sorted({ordered[len(ordered) * part // BINS][0] for part in range(1, BINS)})
    counts = [[1.0, 2.0] for _ in range(len(edges) + 1)]
    for value, came in ordered:
        row = counts[bisect_left(edges, value)]
        row[0] += came
        row[1] += 1
    return edges, [came / of for came, of in counts]


def _area(told: Sequence[tuple[float, bool]], good: int) -> float:
    """The area under the ROC curve: the chance that what came true has the higher value; equal values count half."""
    bad = sorted(value for value, came in told if not came)
    above = sum(bisect_left(bad, value) + bisect_right(bad, value) for value, came in told if came)
    return above / 2 / (good * len(bad))


def means(scores: Sequence[Score]) -> Iterator[tuple[str, float, float, float, float]]:
    """(policy, hit rate, share of Belady's, log loss, AUC): the means over traces, the best hit rate first."""
    names = dict.fromkeys(score.policy for score in scores)
    rows = []
    for name in names:
        own = [score for score in scores if score.policy == name]
        count = len(own)
        rows.append((name, sum(one.hits for one in own) / count, sum(one.hits / one.belady if one.belady else 0.0 for one in own) / count,
                     sum(one.log_loss for one in own) / count, sum(one.auc for one in own) / count))
    yield from sorted(rows, key=lambda row: (-row[1], row[0]))
