"""Is a link given only where something rare is shared or two entries are used together, never twice, and never again once refused?"""

from __future__ import annotations

import random

import pytest

from memcli.index.neighbours import nearest, threshold
from memcli.index.segment import Coded, coded
from memcli.life.linking import Link, Node, links, together

HOUR, DAY = 3600.0, 86_400.0
COMMON = {f"{at}": Node("2026-01-01", "note", frozenset({"tea", "day"})) for at in range(10)}
BACKUP = {**COMMON, "a": Node("2026-01-02", "note", frozenset({"restic", "tin", "day"})),
          "b": Node("2026-01-03", "note", frozenset({"restic", "tin", "tea"}))}


def test_the_newer_links_to_the_older_and_says_why() -> None:
    wanted = [Link("b", "a", 0.83, "alike 0.83; both mention restic, tin")]
    assert links(BACKUP, {"a": [("b", 0.831)], "b": [("a", 0.831)]}, {}, (), 0.6) == wanted


def test_likeness_alone_or_sharing_alone_is_not_enough() -> None:
    assert links(BACKUP, {"1": [("2", 0.99)], "a": [("b", 0.59)]}, {}, (), 0.6) == []
    assert links(BACKUP, {"a": [("b", 0.49)]}, {}, (), 0.1) == []


def test_a_shared_name_is_enough() -> None:
    entries = {"a": Node("1", "note", frozenset({"x"}), frozenset({"Mira"})), "b": Node("2", "note", frozenset({"y"}), frozenset({"Mira"}))}
    assert links(entries, {"a": [("b", 0.7)]}, {}, (), 0.5) == [Link("b", "a", 0.7, "alike 0.70; both mention Mira")]


@pytest.mark.parametrize("pair", [("a", "b"), ("b", "a")])
def test_what_is_linked_or_refused_either_way_is_left(pair: tuple[str, str]) -> None:
    near = {"a": [("b", 0.9)]}
    assert links(BACKUP, near, {}, [pair], 0.6) == links(BACKUP, near, {}, (), 0.6, refused=[pair]) == []


def test_summaries_unknown_ones_and_itself_are_not_linked() -> None:
    entries = {**BACKUP, "b": Node("2026-01-03", "summary", BACKUP["b"].words)}
    assert links(entries, {"a": [("a", 1.0), ("b", 0.9), ("gone", 0.9)]}, {("a", "b"): 5.0, ("a", "a"): 5.0}, (), 0.6) == []


def test_an_entry_has_at_most_three_and_a_second_run_gives_none() -> None:
    entries = {f"{at}": Node(f"{at}", "note", frozenset(), frozenset({"Mira"})) for at in range(8)}
    near = {one: [(other, 0.9) for other in entries if other != one] for one in entries}
    found = links(entries, near, {}, (), 0.5)
    assert found and all(sum(id_ in (link.a, link.b) for link in found) <= 3 for id_ in entries)
    given = [(link.a, link.b) for link in found]
    assert links(entries, near, {}, given, 0.5, automatic=given) == []


def test_use_together_in_two_sessions_is_a_link() -> None:
    uses = [(0.0, "a", "s"), (60.0, "b", "s"), (DAY, "b", "t"), (DAY + 60, "a", "t")]
    weights = together(uses, DAY + 60)
    assert weights == {("a", "b"): pytest.approx(0.098 + 0.1 * (1 - 0.0098), rel=1e-3)}
    assert links(BACKUP, {}, weights, (), 0.6) == [Link("b", "a", 0.02, "used together, strength 0.20 of 10")]


def test_what_does_not_count_as_use_together() -> None:
    assert together([(0.0, "a", "s"), (HOUR + 1, "b", "s"), (0.0, "a", "t"), (HOUR + 1, "b", "t")], DAY) == {}
    assert together([(0.0, "a", ""), (1.0, "b", ""), (DAY, "a", ""), (DAY, "b", "")], DAY) == {}
    assert together([(float(at), id_, "s") for at in range(50) for id_ in "ab"], DAY) == {}


def test_use_together_is_bounded_and_fades() -> None:
    uses = [(at * 60.0, id_, f"{at}") for at in range(400) for id_ in "ab"]
    now = uses[-1][0]
    strong = together(uses, now)["a", "b"]
    assert 9 < strong <= 10
    assert together(uses, now + 30 * DAY)["a", "b"] == pytest.approx(strong * 0.98 ** 30)
    assert together(uses, now + 300 * DAY) == {}
    random.Random(1).shuffle(uses)
    assert together(uses, now)["a", "b"] == strong


def drawn(count: int) -> dict[str, list[Coded]]:
    rng = random.Random(3)
    return {f"{at:03}.md": [coded([rng.gauss(0, 1) for _ in range(16)]) for _ in range(1 + at % 3)] for at in range(count)}


def test_neighbours_are_those_of_a_look_at_every_pair() -> None:
    held = drawn(700)
    means = {path: [sum(piece.scale * piece.numbers[at] for piece in pieces) for at in range(16)] for path, pieces in held.items()}
    units = {path: [x / sum(y * y for y in mean) ** 0.5 for x in mean] for path, mean in means.items()}
    found = nearest(held, 5)
    assert list(found) == sorted(held)
    for path in list(held)[::100]:
        wanted = sorted((sum(x * y for x, y in zip(units[path], units[other])) for other in held if other != path), reverse=True)[:5]
        assert [cosine for _, cosine in found[path]] == pytest.approx(wanted, abs=1e-5)
        assert path not in dict(found[path])


def test_equal_neighbours_come_by_path_and_few_entries_have_few() -> None:
    one = [coded([1.0] + [0.0] * 7)]
    assert nearest({"c": one, "a": one, "b": one, "none": [], "zero": [coded([0.0] * 8)]}, 1) == {"a": [("b", 1.0)], "b": [("a", 1.0)], "c": [("a", 1.0)]}
    assert nearest({"a": one, "b": one}, 5) == {"a": [("b", 1.0)], "b": [("a", 1.0)]}
    assert nearest({"a": one}, 5) == nearest({}, 5) == {}


def test_the_threshold_is_what_most_random_pairs_do_not_reach() -> None:
    held = drawn(300)
    cosines = sorted(cosine for near in nearest(held, 299).values() for _, cosine in near)
    assert threshold(held) == threshold(held) == pytest.approx(cosines[int(0.95 * len(cosines))], abs=0.02)
    assert threshold({}) == 1.0
