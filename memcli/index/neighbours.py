"""Which entries are nearest to each entry of a vault? All of them against all, exactly, a block of rows at a time.

An entry's vector is the mean of its pieces' vectors. numpy works here, so this module is imported only inside functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np

from memcli.index import static
from memcli.index.segment import Coded
from memcli.index.sync import Index
from memcli.index.vector import VectorIndex
from memcli.index.view import View

_BLOCK = 512  # rows whose cosines with all others are worked out at once: 20 MB for 10,000 entries
_DIGITS = 6  # beyond which a cosine in single precision says nothing

_Matrix = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def neighbours(index: Index, view: View, k: int) -> dict[str, list[tuple[str, float]]]:
    """The `k` nearest entries of each entry that has vectors, by path, with their cosines (-1..1, six digits), best first and equal ones by path. An
    entry that is in no segment yet has none; without vectors nothing has. Raises IndexUnusable when the vectors are damaged."""
    return nearest(vectors(index, view), k)


def vectors(index: Index, view: View) -> dict[str, Sequence[Coded]]:
    """The vectors of each entry's pieces, by path; nothing where there is no vector index or another embedder's."""
    if view.manifest is None or not view.manifest.vectors:
        return {}
    try:
        if not index.outside:
            static.folder()
        return dict(VectorIndex(index.vault.index, view.manifest.vectors, index.outside).of(view.sums()))
    except static.Missing:
        return {}


def nearest(held: Mapping[str, Sequence[Coded]], k: int) -> dict[str, list[tuple[str, float]]]:
    """The `k` nearest of each of the entries with these vectors, as `neighbours` gives them."""
    paths, rows = _rows(held)
    k = min(k, len(paths) - 1)
    found: dict[str, list[tuple[str, float]]] = {}
    for start in range(0, len(paths) if k > 0 else 0, _BLOCK):
        cosines = np.round(rows[start:start + _BLOCK] @ rows.T, _DIGITS)
        own = np.arange(len(cosines))
        cosines[own, start + own] = -2
        border = np.partition(cosines, len(paths) - k, axis=1)[:, len(paths) - k]
        for at, (line, least) in enumerate(zip(cosines, border)):
            near = np.flatnonzero(line >= least)
            best = near[np.argsort(-line[near], kind="stable")][:k]
            found[paths[start + at]] = [(paths[other], round(float(line[other]), _DIGITS)) for other in best]
    return found


def threshold(held: Mapping[str, Sequence[Coded]], share: float = 0.95, pairs: int = 20_000) -> float:
    """The cosine below which so large a share (0..1) of random pairs of entries lie; 1 for fewer than two entries. The pairs are those of a fixed seed."""
    paths, rows = _rows(held)
    if len(paths) < 2:
        return 1.0
    rng = Random(len(paths))
    drawn = [rng.sample(range(len(paths)), 2) for _ in range(pairs)]
    one, other = (np.array(column) for column in zip(*drawn))
    return round(float(np.quantile(np.einsum("ij,ij->i", rows[one], rows[other]), share)), _DIGITS)


def _rows(held: Mapping[str, Sequence[Coded]]) -> tuple[list[str], _Matrix]:
    """The paths of the entries whose mean vector is not zero, sorted, and these vectors, of length 1."""
    paths: list[str] = []
    rows: list[_Matrix] = []
    for path in sorted(path for path, pieces in held.items() if pieces):
        codes = np.frombuffer(b"".join(piece.codes for piece in held[path]), np.int8).reshape(len(held[path]), -1)
        mean = np.array([piece.scale for piece in held[path]], np.float32) @ codes.astype(np.float32)
        length = float(np.linalg.norm(mean))
        if length:
            paths.append(path)
            rows.append((mean / length).astype(np.float32))
    return paths, np.array(rows, np.float32)
