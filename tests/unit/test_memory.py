"""Are need, retrievability and state what their sources say, and pure functions of what they are given?"""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta, timezone

import pytest
from fsrs import Card, Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from memcli.memory import fsrs, need, prior, state
from memcli.memory.events import Event

BORN = datetime(2026, 1, 1, 9, tzinfo=timezone.utc)
ID = "01kgb7zk000000000000000000"


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def event(day: float, kind: str = "used", session: str = "s", grade: int = 0) -> Event:
    return Event(ID, stamp(BORN + timedelta(days=day)), kind, session, grade)


EVENTS = st.lists(st.builds(event, st.floats(0.01, 300), st.sampled_from(["opened", "used", "confirmed", "missed", "contradicted", "shown"]),
                            st.sampled_from(["a", "b"]), st.just(0)), max_size=25)


@pytest.mark.parametrize("seed", range(20))
def test_stability_and_difficulty_equal_those_of_the_reference(seed: int) -> None:
    chance = random.Random(seed)
    scheduler, card, at = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False), Card(), BORN
    grade = chance.choice(list(Rating))
    card, _ = scheduler.review_card(card, grade, at)
    stability, difficulty = fsrs.first_stability(grade), fsrs.first_difficulty(grade)
    for _ in range(30):
        days = chance.choice((1, 2, 3, 7, 20, 60, 200))
        at += timedelta(days=days)
        assert fsrs.retrievability(days, stability) == pytest.approx(scheduler.get_card_retrievability(card, at), abs=1e-9)
        grade = chance.choice(list(Rating))
        card, _ = scheduler.review_card(card, grade, at)
        stability, difficulty = fsrs.next_stability(stability, difficulty, days, grade), fsrs.next_difficulty(difficulty, grade)
        assert card.stability == pytest.approx(stability, rel=1e-9) and card.difficulty == pytest.approx(difficulty, abs=1e-9)


def test_retrievability_is_of_fractional_days() -> None:
    assert fsrs.retrievability(0, 2.3065) == 1 and fsrs.retrievability(2.3065, 2.3065) == pytest.approx(0.9)
    assert fsrs.retrievability(25 / 24, 2.3065) == pytest.approx(0.9450, abs=5e-5)  # the reference counts whole days: 0.9468
    shares = [fsrs.retrievability(days, 2.3065) for days in (1, 7, 30, 90, 180, 365)]
    assert shares == pytest.approx([0.947, 0.808, 0.668, 0.568, 0.511, 0.459], abs=5e-4)


def test_need_is_what_the_model_says() -> None:
    assert [need.probability(days, days, 1) for days in (30, 60, 90, 180, 365)] == pytest.approx([0.75, 0.60, 0.50, 0.33, 0.20], abs=0.006)
    assert need.probability(365, 365, 1) == pytest.approx(1 / (1 + 365 / 90), abs=2e-3)
    assert need.worth(200, 200, 1) == pytest.approx(1 / (1 + 200 / 90))


@given(st.floats(0, 40_000), st.floats(0, 40_000), st.integers(1, 10_000))
def test_need_is_a_probability_that_use_raises_and_time_lowers(age: float, idle: float, uses: int) -> None:
    now = need.probability(age, idle, uses)
    assert 0 <= now <= 1 and 0 <= need.worth(age, idle, uses) <= 1
    assert need.probability(age, idle, uses + 1) >= now - 1e-12
    assert need.probability(age + 1, min(idle, age) + 1, uses) <= now + 1e-12


@given(EVENTS, st.integers(0, 24), st.integers(1, 400))
def test_a_checkpoint_and_the_rest_of_the_log_are_the_whole_log(events: list[Event], cut: int, later: int) -> None:
    """Folding at any moment changes nothing but the digits that a checkpoint does not keep."""
    now = BORN + timedelta(days=301 + later)
    whole = state.strength(stamp(BORN), None, events, now)
    block = state.checkpoint(stamp(BORN), None, events, BORN + timedelta(days=cut * 12))
    rest = state.strength(stamp(BORN), block, events, now)
    assert (rest.uses, rest.days, rest.confirmed, rest.contradicted, rest.last) == (whole.uses, whole.days, whole.confirmed, whole.contradicted, whole.last)
    assert rest.need(now) == pytest.approx(whole.need(now)) and rest.stability == pytest.approx(whole.stability, rel=0.05)
    assert state.checkpoint(stamp(BORN), block, events, BORN + timedelta(days=cut * 12)) is None


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_log_does_not_matter(events: list[Event], chance: random.Random) -> None:
    now = BORN + timedelta(days=400)
    shuffled = [*events]
    chance.shuffle(shuffled)
    assert state.strength(stamp(BORN), None, shuffled, now) == state.strength(stamp(BORN), None, events, now)


