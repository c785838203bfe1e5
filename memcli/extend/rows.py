"""How is a large source read piece by piece? Lines, JSON Lines, and the elements of a JSON array, each held alone in memory.

What comes before damage is kept: the good pieces are yielded first, then a Rejected or PluginFailed says where it breaks off.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed
from memcli.extend.contracts import Rejected

if TYPE_CHECKING:
    from typing import BinaryIO

LINE_MAX = 16 * 1024 * 1024  # bytes
DEPTH_MAX = 200  # of nesting in one JSON value
PIECE_MAX = 256 * 1024 * 1024  # bytes
PART = 1 << 16  # bytes that are read at once

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_INNER = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+[\[\]{}]", re.DOTALL)  # up to the next bracket that stands in no string
_OUTER = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb")*+[\[\]{},]", re.DOTALL)
_COMMA = ord(",")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1, _COMMA: 0}


def lines(stream: BinaryIO, limit: int = LINE_MAX) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line without its end) of a stream; None for a line of more than `limit` bytes. A byte order mark is dropped."""
    yield from ((number, line) for number, line, _ in _lines(stream, limit))


def _lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None, bool]]:
    """The same, and whether the line had an end."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit:
            while line and not line.endswith(b"\n"):
                line = stream.readline(limit)
            yield number, None, bool(line)
            continue
        bare = line.rstrip(b"\r\n")
        yield number, bare.removeprefix(b"\xef\xbb\xbf") if number == 1 else bare, line.endswith(b"\n")


def json_lines(stream: BinaryIO, limit: int = LINE_MAX, *, growing: bool = False) -> Iterator[tuple[int, Any] | Rejected]:
    """(line number, value) of each line of JSON that is not blank; a Rejected for one that is none.

    `growing`: the file may be being written just now, so a last line without an end that is no JSON is no fault: the next run will read it.
    """
    for number, line, ended in _lines(stream, limit):
        if line is None:
            yield Rejected(f"line {number}", f"longer than {limit} bytes")
        elif line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                if ended or not growing:
                    yield Rejected(f"line {number}", _why(error))


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 (byte {error.start})"
    return f"not JSON: {error.msg if isinstance(error, json.JSONDecodeError) else 'nested too deeply or out of range'}"


def records(stream: BinaryIO, shown: str) -> Iterator[tuple[str, Any] | Rejected]:
    """(where it stands, value) of each record of a file that is a JSON array, lines of JSON, or a single JSON object; a Rejected for one that is no JSON.
    Raises PluginFailed, after the good records, where an array breaks off.
    """
    file = io.BufferedReader(stream, PART)  # type: ignore[type-var]
    begin = file.peek(1)
    if begin[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in begin[:4]:
        raise PluginFailed(f"{shown} is not UTF-8", "save it as UTF-8")
    begin = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin:
        raise PluginFailed(f"{shown} is empty")
    if begin[:1] == b"[":
        yield from (_loaded(f"element {number}", piece) for number, piece in enumerate(_pieces(file.read, shown), 1))
    elif begin.partition(b"\n")[0].rstrip() == b"{":  # laid out over several lines
        yield "the object", value(file.read(), shown)
    else:
        yield from (one if isinstance(one, Rejected) else (f"line {one[0]}", one[1]) for one in json_lines(file))


def _pieces(read: Callable[[int], bytes], shown: str) -> Iterator[bytes]:
    """The text of each element of the JSON array that a file is. They are told apart by brackets and quotes alone, so that one that is no JSON costs no
    other. Raises PluginFailed, after the good ones, where the array breaks off, is followed by something else, or has an element of more than PIECE_MAX bytes.
    """
    held = read(PART)
    at = begun = held.find(b"[") + 1
    depth, count = 1, 0
    while True:
        while match := (_OUTER if depth == 1 else _INNER).match(held, at):
            at = match.end()
            depth += _STEP[held[at - 1]]
            if depth == 0 or depth == 1 and held[at - 1] == _COMMA:
                if depth or count or held[begun:at - 1].strip():
                    yield held[begun:at - 1]
                count, begun = count + 1, at
            if depth == 0:
                if (held[at:] + read(PART)).strip():
                    raise PluginFailed(f"{shown} goes on after the end of its list")
                return
        held, at, begun = held[begun:], at - begun, 0
        if len(held) > PIECE_MAX:
            raise PluginFailed(f"{shown} has an element of more than {PIECE_MAX} bytes", "split it")
        part = read(max(PART, len(held)))  # as much again each time, or a long string would be looked through over and over
        if not part:
            raise PluginFailed(f"{shown} breaks off after {count} whole {'part' if count == 1 else 'parts'}",
                               "what was good is kept; get the file again and run the command again")
        held += part


def _loaded(place: str, piece: bytes) -> tuple[str, Any] | Rejected:
    try:
        return place, json.loads(piece.decode())
    except UnicodeDecodeError as error:
        return Rejected(place, f"not UTF-8 (byte {error.start})")
    except (ValueError, RecursionError) as error:
        return Rejected(place, f"not JSON: {error.msg if isinstance(error, json.JSONDecodeError) else 'nested too deeply or out of range'}")


def elements(stream: BinaryIO, shown: str, keys: Sequence[str] = ()) -> Iterator[Any]:
    """The elements of a JSON array one by one, however long it is: of the one that the file is, or that stands under `keys` of its objects. Yields nothing
    where there is no such array. Raises PluginFailed, after the good elements, where the JSON breaks off or is nested deeper than DEPTH_MAX.
    """
    import ijson

    count = 0
    try:
        # not use_float: with it no integer may be longer than 64 bits
        for one in _values(ijson.basic_parse(_Begun(stream, shown)), list(keys)):
            count += 1
            yield one
    except (ValueError, OverflowError, ArithmeticError, ijson.JSONError) as error:
        told = error.args[0] if error.args else ""
        said = str(told.decode("utf-8", "replace") if isinstance(told, bytes) else told).strip().partition("\n")[0][:80] or "it ends too soon"
        raise PluginFailed(f"{shown} breaks off after {count} good {'part' if count == 1 else 'parts'}: not JSON: {said}",
                           "what was good is kept; get the file again and run the command again") from None


def _values(events: Iterator[tuple[str, Any]], keys: list[str]) -> Iterator[Any]:
    """The elements of the array at `keys`, of a stream of parser events."""
    path: list[str] = []
    for event, value in events:
        if event == "map_key":
            path[-1] = value
        elif event == "start_array" and path == keys:
            yield from _array(events)
        elif event in ("start_map", "start_array"):
            path.append("")
            if len(path) > DEPTH_MAX:
                raise ValueError("nested too deeply")
        elif event in ("end_map", "end_array"):
            path.pop()


def _array(events: Iterator[tuple[str, Any]]) -> Iterator[Any]:
    """The elements of the array that has just begun."""
    from ijson.common import ObjectBuilder

    depth, builder = 0, ObjectBuilder()
    for event, value in events:
        depth += 1 if event in ("start_map", "start_array") else -1 if event in ("end_map", "end_array") else 0
        if depth < 0:
            return
        if depth > DEPTH_MAX:
            raise ValueError("nested too deeply")
        builder.event(event, float(value) if event == "number" and not isinstance(value, int) else value)
        if depth == 0:
            yield builder.value
            builder = ObjectBuilder()


def value(data: bytes, shown: str) -> Any:
    """The JSON value of a whole small file. Raises PluginFailed, with the line."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PluginFailed(f"{shown} is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise PluginFailed(f"{shown}:{error.lineno}: not JSON: {error.msg}") from None
    except ValueError as error:
        raise PluginFailed(f"{shown}: {error}") from None
    except RecursionError:
        raise PluginFailed(f"{shown}: nested too deeply") from None


def text(data: bytes, shown: str) -> str:
    """`data` as UTF-8 text without byte order mark, NULs refused. Raises PluginFailed."""
    if b"\0" in data:
        raise PluginFailed(f"{shown} is not text: it holds NUL bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PluginFailed(f"{shown} is not UTF-8 (byte {error.start})") from None


class _Begun:
    """A stream whose beginning is looked at: refuses other encodings."""

    def __init__(self, stream: BinaryIO, shown: str) -> None:
        self._stream, self._shown, self._first = stream, shown, True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        if self._first and data:
            self._first = False
            if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
                raise PluginFailed(f"{self._shown} is not UTF-8", "save it as UTF-8")
            data = data.removeprefix(b"\xef\xbb\xbf") or self._stream.read(size)
        return data
