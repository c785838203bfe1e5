"""How is a vector kept, and how is one looked for? INT8 codes times a scale, and whole numbers times a scale; pure, see memcli.index.segment."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp
from operator import mul
from typing import NamedTuple

from memcli.index import dense

PRECISION = 30  # bits of a question's largest number
_POSITIVE = bytes(49 if 0 < byte < 128 else 48 for byte in range(256))  # "1" for a positive signed byte, else "0"


class Coded(NamedTuple):
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
    """A vector of any length to be looked for. Its numbers are made whole, the largest of PRECISION bits: products with codes then add up
    to the same in any order."""
    length = sum(x * x for x in vector) ** 0.5
    unit = 2.0 ** (PRECISION - frexp(max(map(abs, vector), default=0.0))[1])
    return Question([*(float(round(x * unit)) for x in vector), *[0.0] * (-len(vector) % 8)], 1 / length / unit if length else 0.0)


def cosines(rows: Sequence[Coded], other: Question) -> list[float]:
    """The cosine of each row with a question."""
    if len(rows) < 4 or not dense.ready():
        return [row.cosine(other.numbers, other.scale) for row in rows]
    return [product * row.scale * other.scale for product, row in zip(dense.products(b"".join(row.codes for row in rows), other.numbers), rows)]


def signs_of(codes: bytes) -> bytes:
    """A bit for each code, the first code in the highest bit of the first byte, 1 where it is positive."""
    return int(codes.translate(_POSITIVE), 2).to_bytes(len(codes) // 8, "big")
