"""Which rows of a very large segment lie nearest, without a look at each? A graph beside the segment (HNSW: Malkov, Yashunin 2016).

usearch walks it, over the same INT8 codes. What the graph finds is only a choice of rows: their cosines are worked out from the segment
as ever. A process that answers one question pays for loading numpy and usearch first, and for opening the graph, which takes time by its
size. Whole processes on two slow cores, medians in milliseconds (bare Python 10; `make bench PARTS=crossover ROWS=...` measures yours;
the last column without a segment's names and sums around the vectors):

    vectors       100,000   300,000   1,000,000   3,000,000
    look at each       56        68         131         335
    walk a graph      222       194         235         291

By the clock they cross near two and a half million vectors, some 600,000 entries: `vector.HNSW_FROM`; by processor time past three
million. A graph costs more to make than everything else in the index: about three minutes of processor and 400 MB on disk for every
million vectors.

usearch reads what it is given: of ten files with a flipped byte two crashed the process and four were opened in silence. So a graph
is opened only while its file is the one that was written, by size and times, else by its checksum. It is made by one thread, so that
two makings of one vault are alike.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from memcli.entries import atomic
from memcli.errors import IndexUnusable

if TYPE_CHECKING:
    from memcli.index.coding import Question
    from memcli.index.segment import Segment

FETCHED = 256  # rows asked of a graph
_BUILT_WITH = 64  # rows that are weighed for each new row's neighbours; twice as many took twice the time and found the same
_BATCH = 8_192
_BLOCK = 1 << 20  # bytes
_HINT = "mem index makes it anew; nothing is lost"

Kept = list[Any]  # of a graph, in the manifest: the file's name, size (bytes), modification and change time (ns), CRC-32


def beside(folder: str, part: Segment, kept: Kept | None, tell: Callable[[int, int], None]) -> Kept | None:
    """The graph beside a segment: the one that is kept where that is sound, else a new one; None where none can be made, for want of
    usearch or of room. `tell` hears how many rows are in, of how many."""
    try:
        prove(folder, kept)
        return kept
    except IndexUnusable:
        pass
    try:
        return _build(folder, part, tell)
    except (IndexUnusable, RuntimeError, OSError, MemoryError):
        return None


def _build(folder: str, part: Segment, tell: Callable[[int, int], None]) -> Kept:
    import numpy as np

    graph = _empty(part.dimensions)
    for first in range(0, part.rows, _BATCH):
        tell(first, part.rows)
        count = min(_BATCH, part.rows - first)
        codes = np.frombuffer(part.codes(first, count), np.int8).reshape(count, part.dimensions)
        rows = np.flatnonzero(codes.any(1))  # a text without a known word is near to nothing
        graph.add((rows + first).astype(np.uint64), codes[rows], threads=1)
    tell(part.rows, part.rows)
    name = f"graph-{os.urandom(6).hex()}"
    path = f"{folder}/{name}"
    temporary = atomic.temporary_for(path)
    try:
        graph.save(temporary)
        size, check = _synced(temporary)
        atomic.put(temporary, path, None, durable=False)
    finally:
        atomic.discard(temporary)
    info = os.stat(path, follow_symlinks=False)
    return [name, size, info.st_mtime_ns, info.st_ctime_ns, check]


def nearest(folder: str, kept: Kept | None, part: Segment, query: Question) -> Sequence[int]:
    """About the FETCHED nearest rows of a segment, in order of place. Raises IndexUnusable without a sound graph, or without usearch."""
    prove(folder, kept)
    import numpy as np

    assert kept is not None
    wanted = np.asarray(query.numbers, np.float32)
    codes = np.rint(wanted / (np.abs(wanted).max() or 1.0) * 127).astype(np.int8)
    graph = _empty(part.dimensions)
    try:
        graph.view(f"{folder}/{kept[0]}")
        found: list[int] = sorted(graph.search(codes, FETCHED, threads=1).keys.tolist())
    except (RuntimeError, ValueError, OSError):
        raise IndexUnusable("a graph of the vector index cannot be read", _HINT) from None
    if found and found[-1] >= part.rows:
        raise IndexUnusable("a graph of the vector index is of another segment", _HINT)
    return found


def prove(folder: str, kept: Kept | None, *, whole: bool = False) -> None:
    """Raise IndexUnusable unless the file is the one that was written: by size and times, or by its checksum. `whole`: by that alone."""
    try:
        if kept is None:
            raise FileNotFoundError
        name, size, mtime, ctime, check = kept
        info = os.stat(f"{folder}/{name}", follow_symlinks=False)
        if not whole and (info.st_size, info.st_mtime_ns, info.st_ctime_ns) == (size, mtime, ctime):
            return
        if stat.S_ISREG(info.st_mode) and info.st_size == size and _checksum(f"{folder}/{name}") == check:
            return
    except FileNotFoundError:
        raise IndexUnusable("a graph of the vector index is missing", _HINT) from None
    except (OSError, ValueError):
        pass
    raise IndexUnusable("a graph of the vector index is damaged", _HINT)


def _empty(dimensions: int) -> Any:
    """An index without rows, set up as all are."""
    try:
        from usearch.index import Index
    except ImportError:
        raise IndexUnusable("the package usearch is not installed", "pip install usearch") from None
    return Index(ndim=dimensions, metric="cos", dtype="i8", expansion_add=_BUILT_WITH, enable_key_lookups=False)


def _synced(path: str) -> tuple[int, int]:
    """(size, CRC-32) of a file, which is on the disk then."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
        return os.fstat(fd).st_size, _checksum(path)
    finally:
        os.close(fd)


def _checksum(path: str) -> int:
    check = 0
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            check = zlib.crc32(block, check)
    return check
