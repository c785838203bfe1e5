"""Which entries say different things of one slot in plain words, though no `key` says that they are its values? Found by rules, not by likeness; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memcli.entries.model import Entry
from memcli.life import supersede
from memcli.life.holding import Held
from memcli.memory import slots, statements
from memcli.memory.slots import Claim

BESIDE = "both hold"  # the `why` of a link by which a person said so


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Open entries that state different values of `slot`, in order of their beginnings; `values` as each states it; `reason` in words for a person."""

    slot: str
    ids: tuple[str, ...]
    values: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Stated:
    claim: Claim
    entry: Entry
    text: str


def contradictions(entries: Sequence[Held]) -> list[Contradiction]:
    """Every slot of which open entries state different values, sorted by slot; values of a `key` among themselves are left to its chain.

    Not read: what has ended, was superseded, retracted, forgotten or made by consolidation, and what is said of "I" in an entry that came from
    elsewhere, as nobody knows who that is.
    """
    found: dict[str, list[_Stated]] = {}
    for one in entries:
        for name, stated in _stated(one):
            found.setdefault(name, []).append(stated)
    made = []
    for name, group in sorted(found.items()):
        torn = _torn(name, group)
        if torn:
            told = sorted(torn, key=lambda one: (one.claim.start, one.claim.id))
            made.append(Contradiction(name, tuple(one.claim.id for one in told), tuple(one.text for one in told), _reason(told)))
    return made


def _stated(one: Held) -> list[tuple[str, _Stated]]:
    entry = one.entry
    claim = supersede.claim(entry)
    over = entry.problem is not None or entry.meta.get("retracted") or entry.meta.get("valid_to") or entry.meta.get("superseded_by")
    if claim is None or over or one.derived or entry.state == "forgotten":
        return []
    rules = statements.english()
    foreign = entry.meta.get("source") is not None
    return [(slot.key, _Stated(Claim(claim.id, slots.normal_value(slot.value), claim.start, claim.stated, None, "", claim.confidence), entry, slot.value))
            for slot in statements.slots_of(entry.body if entry.body.strip() else entry.title, entry.title, rules)
            if rules.single(slot.attribute) and not (foreign and slot.subject == statements.USER)]


def _torn(name: str, group: Sequence[_Stated]) -> list[_Stated]:
    """Those of which another one differs; each looks for one such only, as a slot may be stated ten thousand times."""
    by_value: dict[str, list[_Stated]] = {}
    for one in sorted(group, key=lambda one: _keyed(name, one)):
        by_value.setdefault(one.claim.value, []).append(one)
    if len(by_value) < 2 or all(_keyed(name, one) for one in group):
        return []
    return [one for one in group if any(_differ(name, one, other) for value, others in by_value.items() if value != one.claim.value for other in others)]


def _keyed(name: str, one: _Stated) -> bool:
    return statements.normal_key(str(one.entry.meta.get("key") or "")) == name


def _differ(name: str, a: _Stated, b: _Stated) -> bool:
    keyed = [_keyed(name, one) for one in (a, b)]
    many = any(given and one.entry.meta.get("cardinality") == "many" for given, one in zip(keyed, (a, b)))
    return not all(keyed) and not many and not _beside(a.entry, b.entry) and not _beside(b.entry, a.entry)


def _beside(one: Entry, other: Entry) -> bool:
    """Whether a link in one says that both hold."""
    links = one.meta.get("links")
    every = links if isinstance(links, list) else [links]
    return any(isinstance(link, Mapping) and link.get("to") == other.id and link.get("why") == BESIDE for link in every)


def _reason(told: Sequence[_Stated]) -> str:
    first, last = told[0].claim, told[-1].claim
    return f"the texts differ, both since {first.stated}" if first.start == last.start else f"the texts differ, {first.stated[:10]} and {last.stated[:10]}"
