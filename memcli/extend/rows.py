"""How is a large source read piece by piece? Lines, JSON Lines, and the elements of a JSON array, each held alone in memory.

What comes before damage is kept: the good pieces are yielded first, then a Rejected or PluginFailed says where it breaks off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed
from memcli.extend.contracts import Rejected

if TYPE_CHECKING:
    from typing import BinaryIO

LINE_MAX = 16 * 1024 * 1024  # bytes
DEPTH_MAX = 200  # of nesting in one JSON value


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line without its end) of a stream; None for a line of more than LINE_MAX bytes. A byte order mark is dropped."""
    yield from ((number, line) for number, line, _ in _lines(stream))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None, bool]]:
    """The same, and whether the line had an end."""
    number = 0
    while line := stream.readline(LINE_MAX + 1):
        number += 1
        if len(line) > LINE_MAX:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LINE_MAX)
            yield number, None, bool(line)
            continue
        bare = line.rstrip(b"\r\n")
        yield number, bare.removeprefix(b"\xef\xbb\xbf") if number == 1 else bare, line.endswith(b"\n")


def json_lines(stream: BinaryIO, *, growing: bool = False) -> Iterator[tuple[int, Any] | Rejected]:
    """(line number, value) of each line of JSON that is not blank; a Rejected for one that is none.

    `growing`: the file may be being written just now, so a last line without an end that is no JSON is no fault: the next run will read it.
    """
    for number, line, ended in _lines(stream):
        if line is None:
            yield Rejected(f"line {number}", f"longer than {LINE_MAX} bytes")
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


def elements(stream: BinaryIO, shown: str, keys: Sequence[str] = ()) -> Iterator[Any]:
    """The elements of a JSON array one by one, however long it is: of the one that the file is, or that stands under `keys` of its objects. Yields nothing
    where there is no such array. Raises PluginFailed, after the good elements, where the JSON breaks off or is nested deeper than DEPTH_MAX.
    """
    import ijson

    count = 0
    try:
        for one in _values(ijson.basic_parse(_Begun(stream, shown), use_float=True), list(keys)):
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
        builder.event(event, value)
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
