"""What happened to entries? The access log `.mem/state/access.log`: a line per use, appended in microseconds, folded by consolidation.

A line begins with the id at a fixed place, so that a search finds the few lines it needs without reading the others as JSON. Reading
commands append without the vault's lock and never fail because of it; a line that is not one of ours is passed over and told by doctor.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import NamedTuple

from memcli.entries import atomic

KINDS = ("shown", "opened", "used", "confirmed", "missed", "contradicted")
PRESENTING = ("opened", "used", "confirmed")  # what counts as a presentation; being shown in a list does not, or the popular would feed itself
_HEAD = b'{"id": "'
_ID = slice(len(_HEAD), len(_HEAD) + 26)


class Event(NamedTuple):
    """One event. `at` is RFC 3339 text, `kind` one of KINDS, `session` what it belongs to, `grade` 1..4 from a review, 0 where the kind says it."""

    id: str
    at: str
    kind: str
    session: str
    grade: int


def path_in(state: str) -> str:
    """Where the log is, below the folder `.mem/state`."""
    return f"{state}/access.log"


def record(state: str, kind: str, ids: Iterable[str], at: str, session: str, grade: int = 0) -> None:
    """Append one event for each id. Raises UserError when the system refuses."""
    more = f', "grade": {grade}' if grade else ""
    told = session.encode("ascii", "replace").decode().replace('"', "?").replace("\\", "?")[:40]
    lines = "".join(f'{{"id": "{id_}", "at": "{at}", "event": "{kind}", "session": "{told}"{more}}}\n' for id_ in ids)
    if lines:
        atomic.make_folder(state, durable=False)  # a fresh clone of a vault has none
        atomic.note(path_in(state), lines.encode())


def replay(state: str, found: Iterable[Event]) -> int:
    """Append the events that are not in the log yet, as another vault tells them; returns how many. Raises UserError when the system refuses."""
    known = {(event.id, event.at, event.kind) for events in read(state).values() for event in events}
    new = [event for event in dict.fromkeys(found) if (event.id, event.at, event.kind) not in known]
    for event in new:
        record(state, event.kind, [event.id], event.at, event.session, event.grade)
    return len(new)


def read(state: str, wanted: Collection[str] | None = None) -> dict[str, list[Event]]:
    """The events not folded yet, by id, of the `wanted` ids or of all; a log that is absent or cannot be read has none."""
    keys = None if wanted is None else {id_.encode() for id_ in wanted}
    found: dict[str, list[Event]] = {}
    for line in lines(state):
        if keys is None or line[_ID] in keys:
            event = parse(line)
            if event is not None:
                found.setdefault(event.id, []).append(event)
    return found


def lines(state: str) -> list[bytes]:
    """The log's lines, bad ones too."""
    try:
        return [line for line in atomic.read(path_in(state)).split(b"\n") if line]
    except OSError:
        return []


def parse(line: bytes) -> Event | None:
    """The event of a line; None for what is none."""
    import json

    if not line.startswith(_HEAD):
        return None
    try:
        row = json.loads(line)
        event = Event(str(row["id"]), str(row["at"]), str(row["event"]), str(row.get("session", "")), int(row.get("grade", 0)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    good = event.kind in KINDS and len(event.id) == 26 and 0 <= event.grade <= 4 and len(event.at) == 20 and event.at[-1] == "Z" and event.at[10] == "T"
    return event if good and event.at[:4].isdigit() else None


def garbage(state: str) -> int:
    """How many lines are no events."""
    return sum(parse(line) is None for line in lines(state))


def rotate(state: str, before: str, kept: Collection[str]) -> int:
    """Move events older than `before` (RFC 3339), which are folded, into the log of their time, but those of the ids in `kept`. Returns how many."""

    def stays(line: bytes) -> bool:
        event = parse(line)
        return event is None or event.at >= before or event.id in kept

    return atomic.divide(path_in(state), f"{state}/access-{before[:4]}.log", stays)


def ever(state: str) -> list[Event]:
    """Every event of this machine, folded ones too, in the order of time."""
    try:
        names = sorted(name for name in os.listdir(state) if name == "access.log" or name.startswith("access-") and name.endswith(".log"))
    except OSError:
        names = []
    told = [parse(line) for name in names for line in atomic.read(f"{state}/{name}").split(b"\n")]
    return sorted((event for event in told if event), key=lambda event: (event.at, event.id, event.kind))
