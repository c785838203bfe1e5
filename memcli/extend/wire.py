"""How does a plugin in another process speak? One JSON object per line: drafts, rejections and verdicts from it, entries to it. man mem-plugins(7) explains it.

A line that is none of these costs itself alone. Strings may hold raw tabs and control characters, as a shell script's will.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any

from memcli import clock
from memcli.extend.contracts import Draft, Rejected
from memcli.extend.policy import Remembered, Verdict

_TIMES = ("created", "valid_from", "valid_to")
_LISTS = ("tags", "aliases")
_FIELDS = {field.name: field for field in fields(Draft)}
_NEEDED = tuple(name for name, field in _FIELDS.items() if field.default is MISSING and field.default_factory is MISSING)


def piece(line: bytes, number: int) -> Draft | Rejected:
    """What a line of an ingest plugin says: a draft, or with `position` and `reason` a rejection."""
    where = f"line {number} of its output"
    try:
        row = json.loads(line.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return Rejected(where, "not a JSON object")
    if not isinstance(row, dict):
        return Rejected(where, "not a JSON object")
    if "reason" in row and "body" not in row:
        return Rejected(str(row.get("position", where)), str(row["reason"]))
    wrong = next((f"no field {name!r}" for name in row if name not in _FIELDS), "") or next((f"lacks {name}" for name in _NEEDED if name not in row), "")
    if wrong:
        return Rejected(str(row.get("position", where)), wrong)
    try:
        return _draft(row)
    except (ValueError, TypeError) as error:
        return Rejected(str(row.get("position", where)), str(error))


def _draft(row: dict[str, Any]) -> Draft:
    given: dict[str, Any] = {name: value for name, value in row.items() if value is not None}
    for name in _TIMES:
        if name in given:
            try:
                given[name] = clock.parse(str(given[name]))
            except ValueError:
                raise ValueError(f"{name} is not a date: {str(given[name])[:40]!r}") from None
    for name in _LISTS:
        if not isinstance(given.get(name, []), list) or not all(isinstance(word, str) for word in given.get(name, [])):
            raise ValueError(f"{name} is not a list of texts")
        if name in given:
            given[name] = tuple(given[name])
    if not isinstance(given.get("extra", {}), dict):
        raise ValueError("extra is not an object")
    if isinstance(given.get("position"), int):
        given["position"] = str(given["position"])
    return Draft(**given)


def piece_line(one: Draft | Rejected) -> bytes:
    """A draft or rejection as a line."""
    if isinstance(one, Rejected):
        row: dict[str, Any] = {"position": one.position, "reason": one.reason}
    else:
        row = {name: value for name, field in _FIELDS.items() if (value := getattr(one, name)) != field.default or name in _NEEDED}
        row.update((name, value.isoformat()) for name in _TIMES if (value := row.get(name)) is not None)
    return json.dumps(row, default=_plain).encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def entry_line(entry: Remembered) -> bytes:
    """An entry as a policy in another process is told of it: the fields of memcli.extend.policy.Remembered, times as RFC 3339, words sorted."""
    row: dict[str, Any] = {field.name: getattr(entry, field.name) for field in fields(Remembered)}
    row.update(created=_time(entry.created), last=_time(entry.last), expires=entry.expires and _time(entry.expires), words=sorted(entry.words),
               tags=list(entry.tags))
    return json.dumps(row).encode() + b"\n"


def entry(line: bytes) -> Remembered:
    """The entry of such a line. Raises ValueError, KeyError or TypeError."""
    row = json.loads(line)
    for name in ("created", "last", "expires"):
        row[name] = clock.parse(row[name]) if row[name] else None
    return Remembered(**{**row, "tags": tuple(row["tags"]), "words": frozenset(row["words"])})


def _time(at: datetime) -> str:
    return at.isoformat()


def verdict(line: bytes) -> Verdict:
    """What a line of a policy says. Raises ValueError for what is no verdict."""
    try:
        row = json.loads(line.decode("utf-8", "replace"), strict=False)
        return Verdict(row["id"], row["action"], float(row["value"]), row["reason"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(f"no verdict: {line[:60].decode('utf-8', 'replace')!r}; expected id, action, value and reason") from None


def verdict_line(one: Verdict) -> bytes:
    """A verdict as a line."""
    return json.dumps({"id": one.id, "action": one.action, "value": one.value, "reason": one.reason}).encode() + b"\n"
