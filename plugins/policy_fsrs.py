"""Which entries are no longer known by heart, by FSRS-6? For vaults that are reviewed like flashcards.

The value is the retrievability (mem-scoring(7)). Its tail is long: after one reading it is 0.57 at 90 days, 0.46 at a year and hardly ever
reaches 0.2, so the thresholds lie higher than those of need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "fsrs"
summary = "Cools what is forgotten by now: FSRS-6 retrievability."
api_version = 1

COOL, ARCHIVE = 0.50, 0.42


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by retrievability; options `cool` and `archive` move the thresholds (0..1)."""
    choices.only(name, options, "cool", "archive")
    cool, archive = choices.number(name, options, "cool", COOL, 0, 1), choices.number(name, options, "archive", ARCHIVE, 0, 1)
    for entry in entries:
        yield ladder.verdict(entry, entry.retrievability, f"retrievability {entry.retrievability:.3f}", cool, archive)
