"""Are fading entries of one story told together, and only those?"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from memcli.life.themes import LEAST, MOST, NEED, ROOM, clusters, gists
from memcli.life.timetree import Standing, Told

FIRST = date(2026, 3, 2)
STORY = [Told(f"s{at}", f"Trip {at}", FIRST + timedelta(days=at), f"On day {at} we walked with Mira along the Tejo and {what}.\n", f"{at}")
         for at, what in enumerate(("saw the old bridge", "lost a blue bag", "found the harbour again"))]
OTHER = [Told(f"o{at}", "Note", FIRST + timedelta(days=at), f"Something quite different, number {at}, was written down here.\n", f"{at}") for at in range(30)]
FADING = {one.id: 0.1 for one in [*STORY, *OTHER]}


def test_entries_that_share_two_rare_names_within_days_are_one_story() -> None:
    assert clusters([*OTHER, *STORY]) == [STORY]


def test_one_shared_name_or_numbers_alone_make_no_story() -> None:
    assert clusters([*OTHER, *(replace(one, body=one.body.replace("the Tejo", "a river")) for one in STORY)]) == []


def test_weeks_apart_or_too_few_or_too_many_is_no_story() -> None:
    assert clusters([*OTHER, *(replace(one, at=FIRST + timedelta(days=8 * at)) for at, one in enumerate(STORY))]) == []
    assert clusters([*OTHER, *STORY[:LEAST - 1]]) == []
    assert clusters([replace(STORY[0], id=f"{at:02}") for at in range(MOST + 1)]) == []
    assert len(clusters([replace(STORY[0], id=f"{at:02}") for at in range(MOST)])) == 1


def test_a_gist_quotes_its_members_exactly() -> None:
    (gist,), gone = gists([*OTHER, *STORY], FADING, {})
    bodies = {one.id: one.body for one in STORY}
    assert gone == []
    assert gist.title == "Mira, Tejo, 2026-03-02 to 2026-03-04"
    assert (gist.start, gist.end) == (FIRST, FIRST + timedelta(days=3))
    assert 0 < sum(len(quote.text) for quote in gist.quotes) <= ROOM
    assert all(bodies[quote.id][quote.start:quote.end] == quote.text for quote in gist.quotes)


@pytest.mark.parametrize("need", [NEED, 1.0])
def test_what_is_needed_is_not_told(need: float) -> None:
    assert gists([*OTHER, *STORY], {**FADING, "s1": need}, {}) == ([], [])


def test_a_gist_stays_while_what_it_quotes_is_there() -> None:
    (gist,), _ = gists([*OTHER, *STORY], FADING, {})
    known = {gist.node: Standing(gist.digest, gist.quotes)}
    assert gists([*OTHER, *STORY], FADING, known) == ([], [])
    assert gists([*OTHER, *STORY], {}, known) == ([], [])
    assert gists([one for one in [*OTHER, *STORY] if one.id != gist.quotes[0].id], FADING, known) == ([], [gist.node])


def test_order_does_not_matter() -> None:
    entries = [*OTHER, *STORY]
    assert gists(random.Random(1).sample(entries, len(entries)), FADING, {}) == gists(entries, FADING, {})


@pytest.mark.parametrize("body", ["a" * 10**6, "." * 10**6, "-" * 10**6, "```\ncode\n" * 1000, "漢字。" * 300_000], ids=range(5))
def test_hostile_text_makes_no_story(body: str) -> None:
    assert clusters([Told(f"{at}", "", FIRST, body, "x") for at in range(LEAST)]) == []
