"""What happened when? Entries in the order of their moments: `event_time`, else `valid_from`, else `created`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from memcli import clock
from memcli.errors import Usage
from memcli.index.manifest import Row
from memcli.search import dates

FOUND_MAX = 1000  # entries that a query may find


def moment(row: Row) -> str:
    """When an entry happened, as RFC 3339 text; "" where it does not say."""
    return row.moment or row.created


def timeline(rows: Iterable[Row], since: str = "", until: str = "") -> list[Row]:
    """The rows that say when, from the first to the last, within two dates (a year, a month or a day stands for the whole of it).

    Raises Usage on what is no date.
    """
    start, end = bound("--since", since, first=True), bound("--until", until, first=False)
    found = [(at, row.path, row) for row in rows if (at := _at(row)) and (start is None or at >= start) and (end is None or at < end)]
    return [row for _, _, row in sorted(found, key=lambda item: item[:2])]


def _at(row: Row) -> datetime | None:
    try:
        return clock.parse(moment(row))
    except ValueError:
        return None


def bound(option: str, text: str, *, first: bool) -> datetime | None:
    """The first instant of a date, or the first one after it; None for no text. Raises Usage, naming the option, on what is no date."""
    if not text:
        return None
    try:
        start, end = dates.whole(text)
    except (ValueError, OverflowError):
        raise Usage(f"{option} {text}: no date", "a date looks like 2026, 2026-03 or 2026-03-14") from None
    return datetime.fromtimestamp(start if first else end, clock.UTC)
