"""Which entries matter least, with importance that wears off? As the adaptive knowledge lifecycle of ByteRover scores it.

importance x 0.995^(days since the last use), 3 % more for each use; what has risen to `long` counts 1.15 times. The thresholds are its maturity
steps, 0.60 to fall and 0.35 to be archived, halved, as its importance begins at 0.5 and grows with each hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "akl"
summary = "Cools what matters little: importance that wears off with time."
api_version = 1

DAILY, PER_USE, LIFTED = 0.995, 0.03, 1.15
COOL, ARCHIVE = 0.30, 0.175


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by worn importance; options `cool` and `archive` move the thresholds (0..1)."""
    choices.only(name, options, "cool", "archive")
    cool, archive = choices.number(name, options, "cool", COOL, 0, 1), choices.number(name, options, "archive", ARCHIVE, 0, 1)
    for entry in entries:
        worn = entry.importance * DAILY ** entry.idle_days(now)
        value = min((worn + PER_USE * entry.uses) * (LIFTED if entry.state == "long" else 1.0), 1.0)
        yield ladder.verdict(entry, value, f"importance {entry.importance:.2f}, by now {value:.3f}", cool, archive)
