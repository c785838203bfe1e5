"""How far is an entry to be believed? A Beta posterior over confirmations and contradictions, and what linked entries do to each other; pure.

A stated value is the mean of a Beta prior that weighs as much as PRIOR observations. A confirmation counts 1 for, a contradiction 3 against
(SCIENCE.md 1.4, trust). Along links a relation's factor times the link's weight times the damped confidence of the entry it comes from moves the
entry it points to: c + x (1 - c) upwards, c (1 - x) for a contradiction (SCIENCE.md 1.4, confidence propagation).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import prod

from memcli.errors import UserError

PRIOR = 4.0  # observations that a stated value weighs
CONFIRMS, CONTRADICTS = 1.0, 3.0
FACTORS = {"supports": 1.0, "contradicts": -1.0, "causes": 0.8, "requires": 0.6, "part_of": 0.3, "similar_to": 0.2}
DAMPING = 0.7
ROUNDS = 3
STILL = 0.01  # a round that moves nothing by so much is the last


def posterior(stated: float, confirmed: int, contradicted: int) -> float:
    """The confidence (0..1) in what was stated with `stated` (0..1) after so many confirmations and contradictions. Raises UserError."""
    if not 0 <= stated <= 1 or confirmed < 0 or contradicted < 0:
        raise UserError("a confidence is a number from 0 to 1, and events are counted from 0", "mem edit shows the entry's front matter")
    gained = CONFIRMS * confirmed
    return (PRIOR * stated + gained) / (PRIOR + gained + CONTRADICTS * contradicted)


def propagated(confidence: Mapping[str, float], links: Iterable[tuple[str, str, str, float]], fixed: Collection[str] = ()) -> dict[str, float]:
    """The confidence (0..1) of each entry, by id, once each link (from, relation, to, weight 0..1) has moved the entry it points to.

    `confidence` holds what was stated or is the posterior, never what this function gave before: a caller keeps the two apart. Every round begins
    at those values and takes only the other end from the round before, so that nothing is counted twice, two entries that support each other
    cannot lift themselves from consolidation to consolidation, and a second one changes nothing. The order of links does not matter; of links
    that say the same the strongest counts. What is `fixed` (pinned, or stated by a person) never moves. Links of other relations, to an entry
    itself or to unknown ones say nothing. Raises UserError for a number that is not 0..1.
    """
    if any(not 0 <= value <= 1 for value in confidence.values()):
        raise UserError("a confidence is a number from 0 to 1", "mem doctor names the entry")
    into = _inbound(confidence, links, frozenset(fixed))
    now = dict(confidence)
    for _ in range(ROUNDS):
        moved = {id_: _moved(confidence[id_], now, sources) for id_, sources in into.items()}
        most = max((abs(value - now[id_]) for id_, value in moved.items()), default=0.0)
        now.update(moved)
        if most < STILL:
            break
    return now


def _inbound(known: Mapping[str, float], links: Iterable[tuple[str, str, str, float]], fixed: frozenset[str]) -> dict[str, list[tuple[str, float]]]:
    """For each entry that can move, where links come from and how strongly they push, sorted."""
    strongest: dict[tuple[str, str, str], float] = {}
    for from_, relation, to, weight in links:
        if not 0 <= weight <= 1:
            raise UserError(f"the weight of the link from {from_} to {to} is not a number from 0 to 1", f"mem edit {from_}")
        if relation in FACTORS and from_ != to and from_ in known and to in known and to not in fixed:
            key = (to, from_, relation)
            strongest[key] = max(strongest.get(key, 0.0), weight)
    found: dict[str, list[tuple[str, float]]] = {}
    for (to, from_, relation), weight in sorted(strongest.items()):
        found.setdefault(to, []).append((from_, FACTORS[relation] * weight))
    return found


def _moved(stated: float, now: Mapping[str, float], sources: list[tuple[str, float]]) -> float:
    """A stated value after all pushes: the supporting ones first, then the contradicting ones."""
    doubt = prod(1 - push * DAMPING * now[id_] for id_, push in sources if push > 0)
    kept = prod(1 + push * DAMPING * now[id_] for id_, push in sources if push < 0)
    return min(max((1 - (1 - stated) * doubt) * kept, 0.0), 1.0)
