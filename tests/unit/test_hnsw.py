"""Does the graph of a large segment find what an exact search finds, and is it never believed when it is not what was written?

The number of rows from which there is a graph is lowered, so that small vaults have one.
"""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from memcli import clock, config
from memcli.errors import IndexUnusable
from memcli.index import builder, coding, hnsw, segment, vector, verify
from memcli.index.coding import Coded
from memcli.index.segment import Segment
from memcli.index.static import DIMENSIONS
from memcli.life import founding
from memcli.search.run import Found
from memcli.store import Store, Talk

WORDS = ["winter", "garden", "bridge", "river", "market", "doctor", "teacher", "engine", "forest", "kitchen", "window", "letter", "mountain",
         "summer", "hospital", "music", "theatre", "science", "football", "castle", "village", "farmer", "soldier", "painter", "island", "harbour"]


@pytest.fixture(autouse=True)
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector, "HNSW_FROM", 50)


class Vault:
    """A vault of small entries with one graph."""

    def __init__(self, home: Path) -> None:
        self.rng = random.Random(8)
        self.warned: list[str] = []
        self.settings = config.resolve([("here", {"index.pending_max": 4})])
        self.env = {"HOME": str(home), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
        self.vault = founding.found(str(home / "vault"), self.env, clock.now()).vault
        self.grow(80)
        self.store.reindex()

    @property
    def store(self) -> Store:
        return Store(self.vault, self.settings, self.env, Talk(lambda what, done, total: None, self.warned.append))

    def grow(self, count: int) -> None:
        """Write files, as an editor does."""
        for _ in range(count):
            name = f"{self.vault.root}/{self.rng.randrange(10**9):09}.md"
            Path(name).write_text(" ".join(self.rng.sample(WORDS, 6)) + "\n", encoding="utf-8")

    def search(self, question: str) -> Found:
        return self.store.search(question, limit=10)

    @property
    def kept(self) -> dict[str, object]:
        """What the manifest keeps of the vectors."""
        found = self.store.index.load().manifest
        assert found
        return found.vectors

    @property
    def graphs(self) -> list[Path]:
        return sorted(Path(self.vault.index).glob("graph-*"))

    def differences(self) -> list[str]:
        store = self.store
        return verify.differences(store.index, store.index.fresh("files"), deep=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector, "HNSW_FROM", 50)
        return Vault(tmp_path_factory.mktemp("home"))


@pytest.fixture
def vault(made: Vault) -> Vault:
    """The vault, its index as it was made."""
    made.warned.clear()
    made.store.reindex()
    return made


def segment_of(folder: Path, rows: int) -> tuple[Segment, list[list[float]]]:
    """A segment of vectors in groups, as texts lie, and one without any word."""
    rng = random.Random(3)
    centres = [[rng.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in range(30)]
    vectors = [[x + rng.gauss(0, 0.8) for x in rng.choice(centres)] for _ in range(rows - 1)] + [[0.0] * DIMENSIONS]
    entries: list[tuple[str, str, list[Coded]]] = [(f"{at:05}.md", f"{at:032x}", [coding.coded(one)]) for at, one in enumerate(vectors)]
    segment.write(str(folder / "vectors-1"), "static", entries)
    return Segment(str(folder / "vectors-1")), vectors


def test_the_graph_finds_what_an_exact_search_finds(tmp_path: Path) -> None:
    part, vectors = segment_of(tmp_path, 4000)
    kept = hnsw.beside(str(tmp_path), part, None, lambda done, total: None)
    rng, right = random.Random(5), 0
    for _ in range(20):
        query = coding.question([x + rng.gauss(0, 0.8) for x in rng.choice(vectors)])
        exact = sorted(part.rated(range(part.rows), query), key=lambda near: (-near.cosine, near.path))[:10]
        rows = hnsw.nearest(str(tmp_path), kept, part, query)
        assert len(rows) == hnsw.FETCHED and rows == sorted(set(rows))
        right += len({*exact} & {*segment.merged([part.rated(rows, query)])[:10]})
    assert right >= 198


def test_two_makings_are_alike(tmp_path: Path) -> None:
    part, vectors = segment_of(tmp_path, 1000)
    one, other = (hnsw.beside(str(tmp_path), part, None, lambda done, total: None) for _ in range(2))
    query = coding.question(vectors[7])
    assert one != other and hnsw.nearest(str(tmp_path), one, part, query) == hnsw.nearest(str(tmp_path), other, part, query)


def test_a_search_walks_the_graph(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = found_without_graph(vault, "a doctor by the river", monkeypatch)

    def scan(*_: object) -> list[int]:
        raise AssertionError("each vector was looked at")

    with monkeypatch.context() as patch:
        patch.setattr(segment, "near_signs", scan)
        found = vault.search("a doctor by the river")
    assert found == plain and not found.warning and len(vault.graphs) == 1


def found_without_graph(vault: Vault, question: str, monkeypatch: pytest.MonkeyPatch) -> Found:
    with monkeypatch.context() as patch:
        patch.setattr(vector, "HNSW_FROM", 10**9)
        return vault.search(question)


def test_a_changed_byte_is_noticed_and_every_vector_looked_at(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = found_without_graph(vault, "music in the castle", monkeypatch)
    (graph,) = vault.graphs
    data, rng = graph.read_bytes(), random.Random(6)
    for broken in [data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:] for at in rng.sample(range(len(data)), 30)] + [data[:-1], b""]:
        graph.write_bytes(broken)
        found = vault.search("music in the castle")
        assert found.hits == plain.hits and "a graph of the vector index is damaged, so each vector was looked at" in found.warning
        assert vault.differences() == ["a graph of the vector index is damaged"]
    graph.write_bytes(data)  # the same bytes at another time are believed again
    assert not vault.search("music in the castle").warning and vault.differences() == []


def test_a_byte_changed_behind_our_back_is_found_by_a_deep_look(vault: Vault) -> None:
    (graph,) = vault.graphs
    kept = vector.graphs(vault.kept)
    (row,) = kept.values()
    graph.write_bytes(bytes([graph.read_bytes()[0] ^ 1]) + graph.read_bytes()[1:])
    info = graph.stat()
    as_sealed = [row[0], info.st_size, info.st_mtime_ns, info.st_ctime_ns, row[4]]  # as if neither size nor times told
    hnsw.prove(vault.vault.index, as_sealed)
    with pytest.raises(IndexUnusable):
        hnsw.prove(vault.vault.index, as_sealed, whole=True)


def test_a_missing_graph_is_said_and_made_again(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = found_without_graph(vault, "a garden in winter", monkeypatch)
    vault.graphs[0].unlink()
    found = vault.search("a garden in winter")
    assert found.hits == plain.hits and "a graph of the vector index is missing" in found.warning
    assert vault.differences() == ["a graph of the vector index is missing"]
    vault.grow(6)  # more than the pending log takes, so it is folded
    assert not vault.search("a garden in winter").warning and vault.differences() == [] and len(vault.graphs) == 1


def test_what_mem_index_does_makes_it_again(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.graphs[0].write_bytes(b"broken")
    with monkeypatch.context() as patch:
        find = importlib.util.find_spec
        patch.setattr(importlib.util, "find_spec", lambda name: None if name == "usearch" else find(name))  # without it nothing can be done
        before = vault.kept
        vault.store.index.status(take_in=True)
        assert vault.kept == before and vault.differences() == ["a graph of the vector index is damaged"]
    vault.store.index.status(take_in=True)
    assert vault.differences() == [] and not vault.search("a garden").warning
    before = vault.kept
    vault.store.index.status(take_in=True)
    assert vault.kept == before


def test_no_link_is_followed(vault: Vault, tmp_path: Path) -> None:
    (graph,) = vault.graphs
    shutil.move(graph, tmp_path / "elsewhere")
    graph.symlink_to(tmp_path / "elsewhere")
    assert "damaged" in vault.search("a garden").warning


def test_without_usearch_every_vector_is_looked_at(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = vault.search("a letter from the soldier")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "usearch.index", None)
        found = vault.search("a letter from the soldier")
        assert found.hits == plain.hits and "the package usearch is not installed, so each vector was looked at" in found.warning
        vault.store.reindex()
        assert vault.graphs == [] and "missing" in vault.search("a letter").warning


def test_a_vault_grows_beside_its_graph(vault: Vault) -> None:
    (graph,) = vault.graphs
    for number in range(3):
        vault.grow(6)
        found = vault.search("a painter")
        assert not found.warning and vault.graphs == [graph] and len(vector.segments(vault.kept)) == 2 + number
    name = f"{vault.vault.root}/last.md"
    Path(name).write_text("zeppelin automobile\n", encoding="utf-8")
    vault.grow(6)
    assert "last.md" in [hit.path for hit in vault.search("a car").hits]
    os.unlink(name)


def test_a_merge_leaves_a_large_segment_and_its_graph_alone(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector, "SEGMENTS_MAX", 2)
    monkeypatch.setattr(builder, "GROWTH", 100.0)
    (graph,) = vault.graphs
    first = vector.segments(vault.kept)[0]
    for _ in range(3):
        vault.grow(6)
        vault.search("a painter")
    assert vault.graphs == [graph] and vector.segments(vault.kept)[0] == first and len(vector.segments(vault.kept)) == 2
    while vault.graphs == [graph]:
        vault.grow(20)
        vault.search("a painter")
    assert first not in vector.segments(vault.kept) and len(vault.graphs) == 1 and vault.differences() == [] and vault.warned == []


@pytest.mark.parametrize(("rows", "stay"), [([100, 5, 5], 1), ([100, 60, 5], 0), ([1000, 100, 10, 1], 2), ([10, 10, 10], 0),
                                            ([4 ** at for at in range(9, 0, -1)], 4)])
def test_what_is_far_larger_stays(rows: list[int], stay: int) -> None:
    assert vector._first_merged(rows) == stay


def test_rows_beyond_the_segment_are_not_believed(tmp_path: Path) -> None:
    part, vectors = segment_of(tmp_path, 400)
    kept = hnsw.beside(str(tmp_path), part, None, lambda done, total: None)
    (tmp_path / "small").mkdir()
    small, _ = segment_of(tmp_path / "small", 60)
    with pytest.raises(IndexUnusable):
        hnsw.nearest(str(tmp_path), kept, small, coding.question(vectors[1]))
    near = part.rated(hnsw.nearest(str(tmp_path), kept, part, coding.question(vectors[1])), coding.question(vectors[1]))
    assert max(near, key=lambda one: one.cosine).path == "00001.md"
    assert hnsw.nearest(str(tmp_path), kept, part, coding.question([0.0] * DIMENSIONS))  # a question without a known word is no error
