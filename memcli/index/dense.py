"""How does a process that stays compare many vectors at once? By numpy, which costs more to load than a search; with the very same results.

The codes are whole numbers, and so are a question's (see coding.question): their products add up exactly in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_numpy: Any = None


def load() -> None:
    """Load numpy, so that `ready` holds."""
    global _numpy
    import numpy

    _numpy = numpy


def ready() -> bool:
    """Whether numpy is loaded already."""
    return _numpy is not None


def products(codes: bytes, numbers: Sequence[float]) -> list[float]:
    """The sums of products of rows of signed bytes with numbers."""
    rows = _numpy.frombuffer(codes, dtype=_numpy.int8).reshape(-1, len(numbers))
    found: list[float] = (rows.astype(_numpy.float64) @ _numpy.asarray(numbers, dtype=_numpy.float64)).tolist()
    return found


def matrix(codes: bytes, dimensions: int) -> Any:
    """Rows of signed bytes, for `picked`."""
    return _numpy.frombuffer(codes, dtype=_numpy.int8).reshape(-1, dimensions)


def picked(rows: Any, scales: bytes, places: Sequence[int], numbers: Sequence[float], scale: float, least: float) -> tuple[Any, Any]:
    """`products` for some rows of a matrix, times the scale of each, times a scale; and the places of those that are not below `least`."""
    own = _numpy.frombuffer(scales, dtype=_numpy.float32)[places].astype(_numpy.float64)
    found = (rows[places].astype(_numpy.float64) @ _numpy.asarray(numbers, dtype=_numpy.float64)) * own * scale
    enough = found >= least
    return _numpy.asarray(places)[enough], found[enough]


def summed(signs: bytes, query: Sequence[float], rows: int, unit: float) -> bytes:
    """What signs._summed adds up, where no byte can carry."""
    total = _numpy.zeros(rows, dtype=_numpy.uint8)
    for at, table in enumerate(_costs(query, unit)):
        total += _numpy.frombuffer(signs[at * rows:(at + 1) * rows].translate(table), dtype=_numpy.uint8)
    found: bytes = total.tobytes()
    return found


def border(found: bytes, width: int) -> tuple[int, int]:
    """What signs._border tells."""
    up_to = _numpy.cumsum(_numpy.bincount(_numpy.frombuffer(found, dtype=_numpy.uint8), minlength=256))
    most = min(int(_numpy.searchsorted(up_to, width)), 255)
    return most, int(up_to[most])


def below(found: bytes, most: int) -> list[int]:
    """The places of the bytes that do not exceed `most`."""
    places: list[int] = _numpy.flatnonzero(_numpy.frombuffer(found, dtype=_numpy.uint8) <= most).tolist()
    return places


def owners(ends: Any, rows: Sequence[int]) -> tuple[list[int], list[int]]:
    """The entry that each row belongs to, and the row's number in it; `ends` has the row after each entry's last."""
    ends = _numpy.frombuffer(ends, dtype=_numpy.uint32)
    entries = _numpy.searchsorted(ends, rows, side="right")
    starts = _numpy.where(entries > 0, ends[entries - 1], 0)
    return entries.tolist(), (_numpy.asarray(rows, dtype=_numpy.int64) - starts).tolist()


def largest(ends: Any, rows: Any, values: Any) -> tuple[list[int], list[float]]:
    """The entries that some rows belong to (`ends` as in `owners`), and of each the largest value; the rows are in order of place."""
    entries = _numpy.searchsorted(_numpy.frombuffer(ends, dtype=_numpy.uint32), rows, side="right")
    starts = _numpy.flatnonzero(_numpy.diff(entries, prepend=-1))
    return entries[starts].tolist(), (_numpy.maximum.reduceat(values, starts).tolist() if len(starts) else [])


def _costs(query: Sequence[float], unit: float) -> list[bytes]:
    """The tables of signs._costs for every eight parts of a question, by the same additions."""
    parts = _numpy.asarray(query, dtype=_numpy.float64).reshape(-1, 8)
    found = _numpy.full((len(parts), 1), 0.5)
    for at in range(8):
        part = parts[:, at] * unit
        bits = _numpy.stack([_numpy.where(part > 0, part, 0.0), _numpy.where(part > 0, 0.0, -part)], axis=1)
        found = (found[:, :, None] + bits[:, None, :]).reshape(len(parts), -1)
    return [row.tobytes() for row in found.astype(_numpy.uint8)]
