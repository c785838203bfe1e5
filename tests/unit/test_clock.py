"""Which texts are times, and how is a time written?"""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from memcli import clock

NO_TIMES = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-13-45", "0000-01-01", "10000-01-01", "", "x" * 41)


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        clock.parse(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "2026-11-23T08:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_is_written_reads_back(text: str) -> None:
    assert clock.rfc3339(clock.parse(text)) == text


def test_a_time_is_written_in_utc_and_whole_seconds() -> None:
    assert clock.rfc3339(datetime(2026, 11, 23, 8, 0, 0, 999_999, timezone.utc)) == "2026-11-23T08:00:00Z"
    assert clock.rfc3339(clock.parse("2026-11-23T09:00:00+01:00")) == "2026-11-23T08:00:00Z"
