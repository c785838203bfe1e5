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
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import mul
from typing import IO, Any, NamedTuple

from memcli.entries import atomic
from memcli.errors import IndexUnusable, UserError
from memcli.index import dense
from memcli.index.coding import Coded, Question
from memcli.index.signs import near_signs

FORMAT = 2
WIDTH = 600
DENSE_MAX = 64 << 20  # bytes of codes that a process that stays keeps
CODED_MAX = 10_000  # entries whose vectors such a process keeps as they are asked for
_HEADER_MAX = 4096
_PIECE = 1 << 20  # bytes
_HINT = "mem index --rebuild makes it anew from the files; nothing is lost"


class Near(NamedTuple):
    """A vector found: the entry's path, its file's checksum (hex) when it was embedded, the chunk's number in it, the cosine."""

    path: str
    sum: str
    chunk: int
    cosine: float


def write(path: str, embedder: str, entries: Sequence[tuple[str, str, list[Coded]]]) -> None:
    """Write a segment. `entries` are (path, checksum in hex, vectors); the vectors are of one length."""
    ordered = sorted(entries, key=lambda entry: order(entry[0]))
    rows = [row for _, _, found in ordered for row in found]
    columns = Columns(b"".join(row.codes for row in rows), array("f", [row.scale for row in rows]), b"".join(row.signs for row in rows))
    write_columns(path, embedder, [(name, sum_, len(found)) for name, sum_, found in ordered], [columns])


@dataclass(frozen=True, slots=True)
class Columns:
    """Some of the vectors of a segment, row after row: INT8 codes, one scale a row, the signs of the codes in bits."""

    codes: bytes
    scales: array[float]
    signs: bytes


def order(path: str) -> bytes:
    """What a segment's entries are sorted by."""
    return path.encode("utf-8", "surrogateescape")


def write_columns(path: str, embedder: str, entries: Sequence[tuple[str, str, int]], found: Iterable[Columns]) -> None:
    """Write a segment of vectors as they come, of which the codes, the most of it, lie in a file meanwhile. `entries` are (path, checksum in hex, rows),
    sorted by `order`."""
    import tempfile

    scales, signs, size, check = array("f"), bytearray(), 0, 0
    with tempfile.TemporaryFile(dir=os.path.dirname(path)) as codes:
        for some in found:
            scales.extend(some.scales)
            signs += some.signs
            size, check = size + _put(codes, some.codes, path), zlib.crc32(some.codes, check)
        rows = len(scales)
        width = size // rows // 8 if rows else 0
        names = [order(name) for name, _, _ in entries]
        parts = [
            array("I", accumulate(map(len, names))).tobytes(), b"".join(names),
            bytes.fromhex("".join(sum_ for _, sum_, _ in entries)), array("I", accumulate(count for _, _, count in entries)).tobytes(),
            scales.tobytes(), b"".join(signs[column::width] for column in range(width)),
        ]
        head = {"format": FORMAT, "embedder": embedder, "dimensions": width * 8, "entries": len(entries), "rows": rows,
                "sections": [*map(len, parts), size], "crc": [*map(zlib.crc32, parts), check]}
        text = json.dumps(head).encode()
        codes.seek(0)
        pieces = iter(lambda: codes.read(_PIECE), b"")
        atomic.write(path, chain([b"%s %08x\n" % (text, zlib.crc32(text)), *parts], pieces), durable=False)


def _put(file: IO[bytes], data: bytes, path: str) -> int:
    """Write to a file that nobody sees; how many bytes. Raises UserError when the disk is full."""
    try:
        file.write(data)
        file.flush()
    except OSError as error:
        raise UserError(f"no room beside {path}: {error.strerror}", "free some space and run mem index; no entry is lost") from None
    return len(data)


