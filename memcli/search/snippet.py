"""Which line of an entry shows best why it was found? One line of its text around the query's words.

The window with the most distinct words wins, the ones that are rare in the text weighing more; the earliest of equals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from memcli.index import analysis
from memcli.index.ask import Ask
from memcli.index.document import without_block_ids
from memcli.search.marks import Mark, Marker

SCAN_MAX = 262_144  # characters of a body that are looked at
CHUNK = 32_768
_CUT = "…"
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One line of text, the line of the file it is from (counted from 1), and the spans [start, end) of `text` to highlight."""

    text: str
    line: int
    spans: tuple[tuple[int, int], ...]


def snippet(body: str, ask: Ask | Marker, width: int = 160, body_line: int = 1) -> Snippet:
    """The best stretch of at most `width` characters of a body (LF) that begins on line `body_line` of its file.

    Give a `Marker` instead of the query to use it on many bodies. Without any match it is the beginning of the text.
    """
    marker = ask if isinstance(ask, Marker) else Marker(ask)
    text = without_block_ids(analysis.normal(body[:SCAN_MAX]))
    marks = _scanned(text, marker)
    room = max(width, 16) - 2 * len(_CUT)
    if marks:
        window = _best(marks, room)
        start = _start(text, window, room)
        at = window[0].start
    else:
        start = at = len(text) - len(text.lstrip())
    end = _end(text, start, room)
    line = body_line + text.count("\n", 0, at)
    return _folded(text, start, end, [mark for mark in marks if start <= mark.start and mark.end <= end], line)


def _scanned(text: str, marker: Marker) -> list[Mark]:
    """The marks of the first chunk, cut between lines or words, that has any, and of the text up to there."""
    start = 0
    while start < len(text):
        end = start + CHUNK
        if end < len(text):
            end = max(text.rfind("\n", start, end), text.rfind(" ", start, end), start + CHUNK // 2)
        marks = marker.marks(text[start:end])
        if marks:
            return [Mark(mark.start + start, mark.end + start, mark.word) for mark in marks] if start else marks
        start = end
    return []


def _best(marks: list[Mark], room: int) -> Sequence[Mark]:
    """The marks of the window that is worth most."""
    seen = Counter(mark.word for mark in marks)
    worth = {word: 1.0 + 1.0 / count for word, count in seen.items()}
    best, most, last = marks[:1], 0.0, 0
    for first, mark in enumerate(marks):
        last = max(last, first + 1)
        while last < len(marks) and marks[last].end <= mark.start + room:
            last += 1
        inside = marks[first:last]
        value = sum(worth[word] for word in {each.word for each in inside}) + 0.01 * len(inside)
        if value > most + 1e-9:
            best, most = inside, value
    return best


def _start(text: str, window: Sequence[Mark], room: int) -> int:
    """Where to begin: with the line if all still fits, else a third of the room that is left before the first word."""
    first = window[0].start
    spare = max(room - (window[-1].end - first), 0)
    line = text.rfind("\n", 0, first) + 1
    line += len(text[line:first]) - len(text[line:first].lstrip())
    if first - line <= spare // 2:
        return line
    start = first - spare // 3
    blank = _BLANK.search(text, start, first)
    return start if start == line or not blank else blank.end()


def _end(text: str, start: int, room: int) -> int:
    """Where to stop: at a blank before the room is used up, unless that would lose much."""
    end = min(start + room, len(text))
    if end < len(text) and not text[end].isspace() and text[end - 1].isalnum():
        blank = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        end = blank if blank > start + room * 2 // 3 else end
    return end


def _folded(text: str, start: int, end: int, marks: Sequence[Mark], line: int) -> Snippet:
    """The stretch as one line, blanks folded, cut ends marked, with the spans moved to match."""
    out = _CUT if text[:start].strip() else ""
    moved: dict[int, int] = {}
    edges = {edge for mark in marks for edge in (mark.start, mark.end)}
    for at in range(start, end):
        if at in edges:
            moved[at] = len(out)
        char = text[at]
        if not char.isspace():
            out += char
        elif out and out[-1] != " ":
            out += " "
    moved[end] = len(out)
    spans = tuple((moved[mark.start], min(moved[mark.end], len(out))) for mark in marks)
    out = out.rstrip()
    return Snippet(out + (_CUT if text[end:].strip() else ""), line, spans)