def test_of_a_day_one_use_counts_and_of_a_session_one_look() -> None:
    now = BORN + timedelta(days=3)
    many = [event(1 + hour / 24) for hour in range(9)] + [event(1 + hour / 24, "opened", session) for hour in range(5) for session in "ab"]
    found = state.strength(stamp(BORN), None, many, now)
    assert (found.uses, found.days) == (3, 1)
    assert state.strength(stamp(BORN), None, [event(1, "shown")] * 50, now).uses == 0


@pytest.mark.parametrize("block", [
    {"uses": -5, "stability": 1e99, "difficulty": -3, "days": "many", "last": "never", "at": "2026-13-45"}, {"uses": math.nan, "stability": math.inf},
    {"last": "9999-12-31", "at": "9999-12-31T00:00:00Z", "uses": 10**30}, ["not", "a", "mapping"], "text", {"reviewed": 5, "stability": True},
])
def test_a_checkpoint_out_of_range_is_bounded(block: object) -> None:
    now = BORN + timedelta(days=10)
    found = state.strength(stamp(BORN), block, [event(1)], now)
    assert 0 <= found.need(now) <= 1 and 0 <= found.retrievability(now) <= 1 and 0.001 <= found.stability <= 36500 and 1 <= found.difficulty <= 10
    assert found.uses >= 0 and found.created <= found.last <= now
    state.checkpoint(stamp(BORN), block, [event(1)], now)


def test_a_clock_set_back_a_year_takes_nothing_away() -> None:
    events = [event(day) for day in (10, 40, 80)]
    block = state.checkpoint(stamp(BORN), None, events, BORN + timedelta(days=100))
    early = BORN - timedelta(days=300)
    found = state.strength(stamp(BORN), block, [], early)
    assert found.uses == 3 and found.need(early) <= 1 and found.created <= early
    assert state.checkpoint(stamp(BORN), block, events, early) is None
    late = BORN + timedelta(days=120)
    assert state.strength(stamp(BORN), block, [], late) == state.strength(stamp(BORN), block, events, late)


def test_the_prior_is_bounded_so_that_it_cannot_bury_what_is_twice_as_relevant() -> None:
    best = prior.product(prior.factors({"importance": 1, "confidence": 1}, stamp(BORN), [event(0)], BORN, prior.Weights()))
    worst = prior.product(prior.factors({"importance": 0, "confidence": 0}, "1990-01-01T00:00:00Z", [], BORN, prior.Weights()))
    assert best / worst < 1.6
    assert prior.product(prior.factors({"importance_by": "auto", "importance": 1.0}, stamp(BORN), [], BORN, prior.Weights(0, 0.1, 0))) == 1


# Defects found in published code (SCIENCE 1.9), and that they are not here.


def test_more_recalls_make_forgetting_slower() -> None:
    """MemoryBank: exp(-t/5*S) forgets the faster the more often something was recalled."""
    values = []
    for days in range(6):
        found = state.strength(stamp(BORN), None, [event(7 * day) for day in range(1, days + 1)], BORN + timedelta(days=120))
        values.append((found.retrievability(BORN + timedelta(days=200)), found.need(BORN + timedelta(days=200))))
    assert values == sorted(values) and len({value for value, _ in values}) == 6


def test_the_newest_use_counts_most() -> None:
    """Generative Agents: recency ran the wrong way round."""
    now = BORN + timedelta(days=100)
    assert state.strength(stamp(BORN), None, [event(90)], now).need(now) > state.strength(stamp(BORN), None, [event(10)], now).need(now)


def test_stability_is_the_days_until_nine_tenths() -> None:
    """ZenBrain: called so, with a curve that is at 0.37 by then."""
    assert all(fsrs.retrievability(days, days) == pytest.approx(0.9) for days in (0.5, 3, 40, 900))
