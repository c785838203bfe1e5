"""Does confidence move with what is confirmed and contradicted, and never out of bounds or on its own?"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcli.errors import UserError
from memcli.memory.confidence import FACTORS, posterior, propagated

IDS = "abcdef"
LINKS = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([*FACTORS, "prev"]), st.sampled_from(IDS), st.floats(0, 1)), max_size=20)
VALUES = st.fixed_dictionaries({id_: st.floats(0, 1) for id_ in IDS})


def test_nothing_said_leaves_what_was_stated() -> None:
    assert posterior(0.7, 0, 0) == pytest.approx(0.7)


def test_one_contradiction_weighs_three_confirmations() -> None:
    assert posterior(0.5, 3, 1) == pytest.approx(0.5)
    assert posterior(0.7, 1, 0) == pytest.approx(3.8 / 5)
    assert posterior(0.7, 0, 1) == pytest.approx(2.8 / 7)


@pytest.mark.parametrize("arguments", [(1.1, 0, 0), (-0.1, 0, 0), (float("nan"), 0, 0), (0.5, -1, 0), (0.5, 0, -1)])
def test_what_is_no_confidence_is_refused(arguments: tuple[float, int, int]) -> None:
    with pytest.raises(UserError):
        posterior(*arguments)


def test_support_lifts_and_contradiction_lowers() -> None:
    assert propagated({"a": 0.8, "b": 0.5}, [("a", "supports", "b", 0.5)]) == {"a": 0.8, "b": pytest.approx(0.5 + 0.28 * 0.5)}
    assert propagated({"a": 0.8, "b": 0.5}, [("a", "contradicts", "b", 0.5)])["b"] == pytest.approx(0.5 * (1 - 0.28))


def test_what_is_fixed_stays() -> None:
    assert propagated({"a": 1.0, "b": 0.5}, [("a", "supports", "b", 1.0)], {"b"}) == {"a": 1.0, "b": 0.5}


def test_a_link_said_twice_counts_once() -> None:
    link = ("a", "supports", "b", 0.5)
    assert propagated({"a": 0.8, "b": 0.5}, [link, link]) == propagated({"a": 0.8, "b": 0.5}, [link])


def test_a_weight_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="from a to b"):
        propagated({"a": 0.8, "b": 0.5}, [("a", "supports", "b", 1.5)])
    with pytest.raises(UserError):
        propagated({"a": float("nan")}, [])


@given(VALUES, LINKS, st.randoms())
def test_it_stays_within_bounds_and_does_not_depend_on_order(values: dict[str, float], links: list[tuple[str, str, str, float]], rng: random.Random) -> None:
    found = propagated(values, links, {"a"})
    assert all(0 <= value <= 1 for value in found.values()) and found.keys() == values.keys() and found["a"] == values["a"]
    shuffled = list(links)
    rng.shuffle(shuffled)
    assert propagated(dict(reversed(list(values.items()))), shuffled, {"a"}) == found
