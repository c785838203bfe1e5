"""Which chunks mean something alike? A segment of the vector index: one file of INT8 vectors and their signs, searched exactly
enough without loading an engine or numpy.

A vector of length 1, of any number of dimensions (padded with zeros to a multiple of 8), is kept as INT8 codes times one scale (its
largest part / 127), and beside that as its signs. A search adds up the parts of the question whose sign each vector does not share (all
at once, in the big integers of Python), and works out the cosine of the WIDTH nearest from their codes and the question at full
precision. Of the best ten of exact float32 the best ten found so are 99 % (`make bench PARTS=vectors`); counting unlike signs, each as
much as any other, would leave 93 % among 40,000 vectors and fewer among more.

Layout: a line of JSON (format, embedder's id, dimensions, rows, entries, each section's length and CRC-32) with its CRC-32 behind it,
then the sections: where each path ends (uint32), the paths, sorted; checksums of the entries' files (16 bytes each), the row after
each entry's last (uint32), scales (float32), signs (a column for each 8 dimensions, one byte a row), codes (a byte for each dimension
a row).
"""

from __future__ import annotations

import json
import os
import re
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

from memcli.entries import atomic
from memcli.errors import IndexUnusable

FORMAT = 2
WIDTH = 600
_HEADER_MAX = 4096
_NARROW = 32  # columns of signs that are added in one byte a row
_POSITIVE = bytes(49 if 0 < byte < 128 else 48 for byte in range(256))  # "1" for a positive signed byte, else "0"
_HINT = "mem index --rebuild makes it anew from the files; nothing is lost"


@dataclass(frozen=True, slots=True)
class Coded:
    """One vector as it is kept: `codes` signed bytes, a multiple of 8 of them; the vector is about `scale` * codes."""

    codes: bytes
    scale: float

    @property
    def signs(self) -> bytes:
        """A bit for each code, 1 where it is positive."""
        return signs_of(self.codes)

    def cosine(self, other: Sequence[float], scale: float) -> float:
        """The product with another vector, given as numbers and a scale of theirs: -1..1."""
        return float(sum(map(mul, self.numbers, other))) * self.scale * scale

    @property
    def numbers(self) -> Sequence[int]:
        """The codes as integers -127..127."""
        return memoryview(self.codes).cast("b").tolist()


@dataclass(frozen=True, slots=True)
class Question:
    """A vector to be looked for, as exact as it was made: `numbers`, as many as codes are kept, of which `scale` makes length 1; 0 for a
    vector of zeros."""

    numbers: Sequence[float]
    scale: float


@dataclass(frozen=True, slots=True)
class Near:
    """A vector found: the entry's path, its file's checksum (hex) when it was embedded, the chunk's number in it, the cosine."""

    path: str
    sum: str
    chunk: int
    cosine: float


def coded(vector: Sequence[float]) -> Coded:
    """A vector of any length as it is kept: brought to length 1 first. Zero stays zero."""
    length = sum(x * x for x in vector) ** 0.5
    most = max(map(abs, vector)) / length if length else 0.0
    padding = bytes(-len(vector) % 8)
    if not most:
        return Coded(bytes(len(vector)) + padding, 0.0)
    scale = most / 127
    return Coded(array("b", [round(x / length / scale) for x in vector]).tobytes() + padding, scale)


def question(vector: Sequence[float]) -> Question:
    """A vector of any length to be looked for."""
    length = sum(x * x for x in vector) ** 0.5
    return Question([*vector, *[0.0] * (-len(vector) % 8)], 1 / length if length else 0.0)


