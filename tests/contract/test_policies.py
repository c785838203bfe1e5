"""Do the policies keep their contract, and do they forget in the right direction?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from memcli.errors import PluginFailed, Usage
from memcli.extend import judging, registry
from memcli.extend.conformance import check_policy
from memcli.extend.policy import Remembered, Verdict
from memcli.extend.policy_conformance import _NOW, sample

NEEDS = {"budget": {"bytes": "50k"}}


@pytest.mark.parametrize("name", registry.builtin(registry.POLICY))
def test_every_policy_keeps_the_contract(name: str) -> None:
    assert check_policy(registry.load_policy(name), NEEDS.get(name)) == []


def test_the_policies_of_the_manual_are_there() -> None:
    assert registry.builtin(registry.POLICY) == ["actr", "akl", "budget", "ebbinghaus", "exemplar", "fsrs", "lfu", "lru", "never", "random", "ttl"]


def one(**changes: object) -> Remembered:
    return replace(sample(1)[0], state="short", uses=0, days=0, created=_NOW - timedelta(days=30), last=_NOW - timedelta(days=30), **changes)  # type: ignore[arg-type]


def judged(name: str, entry: Remembered, **options: str) -> Verdict:
    return judging.verdicts(registry.load_policy(name), [entry], _NOW, options)[0]


def test_more_recalls_never_forget_faster() -> None:
    values = [judged("ebbinghaus", one(), ).value] + [judged("ebbinghaus", replace(one(), uses=days, days=days)).value for days in range(1, 10)]
    assert values == sorted(values) and values[-1] > values[0]
    slm = [judged("ebbinghaus", replace(one(), uses=uses, last=_NOW - timedelta(hours=2)), preset="slm").value for uses in range(10)]
    assert slm == sorted(slm)


@pytest.mark.parametrize("name", ["actr", "lru", "ebbinghaus", "akl"])
def test_what_was_used_lately_is_worth_more(name: str) -> None:
    old = one(need=0.2, worth=0.2, importance=0.5)
    assert judged(name, replace(old, last=_NOW, uses=1, days=1, need=0.9, worth=0.9)).value > judged(name, old).value


def test_actr_moves_one_rung_at_the_thresholds() -> None:
    assert judged("actr", one(need=0.329)).action == "cool" and judged("actr", one(need=0.331)).action == "keep"
    cold = replace(one(need=0.19), state="cold", created=_NOW - timedelta(days=61))
    assert judged("actr", cold).action == "archive" and judged("actr", replace(cold, created=_NOW - timedelta(days=59))).action == "keep"
    assert judged("actr", replace(cold, uses=3, created=_NOW - timedelta(days=100))).action == "keep"
    assert judged("actr", cold).reason.endswith("need 0.190 < 0.2")


def test_ttl_takes_the_shortest_time_that_applies() -> None:
    entry = replace(one(), type="event", tags=("log",))
    assert judged("ttl", entry).action == "keep"
    assert judged("ttl", entry, ttl="1y").action == "keep" and judged("ttl", entry, ttl="1y", **{"ttl.event": "4w"}).action == "archive"
    assert judged("ttl", entry, **{"ttl.tag.log": "7d", "action": "forget"}).action == "forget"
    assert judged("ttl", replace(entry, expires=_NOW)).reason == "expired on 2026-11-23"


def test_budget_lets_the_least_worth_per_byte_go_until_it_fits() -> None:
    entries = sample(100)
    found = judging.verdicts(registry.load_policy("budget"), entries, _NOW, {"bytes": "60k"})
    hot = {entry.id: entry.size_bytes for entry in entries if entry.state in ("short", "long", "core")}
    left = sum(size for id_, size in hot.items() if next(verdict for verdict in found if verdict.id == id_).action == "keep")
    assert sum(hot.values()) > 60_000 >= left > 50_000


@pytest.mark.parametrize(("name", "options", "said"), [
    ("actr", {"cool": "2"}, "cool takes a number from 0 to 1, not '2'"), ("lru", {"half": "soon"}, "half takes a length of time"),
    ("ttl", {"action": "burn"}, "action takes archive or forget"), ("budget", {}, "needs bytes or entries"), ("never", {"x": "1"}, "has no option 'x'"),
    ("budget", {"bytes": "much"}, "bytes takes a size"), ("ebbinghaus", {"preset": "x"}, "preset takes days or slm"),
    ("budget", {"bytes": "1", "policy": "budget"}, "wrap itself"),
])
def test_what_an_option_takes_is_said(name: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(PluginFailed, match=said.replace("(", "\\(")):
        judging.verdicts(registry.load_policy(name), sample(3), _NOW, options)


def test_an_unknown_policy_names_the_near_one() -> None:
    with pytest.raises(Usage) as caught:
        registry.load_policy("actrr")
    assert "did you mean actr?" in caught.value.hint


class Bad:
    """A policy that yields what it is told to."""

    name, summary, api_version = "bad", "bad", 1

    def __init__(self, *found: object, error: Exception | None = None) -> None:
        self.found, self.error = found, error

    def judge(self, entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
        if self.error:
            raise self.error
        yield from self.found  # type: ignore[misc]


@pytest.mark.parametrize(("policy", "said"), [
    (Bad(error=RuntimeError("boom")), "policy bad broke: RuntimeError: boom"), (Bad(), "gave no verdict on 0000"), (Bad("keep"), "yielded a str"),
    (Bad(Verdict("x" * 26, "keep", 1.0, "r")), "was not asked about"), (Bad(Verdict("0" * 26, "burn", 1.0, "r")), "'burn' is no action"),
    (Bad(Verdict("0" * 26, "keep", 1.5, "r")), "value 1.5"), (Bad(Verdict("0" * 26, "keep", float("nan"), "r")), "value nan"),
    (Bad(Verdict("0" * 26, "keep", 1.0, "a\nb")), "not one line"), (Bad(*[Verdict("0" * 26, "keep", 1.0, "r")] * 2), "twice"),
])
def test_what_a_policy_does_wrong_is_said(policy: Bad, said: str) -> None:
    with pytest.raises(PluginFailed) as caught:
        judging.verdicts(policy, sample(1), _NOW, {})
    assert said in caught.value.message
    assert check_policy(policy) != []