class Segment:
    """A segment on disk. Raises IndexUnusable when it is missing, damaged or of another format."""

    def __init__(self, path: str) -> None:
        self._fd = -1
        self._opened = False
        self._matrix: Any = None
        self._sections: dict[int, bytes] = {}
        self._known: dict[int, tuple[str, str]] = {}
        self._places: dict[str, int] = {}
        self._coded: dict[int, list[Coded]] = {}
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

    def close(self, close: Callable[[int], None] = os.close) -> None:
        """Release the file. (The system's own `close` is at hand even where the process is being taken down.)"""
        if self._fd >= 0:
            close(self._fd)
            self._fd = -1

    __del__ = close

    def _section(self, number: int) -> bytes:
        data = self._sections.get(number)
        if data is None:
            data = self._piece(number, 0, self._lengths[number])
            if zlib.crc32(data) != self._checks[number]:
                raise IndexUnusable("a part of the vector index is damaged", _HINT)
            if self._stays:
                self._sections[number] = data
        return data

    @property
    def _stays(self) -> bool:
        """Whether what was read is kept: in a process that stays, of a segment that is not too large."""
        return dense.ready() and self._lengths[6] <= DENSE_MAX

    def _piece(self, number: int, offset: int, length: int) -> bytes:
        if number in self._sections:
            return self._sections[number][offset:offset + length]
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

    def _find(self, path: str) -> int:
        """The place of the entry with this path, `entries` or another's place if there is none."""
        if not self._stays:
            return bisect_left(range(self.entries), order(path), key=self._path)
        if not self._places:
            self._places = {self._entry(at)[0]: at for at in range(self.entries)}
        return self._places.get(path, self.entries)

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
        places = list(rows)
        if not self._stays or not places:
            return self._rated(places, query)
        enough, found = self._picked(places, query, -2.0)
        known = self._known
        return [Near(*(known.get(at) or self._entry(at)), chunk, cosine) for at, chunk, cosine in zip(*dense.owners(self._row_ends, enough), found.tolist())]

    def best(self, query: Question, least: float, width: int = WIDTH) -> dict[str, float] | None:
        """The largest cosine of each entry with a row among the nearest, nothing below `least`, by path. None where `nearest` has to tell: in a process
        that does not stay, or when more than `width` are near."""
        if not self._stays or not self.rows:
            return None
        self._open()
        rows, found = self._picked(near_signs(self._section(5), query.numbers, width), query, least)
        if len(found) > width:
            return None
        return {self._entry(at)[0]: cosine for at, cosine in zip(*dense.largest(self._row_ends, rows, found))}

    def _picked(self, places: Sequence[int], query: Question, least: float) -> tuple[Any, Any]:
        if self._matrix is None:
            self._matrix = dense.matrix(self._section(6), self.dimensions)
        return dense.picked(self._matrix, self._section(4), places, query.numbers, query.scale, least)

    def _rated(self, rows: Sequence[int], query: Question) -> list[Near]:
        wanted = query.numbers
        scales = array("f")
        scales.frombytes(self._section(4))
        found = []
        for row in rows:
            at = bisect_right(self._row_ends, row)
            codes = memoryview(self._piece(6, row * self.dimensions, self.dimensions)).cast("b").tolist()
            cosine = sum(map(mul, codes, wanted)) * scales[row] * query.scale
            found.append((cosine, at, row - (self._row_ends[at - 1] if at else 0)))
        return [Near(*self._entry(at), chunk, cosine) for cosine, at, chunk in found]

    def _entry(self, at: int) -> tuple[str, str]:
        """Path and checksum of an entry."""
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = self._path(at).decode("utf-8", "surrogateescape"), self._piece(2, at * 16, 16).hex()
        return found

    def codes(self, first: int, count: int) -> bytes:
        """The codes of so many rows, one row after the other."""
        return self._piece(6, first * self.dimensions, count * self.dimensions)

    def of(self, wanted: Mapping[str, str]) -> dict[str, list[Coded]]:
        """The vectors of the entries with these paths and checksums; those it does not hold are absent."""
        found: dict[str, list[Coded]] = {}
        self._open()
        for path, sum_ in wanted.items():
            at = self._find(path)
            if at < self.entries and self._entry(at) == (path, sum_):
                found[path] = self._coded.get(at) or self._rows(at)
        return found

    def _rows(self, at: int) -> list[Coded]:
        first = self._row_ends[at - 1] if at else 0
        count = self._row_ends[at] - first
        if self._stays:
            self._section(4), self._section(6)
        scales = array("f")
        scales.frombytes(self._piece(4, first * 4, count * 4))
        codes, size = self.codes(first, count), self.dimensions
        found = [Coded(codes[row * size:(row + 1) * size], scales[row]) for row in range(count)]
        if self._stays and len(self._coded) < CODED_MAX:
            self._coded[at] = found
        return found


def merged(parts: Iterable[list[Near]], width: int = WIDTH) -> list[Near]:
    """The nearest of several segments, best first; equal ones by path and chunk."""
    found = [near for part in parts for near in part]
    found.sort(key=lambda near: (-near.cosine, near.path, near.chunk))
    return found[:width]
