"""Are the measures of a ranking what their definitions say? Worked by hand."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcli.measure import metrics

UNITS = [f"u{number}" for number in range(12)]


def test_a_ranking_with_one_of_two_gold_units_in_front() -> None:
    found = metrics.measures(["a", "x", "b", *UNITS[:5], "c"], {"b": 1.0, "c": 1.0})
    assert (found["any@5"], found["frac@5"], found["all@5"]) == (1.0, 0.5, 0.0)
    assert (found["any@10"], found["frac@10"], found["all@10"]) == (1.0, 1.0, 1.0)
    assert found["mrr"] == pytest.approx(1 / 3)
    assert found["ndcg@10"] == pytest.approx((1 / log2(4) + 1 / log2(10)) / (1 / log2(2) + 1 / log2(3)))


def test_gains_are_graded_and_linear() -> None:
    found = metrics.measures(["a", "b"], {"b": 3.0, "a": 1.0})
    assert found["ndcg@10"] == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))


def test_the_ideal_holds_gold_units_that_were_not_found() -> None:
    assert metrics.measures(["a"], {"a": 1.0, "b": 1.0})["ndcg@10"] == pytest.approx(1 / (1 + 1 / log2(3)))
    many = dict.fromkeys(UNITS, 1.0)
    found = metrics.measures(UNITS, many)  # twelve gold units cannot be among ten
    assert found["ndcg@10"] == pytest.approx(1.0) and found["frac@10"] == pytest.approx(10 / 12) and not found["all@10"]


def test_a_gold_unit_behind_the_tenth_counts_for_the_reciprocal_rank_alone() -> None:
    found = metrics.measures([*UNITS[:10], "b"], {"b": 1.0})
    assert found["mrr"] == pytest.approx(1 / 11) and not any(value for name, value in found.items() if name != "mrr")


def test_nothing_found_measures_nothing() -> None:
    assert set(metrics.measures([], {"b": 1.0}).values()) == {0.0} and metrics.means([]) == {}


@given(st.permutations(UNITS), st.dictionaries(st.sampled_from(UNITS), st.sampled_from([1.0, 2.0]), min_size=1))
def test_measures_lie_between_none_and_all(ranked: list[str], gold: dict[str, float]) -> None:
    found = metrics.measures(ranked, gold)
    assert set(found) == set(metrics.NAMES) and all(0.0 <= value <= 1.0 + 1e-9 for value in found.values())
    assert all(found[f"all@{cut}"] <= found[f"frac@{cut}"] <= found[f"any@{cut}"] for cut in metrics.CUTS)
    best = metrics.measures(sorted(ranked, key=lambda unit: -gold.get(unit, 0.0)), gold)
    assert best["ndcg@10"] == pytest.approx(1.0) and best["mrr"] == 1.0


def test_an_interval_is_the_same_every_time_and_holds_the_mean() -> None:
    values = [0.0, 1.0] * 50
    low, high = metrics.interval(values)
    assert (low, high) == metrics.interval(values)
    assert low < 0.5 < high and high - low == pytest.approx(2 * 1.96 * 0.5 / 10, abs=0.03)
    assert metrics.interval([0.25] * 9) == (0.25, 0.25) and metrics.interval([]) == (0.0, 0.0)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert (metrics.percentile(values, 0.5), metrics.percentile(values, 0.99), metrics.percentile(values, 1.0)) == (50.0, 99.0, 100.0)
    assert metrics.percentile([3.0, 1.0], 0.5) == 1.0 and metrics.percentile([], 0.5) == 0.0
