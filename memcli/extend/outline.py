"""What does a page of an outliner say as markdown? Blocks of bullets in, with their properties and depth; headings, lists and tasks out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_BULLET = re.compile(r"([ \t]*)-(?:[ \t]+(.*)|)$", re.DOTALL)
_PROPERTY = re.compile(r"([^\s:#\[\](){}`\"'][^\s:]*)::(?:[ \t]+(.*))?$")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_HEADING = re.compile(r"#{1,6} +\S")
_MARKER = re.compile(r"(TODO|LATER|DOING|NOW|IN-PROGRESS|WAITING|WAIT|DONE|CANCELED|CANCELLED)(?= |$)")
_BOXES = {"TODO": "[ ]", "LATER": "[ ]", "DONE": "[x]", "CANCELED": "[x] CANCELED", "CANCELLED": "[x] CANCELED"}
_DRAWER = (":LOGBOOK:", ":END:")
TAB = 4  # columns
DEPTH_MAX = 40  # of a list; what is deeper stands at this depth


@dataclass(slots=True)
class Block:
    """A bullet, or a paragraph between them: how deep it lies (0 at the top), its lines without the indent, and its properties."""

    depth: int
    bullet: bool = True
    lines: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What it says, on one line."""
        return " ".join(" ".join(self.lines).split())


def blocks(text: str) -> tuple[dict[str, str], list[Block]]:
    """A page's own properties, which are all that its first block says, and its other blocks."""
    found: list[Block] = []
    indents: list[int] = []
    fence, drawer, column, blank = "", False, 0, True
    for raw in text.split("\n"):
        line = raw.rstrip()
        bullet = None if fence else _BULLET.match(line)
        if bullet:
            indent = _columns(bullet[1])
            while indents and indents[-1] >= indent:
                indents.pop()
            found.append(Block(min(len(indents), DEPTH_MAX)))
            indents.append(indent)
            column, drawer, line = indent + 2, False, bullet[2] or ""
        else:
            if not found or not fence and line and not raw[0].isspace() and (found[-1].bullet or blank):
                found.append(Block(0, bullet=False))
                indents, column, drawer = [], 0, False
            line = _dedent(line, column)
        drawer = _take(found[-1], line, fence, drawer)
        mark = _FENCE.match(line.strip())
        if mark and not drawer:
            fence = "" if fence and line.strip().startswith(fence) else fence or mark[1]
        blank = not line
    properties = {}
    if found and not found[0].text and found[0].properties:
        properties = found.pop(0).properties
    return properties, [block for block in found if block.text or block.properties]


def _take(block: Block, line: str, fence: str, drawer: bool) -> bool:
    """Add a line to a block; whether a drawer, which is dropped, is open after it."""
    bare = line.strip()
    if not fence and (drawer or bare == _DRAWER[0]):
        return bare != _DRAWER[1]
    match = None if fence else _PROPERTY.match(bare)
    if match:
        block.properties[match[1].lower()] = (match[2] or "").strip()
    else:
        block.lines.append(line)
    return False


def _columns(blank: str) -> int:
    return sum(TAB if letter == "\t" else 1 for letter in blank)


def _dedent(line: str, columns: int) -> str:
    """A line without up to `columns` columns of the blank space before it."""
    at = passed = 0
    while at < len(line) and line[at] in " \t" and passed < columns:
        passed += TAB if line[at] == "\t" else 1
        at += 1
    return line[at:]


def markdown(found: Sequence[Block]) -> str:
    """Blocks as markdown: nested lists, and paragraphs. A heading at the top is a heading, and what lies below it begins at the margin."""
    parts: list[str] = []
    under, listed = 0, False
    for block in found:
        under = under if block.depth else 0
        lines = [*_trimmed(block.lines), *(f"{name}:: {value}".rstrip() for name, value in block.properties.items())]
        if not lines:
            continue
        loose = not block.bullet or block.depth == 0 and bool(_HEADING.match(lines[0]))
        if parts and not (listed and not loose):
            parts.append("")
        if loose:
            parts += lines
            under = 1
        else:
            indent = "  " * max(block.depth - under, 0)
            parts.append(f"{indent}- {_boxed(lines[0])}")
            parts += [f"{indent}  {line}" if line else "" for line in lines[1:]]
        listed = not loose
    return "\n".join(parts) + "\n" if parts else ""


def _trimmed(lines: Sequence[str]) -> Iterator[str]:
    """Lines without blank ones at both ends."""
    said = [at for at, line in enumerate(lines) if line.strip()]
    yield from lines[said[0]:said[-1] + 1] if said else ()


def _boxed(line: str) -> str:
    """A task's first line with a box for its marker."""
    match = _MARKER.match(line)
    if not match:
        return line
    return f"{_BOXES.get(match[1], f'[ ] {match[1]}')}{line[match.end():]}"
