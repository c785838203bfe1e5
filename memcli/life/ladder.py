"""Which rung does an entry stand on? The moves up and back that use and importance bring (SCIENCE 2.5), each with its reason; pure.

forgotten < archived < cold < short < long < core. What moves down for want of need is a policy's opinion (life/plan.py). The thresholds to
rise and to fall lie apart, so that nothing flutters. A state that a person wrote is not taken back: only what was raised here (memory.raised)
falls back from core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memcli.life.holding import Held
from memcli.memory.events import PRESENTING

LONG_DAYS, LONG_CONFIDENCE = 3, 0.5
LONG_IMPORTANCE, LONG_AGE_DAYS = 0.65, 1.0
CORE_IMPORTANCE, CORE_DAYS, CORE_CHARACTERS = 0.85, 5, 2_000
FALL_FROM_CORE, FALL_FROM_LONG, FALL_NEED = 0.60, 0.35, 0.33


@dataclass(frozen=True, slots=True)
class Move:
    """An entry that goes from one state to another, and why. `value` 0..1 is what it was worth to the policy, None for moves up."""

    id: str
    path: str
    title: str
    before: str
    after: str
    reason: str
    value: float | None = None


def moves(found: Sequence[Held], now: datetime, supported: Mapping[str, str] = {}) -> list[Move]:
    """The moves that are due, by path. `supported` names, for ids that support or are required by a `long` or `core` entry, that entry's title."""
    due = [move for one in found if one.editable and not one.derived and (move := _move(one, now, supported))]
    return [*_fitting(found, [move for move in due if move.after == "core"]), *(move for move in due if move.after != "core")]


def _move(one: Held, now: datetime, supported: Mapping[str, str]) -> Move | None:
    after, reason = _STEPS[one.entry.state](one, now, supported) if one.entry.state in _STEPS else ("", "")
    return Move(one.id, one.path, one.entry.title, one.entry.state, after, reason) if after else None


def _from_short(one: Held, now: datetime, supported: Mapping[str, str]) -> tuple[str, str]:
    age = (now - one.strength.created).total_seconds() / 86400
    if one.pinned:
        return "long", "pinned"
    if one.strength.days >= LONG_DAYS and one.confidence >= LONG_CONFIDENCE:
        return "long", f"used on {one.strength.days} days"
    if one.importance >= LONG_IMPORTANCE and age >= LONG_AGE_DAYS and one.strength.need(now) >= FALL_NEED:
        return "long", f"importance {one.importance:.2f} >= {LONG_IMPORTANCE:g}"
    if one.id in supported and one.strength.need(now) >= FALL_NEED:
        return "long", f"supports {supported[one.id]}"
    return "", ""


def _from_long(one: Held, now: datetime, supported: Mapping[str, str]) -> tuple[str, str]:
    if one.pinned:
        return "core", "pinned"
    if one.importance >= CORE_IMPORTANCE and one.strength.days >= CORE_DAYS:
        return "core", f"importance {one.importance:.2f} >= {CORE_IMPORTANCE:g}, used on {one.strength.days} days"
    if one.importance < FALL_FROM_LONG and one.strength.need(now) < FALL_NEED and one.id not in supported:
        return "short", f"importance {one.importance:.2f} < {FALL_FROM_LONG:g}, need {one.strength.need(now):.2f} < {FALL_NEED:g}"
    return "", ""


def _from_core(one: Held, now: datetime, supported: Mapping[str, str]) -> tuple[str, str]:
    memory = one.entry.meta.get("memory")
    raised = isinstance(memory, dict) and "raised" in memory
    if raised and not one.pinned and one.importance < FALL_FROM_CORE:
        return "long", f"importance {one.importance:.2f} < {FALL_FROM_CORE:g}"
    return "", ""


def _from_cold(one: Held, now: datetime, supported: Mapping[str, str]) -> tuple[str, str]:
    memory = one.entry.meta.get("memory")
    kept = memory if isinstance(memory, dict) else {}
    back = str(kept.get("was")) if kept.get("was") in ("short", "long") else "short"
    since = str(kept.get("cooled", ""))
    used = [event for event in one.events if event.kind in PRESENTING and event.at >= since]
    if used and since:
        return back, f"{used[-1].kind} on {used[-1].at[:10]}"
    if one.pinned:
        return "long", "pinned"
    return "", ""


_STEPS = {"short": _from_short, "long": _from_long, "core": _from_core, "cold": _from_cold}


def _fitting(found: Sequence[Held], rising: Sequence[Move]) -> list[Move]:
    """Those that fit into the core block, the most important first; pinned ones always."""
    by_path = {one.path: one for one in found}
    room = CORE_CHARACTERS - sum(len(one.entry.body) for one in found if one.entry.state == "core" and not one.pinned)
    fitting = []
    for move in sorted(rising, key=lambda move: (-by_path[move.path].importance, move.path)):
        one = by_path[move.path]
        if one.pinned or len(one.entry.body) <= room:
            fitting.append(move)
            room -= 0 if one.pinned else len(one.entry.body)
    return sorted(fitting, key=lambda move: move.path)
