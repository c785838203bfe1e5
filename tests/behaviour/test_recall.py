"""Do words and meaning together find what either finds alone? On notes, identifiers, questions in other words, and linked answers."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from box import FIXTURES, Box

NOTES = f"{FIXTURES}/eval/notes"


@pytest.fixture(scope="module")
def gains(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, float]]:
    """nDCG at 10 by what a search may use, then by the kind of question."""
    box = Box(str(tmp_path_factory.mktemp("recall")))
    ways: dict[str, tuple[str, ...]] = {"all": (), "keyword": ("--channels", "keyword"), "vector": ("--channels", "vector"), "unlinked": ("--ablate", "links")}
    found = {}
    for name, words in ways.items():
        told = json.loads(box.run("eval", "qrels", NOTES, "--json", *words, check=0).out)
        found[name] = {"": told["session"]["ndcg@10"], **{kind: grains["session"]["ndcg@10"] for kind, grains in told["by_category"].items()}}
    return found


def test_together_they_are_better_than_either(gains: Mapping[str, Mapping[str, float]]) -> None:
    assert gains["all"][""] >= max(gains["keyword"][""], gains["vector"][""]) and gains["all"][""] > 0.8


def test_an_exact_identifier_is_found_as_by_words_alone(gains: Mapping[str, Mapping[str, float]]) -> None:
    assert gains["all"]["identifiers"] >= gains["keyword"]["identifiers"] - 0.01


def test_a_question_in_other_words_is_found_by_its_meaning(gains: Mapping[str, Mapping[str, float]]) -> None:
    assert gains["all"]["paraphrase"] > 0.5 > gains["keyword"]["paraphrase"] + 0.3


def test_an_answer_behind_a_link_is_found(gains: Mapping[str, Mapping[str, float]]) -> None:
    assert gains["all"]["linked"] > gains["unlinked"]["linked"] + 0.1


def test_a_linked_entry_is_listed_once_however_many_are_asked_for(box: Box) -> None:
    for number in range(130):
        words = "[[Entry 129]] common common common" if number == 0 else "common " + "other " * number
        box.write(f"e{number:03}.md", f"---\nid: 01h{number:023d}\ntitle: Entry {number}\n---\n{words}\n")
    found = box.run("search", "common", "--limit", "200", "--format", "{path}\n", check=0).out.splitlines()
    assert len(found) == len({*found}) == 130
