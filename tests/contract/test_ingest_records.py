"""What do the plugins for exports make of wrong values and broken files, and those for records of records? Of each what is good."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES, Box
from reads import kept, read, written

from memcli.errors import PluginFailed
from memcli.extend import plain, talk
from memcli.extend.contracts import Draft, Rejected, draft_id

INGEST = Path(FIXTURES, "ingest")
CHATS = INGEST / "chatgpt" / "conversations.json"

# -- all of them -----------------------------------------------------------------------------------------------------------

ODD: list[Any] = [None, True, -1, 1e308, 10 ** 400, "", " ", "\ud800 half", "a \0 byte", "../../x", [], {}, [[None]], {"": {"a": [1]}}, "x" * 30_000]
SAMPLES = [("chatgpt", CHATS), ("claude", INGEST / "claude" / "export" / "conversations.json"), ("claude", INGEST / "claude" / "export" / "projects.json"),
           ("claude", INGEST / "claude" / "export" / "memories.json"), ("longmemeval", Path(FIXTURES, "eval", "longmemeval.json")),
           ("jsonl", INGEST / "jsonl" / "notes.jsonl")]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value below a value."""
    for key, held in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _places(held, (*path, key))


@pytest.mark.parametrize(("plugin", "path"), SAMPLES, ids=lambda one: one if isinstance(one, str) else one.stem)
def test_wrong_values_anywhere_cost_what_they_stand_in_at_most(tmp_path: Path, plugin: str, path: Path) -> None:
    whole = path.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in whole.splitlines() if line] if path.suffix == ".jsonl" else json.loads(whole)
    chance = random.Random(5)
    places = list(_places(rows))
    good = len(kept(plugin, path))
    for place in chance.sample(places, min(len(places), 250)):
        broken = json.loads(json.dumps(rows))
        held = broken
        for key in place[:-1]:
            held = held[key]
        held[place[-1]] = chance.choice(ODD)
        try:
            found = read(plugin, written(tmp_path, broken))
        except PluginFailed as error:
            assert "\n" not in error.message and len(rows) < 3, (place, error.message)
            continue
        assert all(isinstance(one, (Draft, Rejected)) for one in found)
        held[place[-1]] = None
        if len(place) > 1:  # all but the record that it stands in are as they were
            others = [row for number, row in enumerate(rows) if number != place[0]]
            left = _known(read(plugin, written(tmp_path, others))) if others else set()
            assert left <= _known(found), place
        assert len(found) <= good + 10


def test_a_list_is_taken_apart_as_a_parser_would(tmp_path: Path) -> None:
    chance = random.Random(11)
    letters = ['"', "\\", "[", "]", "{", "}", ",", ":", "é", "x" * 9_000, " ", "\n"]
    texts = ["a" + "".join(chance.choices(letters, k=chance.randint(0, 30))) for _ in range(300)]
    rows = [{"id": str(number), "more": [[], {}, {"a,": [1, "]"]}], "text": text} for number, text in enumerate(texts)]
    for indent in (None, 2):
        data = (" \n" + json.dumps(rows, ensure_ascii=False, indent=indent) + "\n ").encode()
        assert [one.body for one in kept("jsonl", written(tmp_path, data))] == [plain.clean(text) + "\n" for text in texts]


def test_an_element_that_is_no_json_costs_no_other(tmp_path: Path) -> None:
    deep, number = b"[" * 100_000 + b"]" * 100_000, b'{"text": "n", "at": ' + b"9" * 5_000 + b"}"
    bad = [deep, number, b'{"text": "caf\xe9"}', b'{"text": x}', b"", b'{"text" "x"}', b"{]", b'{"a": "\n"}']
    data = b'[{"text": "first"},' + b",".join(bad) + b',{"text": "last"}'
    for end in (b"]", b"", b"] [1]", b',{"text": "las'):
        found = read("jsonl", written(tmp_path, data + end))
        said = ["first\n"] if end == b"" else ["first\n", "last\n"]
        assert [one.body for one in found if isinstance(one, Draft)] == said, end
        assert len(found) == len(said) + len(bad) + (end != b"]")
    assert read("jsonl", written(tmp_path, b"[ ]")) == []


def _known(found: list[Draft | Rejected]) -> set[tuple[str, str]]:
    """What drafts are known again by, but for their dates."""
    return {(one.source, one.position) for one in found if isinstance(one, Draft)}


