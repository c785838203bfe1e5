"""How strong is an entry now? Its checkpoint with the log's events laid over it: a pure function of both and of `now`.

What counts, and how often (SCIENCE 2.3): `opened` once per session and day, the others once a day. Each that presents the entry is a
presentation for `need`; of a day at most one review counts for FSRS, the worst grade if one failed, else the best.
The unit of folding is the whole day (UTC): a checkpoint holds all of a day or nothing of it, so it does not matter when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from memcli import clock
from memcli.memory import fsrs, need
from memcli.memory.events import PRESENTING, Event

GRADES = {"opened": fsrs.HARD, "used": fsrs.GOOD, "confirmed": fsrs.GOOD, "missed": fsrs.AGAIN, "contradicted": fsrs.AGAIN}
_MANY = 1_000_000_000


class Strength(NamedTuple):
    """What is remembered of an entry's use. `uses` counts presentations after its creation, `days` the days (UTC) that had one; `last` is the last
    one, or the creation; `stability` in days, `difficulty` 1..10; `confirmed` and `contradicted` count days; `reviewed` is the last review."""

    created: datetime
    uses: int
    last: datetime
    stability: float
    difficulty: float
    days: int
    confirmed: int
    contradicted: int
    reviewed: datetime

    def need(self, now: datetime) -> float:
        """The probability (0..1) that it is needed."""
        return need.probability(_days(now, self.created), _days(now, self.last), self.uses + 1)

    def worth(self, now: datetime) -> float:
        """What it is worth (0..1) where only some can stay."""
        return need.worth(_days(now, self.created), _days(now, self.last), self.uses + 1)

    def retrievability(self, now: datetime) -> float:
        """The probability (0..1) that it is still known by heart."""
        return fsrs.retrievability(_days(now, self.reviewed), self.stability)


def _days(later: datetime, earlier: datetime) -> float:
    return max((later - earlier).total_seconds() / 86400, 0.0)


def strength(created: str, memory: object, events: Iterable[Event], now: datetime) -> Strength:
    """The strength of an entry created so (RFC 3339, "" for not known), with this checkpoint (front matter's `memory`) and these events.

    Events of days that the checkpoint has are passed over; those of a clock that was ahead count as of now. Numbers out of range are bounded.
    """
    kept = memory if isinstance(memory, Mapping) else {}
    started = min(_moment(created) or now, now)
    last = min(_moment(kept.get("last")) or started, now)
    found = Strength(
        created=started, uses=int(_number(kept.get("uses"), 0, 0, _MANY)), last=max(last, started),
        stability=_number(kept.get("stability"), fsrs.first_stability(fsrs.GOOD), *fsrs.STABILITY),
        difficulty=_number(kept.get("difficulty"), fsrs.first_difficulty(fsrs.GOOD), *fsrs.DIFFICULTY),
        days=int(_number(kept.get("days"), 0, 0, _MANY)), confirmed=int(_number(kept.get("confirmed"), 0, 0, _MANY)),
        contradicted=int(_number(kept.get("contradicted"), 0, 0, _MANY)),
        reviewed=max(min(_moment(kept.get("reviewed")) or last, now), started),
    )
    since = min(_moment(kept.get("at")) or started, now)
    for day in _by_day(events, "" if "at" not in kept else clock.rfc3339(since)):
        found = after(found, day, now)
    return found


def needed(created: str, memory: object, events: Sequence[Event], now: datetime) -> float:
    """The need of an entry, as its `strength` has it; of one that was never used without working out the rest."""
    if events or memory:
        return strength(created, memory, events, now).need(now)
    age_days = _days(now, min(_moment(created) or now, now))
    return need.probability(age_days, age_days, 1)


def _by_day(events: Iterable[Event], since: str) -> list[list[Event]]:
    """The events from `since` on that count, day by day."""
    days: dict[str, dict[tuple[str, ...], Event]] = {}
    for event in sorted(events, key=lambda event: (event.at, event.kind, event.session)):
        if event.at >= since and event.kind in GRADES:
            once = (event.kind, event.session) if event.kind == "opened" else (event.kind,)
            days.setdefault(event.at[:10], {}).setdefault(once, event)
    return [[*counted.values()] for _, counted in sorted(days.items())]


def after(before: Strength, day: list[Event], now: datetime) -> Strength:
    """The strength after a day's events."""
    presenting = [event for event in day if event.kind in PRESENTING]
    grades = [event.grade or GRADES[event.kind] for event in day]
    grade = fsrs.AGAIN if fsrs.AGAIN in grades else max(grades)
    at = min(max(_moment(day[-1].at) or now, before.reviewed), now)
    seen = max((min(_moment(event.at) or now, now) for event in presenting), default=before.last)
    return before._replace(
        uses=before.uses + len(presenting), last=max(before.last, seen), days=before.days + bool(presenting),
        stability=fsrs.next_stability(before.stability, before.difficulty, _days(at, before.reviewed), grade),
        difficulty=fsrs.next_difficulty(before.difficulty, grade), reviewed=at,
        confirmed=before.confirmed + any(event.kind == "confirmed" for event in day),
        contradicted=before.contradicted + any(event.kind == "contradicted" for event in day),
    )


def checkpoint(created: str, memory: object, events: Iterable[Event], now: datetime) -> dict[str, Any] | None:
    """The new `memory` block with every whole day's events before `now` folded in; None when there is nothing to fold.

    Numbers have three significant digits. `at` is the midnight after the last folded day, so that it does not tell when it was folded.
    """
    today = clock.rfc3339(now)[:10]
    kept = memory if isinstance(memory, Mapping) else {}
    since = clock.rfc3339(stamp) if (stamp := _moment(kept.get("at"))) else ""
    folded = [event for event in events if since <= event.at and event.at[:10] < today and event.kind in GRADES]
    if not folded:
        return None
    midnight = clock.parse(max(event.at for event in folded)[:10]) + timedelta(days=1)
    found = strength(created, memory, folded, midnight)
    block: dict[str, Any] = {"uses": found.uses, "last": clock.rfc3339(found.last), "stability": rounded(found.stability),
                             "difficulty": rounded(found.difficulty), "days": found.days}
    block.update((name, count) for name, count in (("confirmed", found.confirmed), ("contradicted", found.contradicted)) if count)
    if found.reviewed != found.last:
        block["reviewed"] = clock.rfc3339(found.reviewed)
    return {**block, "at": clock.rfc3339(midnight)}


def rounded(value: float) -> float:
    """Three significant digits."""
    return float(f"{value:.3g}")


def _moment(value: object) -> datetime | None:
    try:
        return clock.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _number(value: object, default: float, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return default
    return min(max(value, low), high)
