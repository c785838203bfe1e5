"""Do pieces that repeat a better one of their entry step back, and does the best evidence extend the question?"""

from __future__ import annotations

import random

import pytest
from box import Box

from memcli.entries.model import Entry
from memcli.index.chunks import Chunk
from memcli.index.coding import coded
from memcli.index.hit import Hit
from memcli.search import feedback
from memcli.search.pool import Candidate, Cut, Piece, Pool
from memcli.search.variety import REPEATS, varied


def pool(*entries: list[str]) -> Pool:
    """A pool of entries given as the texts of their pieces."""
    made = Pool()
    for at, texts in enumerate(entries):
        first = len(made.pieces)
        made.pieces += [Piece(at, number, Chunk(text, number, number), text.split()) for number, text in enumerate(texts)]
        match = Hit(f"{at}.md", "", "", "note", "short", "", (), "", 1.0)
        entry = Entry(f"{at}.md", "", False, "", "note", "short", "", "", (), "", 1)
        made.candidates.append(Candidate(match, Cut(b"", entry, [], []), 1.0, "", range(first, len(made.pieces))))
    return made


def test_a_repetition_steps_behind_what_is_new() -> None:
    found = pool(["a", "b", "c"], ["d"])
    same, other = coded([1.0] + [0.0] * 255), coded([0.0, 1.0] + [0.0] * 254)
    order = varied(found, [1.0, 0.9, 0.8, 0.1], {"0.md": [same, same, other]}, 4)
    assert [number for number, _ in order] == [0, 2, 1, 3]
    assert order[2][1] == pytest.approx(1.0, abs=0.01) and order[1][1] == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_the_order_is_that_of_choosing_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    made = pool([str(number) for number in range(12)], [str(number) for number in range(6)])
    vectors = {f"{at}.md": [coded([chance.gauss(0, 1) + 1 for _ in range(256)]) for _ in range(length)] for at, length in enumerate((12, 6))}
    scores = [chance.random() for _ in made.pieces]
    chosen: list[int] = []

    def worth(candidate: int) -> float:
        piece = made.pieces[candidate]
        rows = vectors[f"{piece.entry}.md"]
        others = [rows[made.pieces[other].at] for other in chosen if made.pieces[other].entry == piece.entry]
        return scores[candidate] - REPEATS * max((rows[piece.at].cosine(other.numbers, other.scale) for other in others), default=0.0)

    for number, repeats in varied(made, scores, vectors, 18):
        assert worth(number) == pytest.approx(max(worth(candidate) for candidate in range(len(scores)) if candidate not in chosen), abs=1e-9)
        assert scores[number] - REPEATS * repeats == pytest.approx(worth(number), abs=1e-9)
        chosen.append(number)


def test_without_vectors_the_order_is_that_of_the_scores() -> None:
    assert [number for number, _ in varied(pool(["a", "b"], ["c"]), [0.1, 0.3, 0.2], {}, 2)] == [1, 2]


def test_what_the_best_pieces_add() -> None:
    made = pool(["backup restic nightly", "nightly cron"], ["restic prune", "tea"], ["cake"])
    words = feedback.added(made, [1.0, 0.0, 0.0, 0.0, 0.0], {"backup"})
    assert set(words) == {"restic", "nightly"} and max(words.values()) == 1.0
    column = feedback.evidence(made, words)
    assert column[1] > 0 and column[2] > 0 and column[3] == column[4] == 0.0


def test_nothing_is_added_where_nothing_was_found() -> None:
    assert feedback.added(pool(["a b"], ["a c"]), [0.0, 0.0], {"a"}) == {}
    assert feedback.added(Pool(), [], {"a"}) == {} and feedback.evidence(Pool(), {}) == []


def test_the_second_step_brings_what_the_question_did_not_say(tmp_path: object) -> None:
    box = Box(str(tmp_path)).init()
    box.write("a.md", "The heat pump has error E41.\n")
    box.write("b.md", "E41 means that the filter is clogged.\n")
    box.write("c.md", "The pump of the aquarium hums.\n")
    box.run("index", check=0)
    rows = {hit["path"]: {row["signal"] for row in hit["signals"]} for hit in box.json("search", "heat pump error filter", "--explain")["hits"]}
    assert "evidence" in rows["b.md"]
    rows = {hit["path"]: {row["signal"] for row in hit["signals"]} for hit in box.json("search", "heat pump error filter", "--explain", "--hops", "1")["hits"]}
    assert all("evidence" not in names for names in rows.values())
