"""How does what is known of the candidates weigh on their scores? Each candidate's prior (memory.prior), as factors of its relevance."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from memcli.memory import events, prior
from memcli.memory.prior import Factor, Weights
from memcli.search.pool import Pool


class Priors(NamedTuple):
    """The factors of each candidate of a pool, and what they make together: all 1.0 without a prior."""

    factors: list[list[Factor]]
    products: list[float]


def priors(pool: Pool, state: str, now: datetime, weights: Weights | None) -> Priors:
    """The priors of a pool's candidates; `state` is the folder of the access log. Without `weights` there are none."""
    if weights is None:
        return Priors([[] for _ in pool.candidates], [1.0] * len(pool.candidates))
    used = events.read(state, {candidate.entry.id for candidate in pool.candidates})
    found = [prior.factors(candidate.entry.meta, candidate.entry.created, used.get(candidate.entry.id, []), now, weights) for candidate in pool.candidates]
    return Priors(found, [prior.product(factors) for factors in found])
