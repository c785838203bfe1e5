"""Which entries were used longest ago? Least recently used, as caches do it.

The value halves with every `half` without use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "lru"
summary = "Cools what was used longest ago."
api_version = 1

HALF_DAYS = 90.0
COOL, ARCHIVE = 0.25, 0.0625  # after two and four half lives


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by the time since the last use; options `half` (a length of time), `cool` and `archive` (0..1)."""
    choices.only(name, options, "cool", "archive", "half")
    cool, archive = choices.number(name, options, "cool", COOL, 0, 1), choices.number(name, options, "archive", ARCHIVE, 0, 1)
    half = max(choices.days(name, options, "half", HALF_DAYS), 1 / 24)
    for entry in entries:
        value = 0.5 ** (entry.idle_days(now) / half)
        yield ladder.verdict(entry, value, f"{ladder.idle(entry, entry.idle_days(now))}, {value:.3f}", cool, archive)
