"""Is a summary made where enough lies below it, are its quotations exact, and does a change make only its own path anew?"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest

from memcli.life.timetree import LEAST, LEVELS, ROOM, Standing, Summary, Told, grown, path_of, span, title

FIRST = date(2025, 1, 6)
NAMES = ("Mira", "Jonas", "Lisbon", "Berlin", "Weber", "Restic", "Porto", "Tejo")


def told(count: int, days: int) -> list[Told]:
    chance = random.Random(1)
    found = []
    for at in range(count):
        some = chance.sample(NAMES, 3)
        body = f"We met {some[0]} and talked about {some[1]} for {at % 17} hours. Then {some[2]} called about the plan number {at} of ours.\n"
        found.append(Told(f"id{at:05}", f"Entry {at}", FIRST + timedelta(days=at * days // count), body, hashlib.sha256(body.encode()).hexdigest()[:16]))
    return found


def standing(made: list[Summary]) -> dict[str, Standing]:
    return {one.node: Standing(one.digest, one.quotes) for one in made}


@pytest.fixture(scope="module")
def many() -> tuple[list[Told], dict[str, Standing]]:
    entries = told(10_000, 730)
    return entries, standing(grown(entries, {})[0])


def test_a_second_run_makes_nothing(many: tuple[list[Told], dict[str, Standing]]) -> None:
    assert grown(many[0], many[1]) == ([], [])


@pytest.mark.parametrize("change", ["new", "edited", "removed"])
def test_one_change_in_ten_thousand_makes_at_most_its_own_path_anew(many: tuple[list[Told], dict[str, Standing]], change: str) -> None:
    entries, known = many
    one = replace(entries[5_000], body="Suddenly Mira bought the old mill near Porto from Weber for 12,000 Euro.\n", sum="other")
    rest = [entry for entry in entries if entry.id != one.id]
    after = {"new": [*entries, replace(one, id="new")], "edited": [*rest, one], "removed": rest}[change]
    fresh, gone = grown(after, known)
    path = path_of(one.at)
    assert gone == []
    assert fresh[0].node == path[0]
    assert {summary.node for summary in fresh} <= set(path)
    assert grown(after, {**known, **standing(fresh)}) == ([], [])


def test_parents_stay_when_a_child_says_the_same(many: tuple[list[Told], dict[str, Standing]]) -> None:
    entries, known = many
    silent = Told("silent", "Silent", entries[5_000].at, "```\ncode only\n```\n", "x")
    assert [summary.node for summary in grown([*entries, silent], known)[0]] == [path_of(silent.at)[0]]


def test_it_matters_not_in_which_order_nor_in_how_many_steps() -> None:
    entries = told(300, 60)
    whole = grown(entries, {})[0]
    mixed = random.Random(2).sample(entries, len(entries))
    assert grown(mixed, {})[0] == whole
    known: dict[str, Standing] = {}
    for upto in (50, 51, 170, 300):
        known |= standing(grown(mixed[:upto], known)[0])
    assert known == standing(whole)


def test_every_quotation_stands_where_it_says_and_fits() -> None:
    entries = {one.id: one for one in told(300, 60)}
    made = grown(entries.values(), {})[0]
    assert {one.node.partition("/")[0] for one in made} == set(LEVELS)
    for one in made:
        assert one.quotes
        assert sum(len(quote.text) for quote in one.quotes) <= ROOM[one.node.partition("/")[0]]
        for quote in one.quotes:
            assert entries[quote.id].body[quote.start:quote.end] == quote.text
            assert one.start <= entries[quote.id].at < one.end


def test_a_node_needs_enough_entries_and_goes_without_them() -> None:
    entries = told(LEAST, 1)
    made = grown(entries, {})[0]
    assert [one.node for one in made] == [*path_of(FIRST)]
    assert grown(entries[1:], {}) == ([], [])
    assert grown(entries[1:], standing(made)) == ([], sorted(path_of(FIRST)))


def test_entries_of_a_child_too_small_for_a_summary_are_told_by_the_next() -> None:
    entries = [replace(one, at=FIRST + timedelta(days=at)) for at, one in enumerate(told(LEAST, 1))]
    made = grown(entries, {})[0]
    assert [one.node for one in made] == [*path_of(FIRST)[1:]]
    assert {quote.id for quote in made[0].quotes} <= {one.id for one in entries}


@pytest.mark.parametrize("day", [date(2024, 12, 30), date(2026, 1, 1), date(2027, 1, 3), date(2024, 2, 29), date(2026, 11, 30)])
def test_a_day_lies_in_each_node_above_it(day: date) -> None:
    for node in path_of(day):
        start, end = span(node)
        assert start <= day < end


def test_a_week_belongs_to_the_month_of_its_thursday() -> None:
    assert path_of(date(2026, 1, 31)) == ("day/2026-01-31", "week/2026-W05", "month/2026-01", "year/2026")
    assert path_of(date(2024, 12, 31)) == ("day/2024-12-31", "week/2025-W01", "month/2025-01", "year/2025")
    assert [title(node) for node in path_of(date(2026, 11, 23))] == ["23 November 2026", "Week 48 of 2026", "November 2026", "2026"]


def test_hostile_bodies_are_told_without_a_sentence() -> None:
    bodies = ["x" * 10**6, "." * 10**6, "```\ncode\n", "\u202e\ufffd\x01" * 1000, ""]
    entries = [Told(f"{at}", "", FIRST, body, f"{at}") for at, body in enumerate(bodies)]
    assert [one.quotes for one in grown(entries, {})[0]] == [()] * len(LEVELS)


def test_the_seed_of_hashes_does_not_matter() -> None:
    program = ("import sys; sys.path.insert(0, sys.argv[1]); from test_timetree import grown, told; from memcli.life.themes import clusters;"
               "t = told(200, 20); print(grown(t, {}), clusters(t))")
    said = {subprocess.run([sys.executable, "-c", program, os.path.dirname(__file__)], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                           capture_output=True).stdout for seed in ("1", "2", "3")}
    assert len(said) == 1
