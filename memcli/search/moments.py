"""Which times does a question name? Days, months and years in English, as spans that entries can lie in or near to."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_NUMBER = {**{name: at for at, name in enumerate(_MONTHS, 1)}, **{name[:3]: at for at, name in enumerate(_MONTHS, 1)}, "sept": 9}
_MONTH = "|".join(sorted(_NUMBER, key=len, reverse=True))
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?,?(?: (\d{{4}})\b)?")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\b\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (\d{{4}})\b)?")
_ONLY_MONTH = re.compile(rf"\b({_MONTH})\b,?(?: of)?(?: (\d{{4}})\b)?")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\b")
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_WORDS_TOO = ("march", "may", "mar", "jun", "dec", "jan", "sept")  # also words or names: a preposition or a year must tell
_BEFORE = re.compile(r"\b(?:in|of|during|since|last|early|late|mid|by|until|till|from|this|next)\s+(?:early |late |mid-?)?$")
NEAR_DAYS = 7.0  # how fast nearness fades


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last day. `year` 0: the same days of any year."""

    month: int
    day: int
    year: int

    def days_to(self, moment: date) -> int:
        """How many days lie between a day and this span; 0 inside."""
        years = [self.year] if self.year else [moment.year - 1, moment.year, moment.year + 1]
        return min(_gap(self._from(year), self._to(year), moment) for year in years)

    def _from(self, year: int) -> date:
        return _made(year, self.month or 1, self.day or 1)

    def _to(self, year: int) -> date:
        if self.day:
            return _made(year, self.month, self.day)
        month = self.month or 12
        return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def spans(question: str) -> list[Span]:
    """The times that a question names: days where it does, else months, else years."""
    text = question.lower()
    found = [_span(match[3], _NUMBER[match[2]], match[1]) for match in _DAY_MONTH.finditer(text)]
    found += [_span(match[3], _NUMBER[match[1]], match[2]) for match in _MONTH_DAY.finditer(text)]
    found += [_span(match[1], int(match[2]), match[3]) for match in _ISO.finditer(text)]
    if not found:
        found = [_span(match[2], _NUMBER[match[1]], "") for match in _ONLY_MONTH.finditer(text)
                 if match[2] or match[1] not in _WORDS_TOO or _BEFORE.search(text[:match.start()])]
    if not found:
        found = [_span(match[1], 0, "") for match in _YEAR.finditer(text)]
    return [span for span in dict.fromkeys(found) if span is not None]


def nearness(wanted: list[Span], moment: str) -> float:
    """1.0 for an RFC 3339 moment inside one of the spans, fading by the factor e every NEAR_DAYS outside; 0.0 without either."""
    if not wanted or len(moment) < 10:
        return 0.0
    try:
        day = date.fromisoformat(moment[:10])
    except ValueError:
        return 0.0
    return max(math.exp(-span.days_to(day) / NEAR_DAYS) for span in wanted)


def _span(year: str | None, month: int, day: str | None) -> Span | None:
    number = int(day or 0)
    if month > 12 or number > 31 or (day and not number) or int(year or 1) > 9998 or int(year or 1) < 1:
        return None
    return Span(month, number, int(year or 0))


def _made(year: int, month: int, day: int) -> date:
    """A day of a year; the last of the month where it has no such day."""
    year = min(max(year, 1), 9998)
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def _gap(start: date, end: date, moment: date) -> int:
    return max((start - moment).days, (moment - end).days, 0)
