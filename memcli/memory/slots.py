"""Which of several values of one slot holds when? A chain over time: each value holds until a later, different one begins (SCIENCE 2.7); pure.

A slot is `subject/attribute`, the `key` of an entry. Spans are half-open. The newer start wins; values that begin at the same instant, or a newer one
that is believed less by more than DOUBT, are a conflict: nothing is closed until a person says which one holds. The chain is made from all values
anew each time, so the order in which they came does not matter, and what is settled already stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

DOUBT = 0.2
VALUE_MAX = 200  # characters
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = ("(january|february|march|april|may|june|july|august|september|october|november|december|"
          "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)")
_DATES = (
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? {_MONTH}\.?,? (\d{{4}})\b"), "dmy"),
    (re.compile(rf"\b{_MONTH}\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b"), "mdy"),
    (re.compile(r"\b(\d{4})/(\d{1,2})/(\d{1,2})\b"), "ymd"),
)
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_CURRENCY = re.compile(r"(?<!\w)([€$£]) ?(\d+(?:\.\d+)?)(?![\d.,])")
_SPELT = {
    "bar": "bar bars", "kg": "kg kilogram kilograms", "g": "g gram grams", "km": "km kilometer kilometers kilometre kilometres",
    "m": "m meter meters metre metres", "cm": "cm centimeter centimeters centimetre centimetres", "mm": "mm", "l": "l liter liters litre litres",
    "%": "% percent", "h": "h hour hours", "min": "min minute minutes", "s": "s second seconds", "days": "day days", "€": "€ eur euro euros",
    "$": "$ dollar dollars", "£": "£ gbp", "°c": "°c", "kb": "kb", "mb": "mb", "gb": "gb", "tb": "tb", "w": "w watt watts", "kw": "kw", "v": "v volt volts",
}
_UNITS = {word: unit for unit, words in _SPELT.items() for word in words.split()}
_MEASURED = re.compile(rf"(?<![\w.,-])(\d+(?:\.\d+)?) ?({'|'.join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))})(?!\w)")


@dataclass(frozen=True, slots=True)
class Claim:
    """What an entry says of its slot. `start` is since when, `end` until when (None: open); `stated` is `start` as it is written; `superseded` is the id
    of what came after, "" for none; `confidence` 0..1."""

    id: str
    value: str
    start: datetime
    stated: str
    end: datetime | None
    superseded: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Closing:
    """A claim that ends: `until` as it is to be written ("" leaves what stands there), `by` the id of what came after."""

    id: str
    until: str
    by: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Claims of a slot of which only one can hold, and why nobody but a person can tell which."""

    ids: tuple[str, ...]
    reason: str


def normal(value: str) -> str:
    """A value as it is compared: without case, outer marks and spaces, and the kinds of signs that only look different."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split()).strip(" .,;:!?\"'`*_")


def normal_value(value: str) -> str:
    """A value as slots compare it: `normal`, with dates as 2026-01-31, "1,000" as "1000", and of what is measured 1.50bar as "1.5 bar".

    No unit is converted into another, 01/02/2026 is left as it is (it has two readings), and so are versions: 3.10 is not 3.1. A text that is longer
    than any value is not looked into.
    """
    plain = normal(value)
    if len(plain) > VALUE_MAX:
        return plain
    for pattern, order in _DATES:
        plain = pattern.sub(lambda found, order=order: _date(found, order), plain)  # type: ignore[misc]
    plain = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), plain)
    plain = _CURRENCY.sub(r"\2 \1", plain)
    return _MEASURED.sub(lambda found: f"{_decimal(found[1])} {_UNITS[found[2]]}", plain)


def _date(found: re.Match[str], order: str) -> str:
    day, month, year = (found[order.index(letter) + 1] for letter in "dmy")
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
    try:
        return f"{date(int(year), number, int(day))}"
    except ValueError:
        return found[0]


def _decimal(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def chain(claims: Sequence[Claim]) -> tuple[list[Closing], list[Conflict]]:
    """How the claims of one slot follow each other: those that end and by what, and what cannot be told."""
    known = {claim.id: claim for claim in claims}
    settled = [claim for claim in claims if not _out(claim, known)]
    ordered = sorted(settled, key=lambda claim: (claim.start, claim.id))
    groups = [list(group) for _, group in groupby(ordered, key=lambda claim: claim.start)]
    conflicts = [Conflict(tuple(claim.id for claim in group), f"both since {group[0].stated}") for group in groups
                 if len({claim.value for claim in group}) > 1]
    torn = {id_ for conflict in conflicts for id_ in conflict.ids}
    closings: list[Closing] = []
    for at, group in enumerate(groups):
        for claim in group:
            others = next((other for after in groups[at + 1:] if (other := [one for one in after if one.value != claim.value])), None)
            if others is None:
                continue
            later = next((other for other in others if other.id == claim.superseded), others[0])
            if claim.superseded != later.id and later.id not in torn and claim.confidence - later.confidence > DOUBT:
                conflicts.append(Conflict((claim.id, later.id), f"the newer is believed less: {later.confidence:.2g} against {claim.confidence:.2g}"))
            else:
                closings.append(Closing(claim.id, _until(claim, later, known), later.id))
    return closings, conflicts


def _out(claim: Claim, known: dict[str, Claim]) -> bool:
    """Whether a person settled it: superseded by one that does not begin later, so that it never held."""
    by = known.get(claim.superseded)
    return by is not None and by.start <= claim.start


def _until(claim: Claim, later: Claim, known: dict[str, Claim]) -> str:
    """When it ends: when the later one begins, unless a person wrote an earlier end; what was written for another follower is no person's."""
    by = known.get(claim.superseded)
    ours = claim.end is not None and by is not None and claim.end == by.start
    if claim.end is not None and not ours and claim.end <= later.start:
        return ""
    return later.stated
