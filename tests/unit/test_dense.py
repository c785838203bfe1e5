"""Does a process that stays get the very numbers that one gets which ends with its command?"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from memcli.index import coding, dense, segment, signs


def vectors(count: int, dimensions: int, seed: int) -> list[list[float]]:
    """Random vectors, some of them the same."""
    rng = random.Random(seed)
    found = [[rng.gauss(0, 1) for _ in range(dimensions)] for _ in range(count)]
    return [*found, *found[:count // 10]]


@pytest.mark.parametrize("dimensions", [8, 250, 256, 1000])
def test_numpy_finds_the_same_to_the_last_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dimensions: int) -> None:
    path = str(tmp_path / "segment")
    rows = [coding.coded(vector) for vector in vectors(400, dimensions, 1)]
    segment.write(path, "x", [(f"{at:04}.md", f"{at:032x}", [row]) for at, row in enumerate(rows)])
    questions = [coding.question(vector) for vector in [*vectors(10, dimensions, 2), [1e-30] * dimensions, [-3e20, *[1.0] * (dimensions - 1)]]]
    assert all(number == int(number) and abs(number) <= 1 << coding.PRECISION for one in questions for number in one.numbers)
    wanted = {f"{at:04}.md": f"{at:032x}" for at in (0, 7, 439)} | {"nothing.md": "0" * 32, "0008.md": "f" * 32}

    def found() -> list[object]:
        part, columns = segment.Segment(path), b"".join(bytes(row.signs[at] for row in rows) for at in range(len(rows[0].codes) // 8))
        return [[part.nearest(one, 50) for one in questions], [coding.cosines(rows, one) for one in questions], part.of(wanted),
                [signs.distances(columns, one.numbers) for one in questions]]

    plain = found()
    import numpy

    monkeypatch.setattr(dense, "_numpy", numpy)
    assert dense.ready() and found() == plain


def test_the_best_of_each_entry_is_what_the_nearest_rows_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, rng = str(tmp_path / "segment"), random.Random(5)
    rows = [coding.coded(vector) for vector in vectors(300, 64, 3)]
    segment.write(path, "x", [(f"{at:04}.md", f"{at:032x}", rows[at * 3:at * 3 + 1 + at % 3]) for at in range(100)])
    import numpy

    assert segment.Segment(path).best(coding.question(vectors(1, 64, 4)[0]), 0.0) is None, "without numpy nearest has to tell"
    monkeypatch.setattr(dense, "_numpy", numpy)
    part = segment.Segment(path)
    for vector in vectors(20, 64, 6):
        one, least = coding.question(vector), rng.uniform(0.0, 0.3)
        near = [near for near in part.nearest(one, 40) if near.cosine >= least]
        said = part.best(one, least, 40)
        if said is not None:
            assert said == {path: max(near.cosine for near in near if near.path == path) for path in {near.path for near in near}}
        else:
            assert len(near) > 40
    assert part.best(coding.question(vectors(1, 64, 4)[0]), 2.0, 40) == {}
