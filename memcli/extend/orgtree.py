"""Of which sections does an Org file consist? Headings with keyword, tags and properties, and the lines below each, which memcli.extend.org reads. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KEYWORDS = ("TODO", "NEXT", "STARTED", "WAITING", "HOLD", "DONE", "CANCELED", "CANCELLED")
_HEADING = re.compile(r"(\*+)[ \t]+(.*)$")
_TAGS = re.compile(r"(?:^|[ \t]+):([\w@#%:]+):[ \t]*$")
_COOKIE = re.compile(r"[ \t]*\[(?:[0-9]*/[0-9]*|[0-9]*%)\]")
_PROPERTY = re.compile(r"[ \t]*:([^:\s]+):(?:[ \t]+(.*))?$")
_KEYWORD = re.compile(r"#\+([\w-]+):[ \t]*(.*)$")
_PLANNING = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):")


@dataclass(slots=True)
class Section:
    """A heading with what stands below it up to the next one. The file before its first heading is the section of level 0.
    `line` and `last` are its first and last line in the file, from 1.
    """

    level: int
    line: int
    title: str = ""
    todo: str = ""
    tags: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    last: int = 0


def sections(text: str) -> tuple[list[Section], dict[str, list[str]]]:
    """The sections of a file in order, and the values of its #+keywords, by their names in lower case."""
    found = [Section(0, 1)]
    keywords: dict[str, list[str]] = {}
    lines = text.rstrip("\n").split("\n")
    for line in lines:
        match = _KEYWORD.match(line)
        if match:
            keywords.setdefault(match[1].lower(), []).append(match[2].strip())
    states = " ".join(value for key in ("todo", "seq_todo", "typ_todo") for value in keywords.get(key, ()))
    known = {*KEYWORDS, *re.sub(r"\([^()]*\)", "", states).split()}
    for number, line in enumerate(lines, 1):
        match = _HEADING.match(line)
        if match:
            found.append(_heading(len(match[1]), number, match[2], known))
        else:
            found[-1].lines.append(line.rstrip())
        found[-1].last = number
    for section in found:
        _take_properties(section)
    return found, keywords


def _heading(level: int, line: int, text: str, known: set[str]) -> Section:
    tags = _TAGS.search(text)
    title = text[:tags.start()] if tags else text
    first, _, rest = title.partition(" ")
    todo = first if first in known - {"|"} else ""
    title = _COOKIE.sub("", re.sub(r"^\[#.\][ \t]*", "", (rest if todo else title).strip()))
    return Section(level, line, " ".join(title.split()), todo, tuple(tag for tag in tags[1].split(":") if tag) if tags else ())


def _take_properties(section: Section) -> None:
    """Take the drawer of properties out of the first lines of a section."""
    at = 0
    while at < len(section.lines) and (_PLANNING.match(section.lines[at]) or not section.level and section.lines[at].lstrip()[:1] in ("", "#")):
        at += 1
    if at == len(section.lines) or section.lines[at].strip().upper() != ":PROPERTIES:":
        return
    end = next((to for to in range(at, len(section.lines)) if section.lines[to].strip().upper() == ":END:"), 0)
    for line in section.lines[at + 1:end]:
        match = _PROPERTY.match(line)
        if match and match[2]:
            name = match[1].upper().removesuffix("+")
            section.properties[name] = f"{section.properties[name]} {match[2]}" if name in section.properties else match[2].strip()
    if end:
        del section.lines[at:end + 1]
