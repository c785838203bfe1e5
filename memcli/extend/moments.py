"""When was it? Times as exports write them, as aware datetimes in UTC, None for what is none; and a day as a person writes it."""

from __future__ import annotations

from datetime import date, datetime, timezone

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def iso(value: object) -> datetime | None:
    """ISO 8601 text (`Z`, an offset, or neither: UTC), a date alone at midnight."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def epoch(value: object, per_second: float = 1) -> datetime | None:
    """A number of ticks since 1970, `per_second` of them a second, as a number or digits; in the years 1970 to 9999, to the microsecond."""
    if isinstance(value, str) and len(value) <= 24:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(value / per_second, timezone.utc) if value >= 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def either(value: object) -> datetime | None:
    """ISO 8601 text, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told by its size."""
    found = iso(value)
    if found is not None or isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return found
    try:
        size = float(value)
    except (ValueError, OverflowError):
        return None
    for limit, per_second in ((1e11, 1), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9)):
        if 0 <= size < limit:
            return epoch(size, per_second)
    return None


def day(at: date) -> str:
    """3 March 2026."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"
