"""Where in a text is a position of the protocol? Lines and columns as the client counts them, to offsets into the text and back; pure.

A line ends with LF, CR LF or CR. A column counts units of the encoding that was agreed on: UTF-16 unless the client offered another. A position past
the end of a line is its end, one past the last line the end of the text, one within a character its beginning.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol import types

_BREAK = re.compile(r"\r\n|\n|\r")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Places:
    """The lines of a text that holds no half characters, and the encoding that columns are counted in."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self._codec, self._size = _CODECS[encoding]
        self._starts = [0]
        self._ends: list[int] = []
        for found in _BREAK.finditer(text):
            self._ends.append(found.start())
            self._starts.append(found.end())
        self._ends.append(len(text))

    @property
    def lines(self) -> int:
        """How many lines there are, the one after the last line end too."""
        return len(self._starts)

    def line(self, number: int) -> str:
        """A line without its end."""
        return self.text[self._starts[number]:self._ends[number]]

    def start(self, number: int) -> int:
        """The offset of a line's beginning."""
        return self._starts[number]

    def offset(self, at: types.Position) -> int:
        """The offset of a position."""
        if at.line >= self.lines:
            return len(self.text)
        line = self.line(at.line)
        if line.isascii():
            return self._starts[at.line] + min(at.character, len(line))
        units = line.encode(self._codec)[:at.character * self._size]
        return self._starts[at.line] + len(units.decode(self._codec, "ignore"))

    def number(self, offset: int) -> int:
        """The line that an offset lies in, from 0."""
        return bisect_right(self._starts, offset) - 1

    def position(self, offset: int) -> types.Position:
        """The position of an offset."""
        number = self.number(offset)
        before = self.text[self._starts[number]:min(offset, self._ends[number])]
        return types.Position(number, len(before) if before.isascii() else len(before.encode(self._codec)) // self._size)

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def whole_line(self, number: int) -> types.Range:
        """The range of a line without its end and the blanks before it; the first line's for one that is not there."""
        number = number if 0 <= number < self.lines else 0
        line = self.line(number)
        start = self._starts[number] + len(line) - len(line.lstrip())
        return self.range(start, max(start, self._starts[number] + len(line.rstrip())))


def changed(text: str, change: types.TextDocumentContentChangeEvent, encoding: str) -> str:
    """A text after one change that a client tells of."""
    new = whole(change.text)
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return new
    places = Places(text, encoding)
    start, end = places.offset(change.range.start), places.offset(change.range.end)
    return text[:min(start, end)] + new + text[max(start, end):]


def whole(text: str) -> str:
    """A text with U+FFFD for each half of a character, which is as wide in every encoding that a client may count in."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)
