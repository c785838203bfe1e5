"""Which of several values of one slot holds when? A chain over time: each value holds until a later, different one begins (SCIENCE 2.7); pure.

A slot is `subject/attribute`, the `key` of an entry. Spans are half-open. The newer start wins; values that begin at the same instant, or a newer one
that is believed less by more than DOUBT, are a conflict: nothing is closed until a person says which one holds. The chain is made from all values
anew each time, so the order in which they came does not matter, and what is settled already stays as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

DOUBT = 0.2


@dataclass(frozen=True, slots=True)
class Claim:
    """What an entry says of its slot. `start` is since when, `end` until when (None: open); `stated` is `start` as it is written; `superseded` is the id
    of what came after, "" for none; `confidence` 0..1."""

    id: str
    value: str
    start: datetime
    stated: str
    end: datetime | None
    superseded: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Closing:
    """A claim that ends: `until` as it is to be written ("" leaves what stands there), `by` the id of what came after."""

    id: str
    until: str
    by: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Claims of a slot of which only one can hold, and why nobody but a person can tell which."""

    ids: tuple[str, ...]
    reason: str


def normal(value: str) -> str:
    """A value as it is compared: without case, outer marks and spaces, and the kinds of signs that only look different."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split()).strip(" .,;:!?\"'`*_")


def chain(claims: Sequence[Claim]) -> tuple[list[Closing], list[Conflict]]:
    """How the claims of one slot follow each other: those that end and by what, and what cannot be told."""
    known = {claim.id: claim for claim in claims}
    settled = [claim for claim in claims if not _out(claim, known)]
    ordered = sorted(settled, key=lambda claim: (claim.start, claim.id))
    groups = [list(group) for _, group in groupby(ordered, key=lambda claim: claim.start)]
    conflicts = [Conflict(tuple(claim.id for claim in group), f"both since {group[0].stated}") for group in groups
                 if len({claim.value for claim in group}) > 1]
    torn = {id_ for conflict in conflicts for id_ in conflict.ids}
    closings: list[Closing] = []
    for at, group in enumerate(groups):
        for claim in group:
            others = next((other for after in groups[at + 1:] if (other := [one for one in after if one.value != claim.value])), None)
            if others is None:
                continue
            later = next((other for other in others if other.id == claim.superseded), others[0])
            if claim.superseded != later.id and later.id not in torn and claim.confidence - later.confidence > DOUBT:
                conflicts.append(Conflict((claim.id, later.id), f"the newer is believed less: {later.confidence:.2g} against {claim.confidence:.2g}"))
            else:
                closings.append(Closing(claim.id, _until(claim, later, known), later.id))
    return closings, conflicts


def _out(claim: Claim, known: dict[str, Claim]) -> bool:
    """Whether a person settled it: superseded by one that does not begin later, so that it never held."""
    by = known.get(claim.superseded)
    return by is not None and by.start <= claim.start


def _until(claim: Claim, later: Claim, known: dict[str, Claim]) -> str:
    """When it ends: when the later one begins, unless a person wrote an earlier end; what was written for another follower is no person's."""
    by = known.get(claim.superseded)
    ours = claim.end is not None and by is not None and claim.end == by.start
    if claim.end is not None and not ours and claim.end <= later.start:
        return ""
    return later.stated
