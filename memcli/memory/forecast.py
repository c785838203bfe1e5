"""How will an entry fade if nothing happens to it? Its need and retrievability on the days to come; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from memcli.memory.state import Strength

YEAR_DAYS = 365
_FAR_DAYS = 36_500


def curve(strength: Strength, now: datetime, days: Sequence[float]) -> list[tuple[float, float]]:
    """(need, retrievability), each 0..1, so many days from `now` on."""
    return [(strength.need(at), strength.retrievability(at)) for at in (now + timedelta(days=day) for day in days)]


def days_until(strength: Strength, now: datetime, need: float) -> float:
    """In how many days the need falls below `need` (0..1): 0.0 when it is there, a hundred years for what takes longer."""
    low, high = 0.0, 1.0
    if strength.need(now) < need:
        return 0.0
    while strength.need(now + timedelta(days=high)) >= need:
        low, high = high, high * 2
        if high > _FAR_DAYS:
            return float(_FAR_DAYS)
    while high - low > 0.5:
        middle = (low + high) / 2
        low, high = (middle, high) if strength.need(now + timedelta(days=middle)) >= need else (low, middle)
    return high