BROKEN: dict[str, tuple[bytes, str]] = {
    "another encoding": ('[{"title": "a"}]'.encode("utf-16"), "not UTF-8"), "binary": (b"\0\1\2\3" * 100, "not UTF-8"),
    "Latin-1": (b'[{"title": "caf\xe9"}]', "not UTF-8 (byte 14)"), "a huge number": (b"[" + b"9" * 5_000 + b"]", "out of range"),
    "nested": (b"[" * 100_000, "breaks off"), "nested objects": (b'[{"a":' * 100_000, "breaks off"),
    "nested to the end": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"), "a nested line": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too"),
    "empty": (b"", "is empty"), "something else": (b'[{"a": 1}, 2]', "element 1"), "no zip": (b"PK\3\4 but no more", "no whole zip"),
}


@pytest.mark.parametrize("plugin", ["chatgpt", "claude", "longmemeval", "jsonl"])
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_such_file_is_refused_in_one_line(tmp_path: Path, plugin: str, name: str) -> None:
    data, reason = BROKEN[name]
    with pytest.raises(PluginFailed) as raised:
        read(plugin, written(tmp_path, data))
    assert reason in raised.value.message and "\n" not in raised.value.message


@pytest.mark.parametrize("plugin", ["chatgpt", "claude", "longmemeval", "jsonl"])
def test_an_unknown_option_is_refused(tmp_path: Path, plugin: str) -> None:
    with pytest.raises(PluginFailed, match=f"{plugin} has no option 'colour'"):
        read(plugin, written(tmp_path, []), {"colour": "red"})


def test_good_records_after_many_bad_ones_are_kept_and_every_bad_one_is_told(tmp_path: Path) -> None:
    bad = [{"text": ""}] * 250
    found = read("jsonl", written(tmp_path, [*bad, {"text": "last"}]))
    assert [one.position for one in found[:-1] if isinstance(one, Rejected)] == [f"element {number}" for number in range(1, 251)]
    assert isinstance(found[-1], Draft)
    assert len(read("jsonl", written(tmp_path, [{"text": "first"}, *bad]))) == 251


@pytest.mark.parametrize(("texts", "title"), [
    (["[image: loaf.jpg]\n\nWhy is it\nflat?"], "Why is it flat?"), (["[image]", "A loaf."], "A loaf."), (["[file: a.pdf]"], "[file: a.pdf]"), ([" ", ""], ""),
    (["word " * 30], "word " * 15 + "word…"), (["x" * 200], "x" * 80 + "…"),
])
def test_what_a_talk_without_a_title_is_called(texts: list[str], title: str) -> None:
    assert talk.opening(talk.Turn("User", text, "") for text in texts) == title


# -- longmemeval -----------------------------------------------------------------------------------------------------------


def test_each_session_of_the_haystacks_once_and_nothing_of_the_questions(tmp_path: Path) -> None:
    path = Path(FIXTURES, "eval", "longmemeval.json")
    rows = json.loads(path.read_text(encoding="utf-8"))
    drafts = kept("longmemeval", path)
    assert [one.session for one in drafts] == list(dict.fromkeys(id_ for row in rows for id_ in row["haystack_session_ids"]))
    for row in rows:
        assert not any(row["question"] in one.body + one.title for one in drafts)
    for turn in (turn for row in rows for session in row["haystack_sessions"] for turn in session):
        assert any(plain.clean(turn["content"]).split("\n")[0] in one.body for one in drafts)
    assert kept("longmemeval", written(tmp_path, rows + rows, "longmemeval_twice.json")) == [
        Draft(**{**{name: getattr(one, name) for name in Draft.__slots__}, "uri": "longmemeval_twice.json"}) for one in drafts]


# -- jsonl -----------------------------------------------------------------------------------------------------------------


def test_what_show_prints_becomes_the_same_entry_elsewhere(box: Box) -> None:
    box.run("add", "The cistern holds 3 000 litres.", "--title", "Cistern", "--type", "fact", "--tag", "garden", check=0)
    first = box.json("list")["entries"][0]
    record = box.run("show", first["id"], "--json", check=0).out
    box.run("init", "--nested", "other", check=0)
    other = Box(box.home)
    other.vault = os.path.join(box.vault, "other")
    assert other.run("ingest", "jsonl", "-", input=record, check=0).out.startswith("1 added")
    assert other.run("ingest", "jsonl", "-", input=record, check=0).out.startswith("0 added, 1 there already")
    copy = other.json("show", other.json("list")["entries"][0]["id"])
    same = json.loads(record)
    for name in ("title", "type", "created", "tags", "body"):
        assert copy[name] == same[name], name


