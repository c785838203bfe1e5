"""Are traces made as they are described, and is a replay fair?"""

from __future__ import annotations

import json
import math
import random
from datetime import datetime, timezone
from pathlib import Path

import jsonschema
import pytest
from box import TOP

from memcli.measure import replay, traces
from memcli.memory.events import Event
from memcli.output import evals


def small(name: str, seed: int = 3) -> traces.Trace:
    return traces.made(name, seed, entries=120, days=150)


@pytest.mark.parametrize("name", traces.KINDS)
def test_a_trace_depends_on_its_seed_alone_and_uses_what_is_there(name: str) -> None:
    one = small(name)
    assert one == small(name) != small(name, 4)
    assert all(one.born[number] < day for day, numbers in enumerate(one.uses) for number in numbers)
    assert sum(map(len, one.uses)) > 200


@pytest.mark.parametrize("name", traces.KINDS)
def test_nothing_beats_the_one_that_knows_the_future_and_the_default_beats_chance(name: str) -> None:
    scores = {policy: replay.scored(policy, small(name), small(name, 4)) for policy in ("actr", "lru", "random")}
    assert all(score.hits <= score.belady + 1e-12 for score in scores.values())
    assert scores["actr"].hits > scores["random"].hits and scores["actr"].auc > scores["random"].auc
    assert scores["actr"].log_loss < scores["random"].log_loss


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    told = [(0.9, True), (0.4, True), (0.6, False), (0.4, False)]
    assert replay.foretold(told, told)[1] == pytest.approx((2 + 0.5) / 4)
    assert math.isnan(replay.foretold([(0.5, True)], told)[0]) and math.isnan(replay.foretold(told, [])[1])


def test_a_log_is_replayed_by_its_days() -> None:
    chance = random.Random(5)
    ids = [f"{number:026}" for number in range(40)]
    events = [Event(chance.choice(ids[:9]), f"2026-{day // 28 + 1:02}-{day % 28 + 1:02}T0{hour}:00:00Z", "used", "s", 0)
              for day in range(80) for hour in range(4)]
    trace = traces.recorded(dict.fromkeys(ids, datetime(2025, 12, 1, tzinfo=timezone.utc)), [*events, Event("0" * 26, "2026-01-01T00:00:00Z", "shown", "", 0)])
    assert len(trace.uses) == 83 and trace.born[0] == -31 and sum(map(len, trace.uses)) <= len(events)
    score = replay.scored("actr", trace, trace)
    assert 0 < score.hits <= score.belady <= 1
    jsonschema.validate(evals.policy_record([score]), json.loads(Path(TOP, "schemas", "eval-policy.schema.json").read_text()))
    assert [line.split()[0] for line in evals.policy([score])][2:] == ["actr", "best"]
    assert traces.recorded({}, events).uses == []
