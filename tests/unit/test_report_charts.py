"""Are the report's periods what a reader expects? They hold every day given, once, in order, and are never many."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcli.output.report import charts

NOW = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)
DAYS = st.lists(st.dates().map(lambda day: f"{day.year:04}{day.isoformat()[-6:]}"), min_size=1, max_size=80)


@given(DAYS)
def test_every_day_lies_in_one_period(days: list[str]) -> None:
    row = charts.periods(days, NOW)
    assert len(row) <= charts.YEARS_MAX + 2
    for day in days:
        assert sum(one.first <= day <= one.last for one in row) == 1
    assert all(one.last < other.first for one, other in zip(row, row[1:]))


@pytest.mark.parametrize(("days", "first", "last", "count"), [
    (["2026-11-01", "2026-11-23"], "2026-11-01", "2026-11-23", 23),
    (["2026-01-31", "2026-11-23"], "2026-01", "2026-11", 11),
    (["1990-05-05", "2026-11-23"], "1990", "2026", 37),
    (["0001-01-01", *["2026-11-23"] * 60], charts.EARLIER, "2026-11-23", 2),
    (["2026-11-23"] * 60 + ["9999-12-31"], "2026-11-23", charts.LATER, 2),
    (["0001-01-01", "9999-12-31"], charts.EARLIER, charts.LATER, charts.YEARS_MAX + 2),
])
def test_the_unit_follows_the_span(days: list[str], first: str, last: str, count: int) -> None:
    row = charts.periods(days, NOW)
    assert (row[0].label, row[-1].label, len(row)) == (first, last, count)


def test_no_day_no_period() -> None:
    assert charts.periods([], NOW) == []


def test_bars_and_bands_fill_their_frame() -> None:
    svg = charts.stacked([[("a", 1), ("b", 3)], [("a", 2), ("b", 0)]], ["one", "two"], "name")
    assert 'y="75.00" width="8" height="25.00"' in svg and 'y="0.00" width="8" height="75.00"' in svg and svg.count("<rect") == 5
    assert 'x="25.00" width="75.00"' in charts.band([("a", 1), ("b", 3)], "name")
    assert charts.tenths([0.0, 0.05, 0.99, 1.0]) == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2]
