"""Which rows of signs are least unlike a question? All columns at once, in the big integers of Python; pure, without numpy (see memcli.index.segment)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from memcli.index import dense

_NARROW = 32  # columns of signs that are added in one byte a row


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
        return _summed(signs, query, rows, unit)
    total = 0
    for first in range(0, columns, _NARROW):  # of more columns than a byte holds, two bytes a row, and of these the upper bits
        wide = bytearray(2 * rows)
        some = slice(first * 8, (first + _NARROW) * 8)
        wide[::2] = _summed(signs[first * rows:(first + _NARROW) * rows], query[some], rows, unit)
        total += int.from_bytes(wide, "little")
    return (total >> (len(parts) * 255).bit_length() - 8).to_bytes(2 * rows, "little")[::2]


def _summed(signs: bytes, query: Sequence[float], rows: int, unit: float) -> bytes:
    """What the rows' columns cost, one byte a row."""
    if dense.ready():
        return dense.summed(signs, query, rows, unit)
    tables = [_costs(query[at:at + 8], unit) for at in range(0, len(query), 8)]
    return sum(int.from_bytes(signs[at * rows:(at + 1) * rows].translate(table), "little") for at, table in enumerate(tables)).to_bytes(rows, "little")


def _costs(parts: Sequence[float], unit: float) -> bytes:
    """What each byte of signs costs beside eight parts of a question."""
    costs = [0.5]
    for part in parts:  # the first is the highest bit
        zero, one = (part * unit, 0.0) if part > 0 else (0.0, -part * unit)
        costs = [cost + bit for cost in costs for bit in (zero, one)]
    return bytes(map(int, costs))


def near_signs(signs: bytes, query: Sequence[float], width: int) -> list[int]:
    """The rows that are least unlike, at least `width` of them where there are as many, in order of place."""
    found = distances(signs, query)
    most, held = dense.border(found, width) if dense.ready() else _border(found, width)
    most_rows = width if held >= 4 * width else max(held, width)  # of nothing but ties at the border take what comes first
    if dense.ready():
        return dense.below(found, most)[:most_rows]
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
