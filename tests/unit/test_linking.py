"""Is a link given only where something rare is shared or two entries are used together, never twice, and never again once refused?"""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from memcli.life.linking import Link, Node, links, neighbours, together

HOUR, DAY = 3600.0, 86_400.0
COMMON = {f"{at}": Node("2026-01-01", "note", frozenset({"tea", "day"})) for at in range(10)}
BACKUP = {**COMMON, "a": Node("2026-01-02", "note", frozenset({"restic", "tin", "day"})),
          "b": Node("2026-01-03", "note", frozenset({"restic", "tin", "tea"}))}


def test_the_newer_links_to_the_older_and_says_why() -> None:
    wanted = [Link("b", "a", 0.83, "alike 0.83; both mention restic, tin")]
    assert links(BACKUP, {"a": [("b", 0.831)], "b": [("a", 0.831)]}, {}, ()) == wanted


def test_likeness_alone_or_sharing_alone_is_not_enough() -> None:
    assert links(BACKUP, {"1": [("2", 0.99)], "a": [("b", 0.09)]}, {}, ()) == []


def test_a_shared_name_is_enough() -> None:
    entries = {"a": Node("1", "note", frozenset({"x"}), frozenset({"Mira"})), "b": Node("2", "note", frozenset({"y"}), frozenset({"Mira"}))}
    assert links(entries, {"a": [("b", 0.7)]}, {}, ()) == [Link("b", "a", 0.7, "alike 0.70; both mention Mira")]


@pytest.mark.parametrize("pair", [("a", "b"), ("b", "a")])
def test_what_is_linked_or_refused_either_way_is_left(pair: tuple[str, str]) -> None:
    near = {"a": [("b", 0.9)]}
    assert links(BACKUP, near, {}, [pair]) == links(BACKUP, near, {}, (), refused=[pair]) == []


def test_summaries_unknown_ones_and_itself_are_not_linked() -> None:
    entries = {**BACKUP, "b": Node("2026-01-03", "summary", BACKUP["b"].words)}
    assert links(entries, {"a": [("a", 1.0), ("b", 0.9), ("gone", 0.9)]}, {("a", "b"): 5.0, ("a", "a"): 5.0}, ()) == []


def test_an_entry_has_at_most_three_and_a_second_run_gives_none() -> None:
    entries = {f"{at}": Node(f"{at}", "note", frozenset(), frozenset({"Mira"})) for at in range(8)}
    near = {one: [(other, 0.9) for other in entries if other != one] for one in entries}
    found = links(entries, near, {}, ())
    assert found and all(sum(id_ in (link.a, link.b) for link in found) <= 3 for id_ in entries)
    given = [(link.a, link.b) for link in found]
    assert links(entries, near, {}, given, automatic=given) == []


def test_use_together_in_two_sessions_is_a_link() -> None:
    uses = [(0.0, "a", "s"), (60.0, "b", "s"), (DAY, "b", "t"), (DAY + 60, "a", "t")]
    weights = together(uses, DAY + 60)
    assert weights == {("a", "b"): pytest.approx(0.098 + 0.1 * (1 - 0.0098), rel=1e-3)}
    assert links(BACKUP, {}, weights, ()) == [Link("b", "a", 0.02, "used together, strength 0.20 of 10")]


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


def nodes(count: int) -> dict[str, Node]:
    rng = random.Random(3)
    return {f"{at:03}": Node(f"{at}", "note", frozenset(f"w{int(rng.paretovariate(0.3)) % 400}" for _ in range(20))) for at in range(count)}


def test_neighbours_are_those_of_a_look_at_every_pair_that_shares_something_rare() -> None:
    entries = nodes(300)
    held = Counter(word for node in entries.values() for word in node.words)
    idf = {word: math.log(301 / number) for word, number in held.items()}
    found, size = neighbours(entries), {id_: math.sqrt(sum(idf[word] ** 2 for word in node.words)) for id_, node in entries.items()}
    assert len(found) > 100
    for id_, node in entries.items():
        wanted = [(-round(sum(idf[word] ** 2 for word in node.words & other.words) / size[id_] / size[name], 2), name) for name, other in entries.items()
                  if name != id_ and sum(1 < held[word] <= 24 for word in node.words & other.words) >= 2]
        assert found.get(id_, []) == [(name, -cosine) for cosine, name in sorted(wanted) if cosine <= -0.1][:5]


def test_few_entries_have_few_neighbours() -> None:
    assert neighbours({}) == neighbours({"a": Node("1", "note", frozenset())}) == {}
    assert neighbours({"a": BACKUP["a"]}) == {}
