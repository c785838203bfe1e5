"""Reads conversations in the LoCoMo form: JSON of samples with dated sessions of turns. One entry per session that holds turns, with `grain=turn`
one per turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import choices, moments, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "locomo"
summary = "Conversations as LoCoMo JSON: one event per session."
api_version = API_VERSION

_SESSION = re.compile(r"session_([0-9]{1,9})\Z")
_DATE = re.compile(r"(?:([0-9]{1,2}):([0-9]{2}) *([ap]m)? on )?([0-9]{1,2}) ([a-z]+),? ([0-9]{4})", re.IGNORECASE)
_UNSAFE = re.compile(r"[^a-z0-9-]+")


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Sessions in order. Questions, evidence and summaries are passed over: they are not memory."""
    choices.only(name, options, "grain")
    by_turn = options.get("grain", "session") == "turn"
    if options.get("grain", "turn") not in ("session", "turn"):
        raise PluginFailed(f"locomo: grain takes session or turn, not {options['grain']!r}", "--option grain=turn makes an entry of each turn")
    if source.is_folder:
        raise PluginFailed(f"{source.name} is a folder", "give the JSON file")
    data = rows.value(source.read(), source.name)
    samples = data if isinstance(data, list) else [data]
    if not any(isinstance(sample, dict) and isinstance(sample.get("conversation"), dict) for sample in samples):
        raise PluginFailed(f"{source.name} holds no conversation", "expected samples of {sample_id, conversation: {session_1: [...]}}")
    for number, sample in enumerate(samples, 1):
        yield from _sample(source, f"sample {number}", sample, by_turn)


def _sample(source: Source, where: str, sample: Any, by_turn: bool) -> Iterator[Draft | Rejected]:
    if not isinstance(sample, dict) or not isinstance(sample.get("conversation"), dict):
        yield Rejected(where, "holds no conversation")
        return
    identity = sample.get("sample_id")
    if not isinstance(identity, (str, int)) or identity == "":
        yield Rejected(where, "has no sample_id")
        return
    talk = sample["conversation"]
    for _, key in sorted((int(match[1]), key) for key in talk if (match := _SESSION.match(key))):
        turns = talk[key]
        if turns == []:
            continue
        place = f"{identity} {key}"
        if not isinstance(turns, list):
            yield Rejected(place, "is not a list of turns")
            continue
        session = _session(source, str(identity), key, talk, turns, place)
        if by_turn and isinstance(session, Draft):
            yield from _turns(session, turns)
        else:
            yield session


def _session(source: Source, identity: str, key: str, talk: dict[str, Any], turns: list[Any], place: str) -> Draft | Rejected:
    stamp = talk.get(f"{key}_date_time")
    at = _date(stamp)
    if at is None:
        return Rejected(place, f"its date cannot be read: {str(stamp)[:40]!r}")
    paragraphs: list[str] = []
    speakers: list[str] = []
    for turn in turns:
        if not isinstance(turn, dict) or not isinstance(turn.get("text"), str) or not isinstance(turn.get("speaker"), str):
            return Rejected(place, f"turn {len(paragraphs) + 1} has no speaker or no text")
        speakers.append(turn["speaker"])
        paragraphs.append(_paragraph(turn))
    names = " and ".join(dict.fromkeys(_line(speaker) for speaker in speakers))
    return Draft(body="\n\n".join(paragraphs) + "\n", source=identity, position=key, type="event", tags=("conversation",),
                 title=f"{names}, {moments.day(at)}", created=at, valid_from=at, uri=source.name, session=key)


def _turns(session: Draft, turns: list[Any]) -> Iterator[Draft]:
    """An entry of each turn of a session."""
    for number, turn in enumerate(turns, 1):
        yield replace(session, body=_paragraph(turn) + "\n", position=f"{session.position}/{number}")


def _paragraph(turn: dict[str, Any]) -> str:
    text = f"**{_line(turn['speaker'])}:** {_line(turn['text'])}"
    caption = turn.get("blip_caption")
    if isinstance(caption, str) and caption.strip():
        text += f" [image: {_line(caption)}]"
    mark = _UNSAFE.sub("-", str(turn.get("dia_id", "")).lower()).strip("-")
    return f"{text} ^{mark}" if mark else text


def _line(text: str) -> str:
    return " ".join(text.split())


def _date(stamp: object) -> datetime | None:
    """`1:56 pm on 8 May, 2023`, `13:56 on 8 May, 2023` or `8 May, 2023`, as UTC; months are English whatever the locale."""
    match = _DATE.fullmatch(" ".join(str(stamp).split()))
    if match is None or match[5].title() not in moments.MONTHS:
        return None
    hour = int(match[1] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3].lower() == "pm" else 0)
    try:
        return datetime(int(match[6]), moments.MONTHS.index(match[5].title()) + 1, int(match[4]), hour, int(match[2] or 0), tzinfo=timezone.utc)
    except ValueError:
        return None
