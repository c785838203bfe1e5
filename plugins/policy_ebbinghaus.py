"""Which entries have faded, by Ebbinghaus's curve e^(-t/S)? The strength S doubles with each day on which an entry was used.

S begins at one day and is a year at most; t is in days. More recalls make S larger and forgetting slower (one published implementation has
the sign the wrong way round). The preset `slm` is SuperLocalMemory's, in hours: S = 2 ln(1+n) + 1.5 importance + confidence, 0.1 to 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.errors import PluginFailed
from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "ebbinghaus"
summary = "Cools by the forgetting curve e^(-t/S), S doubling with each day of use."
api_version = 1

FIRST_DAYS, FACTOR, LONGEST_DAYS = 1.0, 2.0, 365.0
COOL, ARCHIVE = 0.2, 0.05


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by retention; options `cool`, `archive` (0..1) and `preset` (days or slm)."""
    choices.only(name, options, "cool", "archive", "preset")
    cool, archive = choices.number(name, options, "cool", COOL, 0, 1), choices.number(name, options, "archive", ARCHIVE, 0, 1)
    preset = options.get("preset", "days")
    if preset not in ("days", "slm"):
        raise PluginFailed(f"policy ebbinghaus: preset takes days or slm, not {preset!r}", "default: days")
    for entry in entries:
        strength = _strength_slm(entry) / 24 if preset == "slm" else strength_days(entry.days)
        value = math.exp(-entry.idle_days(now) / strength)
        yield ladder.verdict(entry, value, f"{ladder.idle(entry, entry.idle_days(now))}, strength {strength:.3g} days, retention {value:.3f}", cool, archive)


def strength_days(days_used: int) -> float:
    """The strength, in days, after uses on so many days."""
    return min(FIRST_DAYS * FACTOR ** min(days_used, 20), LONGEST_DAYS)


def _strength_slm(entry: Remembered) -> float:
    return min(max(2 * math.log(1 + entry.uses) + 1.5 * entry.importance + entry.confidence, 0.1), 100.0)
