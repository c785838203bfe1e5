"""Is the chain of a slot's values a function of the values alone?"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcli.memory import slots
from memcli.memory.slots import Claim

ORIGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)


def claim(number: int, value: str, day: int, confidence: float = 0.7, superseded: str = "", end: int | None = None) -> Claim:
    start = ORIGIN + timedelta(days=day)
    return Claim(f"id{number}", value, start, f"{start:%Y-%m-%d}", None if end is None else ORIGIN + timedelta(days=end), superseded, confidence)


CLAIMS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6)), max_size=8).map(
    lambda rows: [claim(number, value, day) for number, (value, day) in enumerate(rows)])


@given(CLAIMS, st.randoms(use_true_random=False))
def test_the_order_in_which_values_came_does_not_matter(claims: list[Claim], chance: object) -> None:
    shuffled = [*claims]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert slots.chain(shuffled) == slots.chain(claims)


@given(CLAIMS)
def test_at_every_instant_one_value_holds_or_a_conflict_is_told(claims: list[Claim]) -> None:
    closings, conflicts = slots.chain(claims)
    ends = {closing.id: closing.until for closing in closings}
    torn = {id_ for conflict in conflicts for id_ in conflict.ids}
    for day in range(8):
        now = f"{ORIGIN + timedelta(days=day):%Y-%m-%d}"
        held = [one for one in claims if one.stated <= now and (one.id not in ends or ends[one.id] > now)]
        assert len({one.value for one in held}) <= 1 or {one.id for one in held} & torn


@given(CLAIMS)
def test_what_is_written_once_stays(claims: list[Claim]) -> None:
    closings, conflicts = slots.chain(claims)
    by, starts = {closing.id: closing for closing in closings}, {one.stated: one.start for one in claims}
    written = [Claim(one.id, one.value, one.start, one.stated, starts.get(by[one.id].until, one.end), by[one.id].by, one.confidence) if one.id in by else one
               for one in claims]
    assert slots.chain(written) == (closings, conflicts)


def test_an_end_that_a_person_wrote_stays() -> None:
    assert slots.chain([claim(1, "a", 0, end=3), claim(2, "b", 9)])[0] == [slots.Closing("id1", "", "id2")]
    assert slots.chain([claim(1, "a", 0, end=12), claim(2, "b", 9)])[0] == [slots.Closing("id1", "2026-01-10", "id2")]


def test_what_is_believed_less_does_not_close_what_is_sure() -> None:
    closings, conflicts = slots.chain([claim(1, "a", 0, 0.9), claim(2, "b", 5, 0.6)])
    assert closings == [] and conflicts == [slots.Conflict(("id1", "id2"), "the newer is believed less: 0.6 against 0.9")]
    assert slots.chain([claim(1, "a", 0, 0.9, "id2", 5), claim(2, "b", 5, 0.6)]) == ([slots.Closing("id1", "2026-01-06", "id2")], [])


def test_values_are_compared_by_what_they_say() -> None:
    assert slots.normal(" 1.5  Bar. ") == slots.normal("1.5 bar") == "1.5 bar" != slots.normal("1.6 bar")
    assert slots.normal("ﬁne “") == "fine “" and slots.normal("") == ""


@pytest.mark.parametrize("first, second", [
    ("5 January 2026", "2026-01-05"), ("Jan 5th, 2026", "2026/1/5"), ("1,000 euros", "€1000"), ("1.50bar", "1.5 Bar."), ("50 percent", "50%"),
    ("10 kilometres", "10 km"), ("3,500,000", "3500000"),
])
def test_one_value_has_many_spellings(first: str, second: str) -> None:
    assert slots.normal_value(first) == slots.normal_value(second)


@pytest.mark.parametrize("first, second", [
    ("3.10", "3.1"), ("version 1.20", "version 1.2"), ("01/02/2026", "02/01/2026"), ("31 February 2026", "2026-02-31"), ("1 km", "1000 m"),
    ("1,5 bar", "15 bar"), ("10 m", "10 min"), ("0100", "100"), ("-5 °C", "5 °C"),
])
def test_what_differs_stays_different(first: str, second: str) -> None:
    assert slots.normal_value(first) != slots.normal_value(second)


def test_a_text_that_is_too_long_for_a_value_is_only_folded() -> None:
    assert slots.normal_value("It was 1.50bar. " * 40).startswith("it was 1.50bar.")