def test_the_same_ids_in_other_files_are_other_records(tmp_path: Path) -> None:
    written(tmp_path / "two", b'{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n', "one.jsonl")
    written(tmp_path / "two", b'{"id": 1, "text": "c"}\n', "below/two.ndjson")
    written(tmp_path / "two", b'{"id": 1}', "package.json")
    drafts = kept("jsonl", tmp_path / "two")
    assert len({draft_id("jsonl", one) for one in drafts}) == 3 and {one.source for one in drafts} == {"two/one.jsonl", "two/below/two.ndjson"}
    (named,) = kept("jsonl", written(tmp_path, b'{"id": 1, "text": "a"}', "x.jsonl"), {"source": "phone"})
    assert kept("jsonl", written(tmp_path, b'{"id": 1, "text": "a"}', "y.jsonl"), {"source": "phone"}) == [named]


def test_a_list_lines_and_one_object_laid_out_are_read_alike(tmp_path: Path) -> None:
    rows = [{"id": str(number), "text": f"text {number}"} for number in range(3)]
    lines = kept("jsonl", written(tmp_path, b"\xef\xbb\xbf" + "\r\n".join(map(json.dumps, rows)).encode(), "a.jsonl"))
    listed = kept("jsonl", written(tmp_path, json.dumps(rows, indent=1).encode(), "a.jsonl"))
    assert [one.body for one in lines] == [one.body for one in listed] == ["text 0\n", "text 1\n", "text 2\n"]
    assert [draft_id("jsonl", one) for one in lines] == [draft_id("jsonl", one) for one in listed]
    (alone,) = kept("jsonl", written(tmp_path, json.dumps(rows[1], indent=2).encode(), "a.jsonl"))
    assert draft_id("jsonl", alone) == draft_id("jsonl", lines[1])


@pytest.mark.parametrize(("options", "said"), [
    ({"body": " "}, "body takes a name"), ({"type": "poem"}, "there is no type 'poem'"), ({"body": "said"}, "has no text under said"),
])
def test_options_that_cannot_be_meant(tmp_path: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(PluginFailed) as raised:
        read("jsonl", written(tmp_path, b'{"text": "a"}', "a.jsonl"), options)
    assert said in raised.value.message and raised.value.hint


def test_a_key_with_a_dot_and_a_path_of_keys(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"a.b": "flat", "a": {"b": "deep", "c": "2025-02-03"}, "n": 5}\n{"a": {"b": "deep"}}\n{"a": "x", "z": "last"}', "a.jsonl")
    drafts = kept("jsonl", path, {"body": "a.b|z", "created": "a.c", "id": "n"})
    assert [one.body for one in drafts] == ["flat\n", "deep\n", "last\n"] and drafts[0].created and drafts[0].created.day == 3
    assert drafts[0].position == "5" and len(drafts[1].position) == 32


def test_hostile_records_leave_a_sound_vault(box: Box, tmp_path: Path) -> None:
    matter: list[dict[str, Any]] = [
        {"importance": "high"}, {"importance": 7, "confidence": [1]}, {"pinned": "maybe", "expires": {}}, {"key": "../../x\ny/z"}, {"state": "core", "id": "x"},
        {"aliases": 5, "tags": 5, "memory": {"uses": 1e9}}, {"": "", "a\nb": "c: d", "x: y": ["---"]}, {"valid_from": "9999-12-31T23:59:59-14:00"},
        {"deep": json.loads("[" * 100 + "]" * 100)}, {"big": 10 ** 4_000, "inf": float("inf"), "nan": float("nan")}, {"half": "\ud800", "nul": "a\0b"},
    ]
    rows = [{"format_version": 1, "id": f"../{number}", "title": f"Record {number}", "body": "---\nid: y\n---\ntext", "front_matter": one}
            for number, one in enumerate(matter)]
    rows += [{"id": 10 ** 400, "text": "a", "date": 1e300},
             {"id": "x" * 3_000, "text": "\ud800\u202e\x1b[31m", "title": "\ud800" * 500, "tags": ["\0", "a b", "#"]}]
    report = box.json("ingest", "jsonl", str(written(tmp_path, rows, "odd.json")), check=3)
    assert report["added"] + report["refused"] == len(rows) and report["added"] >= len(rows) - 5, report["reasons"]
    shown = box.json("show", next(entry["id"] for entry in report["entries"] if "record-0" in entry["path"]))
    assert shown["front_matter"]["record_importance"] == "high"
    assert all(entry["path"].startswith("note/") for entry in report["entries"])
    box.sound()
