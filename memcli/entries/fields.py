"""Which fields of an entry are not what they should be? The hand-written side of schemas/entry.schema.json.

`memcli.entries.text.read` passes over a bad field; this names it, for `mem doctor` and for input that is to be stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from memcli import clock
from memcli.entries import ids
from memcli.entries.frontmatter import FIRST_LINE, unify
from memcli.entries.model import STATES, TYPES, Entry, Value
from memcli.errors import EntryInvalid

TITLE_LENGTH = 120

Rule = Callable[[Value], str]  # what is wrong with a value, "" for nothing


def faults(entry: Entry, data: bytes = b"") -> list[EntryInvalid]:
    """One EntryInvalid per bad field, in the order of the file, after `entry.problem` if there is one.

    Names that `mem` does not know may hold anything.
    """
    found = [] if entry.problem is None else [entry.problem]
    front = _lines(data)
    for name, value in entry.meta.items():
        reason = RULES[name](value) if name in RULES and value is not None else ""
        if reason:
            found.append(EntryInvalid(entry.path, _line(front, name), f"`{name}` {reason}", HINTS.get(name, "")))
    start, end = _moment(entry.meta.get("valid_from")), _moment(entry.meta.get("valid_to"))
    if start is not None and end is not None and end < start:
        found.append(EntryInvalid(entry.path, _line(front, "valid_to"), "`valid_to` is before `valid_from`"))
    return found


def near(name: str) -> str:
    """The field that an unknown name is a letter or two away from, "" when there is none."""
    if name in RULES or name == "expires":
        return ""
    import difflib

    return next(iter(difflib.get_close_matches(name.lower(), [*RULES, "expires"], 1, 0.75)), "")


def line_of(data: bytes, name: str) -> int:
    """The line of a file on which a field stands, 0 where that is not known."""
    return _line(_lines(data), name)


def _lines(data: bytes) -> list[str]:
    return unify(data.decode(errors="replace")).split("\n", 4096) if data else []


def _line(lines: list[str], name: str) -> int:
    """The line of the file on which the field stands, 0 where that is not known."""
    for number, line in enumerate(lines[1:], FIRST_LINE):
        if re.match(rf" *[\"']?{re.escape(name)}[\"']?\s*:", line):
            return number
        if line in ("---", "..."):
            break
    return 0


def _moment(value: Value) -> datetime | None:
    try:
        return clock.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _id(value: Value) -> str:
    return "" if isinstance(value, str) and ids.is_id(value) else "is not an id: 26 characters of 0-9 and a-z without i, l, o, u"


def _title(value: Value) -> str:
    if not isinstance(value, str):
        return "is not text"
    return "" if len(value) <= TITLE_LENGTH else f"is longer than {TITLE_LENGTH} characters"


def _time(value: Value) -> str:
    return "is not a date or time" if _moment(value) is None else ""


def _within(value: Value, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _share(value: Value) -> str:
    return "" if _within(value, 0, 1) else "is not a number from 0 to 1"


def _flag(value: Value) -> str:
    return "" if isinstance(value, bool) else "is not true or false"


def _texts(value: Value) -> str:
    if isinstance(value, str) or isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ""
    return "is not a list of texts"


def _ids(value: Value) -> str:
    items = value if isinstance(value, list) else [value]
    return "" if not any(_id(item) for item in items) else "is not a list of ids"


def _slot(value: Value) -> str:
    return "" if isinstance(value, str) and re.fullmatch(r"\s*[^\s/][^/]*/.*\S\s*", value) else "is not `subject/attribute`"


def _links(value: Value) -> str:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            continue
        if not isinstance(item, dict) or not isinstance(item.get("to"), str) or not isinstance(item.get("rel", ""), str):
            return "is not a list of `{rel: …, to: …}` or texts"
        if item.get("weight") is not None and _share(item["weight"]):
            return "has a `weight` that " + _share(item["weight"])
    return ""


def _map(value: Value) -> str:
    return "" if isinstance(value, dict) else "is not a map of names to values"


def _memory(value: Value) -> str:
    if not isinstance(value, dict):
        return _map(value)
    for name in ("last", "at"):
        if name in value and _time(value[name]):
            return f"has `{name}` that {_time(value[name])}"
    for name, (low, high) in _BOUNDS.items():
        if name in value and not _within(value[name], low, high):
            return f"has `{name}` that is not a number from {low:g} to {high:g}"
    return ""


def _word(known: tuple[str, ...]) -> Rule:
    """A rule: one of `known`, in any case."""
    return lambda value: "" if isinstance(value, str) and value.strip().lower() in known else f"is not one of {', '.join(known)}"


_MANY = 1e9
_BOUNDS = {"uses": (0, _MANY), "stability": (0, _MANY), "difficulty": (1, 10), "days": (0, _MANY)}  # of the checkpoint's numbers

RULES: Mapping[str, Rule] = {
    "id": _id,
    "title": _title,
    "type": _word(TYPES),
    "state": _word(STATES),
    **dict.fromkeys(("created", "updated", "valid_from", "valid_to", "retracted"), _time),
    **dict.fromkeys(("tags", "aliases", "flags"), _texts),
    **dict.fromkeys(("importance", "confidence"), _share),
    **dict.fromkeys(("pinned", "conflict"), _flag),
    "key": _slot,
    **dict.fromkeys(("supersedes", "superseded_by"), _ids),
    "links": _links,
    **dict.fromkeys(("source", "archive"), _map),
    "memory": _memory,
}
HINTS = {
    "id": "remove the line; `mem` gives the file an id at its next write",
    "title": "shorten it, or put quotes around it",
    "created": "write it as 2026-11-23 or 2026-11-23T08:00:00Z",
    "updated": "write it as 2026-11-23 or 2026-11-23T08:00:00Z",
}
