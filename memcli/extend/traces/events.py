"""What happened to files, and in which session? Events in the form of FileGram (synvo-ai/FileGram, `filegram/behavior/events.py`), read tolerantly.

An event is a JSON object with `event_id`, `event_type`, `timestamp` (milliseconds since 1970), `session_id`, `profile_id` and what its type adds. Types
that say nothing of files, and unknown ones, are passed over; so are unknown keys.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from memcli.extend import moments
from memcli.extend.contracts import Rejected
from memcli.extend.gitlog import Change, Commit

EVENTS_MAX = 500_000  # of one source, which are held together to be put in order
WORD_CHARS = 400  # of a path, a query or a name that are kept
LINE_CHARS = 40  # characters that a line counts for, where a history tells lines only
LOOK = ("file_read", "file_search", "file_browse")
MAKE = ("file_write", "file_edit")
ORDER = ("file_rename", "file_move", "dir_create", "file_delete", "file_copy")
OTHER = ("fs_snapshot", "context_switch", "cross_file_reference")
TYPES = frozenset((*LOOK, *MAKE, *ORDER, *OTHER))
_PATHS = ("file_path", "new_path", "dest_path", "dir_path", "directory_path", "to_file", "target_file", "path")
_OTHERS = ("old_path", "source_path", "from_file", "source_file")
_COUNTS = ("view_count", "files_matched", "files_listed", "sibling_count", "switch_count", "total_files")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `path` is the file or folder it ends with, `other` where that was before (or came from), `query` what was searched for, `size` characters,
    `added` and `deleted` lines, `count` how many files were matched, listed or seen, `fresh` whether a write made the file, `flag` whether a copy is a
    backup or a deleted file was temporary."""

    type: str
    at: datetime
    session: str
    profile: str = ""
    id: str = ""
    path: str = ""
    other: str = ""
    query: str = ""
    size: int = 0
    added: int = 0
    deleted: int = 0
    count: int = 0
    fresh: bool = False
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """The events of a session in the order of their times; `profile` is whose they are."""

    id: str
    profile: str
    events: tuple[Event, ...]


def event(row: object, place: str) -> Event | Rejected | None:
    """An event of a JSON value; None for a type that is passed over, a Rejected for what is no event."""
    if not isinstance(row, dict) or not isinstance(row.get("event_type"), str):
        return Rejected(place, "no event: it has no event_type")
    if row["event_type"] not in TYPES:
        return None
    at = moments.epoch(row.get("timestamp"), 1000)
    if at is None:
        return Rejected(place, f"its timestamp is no number of milliseconds since 1970: {str(row.get('timestamp'))[:40]!r}")
    return Event(
        row["event_type"], at, _word(row.get("session_id")) or at.date().isoformat(), _word(row.get("profile_id")), _word(row.get("event_id")),
        _first(row, _PATHS), _first(row, _OTHERS), _word(row.get("query")), _number(row.get("content_length")), _number(row.get("lines_added")),
        _number(row.get("lines_deleted")), next((_number(row[key]) for key in _COUNTS if key in row), 0), row.get("operation") == "create",
        row.get("is_backup") is True or row.get("was_temporary") is True)


def sessions(events: Iterable[Event]) -> list[Session]:
    """The sessions of events in any order, by the time of their first event. An event whose id the session has already counts once."""
    found: dict[tuple[str, str], list[Event]] = {}
    seen: set[tuple[str, str, str]] = set()
    for one in events:
        mark = (one.profile, one.session, one.id)
        if one.id and mark in seen:
            continue
        seen.add(mark)
        found.setdefault((one.profile, one.session), []).append(one)
    whole = [Session(session, profile, tuple(sorted(held, key=lambda one: (one.at, one.id)))) for (profile, session), held in found.items()]
    return sorted(whole, key=lambda session: (session.events[0].at, session.profile, session.id))


def of_history(commits: Iterable[Commit]) -> Iterator[Event]:
    """A history as events: what an author committed on a day, in the author's own zone, is a session. Merges change nothing."""
    folders = {""}
    for commit in commits:
        if commit.at is None:
            continue
        who = _word(commit.author) or "someone"
        like = Event("", commit.at, f"{who} {commit.at.date().isoformat()}", who)
        for number, change in enumerate(commit.changes):
            yield from _made(like, change, folders, f"{commit.id}/{number:05}")


def _made(like: Event, change: Change, folders: set[str], id_: str) -> Iterator[Event]:
    """What a change of a commit tells: a new file is written, in a folder that may be new too."""
    path, before = _word(change.path), _word(change.before)
    folder = path.rpartition("/")[0]
    added, deleted = change.added or 0, change.deleted or 0
    if change.kind in "AR" and folder not in folders:
        folders.update(_above(folder))
        yield replace(like, type="dir_create", path=folder, id=f"{id_}d")
    if change.kind == "A":
        yield replace(like, type="file_write", path=path, size=added * LINE_CHARS, added=added, fresh=True, id=id_)
    elif change.kind == "D":
        yield replace(like, type="file_delete", path=path, id=id_)
    else:
        if change.kind == "R":
            kind = "file_rename" if before.rpartition("/")[0] == folder else "file_move"
            yield replace(like, type=kind, path=path, other=before, id=f"{id_}r")
        if added or deleted or change.added is None:
            yield replace(like, type="file_edit", path=path, added=added, deleted=deleted, id=id_)


def _above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _first(row: dict[str, Any], keys: Iterable[str]) -> str:
    return next((word for key in keys if (word := _word(row.get(key)))), "")


def _word(value: object) -> str:
    """Text in one line, without half characters and NULs."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return " ".join(str(value)[:4 * WORD_CHARS].encode("utf-8", "replace").decode().replace("\0", "").split())[:WORD_CHARS]


def _number(value: object) -> int:
    """A count from 0 to a billion; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or isinstance(value, float) and not math.isfinite(value):
        return 0
    return int(min(max(value, 0), 1_000_000_000))
