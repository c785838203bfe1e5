"""Reads plain text: a file, a folder with all below it, or standard input, in whatever encoding. A long text becomes several entries."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed
from memcli.extend import charsets, choices, rows, sections
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

if TYPE_CHECKING:
    from typing import BinaryIO

name = "text"
summary = "Plain text files: one, a folder, or standard input."
api_version = API_VERSION
apart = True

ENDINGS = (".txt", ".text", ".rst", ".adoc", ".asc")
TITLE_CHARS = 100
_HEAD_LINES = 200  # in which a text must begin to say something


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """A text's entries. Position: the path below the folder; for standard input the sum of the first entry. Option `endings=.txt,.log`: the files of a folder
    that are read.
    """
    choices.only(name, options, "endings")
    endings = [word if word.startswith(".") else f".{word}" for word in choices.words(options, "endings")] or ENDINGS
    for relative in source.files(*endings) if source.is_folder else [""]:
        shown = unicodedata.normalize("NFC", relative or source.name)
        broken: list[str] = []
        try:
            with source.stream(relative) as stream:
                yield from _drafts(source, relative, shown, _lines(stream, broken))
        except PluginFailed as error:
            broken.append(error.message)
        for reason in broken:
            yield Rejected(shown, reason)


def _drafts(source: Source, relative: str, shown: str, lines: Iterator[tuple[int, str, str]]) -> Iterator[Draft | Rejected]:
    """The entries of one text."""
    encodings: set[str] = set()
    plain = _noted(lines, encodings)
    head = []
    for line in plain:
        head.append(line)
        if len(head) >= _HEAD_LINES or sum(bool(text.strip()) for _, text in head) == 2:
            break
    like = Draft(body="", source=source.name if relative else "file" if source.path else "stdin", position=shown, uri=shown,
                 title=_title([text for _, text in head], shown))
    sum_ = ""
    for draft in sections.drafts(chain(head, plain), like):
        if not source.path:  # no name tells one text on standard input from another
            sum_ = sum_ or hashlib.sha256(draft.body.encode("utf-8", "replace")).hexdigest()
            draft = replace(draft, position=sum_ + draft.position.removeprefix(shown))
        other = sorted(encodings - {"utf-8"})
        yield replace(draft, extra={"encoding": other[0]}) if other else draft


def _title(head: list[str], shown: str) -> str:
    """The first line where it stands alone or is underlined, else the file's name."""
    full = [at for at, line in enumerate(head) if line.strip()]
    first = head[full[0]].strip() if full else ""
    after = head[full[0] + 1].strip() if full and full[0] + 1 < len(head) else ""
    alone = first.startswith("#") or not after or len(set(after)) == 1 and not after[0].isalnum()
    if alone and len(first) <= TITLE_CHARS and any(letter.isalpha() for letter in first):
        return first.strip("#=* ")
    return shown.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _noted(lines: Iterator[tuple[int, str, str]], encodings: set[str]) -> Iterator[sections.Line]:
    """The lines, their encodings put down."""
    for number, text, encoding in lines:
        encodings.add(encoding)
        yield number, text


def _lines(stream: BinaryIO, broken: list[str]) -> Iterator[tuple[int, str, str]]:
    """(number, text, encoding) of the lines up to what is no text; `broken` then says what that is. A line that is not UTF-8 is read as Windows-1252."""
    file = io.BufferedReader(stream, 1 << 16)  # type: ignore[type-var]
    marked, length = charsets.mark(file.peek(4)[:4])
    if marked.startswith(("utf-16", "utf-32")):
        file.read(length)
        yield from _wide(file, marked, broken)
        return
    number = 0
    try:
        for number, line in rows.lines(file):
            if line is None or b"\0" in line:
                why = "is too long" if line is None else "holds NUL bytes"
                broken.append(f"not text: line {number} {why}{'; what stands before it is kept' * (number > 1)}")
                return
            text, encoding = charsets.decoded(line)
            yield number, _clean(text), encoding
    except PluginFailed as error:
        broken.append(error.message)
    if number == 0 and not broken:
        broken.append("empty")


def _wide(file: Any, encoding: str, broken: list[str]) -> Iterator[tuple[int, str, str]]:
    """The lines of UTF-16 and UTF-32."""
    number, text = 0, io.TextIOWrapper(file, encoding, "replace")
    for number, line in enumerate(iter(lambda: text.readline(rows.LINE_MAX), ""), 1):
        if "\0" in line:
            broken.append(f"not text: line {number} holds NULs")
            return
        yield number, _clean(line), encoding
    if number == 0:
        broken.append("empty")


def _clean(line: str) -> str:
    """A line without its end and without page breaks, its tabs as spaces."""
    return line.rstrip("\r\n").replace("\f", "").replace("\r", "").expandtabs(4)
