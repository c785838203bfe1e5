"""How do messages come in and go out? JSON-RPC as one line of JSON each, over two descriptors that nothing else in this process can reach.

While we serve, descriptor 0 is /dev/null and descriptor 1 is standard error: what a library or a child prints is a log line and never protocol.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

LINE_MAX = 8 << 20  # bytes of one message
_READ = 1 << 16


class TooLong(Exception):
    """A message longer than LINE_MAX; it was read to its end and thrown away."""


def claimed() -> tuple[int, int]:
    """Descriptors for reading requests and writing answers, taken from standard input and output."""
    sys.stdout.flush()
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, sink


def lines(source: int) -> Iterator[bytes | TooLong]:
    """The messages, without line ends; empty lines are passed over. One that is too long is told of once."""
    held: list[bytes] = []
    size = 0
    while data := _read(source):
        *whole, rest = data.split(b"\n")
        for piece in whole:
            if size + len(piece) > LINE_MAX:
                yield TooLong()
            elif line := b"".join((*held, piece)).strip():
                yield line
            held, size = [], 0
        size += len(rest)
        held = [*held, rest] if size <= LINE_MAX else []
    if size > LINE_MAX:
        yield TooLong()
    elif line := b"".join(held).strip():
        yield line


def _read(source: int) -> bytes:
    try:
        return os.read(source, _READ)
    except OSError:
        return b""  # whoever called us is gone


def decoded(line: bytes) -> Any:
    """The value of one message. Raises ValueError for anything that is not plain JSON in UTF-8."""
    try:
        return json.loads(line.decode(), parse_constant=_refused)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def send(sink: int, message: Any) -> None:
    """Write one message. Raises BrokenPipeError when nobody reads any more."""
    data = memoryview(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n")
    while data:
        data = data[os.write(sink, data):]