def signs_of(codes: bytes) -> bytes:
    """A bit for each code, the first code in the highest bit of the first byte, 1 where it is positive."""
    return int(codes.translate(_POSITIVE), 2).to_bytes(len(codes) // 8, "big")


def write(path: str, embedder: str, entries: Sequence[tuple[str, str, list[Coded]]]) -> None:
    """Write a segment. `entries` are (path, checksum in hex, vectors); the vectors are of one length."""
    ordered = sorted((name.encode("utf-8", "surrogateescape"), sum_, found) for name, sum_, found in entries)
    rows = [row for _, _, found in ordered for row in found]
    dimensions = len(rows[0].codes) if rows else 0
    width = dimensions // 8
    signs = b"".join(row.signs for row in rows)
    parts = (
        array("I", accumulate(len(name) for name, _, _ in ordered)).tobytes(), b"".join(name for name, _, _ in ordered),
        bytes.fromhex("".join(sum_ for _, sum_, _ in ordered)), array("I", accumulate(len(found) for _, _, found in ordered)).tobytes(),
        array("f", [row.scale for row in rows]).tobytes(), b"".join(signs[column::width] for column in range(width)),
        b"".join(row.codes for row in rows),
    )
    head = {"format": FORMAT, "embedder": embedder, "dimensions": dimensions, "entries": len(ordered), "rows": len(rows),
            "sections": [len(part) for part in parts], "crc": [zlib.crc32(part) for part in parts]}
    text = json.dumps(head).encode()
    atomic.write(path, b"%s %08x\n" % (text, zlib.crc32(text)) + b"".join(parts), durable=False)


class Segment:
    """A segment on disk. Raises IndexUnusable when it is missing, damaged or of another format."""

    def __init__(self, path: str) -> None:
        self._fd = -1
        self._opened = False
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            head = os.pread(self._fd, _HEADER_MAX, 0).partition(b"\n")[0]
            text, _, check = head.rpartition(b" ")
            data = json.loads(text)
            if int(check, 16) != zlib.crc32(text) or data["format"] != FORMAT:
                raise ValueError("checksum or format")
            self.rows, self.entries, self.dimensions = int(data["rows"]), int(data["entries"]), int(data["dimensions"])
            self._lengths: list[int] = data["sections"]
            self._checks: list[int] = data["crc"]
            self._starts = [len(head) + 1, *accumulate(self._lengths, initial=len(head) + 1)][1:-1]
        except (OSError, ValueError, KeyError, TypeError):
            self.close()
            raise IndexUnusable("a part of the vector index is damaged", _HINT) from None

    def close(self) -> None:
        """Release the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    __del__ = close

    def _section(self, number: int) -> bytes:
        data = self._piece(number, 0, self._lengths[number])
        if zlib.crc32(data) != self._checks[number]:
            raise IndexUnusable("a part of the vector index is damaged", _HINT)
        return data

    def _piece(self, number: int, offset: int, length: int) -> bytes:
        data = os.pread(self._fd, length, self._starts[number] + offset)
        if len(data) != length:
            raise IndexUnusable("a part of the vector index is damaged", _HINT)
        return data

    def prove(self) -> None:
        """Read all and raise IndexUnusable unless it is what was written."""
        for number in range(len(self._lengths)):
            self._section(number)

    def _numbers(self, number: int) -> array[int]:
        found = array("I")
        found.frombytes(self._section(number))
        return found

    def _path(self, at: int) -> bytes:
        start = self._path_ends[at - 1] if at else 0
        return self._piece(1, start, self._path_ends[at] - start)

    def _open(self) -> None:
        """Read where each entry's path and rows are, once."""
        if not self._opened:
            self._path_ends, self._row_ends = self._numbers(0), self._numbers(3)
            self._opened = True

    def nearest(self, query: Question, width: int = WIDTH) -> list[Near]:
        """About the `width` nearest rows with their cosines, in no order."""
        return self.rated(near_signs(self._section(5), query.numbers, width), query) if self.rows else []

    def rated(self, rows: Iterable[int], query: Question) -> list[Near]:
        """What stands in some rows, with the cosines."""
        self._open()
        wanted = query.numbers
        scales = array("f")
        scales.frombytes(self._section(4))
        found = []
        for row in rows:
            at = bisect_right(self._row_ends, row)
            codes = memoryview(self._piece(6, row * self.dimensions, self.dimensions)).cast("b").tolist()
            cosine = sum(map(mul, codes, wanted)) * scales[row] * query.scale
            found.append((cosine, at, row - (self._row_ends[at - 1] if at else 0)))
        return [Near(self._path(at).decode("utf-8", "surrogateescape"), self._piece(2, at * 16, 16).hex(), chunk, cosine) for cosine, at, chunk in found]

    def codes(self, first: int, count: int) -> bytes:
        """The codes of so many rows, one row after the other."""
        return self._piece(6, first * self.dimensions, count * self.dimensions)

    def of(self, wanted: Mapping[str, str]) -> dict[str, list[Coded]]:
        """The vectors of the entries with these paths and checksums; those it does not hold are absent."""
        found: dict[str, list[Coded]] = {}
        self._open()
        for path, sum_ in wanted.items():
            name = path.encode("utf-8", "surrogateescape")
            at = bisect_left(range(self.entries), name, key=self._path)
            if at < self.entries and self._path(at) == name and self._piece(2, at * 16, 16).hex() == sum_:
                start = self._row_ends[at - 1] if at else 0
                found[path] = self._rows(start, self._row_ends[at] - start)
        return found

    def _rows(self, first: int, count: int) -> list[Coded]:
        scales = array("f")
        scales.frombytes(self._piece(4, first * 4, count * 4))
        codes, size = self.codes(first, count), self.dimensions
        return [Coded(codes[at * size:(at + 1) * size], scales[at]) for at in range(count)]


def distances(signs: bytes, query: Sequence[float]) -> bytes:
    """How unlike each row is to the query, one byte a row: the sizes of the query's parts whose sign the row does not share, added up.

    `signs` are columns: the first byte of every row, then the second, ... Each column is looked up in a table of what its bits cost,
    rounded, and the columns are added as big integers, one byte a row. The unit is such that no byte can carry.
    """
    columns = len(query) // 8
    rows = len(signs) // columns
    parts = [sum(map(abs, query[first:first + _NARROW * 8])) for first in range(0, len(query), _NARROW * 8)]
    unit = (255 - min(columns, _NARROW) / 2) / (max(parts) or 1.0)
    if columns <= _NARROW:
        return _summed(signs, query, rows, unit).to_bytes(rows, "little")
    total = 0
    for first in range(0, columns, _NARROW):  # of more columns than a byte holds, two bytes a row, and of these the upper bits
        wide = bytearray(2 * rows)
        some = slice(first * 8, (first + _NARROW) * 8)
        wide[::2] = _summed(signs[first * rows:(first + _NARROW) * rows], query[some], rows, unit).to_bytes(rows, "little")
        total += int.from_bytes(wide, "little")
    return (total >> (len(parts) * 255).bit_length() - 8).to_bytes(2 * rows, "little")[::2]


def _summed(signs: bytes, query: Sequence[float], rows: int, unit: float) -> int:
    """What the rows' columns cost, one byte a row."""
    total = 0
    for column in range(len(query) // 8):
        costs = [0.5]
        for part in query[column * 8:column * 8 + 8]:  # the first is the highest bit
            zero, one = (part * unit, 0.0) if part > 0 else (0.0, -part * unit)
            costs = [cost + bit for cost in costs for bit in (zero, one)]
        total += int.from_bytes(signs[column * rows:(column + 1) * rows].translate(bytes(map(int, costs))), "little")
    return total


def near_signs(signs: bytes, query: Sequence[float], width: int) -> list[int]:
    """The rows that are least unlike, at least `width` of them where there are as many, in order of place."""
    found = distances(signs, query)
    most, held = _border(found, width)
    most_rows = width if held >= 4 * width else max(held, width)  # of nothing but ties at the border take what comes first
    return [match.start() for match, _ in zip(re.finditer(b"[\0-%s]" % re.escape(bytes([most])), found, re.DOTALL), range(most_rows))]


def _border(found: bytes, width: int) -> tuple[int, int]:
    """The smallest value that at least `width` of some bytes do not exceed (255 where they are fewer), and how many do not. It is guessed
    from a sample, as a count of all values is as dear as the sum of all signs."""
    step = len(found) // 4096 + 1
    most = sorted(found[::step])[min(width, len(found) - 1) // step]
    held = len(found) - len(found.translate(None, bytes(range(most + 1))))
    while held < width and most < 255:
        most += 1
        held += found.count(most)
    while most and held - (last := found.count(most)) >= width:
        most, held = most - 1, held - last
    return most, held


def merged(parts: Iterable[list[Near]], width: int = WIDTH) -> list[Near]:
    """The nearest of several segments, best first; equal ones by path and chunk."""
    found = [near for part in parts for near in part]
    found.sort(key=lambda near: (-near.cosine, near.path, near.chunk))
    return found[:width]
