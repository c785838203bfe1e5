"""Does a text say enough that is new to be kept? The surprise gate for what was not written to be kept; pure.

surprise = the novelty of a text (memory.importance: the part of its idf mass that the likest known text lacks). The gate lets through what surprises by
FLOOR at least and, beyond that, by no less than the lower quartile of the last RECENT texts; in a surprising passage, whose momentum
m = CARRY m + (1 - CARRY) surprise reaches that quartile, FLOOR is enough. What surprises by PLAIN passes always. SCIENCE 2.4 has the quartile alone:
in a stream of which more than a quarter repeats, the quartile is 0 and lets everything through, hence FLOOR; and in one without repeats it holds a
quarter back, hence PLAIN.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

RECENT = 500
KNOWN_MIN = 20  # texts before which only FLOOR counts
CARRY = 0.9
FLOOR = 0.15
PLAIN = 0.5


class Gate:
    """The gate, with what it remembers of the texts that came to it."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=RECENT)
        self._ranked: list[float] = []
        self._momentum = 0.0

    def opens(self, surprise: float) -> bool:
        """Whether a text that surprises so much (0..1) is kept."""
        quartile = self._ranked[len(self._ranked) // 4] if len(self._ranked) >= KNOWN_MIN else 0.0
        self._momentum = CARRY * self._momentum + (1 - CARRY) * surprise if self._last else surprise
        if len(self._last) == RECENT:
            del self._ranked[bisect_left(self._ranked, self._last[0])]
        self._last.append(surprise)
        insort(self._ranked, surprise)
        return surprise >= PLAIN or surprise >= FLOOR and max(surprise, self._momentum) >= quartile
