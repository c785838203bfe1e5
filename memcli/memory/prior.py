"""How does what is known of an entry move its score? By bounded factors, so that it can settle what relevance leaves open and never bury it.

prior = (1 + NEED (2 need^SHARP - 1)) (1 + IMPORTANCE (2 importance - 1)) (1 + CONFIDENCE (2 confidence - 1)), with need 0..1 from `memory.need`: SHARP, so that
what is hot is lifted and what is merely old is not sorted by age. On LoCoMo's five development conversations, 997 questions, a weight of 0.06, 0.08
and 0.1 keeps 0.995, 0.993 and 0.988 of the evidence in the first ten for uniform use, and gives 1.016, 1.021 and 1.019 for recent use. With the
default weights an entry can pass another only where their relevance differs by less than 1.6 times. A predicted importance decides what is forgotten
but does not rank: there, with a weight of 0.1, it costs 0.8 % of the first ten's conversations and 0.5 % of their turns. Then, for the present:
SUPERSEDED by a newer value of its slot, PAST its `valid_to`, nothing left of what was retracted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from memcli import clock
from memcli.memory.events import Event
from memcli.memory.state import needed

NEED, IMPORTANCE, CONFIDENCE = 0.08, 0.10, 0.05
SHARP = 4
SUPERSEDED, PAST = 0.25, 0.5
NO_IMPORTANCE, NO_CONFIDENCE = 0.5, 0.7  # where an entry states none


class Factor(NamedTuple):
    """One row of a prior: what it is named, the value (0..1, or what it stands for) and by what it multiplies."""

    name: str
    value: float
    factor: float


class Weights(NamedTuple):
    """How far each signal may move a score, as a share of it (0..0.3)."""

    need: float = NEED
    importance: float = IMPORTANCE
    confidence: float = CONFIDENCE


def importance(meta: Mapping[str, object]) -> float:
    """What an entry states, else the middle."""
    return _share(meta.get("importance"), NO_IMPORTANCE)


def confidence(meta: Mapping[str, object]) -> float:
    """What consolidation made of what an entry states, else that."""
    memory = meta.get("memory")
    return _share(memory.get("believed") if isinstance(memory, Mapping) else None, stated_confidence(meta))


def stated_confidence(meta: Mapping[str, object]) -> float:
    """What an entry states, else what is believed of any."""
    return _share(meta.get("confidence"), NO_CONFIDENCE)


def factors(meta: Mapping[str, object], created: str, events: list[Event], now: datetime, weights: Weights) -> list[Factor]:
    """The factors of an entry's prior, `meta` being its front matter; validity counts at `now`."""
    need = needed(created, meta.get("memory"), events, now)
    matters, believed = importance(meta), confidence(meta)
    known = (("need", need, need**SHARP, weights.need), ("importance", matters, _told(meta, matters), weights.importance),
             ("confidence", believed, believed, weights.confidence))
    found = [Factor(name, value, 1 + weight * (2 * bent - 1)) for name, value, bent, weight in known if weight]
    if _is_past(meta.get("retracted"), now):
        found.append(Factor("retracted", 1.0, 0.0))
    elif meta.get("superseded_by") and not _is_ahead(meta.get("valid_to"), now):
        found.append(Factor("superseded", 1.0, SUPERSEDED))
    elif _is_past(meta.get("valid_to"), now):
        found.append(Factor("no longer valid", 1.0, PAST))
    return found


def _told(meta: Mapping[str, object], value: float) -> float:
    """An importance as far as it ranks: one that was predicted does not."""
    return NO_IMPORTANCE if meta.get("importance_by") == "auto" else value


def product(found: list[Factor]) -> float:
    """What the factors make together."""
    result = 1.0
    for one in found:
        result *= one.factor
    return result


def _is_ahead(value: object, now: datetime) -> bool:
    try:
        return isinstance(value, str) and bool(value) and clock.parse(value) > now
    except ValueError:
        return False


def _is_past(value: object, now: datetime) -> bool:
    try:
        return isinstance(value, str) and bool(value) and clock.parse(value) <= now
    except ValueError:
        return False


def _share(value: object, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        return default
    return float(value)
