"""Which entries are no longer needed, by ACT-R's base-level activation? The default policy.

By the probability that an entry is needed (mem-scoring(7)): below COOL it leaves the hot index; below ARCHIVE, once cold and of some age, it is
packed. An entry seen once and never used again reaches COOL after six months and ARCHIVE after a year. The value, by which the first to go are
chosen where not all may, is `memcli.memory.need.worth`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "actr"
summary = "Cools what is seldom needed: ACT-R base-level activation (the default)."
api_version = 1

COOL, ARCHIVE = 0.33, 0.20
AGE_DAYS, PROVEN_AGE_DAYS, PROVEN_USES = 60, 120, 3  # how old a cold entry must be to be packed; older when it was used


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by need; options `cool` and `archive` move the thresholds (0..1)."""
    choices.only(name, options, "cool", "archive")
    cool, archive = choices.number(name, options, "cool", COOL, 0, 1), choices.number(name, options, "archive", ARCHIVE, 0, 1)
    for entry in entries:
        grown = entry.age_days(now) >= (PROVEN_AGE_DAYS if entry.uses >= PROVEN_USES else AGE_DAYS)
        reason = f"{ladder.idle(entry, entry.idle_days(now))}, need {entry.need:.3f}"
        verdict = ladder.verdict(entry, entry.need, reason, cool, archive if grown else 0.0)
        yield replace(verdict, value=entry.worth)
