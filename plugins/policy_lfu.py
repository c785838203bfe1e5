"""Which entries were used least often? Least frequently used; with `half`, uses count less the longer the last one is ago.

The value is n/(n+1), n being the uses and the writing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "lfu"
summary = "Cools what was used least often."
api_version = 1

GRACE_DAYS = 90.0  # a new entry had no time to be used
COOL, ARCHIVE = 0.6, 0.55


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by the number of uses; options `grace` and `half` (lengths of time), `cool` and `archive` (0..1)."""
    choices.only(name, options, "cool", "archive", "grace", "half")
    cool, archive = choices.number(name, options, "cool", COOL, 0, 1), choices.number(name, options, "archive", ARCHIVE, 0, 1)
    grace, half = choices.days(name, options, "grace", GRACE_DAYS), choices.days(name, options, "half", 0.0)
    for entry in entries:
        count = (entry.uses + 1) * (0.5 ** (entry.idle_days(now) / half) if half else 1.0)
        value = count / (count + 1)
        young = entry.age_days(now) < grace
        yield ladder.verdict(entry, value, f"used {entry.uses} times, {value:.3f}", 0.0 if young else cool, 0.0 if young else archive)
