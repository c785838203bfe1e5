"""Is a poor answer told from a good one, and does a poor one make the search look further?"""

from __future__ import annotations

import pytest
from box import Box

from memcli.search.gate import Confidence, names


@pytest.fixture(scope="module")
def cellar(tmp_path_factory: pytest.TempPathFactory) -> Box:
    box = Box(str(tmp_path_factory.mktemp("cellar"))).init()
    box.write("router.md", "---\ntitle: Router reset\nstate: cold\n---\nHold the reset button of the router for ten seconds.\n")
    box.write("lease.md", "---\ntitle: Lease\nstate: archived\n---\nThe lease of the workshop ends in 2031.\n")
    box.write("bread.md", "---\ntitle: Sourdough\n---\nFeed the starter twice, then knead the dough.\n")
    box.write("tyres.md", "---\ntitle: Winter tyres\n---\nThe button of the boot lock sticks in winter.\n")
    box.run("index", check=0)
    return box


def found(box: Box, *args: str) -> tuple[list[str], dict[str, object]]:
    answer = box.json("search", *args)
    return [hit["path"] for hit in answer["hits"]], answer["gate"]


def test_a_good_answer_needs_no_cold_entry(cellar: Box) -> None:
    paths, gate = found(cellar, "knead dough starter")
    assert paths[0] == "bread.md" and gate["rung"] == "hot" and gate["low"] is False
    paths, gate = found(cellar, "winter button lock")  # "button" is in the cold one too
    assert "router.md" not in paths and gate["rung"] == "hot"


def test_a_poor_answer_brings_in_cold_and_archived_entries(cellar: Box) -> None:
    paths, gate = found(cellar, "router reset button seconds")
    assert paths[0] == "router.md" and gate["rung"] == "all"
    assert found(cellar, "lease of the workshop")[0][0] == "lease.md"
    assert cellar.json("search", "router reset")["hits"][0]["state"] == "cold"


def test_states_asked_for_are_looked_at_at_once(cellar: Box) -> None:
    paths, gate = found(cellar, "button state:cold")
    assert paths == ["router.md"] and gate["rung"] == "all"
    assert found(cellar, "type:note")[0] and found(cellar, "type:note")[1] is None


def test_what_nobody_wrote_is_not_found(cellar: Box) -> None:
    assert cellar.run("search", "xqzzt blorf").status == 1


def test_the_explanation_begins_with_the_gate(cellar: Box) -> None:
    lines = cellar.run("search", "router reset in Lisbon", "--explain", check=0).out.splitlines()
    assert lines[0].startswith("gate: low, coverage ") and "Lisbon" in lines[0] and lines[0].endswith("cold and archived entries too")


@pytest.mark.parametrize(("question", "wanted"), [
    ("When did Lena visit Lisbon?", ["Lena", "Lisbon"]),
    ("what is in memcli/search/gate.py", ["memcli/search/gate.py"]),
    ("why does parseQuery raise E1042 in v2.3?", ["E1042", "v2.3", "parseQuery"]),
    ("the workshop's lease", []),
    ("Lena's sister", []),
    ("what about Lena's sister", ["Lena"]),
    ("", []),
])
def test_names_in_a_question(question: str, wanted: list[str]) -> None:
    assert sorted(names(question)) == sorted(wanted)


@pytest.mark.parametrize(("coverage", "gap", "missing", "low"), [
    (0.9, 2.0, (), False), (0.49, 2.0, (), True), (0.9, 1.1, (), True), (0.9, 2.0, ("Lisbon",), True), (0.0, None, (), True), (0.9, None, (), False),
])
def test_what_makes_an_answer_poor(coverage: float, gap: float | None, missing: tuple[str, ...], low: bool) -> None:
    assert Confidence("hot", coverage, gap, missing).low is low
