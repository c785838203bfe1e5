"""Which times does a question name? Days, months, years and "last week" in English, as spans that entries can lie in or near to.

Own, as it is part of every search: importing a general parser of dates costs more than a whole search does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_NUMBER = {**{name: at for at, name in enumerate(_MONTHS, 1)}, **{name[:3]: at for at, name in enumerate(_MONTHS, 1)}, "sept": 9}
_MONTH = "|".join(sorted(_NUMBER, key=len, reverse=True))
_DAY_MONTH = rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?,?(?: (\d{{4}})\b)?"
_MONTH_DAY = rf"\b({_MONTH})\b\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (\d{{4}})\b)?"
_ONLY_MONTH = rf"\b({_MONTH})\b,?(?: of)?(?: (\d{{4}})\b)?"
_ISO = r"\b(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\b"
_YEAR = r"\b((?:19|20)\d\d)\b"
_WORDS_TOO = ("march", "may", "mar", "jun", "dec", "jan", "sept")  # also words or names: a preposition or a year must tell
_BEFORE = r"\b(?:in|of|during|since|last|early|late|mid|by|until|till|from|this|next)\s+(?:early |late |mid-?)?$"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "a few": 3,
           "a couple of": 2}
_COUNT = "|".join(sorted(_COUNTS, key=len, reverse=True))
_AGO = rf"\b(\d{{1,4}}|{_COUNT}) (day|week|month|year)s? ago\b"
_PAST = rf"\b(?:in|over|during|within) the (?:last|past) (\d{{1,4}}|{_COUNT}) (day|week|month|year)s?\b"
_ONE = rf"\b(this|last|next) (day|week|weekend|month|year|{'|'.join(_DAYS)}|{_MONTH})\b(?! of\b)"
_NAMED = r"\b(the day before yesterday|yesterday|last night|today|tonight|this morning|tomorrow)\b"
NEAR_DAYS, FAR_DAYS = 7.0, 42  # how fast nearness fades, and where it ends

# The patterns are compiled when they are first asked for: most questions name no time, and have none of these.
_CALENDAR = (*"0123456789", *(name[:3] for name in _MONTHS))  # without one of these nothing is told by the calendar
_SOME = rf"\d|\b(?:{_MONTH})\b"
_SIGNS = (*_CALENDAR, "ago", "last", "past", "this", "next", "yesterday", "today", "tonight", "tomorrow")


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


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    first: date
    last: date

    def days_to(self, moment: date) -> int:
        """How many days lie between a day and these; 0 inside."""
        return _gap(self.first, self.last, moment)


def spans(question: str, today: date) -> list[Span | Days]:
    """The times that a question names, counted from `today`: days where it does, else months, else years."""
    text = " ".join(question.lower().split())
    if not any(sign in text for sign in _SIGNS):
        return []
    found: list[Span | Days] = [*_counted(text, today), *_written(re.sub(_ONE, " ", text))]
    return list(dict.fromkeys(found))


def mentions(text: str, wanted: Sequence[Span | Days]) -> bool:
    """Whether a text names a time of the calendar that begins in one of the wanted ones."""
    lower = text.lower()
    if not any(sign in lower for sign in _CALENDAR) or not re.search(_SOME, lower):
        return False
    for span in _written(lower):
        if not span.year:
            if any(isinstance(one, Span) and (one.month, one.day) == (span.month, span.day) for one in wanted):
                return True
        elif any(one.days_to(_made(span.year, span.month or 1, span.day or 1)) == 0 for one in wanted):
            return True
    return False


def _counted(text: str, today: date) -> Iterator[Days]:
    """The times that are told from today."""
    try:
        for match in re.finditer(_AGO, text):
            length = _UNITS[match[2]]
            middle = today - timedelta(days=_number(match[1]) * length)
            yield Days(middle - timedelta(days=length // 2), middle + timedelta(days=length // 2))
        for match in re.finditer(_PAST, text):
            yield Days(today - timedelta(days=_number(match[1]) * _UNITS[match[2]]), today)
        for match in re.finditer(_ONE, text):
            yield _one(match[2], ("last", "this", "next").index(match[1]) - 1, today)
        for match in re.finditer(_NAMED, text):
            away = {"the day before yesterday": -2, "yesterday": -1, "last night": -1, "tomorrow": 1}.get(match[1], 0)
            yield Days(today + timedelta(days=away), today + timedelta(days=away))
    except (OverflowError, ValueError):
        return  # before the year 1 or after 9999


def _number(text: str) -> int:
    return _COUNTS.get(text) or int(text)


def _one(unit: str, step: int, today: date) -> Days:
    """`last week` (step -1), `this year` (0), `next friday` (1)."""
    monday = today - timedelta(days=today.weekday())
    if unit == "day":
        return Days(today + timedelta(days=step), today + timedelta(days=step))
    if unit in ("week", "weekend"):
        start = monday + timedelta(days=7 * step)
        return Days(start + timedelta(days=5 if unit == "weekend" else 0), start + timedelta(days=6))
    if unit in _DAYS:
        day = monday + timedelta(days=_DAYS.index(unit))
        day += timedelta(days=7 * step if step * (day - today).days <= 0 else 0)
        return Days(day, day)
    if unit == "year":
        return Days(date(today.year + step, 1, 1), date(today.year + step, 12, 31))
    month = today.year * 12 + today.month - 1 + step
    if unit != "month":
        month = today.year * 12 + _NUMBER[unit] - 1
        month += 12 * step if step * (month - today.year * 12 - today.month + 1) <= 0 else 0
    return Days(date(month // 12, month % 12 + 1, 1), date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1))


def _written(text: str) -> list[Span]:
    """The times that are told by the calendar."""
    found = [_span(match[3], _NUMBER[match[2]], match[1]) for match in re.finditer(_DAY_MONTH, text)]
    found += [_span(match[3], _NUMBER[match[1]], match[2]) for match in re.finditer(_MONTH_DAY, text)]
    found += [_span(match[1], int(match[2]), match[3]) for match in re.finditer(_ISO, text)]
    if not found:
        found = [_span(match[2], _NUMBER[match[1]], "") for match in re.finditer(_ONLY_MONTH, text)
                 if match[2] or match[1] not in _WORDS_TOO or re.search(_BEFORE, text[:match.start()])]
    if not found:
        found = [_span(match[1], 0, "") for match in re.finditer(_YEAR, text)]
    return [span for span in found if span is not None]


def nearness(wanted: Sequence[Span | Days], moment: str) -> float:
    """1.0 for an RFC 3339 moment inside one of the spans, fading by the factor e every NEAR_DAYS outside; 0.0 from FAR_DAYS on."""
    if not wanted or len(moment) < 10:
        return 0.0
    try:
        day = date.fromisoformat(moment[:10])
    except ValueError:
        return 0.0
    away = min(span.days_to(day) for span in wanted)
    return math.exp(-away / NEAR_DAYS) if away < FAR_DAYS else 0.0


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
