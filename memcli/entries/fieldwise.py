"""What do two versions of front matter make? Field by field, three-way, and it does not matter which side is which; pure.

- a side that left a field alone gives way to the one that changed or removed it;
- lists (tags, aliases, links, supersedes, ...) are united: what one side took away goes, what either added stays;
- `memory` counts: uses add up (the base's and what each side has more), the latest moment, the greater stability, the mean difficulty;
- `created` is the earlier, `updated` the later; the `id` is one, or it is a conflict;
- everything else is that of the side with the newer `updated`, at a tie the value with the higher hash.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping
from datetime import datetime

from memcli import clock
from memcli.entries import ids, text
from memcli.entries.frontmatter import same
from memcli.entries.model import Value

SUMS = ("uses", "confirmed", "contradicted")  # of `memory`: how often something happened
LATEST = ("last", "at", "reviewed")
GREATEST = ("stability", "days")
WHOLE = ("archive",)  # maps whose parts mean nothing without each other

Fields = Mapping[str, Value]


class _Gone(enum.Enum):
    """A field that is not there."""

    GONE = "gone"


_GONE = _Gone.GONE
Maybe = Value | _Gone


def merged(base: Fields, ours: Fields, theirs: Fields) -> tuple[dict[str, Value], list[str]]:
    """The merged fields, and the reasons why a person has to look at them."""
    conflicts: list[str] = []
    newer = _newer(ours, theirs)
    found = _map(base, ours, theirs, newer, top=True)
    one, other = ours.get("id"), theirs.get("id")
    if isinstance(one, str) and isinstance(other, str) and ids.normalise(one) != ids.normalise(other):
        conflicts.append("the two sides are entries of their own, with different ids")
        found["id"] = base.get("id") or min(one, other)
    return found, conflicts


def _newer(ours: Fields, theirs: Fields) -> int:
    """-1 where ours was updated later, 1 where theirs was, 0 where that is not known."""
    one, other = _moment(ours.get("updated")), _moment(theirs.get("updated"))
    if one is None or other is None or one == other:
        return 0 if one == other else -1 if other is None else 1
    return -1 if one > other else 1


def _map(base: Fields, ours: Fields, theirs: Fields, newer: int, *, top: bool = False) -> dict[str, Value]:
    names = list(dict.fromkeys((*ours, *theirs)))
    found: dict[str, Value] = {}
    for name in names:
        value = _field(name, base.get(name, _GONE), ours.get(name, _GONE), theirs.get(name, _GONE), newer, top)
        if not isinstance(value, _Gone):
            found[name] = value
    return found


def _field(name: str, base: Maybe, ours: Maybe, theirs: Maybe, newer: int, top: bool) -> Maybe:
    """One field's value after the merge."""
    if _is(ours, theirs) or _is(base, theirs):
        return ours
    if _is(base, ours):
        return theirs
    if isinstance(ours, _Gone) or isinstance(theirs, _Gone):  # removed here, changed there: what says something stays
        return theirs if isinstance(ours, _Gone) else ours
    if top and name == "memory" and isinstance(ours, dict) and isinstance(theirs, dict):
        return _memory(base if isinstance(base, dict) else {}, ours, theirs, newer)
    if top and name in ("created", "updated"):
        return _by_time(ours, theirs, max if name == "updated" else min)
    listed = _listed(name, base), _listed(name, ours), _listed(name, theirs)
    if listed[1] is not None and listed[2] is not None:
        return _united(listed[0] or [], listed[1], listed[2])
    if isinstance(ours, dict) and isinstance(theirs, dict) and name not in WHOLE:
        return _map(base if isinstance(base, dict) else {}, ours, theirs, newer)
    return _chosen(ours, theirs, newer)


def _is(one: Maybe, other: Maybe) -> bool:
    if isinstance(one, _Gone) or isinstance(other, _Gone):
        return one is other
    return same(one, other)


def _chosen(ours: Value, theirs: Value, newer: int) -> Value:
    """The value of the side that was updated later; where both were at once, the one with the higher hash."""
    if newer:
        return ours if newer < 0 else theirs
    return max(ours, theirs, key=_hash)


def _hash(value: Value) -> tuple[bytes, str]:
    from _blake2 import blake2b

    written = _key(value)
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).digest(), written


def _key(value: Value) -> str:
    """A value as text that tells it from every other, in type too."""
    return json.dumps(value, sort_keys=True)


def _listed(name: str, value: Maybe) -> list[Value] | None:
    """A value as a list: as one is, or as the fields that hold lists may be written in short."""
    if isinstance(value, list):
        return value
    if name == "tags" and isinstance(value, str):
        return list(text.tags_of(value))
    if name in ("aliases", "supersedes", "links") and isinstance(value, (str, dict)):
        return [value]
    return None


def _united(base: list[Value], ours: list[Value], theirs: list[Value]) -> Value:
    """What stands in both lists or was added to one: first what the base had, in its order, then the rest, sorted."""
    known, one, other = ({_key(item): item for item in side} for side in (base, ours, theirs))
    kept = [key for key in known if key in one and key in other]
    added = sorted(key for key in {**one, **other} if key not in known)
    return [{**one, **other}[key] for key in (*kept, *added)]


def _memory(base: Fields, ours: Fields, theirs: Fields, newer: int) -> Value:
    """The checkpoint of an entry that was used on both sides."""
    found = _map(base, ours, theirs, newer)
    for name in found:
        one, other = ours.get(name), theirs.get(name)
        if name in LATEST and one is not None and other is not None:
            found[name] = _by_time(one, other, max)
        if not _is_number(one if name in ours else other) or not _is_number(other if name in theirs else one):
            continue
        before, left, right = (side[name] if _is_number(side.get(name)) else 0 for side in (base, ours, theirs))
        assert isinstance(before, (int, float)) and isinstance(left, (int, float)) and isinstance(right, (int, float))
        if name in SUMS:
            found[name] = max(left + right - before, 0)
        elif name in ours and name in theirs and name in GREATEST:
            found[name] = max(left, right, key=lambda number: (number, isinstance(number, float)))
        elif name in ours and name in theirs and name == "difficulty":
            found[name] = left if same(left, right) else float(f"{(left + right) / 2:.3g}")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15


def _by_time(ours: Value, theirs: Value, pick: Callable[[datetime, datetime], datetime]) -> Value:
    """The earlier or later of two moments, as it is written."""
    one, other = _moment(ours), _moment(theirs)
    if one is None or other is None or one == other:
        return _chosen(ours, theirs, 0) if one == other else theirs if one is None else ours
    return ours if pick(one, other) == one else theirs


def _moment(value: Maybe) -> datetime | None:
    try:
        return clock.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None
