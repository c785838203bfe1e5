"""What is a forgetting policy? The typed, versioned contract: entries as a policy sees them in, a verdict with a reason for each out.

A policy is a module or object with `name`, `summary`, `api_version` and `judge`. It judges and nothing else: which entries are guarded, how
many may go at once, and what is done to the files is decided by `memcli.life.plan`. man mem-policies(7) explains it;
`memcli.extend.conformance.check_policy` checks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

ACTIONS = ("keep", "cool", "archive", "forget")  # in the order in which an entry goes


@dataclass(frozen=True, slots=True)
class Remembered:
    """An entry as a policy sees it, at one instant.

    `size_bytes` is its whole file's. `created` and `last` are aware datetimes, `last` the newest use, `created` where there is none. `uses` counts
    presentations after its creation (opened, used, confirmed), `days` the distinct days with one. `stability` is in days, `difficulty` 1..10
    (FSRS-6); `need` (ACT-R, as a probability), `worth` (the same with a faster decay, to choose by where only some can stay), `retrievability`,
    `importance` and `confidence` are 0..1. `expires` is when it is no longer wanted, None for never. `words` are its distinct words in lower
    case, without stop words.
    """

    id: str
    path: str
    title: str
    type: str
    state: str
    tags: tuple[str, ...]
    key: str
    size_bytes: int
    created: datetime
    last: datetime
    uses: int
    days: int
    stability: float
    difficulty: float
    need: float
    worth: float
    retrievability: float
    importance: float
    confidence: float
    pinned: bool
    expires: datetime | None
    words: frozenset[str]

    def age_days(self, now: datetime) -> float:
        """Days since it was created, at least 0."""
        return max((now - self.created).total_seconds() / 86400, 0.0)

    def idle_days(self, now: datetime) -> float:
        """Days since it was last used, at least 0."""
        return max((now - self.last).total_seconds() / 86400, 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy's opinion on one entry: one of ACTIONS, how much it is worth keeping (0..1), and why, in a line for a person."""

    id: str
    action: str
    value: float
    reason: str


class Policy(Protocol):
    """A plugin that judges entries."""

    name: str
    summary: str
    api_version: int

    def judge(self, entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
        """One verdict per entry, in their order, the same for the same arguments. Raises PluginFailed for options it does not understand."""
        ...
