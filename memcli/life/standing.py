"""How does the vault stand? Entries by state, how much they are needed, what fades next, and what the year will bring; pure but for the reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from memcli.life.holding import Held
from memcli.memory import forecast

COLD_BELOW, ARCHIVED_BELOW = 0.33, 0.20  # of the default policy
SHOWN = 5
_FADING = ("short", "long")
_ORDER = ("core", "long", "short", "cold", "archived", "working")


@dataclass(frozen=True, slots=True)
class Rung:
    """The entries of one state: how many, their bytes, and the means (0..1) of need, retrievability and importance."""

    state: str
    entries: int
    size_bytes: int
    need: float
    retrievability: float
    importance: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A vault at one instant. `types` counts entries by type; `used_30d` those used within 30 days; `events` the uses not folded yet; `needs` counts
    entries whose need lies in each tenth of 0..1; `next` are (days until cold, entry), soonest first; `months` tells for the coming year, month by
    month, how many would be hot, cold and archived if nothing were used."""

    entries: int
    size_bytes: int
    rungs: list[Rung]
    types: dict[str, int]
    used_30d: int
    events: int
    needs: list[int]
    next: list[tuple[float, Held]]
    months: list[tuple[int, int, int]]
    packed_bytes: int


def standing(found: Sequence[Held], now: datetime, packed_bytes: int) -> Standing:
    """How these entries stand."""
    rungs = [_rung(state, own, now) for state in _ORDER if (own := [one for one in found if one.entry.state == state])]
    needs = Counter(min(int(one.strength.need(now) * 10), 9) for one in found)
    fading = sorted(((forecast.days_until(one.strength, now, COLD_BELOW), one) for one in found if fades(one)), key=lambda pair: (pair[0], pair[1].path))
    return Standing(
        entries=len(found), size_bytes=sum(len(one.data) for one in found), rungs=rungs,
        types=dict(sorted(Counter(one.entry.type for one in found).items())),
        used_30d=sum(one.strength.uses > 0 and now - one.strength.last <= timedelta(days=30) for one in found),
        events=sum(len(one.fresh) for one in found), needs=[needs[tenth] for tenth in range(10)], next=fading[:SHOWN],
        months=[_month(found, now + timedelta(days=forecast.YEAR_DAYS * month / 12)) for month in range(13)], packed_bytes=packed_bytes)


def _rung(state: str, own: Sequence[Held], now: datetime) -> Rung:
    count = len(own)
    return Rung(state, count, sum(len(one.data) for one in own), sum(one.strength.need(now) for one in own) / count,
                sum(one.strength.retrievability(now) for one in own) / count, sum(one.importance for one in own) / count)


def fades(one: Held) -> bool:
    """Whether time alone may move an entry down the ladder."""
    return one.entry.state in _FADING and not one.pinned and not one.derived


def _month(found: Sequence[Held], at: datetime) -> tuple[int, int, int]:
    """(hot, cold, archived) at an instant to come, by the thresholds of the default policy; what does not fade stays where it is."""
    hot = cold = archived = 0
    for one in found:
        state = one.entry.state
        need = one.strength.need(at) if fades(one) or state == "cold" else 1.0
        if state == "archived" or need < ARCHIVED_BELOW and state in ("cold", *_FADING):
            archived += 1
        elif state == "cold" or need < COLD_BELOW:
            cold += 1
        else:
            hot += 1
    return hot, cold, archived
