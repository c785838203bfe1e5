"""What are the tags and texts of an HTML document? A tokeniser that forgives everything and takes time in proportion to the length, whatever it is fed.

The standard library's parser looks at unfinished tags again and again: half a megabyte of `<a ` keeps it busy for minutes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ATTRIBUTES_MAX, ATTRIBUTE_CHARS = 50, 100_000  # of one tag, of one value that are kept
_NAME = re.compile(r"/?[A-Za-z][A-Za-z0-9:-]{0,40}")
_STOP = re.compile(r"[>\"']")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_RAW = {tag: re.compile(f"</{tag}\\b", re.IGNORECASE) for tag in ("script", "style", "title", "textarea", "xmp", "noembed")}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is start, end, text or comment; `name` the tag in lower case, "" for text outside of script, title and their like; `text` unescaped."""

    kind: str
    name: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a document in order."""
    at = 0
    closing = {'"': True, "'": True}  # whether there is another one further on
    while at < len(source):
        begin = source.find("<", at)
        if begin != at:
            yield Token("text", "", html.unescape(source[at:begin] if begin >= 0 else source[at:]))
        if begin < 0:
            return
        if source.startswith("<!--", begin):
            end = source.find("-->", begin + 4)
            yield Token("comment", "", source[begin + 4:end] if end >= 0 else "")
            at = end + 3 if end >= 0 else len(source)
            continue
        match = _NAME.match(source, begin + 1)
        if match is None and source[begin + 1:begin + 2] not in ("!", "?", "/"):
            yield Token("text", "", "<")
            at = begin + 1
            continue
        end = _end(source, match.end(), closing) if match else source.find(">", begin)
        if end < 0:
            return
        at = end + 1
        if match:
            name = match[0].lower()
            yield Token("end", name[1:]) if name[0] == "/" else Token("start", name, "", _attributes(source[match.end():end]))
            if name in _RAW:
                close = _RAW[name].search(source, at)
                stop = close.start() if close else len(source)
                yield Token("text", name, html.unescape(source[at:stop]) if name in ("title", "textarea") else source[at:stop])
                at = stop


def _end(source: str, at: int, closing: dict[str, bool]) -> int:
    """Where the `>` of a tag is, out of quotes; -1 when there is none."""
    while (stop := _STOP.search(source, at)) is not None:
        sign = stop[0]
        if sign == ">":
            return stop.start()
        end = source.find(sign, stop.end()) if closing[sign] and source[stop.start() - 1] in "= \t\r\n" else -1
        if end < 0:
            closing[sign] = closing[sign] and source[stop.start() - 1] not in "= \t\r\n"
        at = max(end + 1, stop.end())
    return -1


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        if len(found) >= ATTRIBUTES_MAX:
            break
        value = match[2] or ""
        if len(value) <= ATTRIBUTE_CHARS:
            found.setdefault(match[1].lower(), html.unescape(value[1:-1] if value[:1] in ("'", '"') else value))
    return found
