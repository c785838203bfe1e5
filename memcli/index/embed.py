"""How are many texts embedded at once? The embedder `static` over a whole vault, by numpy; imported only where the index is written."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from memcli.index import room
from memcli.index.coding import Coded
from memcli.index.segment import Columns
from memcli.index.static import DIMENSIONS, TOKENS, Lexicon, Table

_BATCH = 4096
_FEW = 4096  # tokens in all the texts, up to which their rows alone are read: the whole table takes 60 ms


def centre(table: Table, lexicon: Lexicon, texts: Sequence[array[int]]) -> None:
    """Set the lexicon's mean to that of the texts' vectors. `texts` are tokens."""
    total = np.zeros(DIMENSIONS)
    weights = _weights(table, lexicon, texts)
    for start in range(0, len(texts), _BATCH):
        total += _pooled(weights, lexicon, texts[start:start + _BATCH]).sum(0, dtype=np.float64)
    lexicon.mean = array("f", (total / max(len(texts), 1)).astype(np.float32).tobytes())


def columns(table: Table, lexicon: Lexicon, texts: Sequence[array[int]]) -> Iterator[Columns]:
    """The vectors of texts, given as tokens, in order, as a segment keeps them: some thousand rows at a time."""
    for vectors in floats(table, lexicon, texts):
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(lengths > 0, lengths, np.float32(1))
        most = np.abs(vectors).max(1, keepdims=True)
        codes = np.rint(vectors / np.where(most > 0, most, 1) * 127).astype(np.int8)
        scales = array("f", (most[:, 0] / 127).astype(np.float32).tobytes())
        yield Columns(codes.tobytes(), scales, np.packbits(codes > 0, axis=1).tobytes())


def many(table: Table, lexicon: Lexicon, texts: Sequence[array[int]]) -> list[Coded]:
    """The vectors of texts, given as tokens, in order, each by itself."""
    return [Coded(some.codes[at * DIMENSIONS:(at + 1) * DIMENSIONS], scale) for some in columns(table, lexicon, texts)
            for at, scale in enumerate(some.scales)]


def floats(table: Table, lexicon: Lexicon, texts: Sequence[array[int]]) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """The vectors of texts, given as tokens, in order, before they are brought to length 1 and to codes: some thousand rows at a time."""
    weights = _weights(table, lexicon, texts)
    mean = np.frombuffer(lexicon.mean.tobytes(), np.float32)
    for start in range(0, len(texts), _BATCH):
        batch = texts[start:start + _BATCH]
        vectors = _pooled(weights, lexicon, batch)
        vectors -= mean
        vectors[[number for number, text in enumerate(batch) if not len(text)]] = 0
        yield vectors


def _weights(table: Table, lexicon: Lexicon, texts: Sequence[array[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Each token's vector times its weight; of a few texts only the rows of their tokens are filled."""
    idf = np.frombuffer(lexicon.idf.tobytes(), np.float32)[:, None]
    used = _used(texts)
    if used is None:
        room.give_back()
        return np.frombuffer(table.whole(), "<f2").reshape(TOKENS, DIMENSIONS).astype(np.float32) * idf
    rows = np.zeros((TOKENS, DIMENSIONS), np.float32)  # pages that nobody writes take no memory
    rows[used] = np.frombuffer(table.some(used), "<f2").reshape(len(used), DIMENSIONS).astype(np.float32) * idf[used]
    return rows


def _used(texts: Sequence[array[int]]) -> list[int] | None:
    """The tokens of the texts, sorted; None when there are more than _FEW in all."""
    found: set[int] = set()
    count = 0
    for text in texts:
        count += len(text)
        if count > _FEW:
            return None
        found.update(text)
    return sorted(found)


def _pooled(weights: np.ndarray[tuple[int, ...], np.dtype[np.float32]], lexicon: Lexicon,
            texts: Sequence[array[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The weighed mean of each text's token vectors; zeros for an empty one."""
    idf = np.frombuffer(lexicon.idf.tobytes(), np.float32)
    found = np.zeros((len(texts), DIMENSIONS), np.float32)
    for number, text in enumerate(texts):
        if len(text):
            tokens = np.frombuffer(text.tobytes(), np.uint16)
            found[number] = weights[tokens].sum(0) / idf[tokens].sum()
    return found
