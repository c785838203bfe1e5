"""Reads traces of work with files: events as JSON Lines, or the history of a git repository (`from=git`). What happened becomes one event per session,
how it is done one profile, and the steps that come again and again become procedures.

The profile and the procedures stand at fixed places, so that they are brought up to date as the traces grow. No contents are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from memcli.errors import PluginFailed
from memcli.extend import choices
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.gitlog import History
from memcli.extend.rows import json_lines
from memcli.extend.traces import events, patterns, profile, telling
from memcli.extend.traces.events import EVENTS_MAX, Event, Session
from memcli.extend.traces.profile import SESSIONS_MIN

name = "files"
summary = "File-system traces (events or git): sessions, a profile, procedures."
api_version = API_VERSION


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """The sessions of each person, and from SESSIONS_MIN sessions on the profile and the procedures. Option: `from`, `events` (JSON Lines in a file, a
    folder of such files, or standard input) or `git`.

    Position: `session ID`, `profile`, `procedure STEPS`.
    """
    choices.only(name, options, "from")
    origin = options.get("from", "events")
    if origin not in ("events", "git"):
        raise PluginFailed(f"files: from takes events or git, not {origin!r}")
    found: list[Event] = []
    place = "trace"
    broken: PluginFailed | None = None
    if origin == "git":
        history = History(source.path, source.name)
        place = history.root()
        try:
            found.extend(islice(events.of_history(history.commits()), EVENTS_MAX))  # what came before a failure stays in the list
        except PluginFailed as error:
            broken = error
    else:
        for one in _events(source):
            if isinstance(one, Rejected):
                yield one
            else:
                found.append(one)
                if len(found) == EVENTS_MAX:
                    yield Rejected(source.name, f"holds more than {EVENTS_MAX} events: split it by time; what comes after these was not read")
                    break
    whole = events.sessions(found)
    for who in dict.fromkeys(session.profile for session in whole):
        own = [session for session in whole if session.profile == who]
        yield from _drafts(own, Draft("-", f"{place} {who}".strip(), "-", uri=source.name, trust="import"))
    if broken is not None:
        raise broken


def _events(source: Source) -> Iterator[Event | Rejected]:
    for relative in source.files(".jsonl", ".ndjson", ".json") if source.is_folder else [""]:
        try:
            with source.stream(relative) as stream:
                for one in json_lines(stream):
                    found = replace(one, position=f"{relative} {one.position}".strip()) if isinstance(one, Rejected) else \
                        events.event(one[1], f"{relative} line {one[0]}".strip())
                    if found is not None:
                        yield found
        except PluginFailed as error:
            if not relative:
                raise
            yield Rejected(relative, error.message)


def _drafts(own: list[Session], like: Draft) -> Iterator[Draft]:
    """The entries of one person's sessions."""
    known = profile.profile(own)
    for session in own:
        first = session.events[0]
        odd = ("deviant",) if session.id in known.shifts else ()
        yield replace(like, body=telling.session_body(session, known), position=f"session {session.id}", title=telling.session_title(session), type="event",
                      tags=("files", *odd), created=first.at, valid_from=first.at, session=session.id, message=first.id,
                      span=f"events 1-{len(session.events)}" if len(session.events) > 1 else "event 1")
    who = own[0].profile
    if len(own) < SESSIONS_MIN:
        return
    yield replace(like, body=telling.profile_body(own, known), position="profile", type="profile", tags=("files",),
                  title=f"How {who} works with files" if who else "Work with files: a profile")
    for pattern in patterns.patterns(own):
        yield replace(like, body=telling.pattern_body(pattern, own), position=f"procedure {', '.join(pattern.steps)}", type="procedure", tags=("files",),
                      title=telling.pattern_title(pattern))
