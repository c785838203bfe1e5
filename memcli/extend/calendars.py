"""What stands in a calendar? The components of an iCalendar file (RFC 5545) one by one, unfolded and unescaped, and what their times mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from memcli.extend import charsets, moments, rows

if TYPE_CHECKING:
    from typing import BinaryIO

WANTED = ("VEVENT", "VTODO", "VJOURNAL")
PROPERTIES_MAX, PROPERTY_CHARS = 2_000, 200_000  # of one component, of one property that are kept
_NAME = re.compile(r"([A-Za-z0-9-]{1,80})((?:;[A-Za-z0-9-]{1,80}=(?:\"[^\"]*\"|[^\":;,]*)(?:,(?:\"[^\"]*\"|[^\":;,]*))*)*):")
_PARAMETER = re.compile(r";([A-Za-z0-9-]+)=((?:\"[^\"]*\"|[^\":;])*)")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_LENGTH = re.compile(r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WINDOWS = {"W. Europe": "Europe/Berlin", "Central Europe": "Europe/Budapest", "Central European": "Europe/Warsaw", "Romance": "Europe/Paris",
            "GMT": "Europe/London", "Greenwich": "Atlantic/Reykjavik", "E. Europe": "Europe/Chisinau", "FLE": "Europe/Kiev", "GTB": "Europe/Bucharest",
            "Russian": "Europe/Moscow", "Turkey": "Europe/Istanbul", "Israel": "Asia/Jerusalem", "Eastern": "America/New_York", "Central": "America/Chicago",
            "Mountain": "America/Denver", "US Mountain": "America/Phoenix", "Pacific": "America/Los_Angeles", "Alaskan": "America/Anchorage",
            "Hawaiian": "Pacific/Honolulu", "Atlantic": "America/Halifax", "Newfoundland": "America/St_Johns", "E. South America": "America/Sao_Paulo",
            "India": "Asia/Kolkata", "China": "Asia/Shanghai", "Singapore": "Asia/Singapore", "Tokyo": "Asia/Tokyo", "Korea": "Asia/Seoul",
            "AUS Eastern": "Australia/Sydney", "New Zealand": "Pacific/Auckland", "South Africa": "Africa/Johannesburg", "Arabian": "Asia/Dubai"}


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: its parameters by name in capitals, its value as it stands."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value unescaped."""
        return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], self.value)


@dataclass(slots=True)
class Component:
    """A VEVENT, VTODO or VJOURNAL: `line` is where it begins, `last` where it ends; `whole` is False for one that the file breaks off in."""

    kind: str
    line: int
    last: int = 0
    whole: bool = True
    held: int = 0  # properties, of all names
    properties: dict[str, list[Property]] = field(default_factory=dict)
    zones: dict[str, tzinfo] = field(default_factory=dict)

    def first(self, name: str) -> Property | None:
        """The first property of a name."""
        return next(iter(self.properties.get(name, ())), None)

    def text(self, name: str) -> str:
        """Its text, "" when there is none."""
        found = self.first(name)
        return found.text.strip() if found else ""


def components(stream: BinaryIO) -> Iterator[Component]:
    """The wanted components of a file in order; alarms within them are passed over. Lines that are none are passed over too."""
    now: Component | None = None
    inner: list[str] = []
    zones: dict[str, tzinfo] = {}
    zone, standard, number = "", False, 0
    for number, line in _unfolded(stream):
        match = _NAME.match(line)
        if match is None:
            continue
        name, value = match[1].upper(), line[match.end():]
        if name == "BEGIN":
            kind = value.strip().upper()
            if kind in WANTED:
                if now:
                    now.last, now.whole = number - 1, False
                    yield now
                now, inner = Component(kind, number, zones=zones), []
            elif len(inner) < 100:
                inner.append(kind)
            standard = kind == "STANDARD"
        elif name == "END":
            kind = value.strip().upper()
            if now and kind == now.kind:
                now.last = number
                yield now
                now, inner = None, []
            elif inner and kind == inner[-1]:
                inner.pop()
        elif now and not inner and now.held < PROPERTIES_MAX:
            now.held += 1
            parameters = {one[1].upper(): one[2].replace('"', "") for one in _PARAMETER.finditer(match[2])}
            now.properties.setdefault(name, []).append(Property(value[:PROPERTY_CHARS], parameters))
        elif not now and name == "TZID":
            zone = value.strip()
        elif not now and name == "TZOFFSETTO" and standard and (offset := _offset(value)) is not None:
            zones.setdefault(zone, timezone(offset))
    if now:
        now.last, now.whole = number, False
        yield now


