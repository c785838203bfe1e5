"""How likely is an entry to be needed now? ACT-R's base-level activation and what follows from it; pure.

B = ln( t^-d + (n-1) (L^(1-d) - t^(1-d)) / ((1-d)(L - t)) ): Petrov's hybrid approximation with one exact term (Petrov 2006, recommended by Fisher et al.
2018). L is the age, t the time since the last presentation, n how many there were, the writing itself being the first.
P = 1 / (1 + e^((TAU - B)/SCALE)): the recall probability of ACT-R. TAU is such that an entry never used again is at one half after 90 days.
"""

from __future__ import annotations

from math import exp, log

DECAY = 0.5
SCALE = 0.5
TAU = -2.25
WORTH_DECAY, HALF_DAYS = 0.8, 90.0
FLOOR_DAYS = 1 / 24  # what happened within the hour counts as an hour ago
_FAR = 700.0  # beyond it exp would overflow


def activation(age_days: float, idle_days: float, presentations: int, decay: float = DECAY) -> float:
    """The base-level activation of an entry of this age, last presented so long ago, `presentations` (at least 1) times in all; `decay` is d.

    Ages below FLOOR_DAYS, those of a clock set back too, count as that; an idle time longer than the age counts as the age.
    """
    age = max(age_days, FLOOR_DAYS)
    idle = min(max(idle_days, FLOOR_DAYS), age)
    rate = 1 - decay
    spread = age - idle
    older = (age**rate - idle**rate) / (rate * spread) if spread > 1e-9 * age else idle**-decay
    return log(idle**-decay + (max(presentations, 1) - 1) * older)


def probability(age_days: float, idle_days: float, presentations: int) -> float:
    """The probability (0..1) that an entry is needed now; arguments as in `activation`."""
    return 1 / (1 + exp(min((TAU - activation(age_days, idle_days, presentations)) / SCALE, _FAR)))


def worth(age_days: float, idle_days: float, presentations: int) -> float:
    """What an entry is worth (0..1) where only some can stay: the same with WORTH_DECAY, which lets go sooner of what was used much and is no longer.

    For an entry never used again both are 1 / (1 + t/90). On traces of four kinds (SCIENCE 3.3; `mem eval policy`) a decay of 0.5, 0.6, 0.7, 0.8 and 0.9 has a
    mean hit rate of 0.658, 0.673, 0.681, 0.684 and 0.681, and where use comes in bursts of 0.582, 0.647, 0.688, 0.717 and 0.729.
    """
    found = activation(age_days, idle_days, presentations, WORTH_DECAY)
    return 1 / (1 + exp(min(-log(HALF_DAYS) - found / WORTH_DECAY, _FAR)))
