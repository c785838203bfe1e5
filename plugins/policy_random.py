"""Which entries go if it is left to chance? A control to measure other policies against: by a checksum of seed and id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.extend import choices, ladder
from memcli.extend.policy import Remembered, Verdict

name = "random"
summary = "Lets go by chance, as a control for measuring."
api_version = 1

COOL, ARCHIVE = 0.25, 0.1


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by chance; options `seed`, `cool` and `archive` (0..1)."""
    choices.only(name, options, "cool", "archive", "seed")
    cool, archive = choices.number(name, options, "cool", COOL, 0, 1), choices.number(name, options, "archive", ARCHIVE, 0, 1)
    for entry in entries:
        value = int(hashlib.sha256(f"{options.get('seed', '0')} {entry.id}".encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
        yield ladder.verdict(entry, value, f"drawn {value:.3f}", cool, archive)
