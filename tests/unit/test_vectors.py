"""Does the vector index find what an exact search finds, and notice when its files are not what was written?"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from memcli.errors import IndexUnusable
from memcli.index import coding, segment, signs, static
from memcli.index.coding import Coded, coded
from memcli.index.segment import Segment
from memcli.index.static import DIMENSIONS
from memcli.index.wordpieces import WordPieces

SIGNS = DIMENSIONS // 8


def clustered(count: int, rng: random.Random) -> list[list[float]]:
    """Vectors in groups, as texts lie."""
    centres = [[rng.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in range(40)]
    return [[x + rng.gauss(0, 0.8) for x in rng.choice(centres)] for _ in range(count)]


def exact(one: list[float], other: list[float]) -> float:
    lengths: float = (sum(x * x for x in one) * sum(x * x for x in other)) ** 0.5
    return sum(x * y for x, y in zip(one, other)) / lengths


@pytest.fixture(scope="module")
def vectors() -> list[list[float]]:
    return clustered(3000, random.Random(5))


def written(path: Path, vectors: list[list[float]]) -> Segment:
    entries: list[tuple[str, str, list[Coded]]] = [
        (f"n/{at:05}.md", f"{at:032x}", [coded(vector) for vector in vectors[at:at + 3]]) for at in range(0, len(vectors), 3)]
    random.Random(1).shuffle(entries)
    segment.write(str(path), "static", entries)
    return Segment(str(path))


def test_the_nearest_are_those_of_an_exact_search(tmp_path: Path, vectors: list[list[float]]) -> None:
    found = written(tmp_path / "vectors-1", vectors)
    rng = random.Random(9)
    right = 0
    for _ in range(10):
        query = [x + rng.gauss(0, 0.9) for x in rng.choice(vectors)]
        best = sorted(range(len(vectors)), key=lambda at: -exact(query, vectors[at]))[:10]
        near = segment.merged([found.nearest(coding.question(query))])[:10]
        right += len({f"n/{at - at % 3:05}.md#{at % 3}" for at in best} & {f"{one.path}#{one.chunk}" for one in near})
        assert abs(near[0].cosine - exact(query, vectors[int(near[0].path[2:7]) + near[0].chunk])) < 0.01
    assert right >= 98


def test_an_entry_is_had_by_path_and_checksum(tmp_path: Path, vectors: list[list[float]]) -> None:
    found = written(tmp_path / "vectors-1", vectors[:300])
    held = found.of({"n/00003.md": f"{3:032x}", "n/00006.md": "0" * 32, "absent.md": "0" * 32})
    assert list(held) == ["n/00003.md"]
    for kept, vector in zip(held["n/00003.md"], vectors[3:6]):
        assert kept.codes == coded(vector).codes and kept.scale == pytest.approx(coded(vector).scale)


def test_unlike_signs_cost_what_the_questions_part_weighs(vectors: list[list[float]]) -> None:
    rows = [coded(vector) for vector in vectors[:500]]
    columns = b"".join(b"".join(row.signs for row in rows)[column::SIGNS] for column in range(SIGNS))
    query = vectors[777]
    unlike = [sum(abs(part) for part, code in zip(query, row.numbers) if (code > 0) != (part > 0)) for row in rows]
    unit = (255 - SIGNS / 2) / sum(map(abs, query))
    assert all(abs(found - right * unit) <= SIGNS / 2 for found, right in zip(signs.distances(columns, query), unlike))


def test_no_sum_of_signs_is_carried_over() -> None:
    apart = b"".join(bytes([0, 255, 0]) for _ in range(SIGNS))  # three rows: all other signs, none, all
    for query in ([1.0] * DIMENSIONS, [1.0] + [0.0] * (DIMENSIONS - 1), [0.01 * at + 0.001 for at in range(DIMENSIONS)]):
        assert [(found > 200) for found in signs.distances(apart, query)] == [True, False, True]


def test_the_border_is_where_a_count_of_all_would_put_it() -> None:
    rng = random.Random(2)
    for rows in (1, 2, 599, 601, 5000, 20_000):
        found = bytes(min(255, max(0, int(rng.gauss(90, 8)))) for _ in range(rows))
        for width in (1, 10, 600):
            right = next((most for most in range(255) if sum(map(found.count, range(most + 1))) >= width), 255)
            assert signs._border(found, width) == (right, sum(map(found.count, range(right + 1))))
    assert signs._border(bytes(1000), 600) == (0, 1000) and signs._border(b"\xff" * 1000, 600) == (255, 1000)


def test_zero_stays_zero_and_length_makes_no_difference() -> None:
    assert coded([0.0] * DIMENSIONS).scale == 0.0
    vector = [random.Random(3).gauss(0, 1) for _ in range(DIMENSIONS)]
    assert coded(vector).codes == coded([5 * x for x in vector]).codes
    assert coded(vector).cosine(coded(vector).numbers, coded(vector).scale) == pytest.approx(1.0, abs=0.01)


def test_an_empty_segment_finds_nothing(tmp_path: Path) -> None:
    segment.write(str(tmp_path / "v"), "static", [])
    assert Segment(str(tmp_path / "v")).nearest(coding.question([1.0] * DIMENSIONS)) == []


def test_a_changed_byte_is_noticed(tmp_path: Path, vectors: list[list[float]]) -> None:
    path = tmp_path / "vectors-1"
    written(path, vectors[:60])
    data, rng = path.read_bytes(), random.Random(4)
    for _ in range(60):
        at = rng.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1:])
        with pytest.raises(IndexUnusable):
            Segment(str(path)).prove()
    for cut in (0, 1, 100, len(data) - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(IndexUnusable):
            Segment(str(path)).prove()


@pytest.fixture(scope="module")
def embedder() -> static.Embedder:
    where = static.folder()
    return static.Embedder(static.Table(where), static.Lexicon.of(static.vocabulary(where), []))


def test_words_of_like_meaning_lie_near(embedder: static.Embedder) -> None:
    def likeness(one: str, other: str) -> float:
        first, second = (embedder.embed(embedder.tokens(text)) for text in (one, other))
        return first.cosine(second.numbers, second.scale)

    assert likeness("a car", "an automobile") > 0.5 > 0.2 > likeness("a car", "a banana")


def test_word_pieces_are_joined_by_rank() -> None:
    mark = "\u2581"
    pieces = WordPieces({mark: 0, "a": 1, "b": 2, "c": 3, "ab": 4, "bc": 5, mark + "a": 6, mark + "ab": 7})
    assert pieces.word("abc") == (7, 3) and pieces.word("bc") == (5,) and pieces.word("zz") == ()
    assert pieces.text("ab, c!") == [7, 3]


def test_a_lexicon_is_read_as_it_was_written(tmp_path: Path, embedder: static.Embedder) -> None:
    lexicon = static.Lexicon.of(embedder.lexicon.names, [[5, 6], [5]])
    lexicon.write(str(tmp_path / "lexicon"))
    back = static.Lexicon.read(str(tmp_path / "lexicon"))
    assert back.idf == lexicon.idf and back.counted == 2 and back.pieces.text("hello world") == embedder.tokens("hello world")
    assert lexicon.idf[5] < lexicon.idf[6] < lexicon.idf[7]
    data = (tmp_path / "lexicon").read_bytes()
    (tmp_path / "lexicon").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(IndexUnusable):
        static.Lexicon.read(str(tmp_path / "lexicon"))


def test_many_at_once_are_what_they_are_one_by_one(embedder: static.Embedder) -> None:
    from array import array

    from memcli.index import embed

    where = static.folder()
    texts = [array("H", embedder.tokens(text)) for text in ("a car", "two hives by the fence", "", "x y z")]
    table = static.Table(where)
    lexicon = static.Lexicon.of(embedder.lexicon.names, texts)
    embed.centre(table, lexicon, texts)
    single = static.Embedder(table, lexicon)
    for together, text in zip(embed.many(table, lexicon, texts), texts):
        alone = single.embed(text)
        assert together.scale == pytest.approx(alone.scale, rel=1e-4)
        assert max(abs(one - other) for one, other in zip(together.numbers, alone.numbers)) <= 1


def test_few_texts_have_the_vectors_that_the_whole_table_gives(embedder: static.Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    from array import array

    from memcli.index import embed

    made = []
    for most in (embed._FEW, -1):
        monkeypatch.setattr(embed, "_FEW", most)
        for texts in ([array("H", embedder.tokens(text)) for text in ("a car", "two hives by the fence, two", "")], []):
            lexicon = static.Lexicon.of(embedder.lexicon.names, texts)
            embed.centre(embedder.table, lexicon, texts)
            made.append((lexicon.idf, lexicon.mean, list(embed.columns(embedder.table, lexicon, texts))))
    assert made[:2] == made[2:] and len(set(made[0][0])) > 1


@pytest.mark.parametrize("size", [12, 384, 1024, 1536])
def test_vectors_of_any_length_are_found(tmp_path: Path, size: int) -> None:
    rng = random.Random(size)
    rows = [[rng.gauss(0, 1) for _ in range(size)] for _ in range(900)]
    segment.write(str(tmp_path / "v"), "x", [(f"{at:03}.md", f"{at:032x}", [coded(row)]) for at, row in enumerate(rows)])
    found = Segment(str(tmp_path / "v"))
    assert found.dimensions == size + -size % 8
    for at in range(0, 900, 90):
        near = segment.merged([found.nearest(coding.question([x + rng.gauss(0, 0.4) for x in rows[at]]), 20)], 3)
        assert near[0].path == f"{at:03}.md" and near[0].cosine > 0.8
