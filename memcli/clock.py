"""What time is it? The only module that asks the system clock.

`MEM_NOW` (RFC 3339) is read by `memcli.cli` and handed to `freeze`, so that runs can be repeated exactly.
"""

from __future__ import annotations

import time as _time
from datetime import datetime, timezone

UTC = timezone.utc
_frozen: datetime | None = None


def now() -> datetime:
    """The current instant, UTC, whole seconds (the resolution of every stored time)."""
    if _frozen is not None:
        return _frozen
    return datetime.now(UTC).replace(microsecond=0)


def wall_ns() -> int:
    """Nanoseconds since the epoch by the machine's own clock, never frozen: for comparing with file times only."""
    return _time.time_ns()


def monotonic_s() -> float:
    """Seconds on a clock that never goes back: for waiting and for reporting how long something took."""
    return _time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    _time.sleep(seconds)


def freeze(at: datetime | None) -> None:
    """Make `now()` answer `at` (UTC-aware) from here on; None thaws it."""
    global _frozen
    _frozen = at


def rfc3339(at: datetime) -> str:
    """`2026-11-23T08:00:00Z` for an aware datetime."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parse(text: str) -> datetime:
    """An aware UTC datetime from RFC 3339 or a bare date (midnight UTC).

    A time without an offset counts as UTC. Raises ValueError on anything else: 2024-13-45, or what UTC puts outside the years 1 to 9999.
    """
    text = text.strip()
    if len(text) > 40:
        raise ValueError("too long for a date")
    value = datetime.fromisoformat(text.replace("z", "Z"))
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the years 1 to 9999") from error
