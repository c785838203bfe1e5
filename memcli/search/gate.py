"""Is an answer good enough, or must the cold and archived entries be looked through as well?

Not good enough (SCIENCE's gate, after D-Mem, HyMem and ByteRover): the best hit holds less than COVERAGE of the question's words, the rare
ones weighing more; or the first hit is hardly better than the tenth; or a name or date of the question is in none of the first FIRST hits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from memcli.search.feedback import coverage, covered, worth
from memcli.search.moments import nearness, spans
from memcli.search.pool import Pool

COVERAGE, GAP, FIRST, LAST = 0.5, 1.15, 5, 10
_NAME = re.compile(r"(?<=[^\s.?!] )[A-Z][\w'’-]*\w")  # a capital that no sentence begins with
_CODE = re.compile(r"\S*\w(?:[_./:-]\w|\d)\S*|\S*[a-z][A-Z]\S*")


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure an answer is. `coverage` 0..1; `gap` is the first score through the tenth, None without a tenth; `missing` are the question's
    names and dates that the first hits lack; `rung` is how far was looked: "hot" or "all"."""

    rung: str
    coverage: float
    gap: float | None
    missing: tuple[str, ...]

    @property
    def low(self) -> bool:
        """Whether more should be looked at."""
        return self.coverage < COVERAGE or (self.gap is not None and self.gap < GAP) or bool(self.missing)


def judged(pool: Pool, order: Sequence[int], scores: Sequence[float], question: str, terms: Sequence[str], today: date, rung: str) -> Confidence:
    """The confidence in an answer: `order` holds the pool's candidates, best first, `scores` each candidate's, `terms` the question's stems."""
    if not order:
        return Confidence(rung, 0.0, None, tuple(names(question)))
    tenth = scores[order[LAST - 1]] if len(order) >= LAST else 0.0
    return Confidence(rung, coverage(covered(pool, order[0], terms), worth(pool, terms)), scores[order[0]] / tenth if tenth > 0 else None,
                      tuple(_missing(pool, order[:FIRST], question, today)))


def names(question: str) -> list[str]:
    """The words of a question that name one thing: capitalised inside a sentence, with digits, or written like code or a path."""
    found = [match[0].strip("\"'()[],;?!") for pattern in (_NAME, _CODE) for match in pattern.finditer(question)]
    return list(dict.fromkeys(re.sub(r"['’]s$", "", name) for name in found))


def _missing(pool: Pool, first: Sequence[int], question: str, today: date) -> list[str]:
    candidates = [pool.candidates[at] for at in first]
    texts = [f"{candidate.entry.title}\n{candidate.entry.body}".casefold() for candidate in candidates]
    wanted = spans(question, today)
    lacking = [name for name in names(question) if not any(name.casefold() in text for text in texts) and not spans(name, today)]
    if wanted and not any(nearness(wanted, candidate.moment) == 1.0 for candidate in candidates):
        lacking.append("date")
    return lacking
