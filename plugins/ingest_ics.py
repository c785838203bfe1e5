"""Reads calendars (iCalendar, .ics): events, tasks and journal entries. What recurs is one entry that says so in words; a changed occurrence is its own.

An invitation is a stranger's text (trust web); with `me=ADDRESS` what you organise yourself is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from memcli.errors import PluginFailed
from memcli.extend import calendars, choices, links, moments, sections
from memcli.extend.calendars import Component, When
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "ics"
summary = "Calendars: events, tasks and journal entries of .ics files, one or a folder."
api_version = API_VERSION
apart = True

_TYPES = {"VEVENT": "event", "VTODO": "task", "VJOURNAL": "note"}
_PEOPLE_MAX, _DATES_MAX = 20, 40
_SAID = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "perhaps"}


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """The entries in order. Position: the UID, and for a changed occurrence its RECURRENCE-ID. Of several versions of one (SEQUENCE) the newest is taken."""
    choices.only(name, options, "me")
    mine = frozenset(word.lower() for word in choices.words(options, "me"))
    for relative in source.files(".ics", ".ical", ".ifb") if source.is_folder else [""]:
        shown = relative or source.name
        found: dict[str, tuple[int, Draft]] = {}
        broken: list[Rejected] = []
        seen = failed = ""
        try:
            with source.stream(relative) as stream:
                for one in calendars.components(stream):
                    seen = "component"
                    version, draft = _draft(one, mine)
                    if isinstance(draft, Rejected):
                        broken.append(replace(draft, position=f"{shown} {draft.position}"))
                    elif draft.position not in found or version >= found[draft.position][0]:
                        found[draft.position] = version, draft
        except PluginFailed as error:
            failed = error.message
        for _, draft in found.values():
            yield from _cut(draft)
        yield from broken
        if failed or not seen:
            yield Rejected(shown, failed or "holds no event, task or journal entry")


def _draft(one: Component, mine: frozenset[str]) -> tuple[int, Draft | Rejected]:
    """(version, the entry) of a component."""
    where = f"lines {one.line}-{one.last}"
    if not one.whole:
        return 0, Rejected(where, "breaks off before its END")
    title, uid = " ".join(one.text("SUMMARY").split()), one.text("UID")
    start, again = calendars.when(one.first("DTSTART"), one.zones), one.first("RECURRENCE-ID")
    if start is None and one.kind == "VEVENT":
        return 0, Rejected(where, "an event without a time that can be read")
    if not title and not one.text("DESCRIPTION"):
        return 0, Rejected(where, "has neither a title nor a description")
    if not uid:
        uid = hashlib.sha256(f"{title}\0{start}\0{one.text('DESCRIPTION')}".encode("utf-8", "replace")).hexdigest()[:24]
    end = _end(one, start)
    to = _to(one, start, end)
    done = calendars.when(one.first("COMPLETED"), one.zones)
    organiser = one.first("ORGANIZER")
    theirs = organiser is not None and _address(organiser.value) not in mine
    created = calendars.when(one.first("CREATED"), one.zones)
    state = one.text("STATUS").upper()
    tags = tuple(dict.fromkeys(word.strip().lower().replace(" ", "-") for found in one.properties.get("CATEGORIES", ()) for word in found.text.split(",")
                               if word.strip()))
    return calendars.count(one.text("SEQUENCE")), Draft(
        body=_body(one, start, end, again), source="calendar", type=_TYPES[one.kind], tags=tags,
        position=(f"{uid} {again.value.strip()}" if again else uid).replace("/", "-"),  # it is no path
        title=("Cancelled: " if state == "CANCELLED" else "") + (title or "Untitled"), created=created.at if created else None,
        valid_from=start.at if start else None, valid_to=_after(start, done.at if done else None if one.kind == "VTODO" else to),
        uri=links.address(one.text("URL")), session=uid, message=uid, span=where, trust="web" if theirs else "import",
        extra={"due": _due(one)} if one.kind == "VTODO" and _due(one) else {})


def _to(one: Component, start: When | None, end: datetime | None) -> datetime | None:
    """Until when an entry holds: its end, of what recurs the end of the last time; None where that is not stated."""
    if one.first("RRULE") is None and one.first("RDATE") is None:
        return end
    last = calendars.until(one.text("RRULE"))
    try:
        return last.at + (end - start.at if end else timedelta()) if last and start else None
    except OverflowError:
        return None


def _due(one: Component) -> str:
    """The day a task is due, as front matter holds it."""
    due = calendars.when(one.first("DUE"), one.zones)
    return (due.at.strftime("%Y-%m-%d") if due.day else due.at.strftime("%Y-%m-%dT%H:%M:%SZ")) if due else ""


def _end(one: Component, start: When | None) -> datetime | None:
    """When an entry ends: as stated, by its duration, or with its day."""
    stated = calendars.when(one.first("DTEND") or one.first("DUE"), one.zones)
    if stated is not None or start is None:
        return stated.at if stated else None
    try:
        lasts = calendars.length(one.text("DURATION"))
        return start.at + lasts if lasts is not None else start.at + timedelta(days=1) if start.day else None
    except OverflowError:
        return None


def _after(start: When | None, end: datetime | None) -> datetime | None:
    return end if end and (start is None or end > start.at) else None


def _body(one: Component, start: When | None, end: datetime | None, again: calendars.Property | None) -> str:
    """What is known of an entry, as a person would put it down, then its description."""
    facts = [f"**When:** {_span(start, end)}"] if start else []
    due = calendars.when(one.first("DUE"), one.zones)
    facts += [f"**Due:** {_moment(due)}"] if due else []
    rule = calendars.rule_in_words(one.text("RRULE"))
    facts += [f"**Repeats:** {rule}"] if rule else []
    for key, said in (("RDATE", "Also on"), ("EXDATE", "Not on")):
        facts += [f"**{said}:** {days}"] if (days := _days(one, key)) else []
    before = calendars.when(again, one.zones)
    facts += [f"**Instead of:** {_moment(before)}"] if before else []
    place = " ".join(one.text("LOCATION").split())
    facts += [f"**Where:** {place}"] if place else []
    people = [_person(found) for found in (*one.properties.get("ORGANIZER", ()), *one.properties.get("ATTENDEE", ())[:_PEOPLE_MAX])]
    facts += [f"**Who:** {', '.join(dict.fromkeys(people))}"] if people else []
    status = one.text("STATUS").lower()
    facts += [f"**Status:** {status.replace('-', ' ')}"] if status in ("cancelled", "tentative", "completed", "in-process", "needs-action") else []
    return "\n\n".join(filter(None, ("\n".join(facts), one.text("DESCRIPTION").replace("\r", "").strip())))


def _days(one: Component, key: str) -> str:
    """The dates of a list of exceptions."""
    found = [calendars.when(replace(part, value=word.partition("/")[0]), one.zones) for part in one.properties.get(key, ()) for word in part.value.split(",")]
    days = list(dict.fromkeys(moments.day(at.local) for at in found if at))
    return ", ".join(days[:_DATES_MAX]) + (f" and {len(days) - _DATES_MAX} more" if len(days) > _DATES_MAX else "")


def _span(start: When, end: datetime | None) -> str:
    """A time and its end, in the calendar's own zone."""
    if start.day:
        last = end - timedelta(days=1) if end and end > start.at else start.at
        days = moments.day(start.local)
        return f"{days} to {moments.day(last)}" if last.date() > start.local.date() else days
    if end is None or end <= start.at:
        return _moment(start)
    until = start.local + (end - start.at) if end.year < 9999 else start.local
    zone = f" ({start.zone})" if start.zone else ""
    to = f"{until:%H:%M}" if until.date() == start.local.date() else f"{moments.day(until)}, {until:%H:%M}"
    return f"{start.local:%A}, {moments.day(start.local)}, {start.local:%H:%M} to {to}{zone}"


def _moment(at: When) -> str:
    return moments.day(at.local) + ("" if at.day else f", {at.local:%H:%M}" + (f" ({at.zone})" if at.zone else ""))


def _address(value: str) -> str:
    return value.strip().lower().removeprefix("mailto:")


def _person(found: calendars.Property) -> str:
    """A name, and what that person answered."""
    said = _SAID.get(found.parameters.get("PARTSTAT", "").upper(), "")
    who = " ".join(found.parameters.get("CN", "").split()) or found.value.strip().removeprefix("mailto:").removeprefix("MAILTO:")
    return f"{who} ({said})" if said else who


def _cut(draft: Draft) -> Iterator[Draft]:
    """A draft, several for a long one."""
    return (replace(one, span=draft.span) for one in sections.drafts(sections.numbered(draft.body or draft.title), draft, unit=""))
