"""Which entries are no longer needed, by ACT-R's base-level activation? The default policy.

The value is the probability that an entry is needed (memcli.memory.need). Below COOL it leaves the hot index; below ARCHIVE, once cold and of
some age, it is packed. An entry seen once and never used again reaches COOL after six months and ARCHIVE after a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.errors import PluginFailed
from memcli.extend.policy import Remembered, Verdict

name = "actr"
summary = "Cools what is seldom needed: ACT-R base-level activation (the default)."
api_version = 1

COOL, ARCHIVE = 0.33, 0.20
AGE_DAYS, PROVEN_AGE_DAYS, PROVEN_USES = 60, 120, 3  # how old a cold entry must be to be packed; older when it was used


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by need; options `cool` and `archive` move the thresholds (0..1)."""
    cool, archive = _share(options, "cool", COOL), _share(options, "archive", ARCHIVE)
    for key in options:
        if key not in ("cool", "archive"):
            raise PluginFailed(f"policy actr has no option {key!r}", "cool and archive, numbers from 0 to 1")
    for entry in entries:
        age = PROVEN_AGE_DAYS if entry.uses >= PROVEN_USES else AGE_DAYS
        idle = f"not used for {entry.idle_days(now):.0f} days" if entry.uses else f"never used in {entry.age_days(now):.0f} days"
        if entry.state == "cold" and entry.need < archive and entry.age_days(now) >= age:
            yield Verdict(entry.id, "archive", entry.need, f"{idle}, need {entry.need:.2f} < {archive:g}")
        elif entry.state in ("short", "long") and entry.need < cool:
            yield Verdict(entry.id, "cool", entry.need, f"{idle}, need {entry.need:.2f} < {cool:g}")
        else:
            yield Verdict(entry.id, "keep", entry.need, f"need {entry.need:.2f}")


def _share(options: Mapping[str, str], key: str, default: float) -> float:
    try:
        value = float(options.get(key, default))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise PluginFailed(f"policy actr: {key} takes a number from 0 to 1, not {options[key]!r}", f"default: {default:g}")
    return value
