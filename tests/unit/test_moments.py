"""Which times does a question name?"""

from __future__ import annotations

import pytest

from memcli.search.moments import Span, nearness, spans


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
    assert spans(question) == wanted


def test_nearness_fades_by_days() -> None:
    may = spans("in May 2023")
    assert nearness(may, "2023-05-31T10:00:00Z") == 1.0
    assert 0.3 < nearness(may, "2023-06-07") < 0.4
    assert nearness(may, "2024-05-05") < 1e-10
    assert nearness(spans("5 May"), "2019-05-05") == 1.0
    assert nearness(may, "") == nearness([], "2023-05-05") == nearness(may, "not a date") == 0.0
    assert nearness(spans("29 February 2023"), "2023-02-28") == 1.0
    assert nearness(spans("in 0001"), "0001-01-01") == nearness(spans("1 January 9998"), "9999-12-31") * 0
