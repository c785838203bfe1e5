"""Are the questions of a data set read as its authors count them, and asked as one means them?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from box import FIXTURES

from memcli.errors import Usage, UserError
from memcli.measure import datasets, run
from memcli.measure.datasets import Haystack, Question
from memcli.store import Store

CHATS = f"{FIXTURES}/eval/longmemeval.json"


def read(kind: str, path: Path | str, **how: bool) -> tuple[list[Haystack], dict[str, int]]:
    skipped: Counter[str] = Counter()
    return list(datasets.read(kind, str(path), skipped, **how)), dict(skipped)


def talk(*questions: dict[str, Any], name: str = "one") -> dict[str, Any]:
    turns = {f"session_{at}": [{"speaker": "A", "dia_id": f"D{at}:{turn}", "text": "so"} for turn in (1, 2)] for at in (1, 2)}
    asked = [{"question": "?", "category": 1, **one} for one in questions]
    return {"sample_id": name, "conversation": {**turns, "session_1_date_time": "8 May, 2023"}, "qa": asked}


def written(folder: Path, data: object) -> Path:
    path = folder / "set.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


# -- locomo ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evidence", [["D1:1", "D2:2"], ["D1:1; D2:2"], ["D1:1, D2:2"], ["D1:1 D2:2"], "D1:1;D2:2", ["D2:2", "D1:1", "D1:1"]])
def test_evidence_is_a_list_of_ids_however_it_is_joined(tmp_path: Path, evidence: object) -> None:
    (stack,), skipped = read("locomo", written(tmp_path, [talk({"evidence": evidence})]))
    (question,) = stack.questions
    assert question.turns == {"d1-1": 1.0, "d2-2": 1.0} and question.entries == {"session_1": 1.0, "session_2": 1.0} and not skipped


def test_questions_that_nothing_answers_are_counted_by_reason(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = [{"evidence": ["D1:1", "D:1:1", "D9:9"]}, {"evidence": ["D"]}, {"evidence": []}, {}]
    (stack,), skipped = read("locomo", written(tmp_path, talk(*asked)))
    assert [question.turns for question in stack.questions] == [{"d1-1": 1.0}]
    assert skipped == {"dangling ids dropped": 3, "dangling evidence": 1, "no evidence": 2}


def test_each_conversation_keeps_its_own_questions(tmp_path: Path) -> None:
    stacks, _ = read("locomo", written(tmp_path, [talk({"evidence": ["D1:1"]}), talk({"evidence": ["D2:1"]}, {"evidence": ["D2:2"]}, name="two")]))
    assert [(stack.name, len(stack.questions), stack.content[0]["sample_id"]) for stack in stacks] == [("one", 1, "one"), ("two", 2, "two")]


# -- longmemeval -----------------------------------------------------------------------------------------------------------


def test_chats_hold_what_the_user_says_under_neutral_names() -> None:
    stacks, skipped = read("longmemeval", CHATS)
    assert [stack.questions[0].id for stack in stacks] == ["k1", "k2"] and skipped == {"abstention": 1, "answer in no user turn": 1}
    assert [stack.questions[0].entries for stack in stacks] == [{"session_2": 1.0}, {"session_2": 1.0, "session_4": 1.0}]
    for stack in stacks:
        put_in = json.dumps(stack.content)
        assert "answer" not in put_in and "assistant" not in put_in
    assert "canoe" in json.dumps(stacks[0].content)
    assert stacks[0].content[0]["conversation"]["session_1_date_time"] == "01:21 on 11 January, 2024"


def test_with_all_turns_the_answer_of_an_assistant_counts_too() -> None:
    stacks, skipped = read("longmemeval", CHATS, all_turns=True)
    assert [stack.questions[0].id for stack in stacks] == ["k1", "k2", "k3"] and skipped == {"abstention": 1}
    assert "brass lamp" in json.dumps(stacks[2].content) and "answer_" not in json.dumps([stack.content for stack in stacks])


def test_without_labels_every_session_that_is_named_counts(tmp_path: Path) -> None:
    rows = json.loads(Path(CHATS).read_text())
    for row in rows:
        row["haystack_sessions"] = [[{key: turn[key] for key in ("role", "content")} for turn in turns] for turns in row["haystack_sessions"]]
    rows[0]["answer_session_ids"] = ["lost"]
    rows[1]["answer_session_ids"].append("lost")
    stacks, skipped = read("longmemeval", written(tmp_path, rows))
    assert [stack.questions[0].id for stack in stacks] == ["k2", "k3"] and len(stacks[0].questions[0].entries) == 2
    assert skipped == {"abstention": 1, "dangling ids dropped": 2, "dangling evidence": 1}


def test_a_long_file_is_read_element_by_element(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "_PART", 7)
    assert [stack.questions[0].id for stack in read("longmemeval", CHATS)[0]] == ["k1", "k2"]
    assert datasets.expected("longmemeval", CHATS) <= 4
    with pytest.raises(UserError, match="JSONDecodeError"):
        read("longmemeval", written(tmp_path, Path(CHATS).read_text()[:-40]))


def test_about_how_many_questions_there_are() -> None:
    assert datasets.expected("longmemeval", CHATS) == 4 and datasets.expected("qrels", f"{FIXTURES}/eval/beir") == 4
    assert datasets.expected("locomo", f"{FIXTURES}/ingest/conversation.locomo.json") == 22


# -- qrels, and what is no data set ----------------------------------------------------------------------------------------


def test_only_judged_questions_are_asked_and_a_gain_of_nothing_is_none() -> None:
    (stack,), skipped = read("qrels", f"{FIXTURES}/eval/beir")
    assert {question.id: question.entries for question in stack.questions} == {"q1": {"d1": 2.0, "d2": 1.0}, "q2": {"d3": 1.0}, "q3": {"d6": 1.0}}
    assert not skipped and not any(question.turns for question in stack.questions)


@pytest.mark.parametrize("kind", ["locomo", "longmemeval"])
@pytest.mark.parametrize("data", ["", "{", "[", "[[]]", "3", '"x"', '[{"a": 1}]', "[" * 100_000, '[{"question_id": 1}]', '{"conversation": {}, "qa": [1]}'])
def test_what_is_no_data_set_is_named(kind: str, data: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"not a data set of the kind {kind}"):
        read(kind, written(tmp_path, data))


# -- asking ----------------------------------------------------------------------------------------------------------------


class Told:
    """A store that finds what it was told to."""

    def __init__(self, blocks: list[str], paths: list[str]) -> None:
        self.blocks, self.paths, self.asked = blocks, paths, list[str]()

    def search(self, question: str, *, chunks: bool, **_: object) -> SimpleNamespace:
        self.asked.append(question)
        if not question:
            raise Usage("nothing to search for")
        hits = [SimpleNamespace(block=block, path="") for block in self.blocks] if chunks else [SimpleNamespace(block="", path=path) for path in self.paths]
        return SimpleNamespace(hits=hits)

    def show(self, path: str) -> tuple[SimpleNamespace, bytes]:
        return SimpleNamespace(meta={"source": {"session": path.removesuffix(".md")}} if path != "own.md" else {}), b""


def rows(store: Told, *questions: Question) -> list[run.Row]:
    return list(run.asked(cast(Store, store), questions))


def test_hits_are_the_turns_of_their_blocks_and_the_sessions_of_their_entries() -> None:
    store = Told(["d9-9", "", "d1-2", "d1-2", "d1-3"], ["own.md", "session_1.md", "session_1.md", "session_2.md"])
    (row,) = rows(store, Question("q", "who?", "1", {"d1-3": 1.0}, {"session_2": 1.0}))
    assert row.turn["mrr"] == pytest.approx(1 / 3), "pieces without a block id are no turns, a turn in two pieces is one"
    assert row.entry["mrr"] == pytest.approx(1 / 3), "two entries of a session are one session; an entry without one takes a place"


def test_documents_are_asked_for_once_and_have_no_turns() -> None:
    store = Told([], ["d1.md"])
    (row,) = rows(store, Question("q", "who?", "all", {}, {"d1": 2.0}))
    assert row.turn == {} and row.entry["ndcg@10"] == 1.0 and len(store.asked) == 1


def test_a_question_is_words_and_one_without_any_finds_nothing() -> None:
    store = Told(["d1-1"], ["session_1.md"])
    (row,) = rows(store, Question("q", "-", "1", {"d1-1": 1.0}, {"session_1": 1.0}))
    assert set(row.turn.values()) == set(row.entry.values()) == {0.0}
    assert run.plain('Is type:fact -better than "some words" or pre*?').split() == ["Is", "type", "fact", "better", "than", "some", "words", "or", "pre*?"]
