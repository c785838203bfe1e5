"""How much does a word in a field count? BM25 (Robertson, Zaragoza 2009) with tantivy's constants and rounding.

    score = boost * idf * (k1 + 1) * tf / (tf + k1 * (1 - b + b * length / average))
    idf   = ln(1 + (N - df + 0.5) / (df + 0.5))

`length` is a field's token count rounded down to what one byte can tell (Lucene's SmallFloat): exact to 40, then steps of 1/8.
"""

from __future__ import annotations

import math
from bisect import bisect_right

K1 = 1.2
B = 0.75
TIE = 1e-5  # scores closer than this (relative) are the same: the engine adds 32-bit floats in no fixed order


def _length_of(code: int) -> int:
    if code < 24:
        return code
    mantissa, shift = (code - 24) & 7, ((code - 24) >> 3) - 1
    return 24 + (mantissa if shift < 0 else (mantissa | 8) << shift)


_LENGTHS = tuple(_length_of(code) for code in range(256))


def quantised(tokens: int) -> int:
    """The field length that stands for `tokens` tokens."""
    return tokens if tokens <= 40 else _LENGTHS[bisect_right(_LENGTHS, tokens) - 1]


def idf(documents: int, holding: int) -> float:
    """Inverse document frequency of a word that `holding` of `documents` hold; never negative."""
    return math.log(1.0 + (max(documents - holding, 0) + 0.5) / (holding + 0.5))


def saturation(tf: int, length: int, average: float) -> float:
    """What `tf` occurrences in a field of (quantised) `length` are worth, from 0 to k1 + 1."""
    ratio = length / average if average else 1.0
    return (K1 + 1.0) * tf / (tf + K1 * (1.0 - B + B * ratio))
