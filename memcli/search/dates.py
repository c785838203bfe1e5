"""Which span of time does `2026-01`, `>2026` or `2026-01..2026-03` mean? Half-open, in UTC.

A year, a month or a day stands for the whole of it: `>2026-01` begins with February, `..2026-03` ends with March.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from memcli import clock
from memcli.errors import Usage
from memcli.index.ask import Between

FIELDS = ("created", "updated")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_SECOND = timedelta(seconds=1)


def between(field: str, text: str) -> Between:
    """The condition that `field:text` states. Raises Usage on what is not a date."""
    try:
        start, end = _span(text)
    except (ValueError, OverflowError):
        hint = f"like {field}:2026-01, {field}:>2026-01-15 or {field}:2026-01..2026-03; to search for the text, put it in quotes"
        raise Usage(f"{field}:{text} holds no date", hint) from None
    return Between(field, start, end)


def _span(text: str) -> tuple[int | None, int | None]:
    if ".." in text:
        first, _, last = text.partition("..")
        if not (first or last):
            raise ValueError("no date")
        return (whole(first)[0] if first else None), (whole(last)[1] if last else None)
    sign = re.match(r"[<>]=?|", text)
    start, end = whole(text[len(sign[0]):] if sign else text)
    meaning = {">": (end, None), ">=": (start, None), "<": (None, start), "<=": (None, end)}
    return meaning.get(sign[0] if sign else "", (start, end))


def whole(text: str) -> tuple[int, int]:
    """The first second of a year, month, day or instant, and the first one after it."""
    match = _DATE.fullmatch(text)
    if not match:
        instant = clock.parse(text)
        return _epoch(instant), _epoch(instant + _SECOND)
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    start = datetime(year, month, day, tzinfo=clock.UTC)
    if match[3]:
        return _epoch(start), _epoch(start) + 86_400
    months = year * 12 + month if match[2] else (year + 1) * 12
    if months >= 120_000:
        return _epoch(start), _epoch(datetime(9999, 12, 31, tzinfo=clock.UTC)) + 86_400
    return _epoch(start), _epoch(datetime(months // 12, months % 12 + 1, 1, tzinfo=clock.UTC))


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
