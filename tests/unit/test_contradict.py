"""Which entries contradict each other without a key, and which only seem to?"""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from memcli import clock
from memcli.life import holding
from memcli.life.contradict import contradictions
from memcli.life.holding import Held

NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)


def entry(number: int, body: str, *more: str) -> Held:
    fields = "\n".join([f"id: 01kgb7zk00000000000{number:07d}", f"created: 2026-01-{number % 28 + 1:02d}T00:00:00Z", *more])
    return holding.of(f"---\n{fields}\n---\n{body}\n".encode(), f"note/{number}.md", {}, NOW)


def test_open_values_that_differ_are_told_in_their_order() -> None:
    found = contradictions([entry(3, "Anna lives in Lyon."), entry(1, "Anna lives in Berlin."), entry(2, "Anna lives in BERLIN")])
    (one,) = found
    assert (one.slot, one.values, len(one.ids)) == ("anna/lives_in", ("Berlin", "BERLIN", "Lyon"), 3) and "2026-01-02 and 2026-01-04" in one.reason


@pytest.mark.parametrize("more", [
    ("valid_to: 2026-02-01",), ("superseded_by: 01kgb7zk000000000000000009",), ("retracted: 2026-02-01",), ("state: forgotten",),
    ("source: {plugin: consolidate}",), ("key: anna/lives_in", "cardinality: many"),
    ("links: [{rel: relates_to, to: 01kgb7zk000000000000000002, why: both hold}]",),
])
def test_what_is_over_or_settled_contradicts_nothing(more: tuple[str, ...]) -> None:
    assert contradictions([entry(1, "Anna lives in Berlin.", *more), entry(2, "Anna lives in Lyon.")]) == []


def test_two_values_of_a_key_are_left_to_its_chain_and_one_is_not() -> None:
    keyed, other = entry(1, "Anna lives in Berlin.", "key: anna/lives-in"), entry(2, "Anna lives in Lyon.", "key: Anna/lives in")
    assert contradictions([keyed, other]) == [] and len(contradictions([keyed, entry(3, "Anna lives in Lyon.")])) == 1


def test_nobody_knows_who_says_i_in_what_came_from_elsewhere() -> None:
    source = "source: {plugin: chat, uri: x}"
    assert contradictions([entry(1, "I live in Berlin.", source), entry(2, "I live in Lyon.", source)]) == []
    assert len(contradictions([entry(1, "I live in Berlin."), entry(2, "I live in Lyon.")])) == 1


def test_attributes_with_many_values_do_not_contradict() -> None:
    assert contradictions([entry(1, "Anna uses Vim."), entry(2, "Anna uses Emacs.")]) == []


def test_a_slot_that_is_stated_very_often_takes_no_square_of_time() -> None:
    took = []
    for size in (250, 2000):
        entries = [entry(number, "Anna lives in Berlin." if number else "Anna lives in Lyon.") for number in range(size)]
        began = clock.monotonic_s()
        assert len(contradictions(entries)[0].ids) == size
        took.append(clock.monotonic_s() - began)
    assert took[1] < 24 * took[0] + 0.2
