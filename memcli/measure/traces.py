"""When is what needed? Traces of use to judge policies by: four kinds of made ones, and what a vault's own log tells.

A made trace has ENTRIES entries over DAYS days, a third of them there at the beginning. `power`: an entry's rate falls as its age^-1/2, from a strength
of its own; `stationary`: rates differ (Zipf) and stay; `bursty`: a week of daily use, then hardly any for months; `periodic`: a third are used every third
day, week, fortnight, month or quarter, with a day's jitter, and the others never again. They have the shapes of SCIENCE 3.3, drawn from a seed; what
holds for all four is more than what holds for one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memcli.memory.events import PRESENTING, Event

ENTRIES, DAYS = 1_500, 365
USES = 20_000  # about, in a trace of that size
PERIODS, PERIODIC = (3, 7, 14, 30, 90), 1 / 3
BURST_DAYS, BETWEEN_BURSTS_DAYS, BETWEEN = 7, 90, 0.01
_THERE = 1 / 3  # of the entries at the beginning


@dataclass(frozen=True, slots=True)
class Trace:
    """What was there and when it was used. `born` is the day each entry came (0-based, negative: before the first day), `uses` the entries used on each
    day, each once, by number."""

    name: str
    born: list[int]
    uses: list[list[int]]


Rate = Callable[[random.Random, int], Callable[[int], float]]  # for an entry's number: its expected uses on a day of its age


def made(name: str, seed: int, entries: int = ENTRIES, days: int = DAYS) -> Trace:
    """The made trace of a kind (a key of KINDS). The same seed gives the same trace."""
    chance = random.Random(f"{name} {seed}")
    born = [-chance.randrange(1, 180) if number < entries * _THERE else chance.randrange(days) for number in range(entries)]
    chance.shuffle(born)
    rates = [KINDS[name](chance, number) for number in range(entries)]
    table = [[rates[number](day - born[number]) if day > born[number] else 0.0 for number in range(entries)] for day in range(days)]
    most = sum(map(sum, table))
    scale = USES * entries * days / (ENTRIES * DAYS * most) if most else 0.0
    return Trace(name, born, [[number for number, rate in enumerate(row) if rate and chance.random() < min(rate * scale, 1.0)] for row in table])


def _power(chance: random.Random, number: int) -> Callable[[int], float]:
    strength = chance.lognormvariate(0, 1.5)
    return lambda age: strength * float((age + 1) ** -0.5)


def _stationary(chance: random.Random, number: int) -> Callable[[int], float]:
    rate = 1 / (number + 1) ** 0.8
    return lambda age: rate


def _bursty(chance: random.Random, number: int) -> Callable[[int], float]:
    active: set[int] = set()
    start = 0
    while start < DAYS + 180:
        active.update(range(start, start + BURST_DAYS))
        start += BURST_DAYS + int(chance.expovariate(1 / BETWEEN_BURSTS_DAYS))
    return lambda age: 1.0 if age in active else BETWEEN


def _periodic(chance: random.Random, number: int) -> Callable[[int], float]:
    period = chance.choice(PERIODS)
    if chance.random() > PERIODIC:
        return lambda age: 0.0
    due = {step * period + chance.choice((-1, 0, 0, 0, 1)) for step in range(1, (DAYS + 180) // period + 1)}
    return lambda age: 1.0 if age in due else 0.0


KINDS: Mapping[str, Rate] = {"power": _power, "stationary": _stationary, "bursty": _bursty, "periodic": _periodic}


def recorded(created: Mapping[str, datetime], events: Iterable[Event]) -> Trace:
    """The trace of a vault's own log: `created` tells by id when entries came; uses of other ids are left out. Days are UTC's."""
    ids = {id_: number for number, id_ in enumerate(sorted(created))}
    used = sorted((event for event in events if event.kind in PRESENTING and event.id in ids), key=lambda event: event.at)
    if not used:
        return Trace("log", [], [])
    first = datetime.fromisoformat(used[0].at[:10]).date()
    days: list[set[int]] = [set() for _ in range((datetime.fromisoformat(used[-1].at[:10]).date() - first).days + 1)]
    for event in used:
        days[(datetime.fromisoformat(event.at[:10]).date() - first).days].add(ids[event.id])
    born = [(created[id_].date() - first).days for id_ in sorted(created)]
    return Trace("log", born, [sorted(day) for day in days])


def next_uses(trace: Trace) -> list[Sequence[int]]:
    """The days on which each entry is used, in order."""
    found: list[list[int]] = [[] for _ in trace.born]
    for day, numbers in enumerate(trace.uses):
        for number in numbers:
            found[number].append(day)
    return [*found]
