"""Into which pieces does a text fall? Paragraphs, list blocks, code blocks, turns of a conversation; pure.

A chunk is the unit of the vector index and of snippets. A heading belongs to what follows it. A piece longer than LONGEST characters
is split between lines, sentences or words, in this order of preference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 1_200  # characters
CHUNKS_MAX = 2_000  # of one text; what follows is seen by the keyword index alone
_BLOCK_ID = re.compile(r"[ \t]+\^([A-Za-z0-9-]+)[ \t]*$")
_TURN = re.compile(r"\*\*([^*\n]{1,60}):\*\*[ \t]+")
_HEADING = re.compile(r" {0,3}#{1,6}([ \t]|$)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_BORDERS = (re.compile(r"\n"), re.compile(r"(?<=[.!?。！？])\s+"), re.compile(r"\s+"))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a text. `start` and `end` are its first and last line in the file, from 1; `block` its Obsidian block id or "";
    `speaker` who says it in a conversation, else ""; `text` is without either."""

    text: str
    start: int
    end: int
    block: str = ""
    speaker: str = ""


def chunks(body: str, body_line: int = 1) -> list[Chunk]:
    """The pieces of a body (LF line ends) that begins on line `body_line` of its file, in order.

    Block ids make no difference to where it falls apart.
    """
    lines = body.split("\n")
    marks: dict[int, str] = {}
    if "^" in body:
        for at, line in enumerate(lines):
            mark = _BLOCK_ID.search(line)
            if mark:
                marks[at], lines[at] = mark[1].lower(), line[:mark.start()]
    found: list[Chunk] = []
    for start, block in _blocks(lines):
        for offset, piece in _pieces("\n".join(block)):
            first = start + offset
            last = first + piece.count("\n")
            turn = _TURN.match(piece)
            found.append(Chunk(piece[turn.end():] if turn else piece, body_line + first, body_line + last, marks.get(last, ""), turn[1] if turn else ""))
            if len(found) == CHUNKS_MAX:
                return found
    return found


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """(line from 0, lines) of what stands between blank lines; headings stay with what follows, fences are not cut."""
    begun, heading, fence = -1, False, ""
    for at, line in enumerate(lines):
        blank = not line.strip()
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
        elif blank:
            if begun >= 0 and not heading:
                yield begun, lines[begun:at]
                begun = -1
        else:
            opening = _FENCE.match(line)
            fence = opening[1] if opening else ""
            if begun >= 0 and _HEADING.match(line) and not heading:
                yield begun, lines[begun:at]
                begun = -1
            begun = at if begun < 0 else begun
            heading = bool(_HEADING.match(line))
    if begun >= 0:
        yield begun, lines[begun:]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """(lines before it, piece) of a block, each at most LONGEST characters, without blank edges."""
    start = 0
    while start < len(text):
        end = _cut(text, start)
        piece = text[start:end]
        inner = piece.strip()
        if inner:
            lead = len(piece) - len(piece.lstrip())
            yield text.count("\n", 0, start + lead), inner
        start = end


def _cut(text: str, start: int) -> int:
    """Where a piece that begins at `start` ends."""
    if len(text) - start <= LONGEST:
        return len(text)
    for border in _BORDERS:
        ends = [match.end() for match in border.finditer(text, start + LONGEST // 2, start + LONGEST)]
        if ends:
            return ends[-1]
    return start + LONGEST
