"""Which times does a question name?"""

from __future__ import annotations

from datetime import date

import pytest

from memcli.search.moments import Days, Span, mentions, nearness, spans

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(("question", "wanted"), [
    ("what happened on 7 May 2023?", [Span(5, 7, 2023)]),
    ("what happened on the 7th of May, 2023", [Span(5, 7, 2023)]),
    ("since March 5th", [Span(3, 5, 0)]),
    ("the run of 2023-05-07", [Span(5, 7, 2023)]),
    ("in June 2023", [Span(6, 0, 2023)]),
    ("what did she do in august", [Span(8, 0, 0)]),
    ("who may march with us", []),
    ("early in may", [Span(5, 0, 0)]),
    ("back in 2021", [Span(0, 0, 2021)]),
    ("flight 20231 to 19", []),
    ("on 45 May", []),
    ("31 February 2023", [Span(2, 31, 2023)]),
    ("", []),
])
def test_a_question_names_times(question: str, wanted: list[Span]) -> None:
    assert spans(question, TODAY) == wanted


def test_nearness_fades_by_days() -> None:
    may = spans("in May 2023", TODAY)
    assert nearness(may, "2023-05-31T10:00:00Z") == 1.0
    assert 0.3 < nearness(may, "2023-06-07") < 0.4
    assert nearness(may, "2024-05-05") < 1e-10
    assert nearness(spans("5 May", TODAY), "2019-05-05") == 1.0
    assert nearness(may, "") == nearness([], "2023-05-05") == nearness(may, "not a date") == 0.0
    assert nearness(spans("29 February 2023", TODAY), "2023-02-28") == 1.0
    assert nearness(spans("in 0001", TODAY), "0001-01-01") == nearness(spans("1 January 9998", TODAY), "9999-12-31") * 0


@pytest.mark.parametrize(("question", "first", "last"), [
    ("what did I note yesterday", (2026, 11, 22), (2026, 11, 22)),
    ("the day before yesterday", (2026, 11, 21), (2026, 11, 21)),
    ("what happened  last\nweek?", (2026, 11, 16), (2026, 11, 22)),
    ("plans for next weekend", (2026, 12, 5), (2026, 12, 6)),
    ("last friday", (2026, 11, 20), (2026, 11, 20)),
    ("last monday", (2026, 11, 16), (2026, 11, 16)),
    ("next friday", (2026, 11, 27), (2026, 11, 27)),
    ("three days ago", (2026, 11, 20), (2026, 11, 20)),
    ("2 weeks ago", (2026, 11, 6), (2026, 11, 12)),
    ("in the past two months", (2026, 9, 24), (2026, 11, 23)),
    ("last month", (2026, 10, 1), (2026, 10, 31)),
    ("last december", (2025, 12, 1), (2025, 12, 31)),
    ("last november", (2025, 11, 1), (2025, 11, 30)),
    ("next may", (2027, 5, 1), (2027, 5, 31)),
    ("this year", (2026, 1, 1), (2026, 12, 31)),
])
def test_times_told_from_today(question: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert spans(question, TODAY) == [Days(date(*first), date(*last))]


@pytest.mark.parametrize("question", ["9999 years ago", "the last day of the course", "what lasts", "a monday", "in the last 0 days of"])
def test_what_is_no_time_from_today(question: str) -> None:
    assert not [span for span in spans(question, TODAY) if isinstance(span, Days) and span.first != span.last]


def test_a_text_names_a_wanted_time() -> None:
    assert mentions("the dentist, 14 March 2026, at nine", spans("on 2026-03-14", TODAY))
    assert mentions("paid on 2026-03-14", spans("in March 2026", TODAY))
    assert mentions("every 14 March", spans("14 March", TODAY))
    assert mentions("met on 2026-11-17", spans("last week", TODAY))
    assert not mentions("paid on 2026-04-14", spans("in March 2026", TODAY))
    assert not mentions("fourteen", spans("14 March", TODAY))
