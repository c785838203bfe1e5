"""How does a long text become entries? Cut at headings and blank lines into sections, each of which begins with the last sentence of the one before; pure.

Sections are counted from the start, so that a text that has grown since gives the same first ones again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from memcli.extend.contracts import Draft

SECTION_CHARS = 8_000
TAIL_CHARS = 300
_HEADING = re.compile(r"#{1,6} +\S|(?:\d+\.)+\d* +\S.{0,70}$|(?:chapter|part|section|kapitel|teil|chapitre)\b.{0,70}$", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(```|~~~)")
_SENTENCE = re.compile(r"(?<=[.!?。！？])[\"'”’)]*\s+|(?<=[。！？])")

Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a text: `first` and `last` are the numbers of the lines it was made of."""

    text: str
    first: int
    last: int


def sections(lines: Iterable[Line], limit: int = SECTION_CHARS) -> Iterator[Section]:
    """The sections of numbered lines, of at most `limit` characters each. Empty ones are left out."""
    taken: list[Line] = []
    size = 0
    for number, line in lines:
        for piece in _pieces(line, limit):
            if taken and size + len(piece) + 1 > limit:
                cut = _cut(taken, limit)
                yield from _section(taken[:cut])
                taken = taken[cut:]
                size = sum(len(text) + 1 for _, text in taken)
                if taken and size + len(piece) + 1 > limit:
                    yield from _section(taken)
                    taken, size = [], 0
            taken.append((number, piece))
            size += len(piece) + 1
    yield from _section(taken)


def drafts(lines: Iterable[Line], like: Draft, unit: str = "lines") -> Iterator[Draft]:
    """One draft per section. `like` says what they share; the first one has its position and title, the others a number too. `unit` is what
    the lines are called in `span`, "" for none.
    """
    before = ""
    for part, one in enumerate(sections(lines), 1):
        span = f"{unit} {one.first}-{one.last}" if one.last > one.first else f"{unit.removesuffix('s')} {one.first}"
        yield replace(like, body=f"{tail(before) if part > 1 else ''}{one.text}\n", span=span if unit else like.span,
                      position=like.position if part == 1 else f"{like.position}#{part}", title=like.title if part == 1 else f"{like.title} ({part})")
        before = one.text


def numbered(text: str) -> Iterator[Line]:
    """The lines of a text with their numbers from 1."""
    return enumerate(text.split("\n"), 1)


def tail(text: str) -> str:
    """The last sentence of a text, quoted above what follows it."""
    said = " ".join(text.rsplit("\n\n", 1)[-1][-4 * TAIL_CHARS:].split())
    last = _SENTENCE.split(said)[-1] or said
    return f"> {'…' if len(last) > TAIL_CHARS or last != said else ''}{last[-TAIL_CHARS:]}\n\n" if last else ""


def _section(taken: Sequence[Line]) -> Iterator[Section]:
    full = [at for at, (_, line) in enumerate(taken) if line.strip()]
    if full:
        kept = taken[full[0]:full[-1] + 1]
        yield Section("\n".join(line for _, line in kept), kept[0][0], kept[-1][0])


def _cut(taken: Sequence[Line], limit: int) -> int:
    """Before which line to cut: the last heading, else the last blank line, past a third of the limit and out of fenced code; else behind the last line."""
    heading = blank = size = 0
    fenced = False
    for at, (_, line) in enumerate(taken):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and at and size > limit / 3:
            before = taken[at - 1][1].strip()
            if line.startswith("#") and _HEADING.match(line) or not before and _HEADING.match(line.strip()):
                heading = at
            elif not before and line.strip():
                blank = at
        size += len(line) + 1
    return heading or blank or len(taken)


def _pieces(line: str, limit: int) -> Iterator[str]:
    """A line as lines of at most `limit` characters, cut behind a sentence or a word where there is one."""
    at = 0
    while len(line) - at > limit:
        window = line[at:at + limit]
        ends = [match.end() for match in _SENTENCE.finditer(window) if match.end() > limit // 2]
        cut = ends[-1] if ends else window.rfind(" ") + 1
        cut = cut if cut > limit // 2 else limit
        yield window[:cut].rstrip()
        at += cut
    yield line[at:]