def _unfolded(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """(number of the first line, content line) with the lines that begin with a blank joined to the one before."""
    parts: list[bytes] = []
    first = size = 0
    for number, line in rows.lines(stream):
        if line is not None and line[:1] in (b" ", b"\t") and parts:
            if size < PROPERTY_CHARS:
                parts.append(line[1:])
                size += len(line)
            continue
        if parts:
            yield first, charsets.decoded(b"".join(parts))[0].replace("\0", "")
        parts, first, size = [(line or b"")[:PROPERTY_CHARS]], number, 0
    if parts:
        yield first, charsets.decoded(b"".join(parts))[0].replace("\0", "")


@dataclass(frozen=True, slots=True)
class When:
    """A time of a calendar: `local` as it was written there, `at` in UTC; a `day` has neither hour nor zone and is taken as beginning at 0:00 UTC."""

    local: datetime
    at: datetime
    day: bool
    zone: str = ""


def when(found: Property | None, zones: dict[str, tzinfo]) -> When | None:
    """The time that a property states; None for what is none. One without a zone is taken as UTC."""
    match = _TIME.fullmatch(found.value.strip()) if found else None
    if match is None or found is None:
        return None
    try:
        day = match[4] is None
        local = datetime(int(match[1]), int(match[2]), int(match[3]), int(match[4] or 0), int(match[5] or 0), min(int(match[6] or 0), 59))
        name = "" if day or match[7] else found.parameters.get("TZID", "").strip()
        zone = zone_of(name, zones) if name else timezone.utc
        return When(local, local.replace(tzinfo=zone).astimezone(timezone.utc), day, "UTC" if match[7] else name)
    except (ValueError, OverflowError):
        return None


def zone_of(name: str, zones: dict[str, tzinfo]) -> tzinfo:
    """The zone that a calendar calls so: by its name in the time zone database, by Windows' name, else the winter offset that the file states, else UTC."""
    from zoneinfo import ZoneInfo

    known = _WINDOWS.get(name.removesuffix(" Standard Time"), "")
    for word in filter(None, (name, known, "/".join(name.strip("/").split("/")[-2:]))):
        try:
            return ZoneInfo(word)
        except (ValueError, OSError, KeyError):
            continue
    return zones.get(name, timezone.utc)


def length(text: str) -> timedelta | None:
    """A duration such as PT1H30M or -P1W; None for what is none."""
    match = _LENGTH.fullmatch(text.strip().upper())
    if match is None or not any(match.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    try:
        found = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None
    return -found if match[1] == "-" else found


def _offset(text: str) -> timedelta | None:
    match = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?", text.strip())
    found = timedelta(hours=int(match[2]), minutes=int(match[3])) if match else timedelta(days=1)
    return (-found if match and match[1] == "-" else found) if found < timedelta(days=1) else None


_DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday"}
_UNITS = {"SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_NTH = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last", "-2": "last but one"}


def count(text: str) -> int:
    """A whole number of at most eight digits; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) <= 8 else 0


def until(rule: str) -> When | None:
    """The last time of a recurrence rule, where it states one."""
    return when(Property(_parts(rule).get("UNTIL", "")), {})


def rule_in_words(rule: str) -> str:
    """A recurrence rule as a person says it: `every 2 weeks on Tuesday and Friday, until 30 June 2026`; "" for what is none."""
    parts = _parts(rule)
    unit = _UNITS.get(parts.get("FREQ", ""))
    if not unit:
        return ""
    every = parts.get("INTERVAL", "1")
    said = [f"every {unit}" if every == "1" or not every.isdigit() else f"every {every[:5]} {unit}s"]
    if days := [_day(word) for word in parts.get("BYDAY", "").split(",") if _day(word)]:
        nth = [_NTH.get(word, f"{word}.") for word in parts.get("BYSETPOS", "").split(",") if word][:10]
        said.append(f"on the {_list(nth)} of {_list(days)}" if nth else f"on {_list(days)}")
    if numbers := [word for word in parts.get("BYMONTHDAY", "").split(",") if word.lstrip("-").isdigit()][:31]:
        said.append("on day " + _list([word if word[0] != "-" else "last" if word == "-1" else f"{word} from the end" for word in numbers]))
    if months := [moments.MONTHS[month - 1] for word in parts.get("BYMONTH", "").split(",") if 1 <= (month := count(word)) <= 12]:
        said.append(f"in {_list(months)}")
    words = " ".join(said)
    if parts.get("COUNT", "").isdigit():
        words += f", {parts['COUNT'][:9]} times"
    last = until(rule)
    return f"{words}, until {moments.day(last.local)}" if last else words


def _parts(rule: str) -> dict[str, str]:
    return {key.strip().upper(): value.strip().upper() for key, _, value in (part.partition("=") for part in rule[:2_000].split(";"))}


def _day(word: str) -> str:
    name = _DAYS.get(word[-2:])
    nth = word[:-2].lstrip("+")
    return "" if not name else f"the {_NTH.get(nth, nth + '.')} {name}" if nth else name


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
