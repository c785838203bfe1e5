"""Which entries may go? None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.extend import choices
from memcli.extend.policy import Remembered, Verdict

name = "never"
summary = "Keeps everything."
api_version = 1



def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Keep all; there are no options."""
    choices.only(name, options)
    for entry in entries:
        yield Verdict(entry.id, "keep", 1.0, "nothing is let go")
