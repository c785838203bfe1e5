"""Reads the chats of LongMemEval: one event per session, once however many questions share it. Questions and answers are passed over: they are not memory.

A session is known by its id and what is said in it. Where questions give it different dates, the first counts, as the dates were made for the questions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from memcli.extend import choices, exports, talk
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "longmemeval"
summary = "Chats of LongMemEval: one event per session, without the questions."
api_version = API_VERSION

_FILES = re.compile(r"longmemeval.*\.jsonl?", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?: \(\w+\))?(?: ([0-9]{1,2}):([0-9]{2}))?")
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_SPEAKERS = {"user": "User", "assistant": "Assistant"}


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Sessions in the order in which the questions name them."""
    choices.only(name, options)
    return exports.fitting(_questions(source), source, "it should be a list of {haystack_session_ids, haystack_dates, haystack_sessions}")


def _questions(source: Source) -> Iterator[Draft | Rejected]:
    seen: set[str] = set()
    for one in exports.records(source, _FILES, "file of LongMemEval"):
        if isinstance(one, Rejected):
            yield one
            continue
        where, row = one.where, one.value
        parts: list[Any] = [row.get(f"haystack_{part}") for part in ("session_ids", "dates", "sessions")] if isinstance(row, dict) else []
        if not parts or not all(isinstance(part, list) for part in parts):
            yield Rejected(where, "holds no haystack_sessions with their ids and dates")
        elif len({len(part) for part in parts}) > 1:
            yield Rejected(where, "holds " + ", ".join(f"{len(part)} {word}" for part, word in zip(parts, ("ids", "dates", "sessions"))) + ": they do not pair")
        else:
            for number, (identity, date, turns) in enumerate(zip(*parts), 1):
                yield from _session(source, f"{where}, session {number}", identity, date, turns, seen)


def _session(source: Source, where: str, identity: Any, date: Any, turns: Any, seen: set[str]) -> Iterator[Draft | Rejected]:
    """The session, if it is not known yet and somebody says something in it."""
    if not isinstance(identity, str) or not identity.strip() or not isinstance(turns, list):
        yield Rejected(where, "has no id or no turns")
        return
    said = [(turn["role"], turn["content"]) for turn in turns if _good(turn)]
    if len(said) < len(turns):
        yield Rejected(where, f"{len(turns) - len(said)} of its {len(turns)} turns have no role or no content")
    told = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
    if f"{identity} {told}" in seen or not any(text.strip() for _, text in said):
        return
    at = _at(date)
    if at is None:
        yield Rejected(where, f"its date cannot be read: {str(date)[:40]!r}")
        return
    seen.add(f"{identity} {told}")
    mark = _UNSAFE.sub("-", identity).strip("-")
    spoken = [talk.Turn(_SPEAKERS[role], text, f"{mark}-{number}") for number, (role, text) in enumerate(said, 1) if text.strip()]
    yield Draft(body="\n\n".join(map(talk.paragraph, spoken)) + "\n", source=identity, position=told, type="event", tags=("conversation",), created=at,
                valid_from=at, title=talk.opening(spoken), uri=source.name, session=identity, message=spoken[0].id, span=f"messages 1-{len(said)}")


def _good(turn: Any) -> bool:
    return isinstance(turn, dict) and isinstance(turn.get("role"), str) and turn["role"] in _SPEAKERS and isinstance(turn.get("content"), str)


def _at(date: object) -> datetime | None:
    """`2023/05/20 (Sat) 02:21`, in UTC as the set tells no zone."""
    match = _DATE.fullmatch(date.strip()) if isinstance(date, str) else None
    try:
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=timezone.utc) if match else None  # type: ignore[misc, arg-type]
    except ValueError:
        return None
