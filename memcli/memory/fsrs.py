"""How well is an entry remembered, and how does a use strengthen it? FSRS-6 with its default weights, over fractional days; pure.

R(t, S) = (1 + FACTOR t/S)^DECAY; S is the stability in days (R = 0.9 after S days), D the difficulty 1..10. Formulas and weights are those of the
open spaced repetition project's FSRS-6 (Ye et al.; py-fsrs is the oracle of the tests). A grade is 1 again, 2 hard, 3 good, 4 easy. Of a day
at most one review counts (memory/state.py), so the formula for reviews within a day, which inflates without bound, is not needed.
"""

from __future__ import annotations

from math import exp

W = (0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912,
     0.0658, 0.1542)
DECAY = -W[20]
FACTOR: float = 0.9 ** (1 / DECAY) - 1
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
STABILITY = (0.001, 36500.0)  # days
DIFFICULTY = (1.0, 10.0)


def retrievability(elapsed_days: float, stability: float) -> float:
    """The probability (0..1) of recalling after so many days (at least 0)."""
    return float((1 + FACTOR * max(elapsed_days, 0.0) / stability) ** DECAY)


def first_stability(grade: int) -> float:
    """The stability, in days, after the first review."""
    return _within(W[grade - 1], STABILITY)


def first_difficulty(grade: int) -> float:
    """The difficulty after the first review."""
    return _within(_raw_difficulty(grade), DIFFICULTY)


def _raw_difficulty(grade: int) -> float:
    return W[4] - exp(W[5] * (grade - 1)) + 1


def next_difficulty(difficulty: float, grade: int) -> float:
    """The difficulty after a review: damped towards its end, and drawn a little to that of an easy one."""
    moved = difficulty - W[6] * (grade - 3) * (10 - difficulty) / 9
    return _within(W[7] * _raw_difficulty(EASY) + (1 - W[7]) * moved, DIFFICULTY)


def next_stability(stability: float, difficulty: float, elapsed_days: float, grade: int) -> float:
    """The stability, in days, after a review so many days after the one before."""
    recall = retrievability(elapsed_days, stability)
    if grade == AGAIN:
        lapse: float = W[11] * difficulty ** -W[12] * ((stability + 1) ** W[13] - 1) * exp(W[14] * (1 - recall))
        return _within(min(lapse, stability / exp(W[17] * W[18])), STABILITY)
    bonus = {HARD: W[15], EASY: W[16]}.get(grade, 1.0)
    growth: float = exp(W[8]) * (11 - difficulty) * stability ** -W[9] * (exp(W[10] * (1 - recall)) - 1)
    return _within(stability * (1 + growth * bonus), STABILITY)


def _within(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])
