"""What do the plugins for chats make of branches, damage, other orders, and exports that have grown?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES, TOP, Box
from exports import conversations, write
from reads import kept, read, written, zipped

from memcli.errors import PluginFailed
from memcli.extend.contracts import Draft, Rejected

INGEST = Path(FIXTURES, "ingest")
CHATS = INGEST / "chatgpt" / "conversations.json"


# -- chatgpt ---------------------------------------------------------------------------------------------------------------


def _chat(nodes: dict[str, tuple[str | None, str]], **more: Any) -> dict[str, Any]:
    """A conversation of (parent, text) by node; who speaks alternates, times go up."""
    mapping: dict[str, Any] = {}
    for number, (id_, (parent, text)) in enumerate(nodes.items()):
        message = {"id": id_, "author": {"role": "assistant" if number % 2 else "user"}, "create_time": 1.7e9 + number,
                   "content": {"content_type": "text", "parts": [text]}, "metadata": {}, "recipient": "all"}
        mapping[id_] = {"id": id_, "parent": parent, "children": [], "message": message}
    return {"title": "A talk", "create_time": 1.7e9, "conversation_id": "c-1", "mapping": mapping, **more}


NODES: dict[str, tuple[str | None, str]] = {"a": (None, "one"), "b": ("a", "two"), "c": ("a", "other"), "d": ("b", "three")}


@pytest.mark.parametrize(("changed", "current", "said"), [
    ({}, "d", ["one", "two", "three"]), ({}, "c", ["one", "other"]), ({}, "b", ["one", "two"]), ({}, None, ["one", "two", "three"]),
    ({}, "nowhere", ["one", "two", "three"]), ({}, ["d"], ["one", "two", "three"]),
    ({"b": ("gone", "two")}, "d", ["two", "three"]), ({"a": ("d", "one")}, "d", ["one", "two", "three"]), ({"a": ("a", "one")}, "d", ["one", "two", "three"]),
    ({"a": ("d", "one"), "c": ("c", "other")}, None, ["one", "two", "three"]),
])
def test_the_branch_that_was_shown_is_followed_as_far_as_it_holds(tmp_path: Path, changed: dict[str, Any], current: Any, said: list[str]) -> None:
    (draft,) = kept("chatgpt", written(tmp_path, [_chat({**NODES, **changed}, current_node=current)]))
    assert [paragraph.split("** ")[1].split(" ^")[0] for paragraph in draft.body.strip().split("\n\n")] == said


def test_a_zip_its_folder_and_the_file_in_it_are_the_same(tmp_path: Path) -> None:
    data = CHATS.read_bytes()
    others = {"user.json": b"{}", "chat.html": b"<html>", "shared_conversations.json": b"[{}]", "file-1-loaf.jpg": b"\xff\xd8"}
    loose = kept("chatgpt", CHATS)
    packed = zipped(tmp_path / "export.zip", {"Export/conversations.json": data, **others})
    written(tmp_path / "folder", data)
    for name, other in others.items():
        written(tmp_path / "folder", other, name)
    assert kept("chatgpt", packed) == kept("chatgpt", tmp_path / "folder") == loose
    half = json.loads(data)
    split = zipped(tmp_path / "split.zip", {f"conversations-{number:03}.json": json.dumps([one]).encode() for number, one in enumerate(half)})
    assert kept("chatgpt", split) == loose
    with pytest.raises(PluginFailed, match="holds no conversations.json"):
        read("chatgpt", zipped(tmp_path / "none.zip", others))


def test_neither_the_order_of_keys_nor_a_byte_order_mark_matters(tmp_path: Path) -> None:
    chats = json.loads(CHATS.read_text(encoding="utf-8"))
    for chat in chats:
        if chat["current_node"] is not None:
            chat["mapping"] = dict(reversed(chat["mapping"].items()))
    turned = [dict(reversed(chat.items())) for chat in chats]
    assert kept("chatgpt", written(tmp_path, b"\xef\xbb\xbf" + json.dumps(turned).encode())) == kept("chatgpt", CHATS)


def test_a_conversation_that_has_grown_keeps_its_first_segments(tmp_path: Path) -> None:
    nodes: dict[str, tuple[str | None, str]] = {}
    for number in range(100):
        nodes[f"m{number:03}"] = (f"m{number - 1:03}" if number else None, f"sentence {number} " + "and so on " * 20)
    short = kept("chatgpt", written(tmp_path, [_chat(dict(list(nodes.items())[:70]), current_node="m069")]))
    long = kept("chatgpt", written(tmp_path, [_chat(nodes, current_node="m099")]))
    assert len(short) == 3 and len(long) == 4 and long[:2] == short[:2]
    assert (long[2].position, long[2].span[:11]) == (short[2].position, short[2].span[:11]) and long[2].body.startswith(short[2].body.rstrip())
    assert [draft.title for draft in long] == ["A talk", "A talk (2)", "A talk (3)", "A talk (4)"]
    assert long[1].body.startswith("> ") and long[1].created and long[0].created and long[1].created > long[0].created


def test_a_file_cut_short_gives_its_good_conversations_and_the_next_run_the_others(box: Box, tmp_path: Path) -> None:
    chats = list(conversations(60, seed=3))
    whole = json.dumps(chats).encode()
    report = box.json("ingest", "chatgpt", str(written(tmp_path, whole[:len(whole) // 2])), check=3)
    assert report["refused"] == 1 and "breaks off after" in report["reasons"][0]["reason"] and 0 < report["added"] < len(chats)
    again = box.json("ingest", "chatgpt", str(written(tmp_path, whole)))
    total = len(kept("chatgpt", tmp_path / "conversations.json"))
    assert (again["added"] + again.get("waiting", 0) + again.get("confirmed", 0), again["duplicate"]) == (total - report["added"], report["added"])
    box.sound()


def test_a_zip_that_is_damaged_inside_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    parts = [json.dumps(list(conversations(400, seed=number))).encode() for number in range(2)]
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"conversations-{number:03}.json", part)
    path.write_bytes(path.read_bytes().replace(b'"title": "', b'"title":\xff"', 1))
    found = read("chatgpt", path)
    told = [one.reason for one in found if isinstance(one, Rejected)]
    assert len(told) == 2 and "not UTF-8" in told[0] and "damaged" in told[1]
    sessions = {one.session for one in found if isinstance(one, Draft)}
    first, second = ([chat["conversation_id"] for chat in json.loads(part)] for part in parts)
    assert {*second} <= sessions and first[0] not in sessions and len(sessions & {*first}) > len(first) / 2  # what was read with the end is not believed


def test_memory_does_not_grow_with_the_export(tmp_path: Path) -> None:
    peaks = []
    for messages in (2_000, 20_000):
        path = tmp_path / f"{messages}.zip"
        write(str(path), messages)
        code = ("import resource, sys; from memcli.extend import registry; from memcli.extend.contracts import Source; "
                "n = sum(1 for _ in registry.load('chatgpt').read(Source.open(sys.argv[1]), {})); "
                "print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)")
        done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True, cwd=tmp_path)
        count, peak = map(int, done.stdout.split())
        assert count > messages / 40
        peaks.append(peak)
    assert peaks[1] < 1.3 * peaks[0]


def test_the_generator_of_exports_gives_what_is_asked_for(tmp_path: Path) -> None:
    script = os.path.join(TOP, "tests", "support", "exports.py")
    for name in ("a.zip", "b.zip"):
        subprocess.run([sys.executable, script, "3001", str(tmp_path / name), "--repeats", "0.7"], check=True)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    texts = [node["message"]["content"]["parts"][0] for chat in conversations(3_001, repeats=0.7) for node in chat["mapping"].values()
             if node["message"] and node["message"]["author"]["role"] != "system"]
    fresh = {node["message"]["content"]["parts"][0] for chat in conversations(3_001) for node in chat["mapping"].values() if node["message"]}
    assert len(texts) == 3_001 and 0.6 < 1 - len(set(texts)) / len(texts) < 0.8 and len(fresh) > 0.9 * 3_001
    assert "".join(draft.body for draft in kept("chatgpt", tmp_path / "a.zip")).count(" ^") == 3_001


# -- claude ----------------------------------------------------------------------------------------------------------------


def _talk(parents: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    messages = [{"uuid": id_, "sender": "assistant" if number % 2 else "human", "text": f"said {id_}", "created_at": f"2025-01-01T10:{number:02}:00Z",
                 **({"parent_message_uuid": parent} if parent else {})} for number, (id_, parent) in enumerate(parents.items())]
    return [{"uuid": "c", "name": "A talk", "created_at": "2025-01-01T10:00:00Z", "chat_messages": messages, **more}]


@pytest.mark.parametrize(("parents", "leaf", "said"), [
    ({"a": "", "b": "", "c": ""}, None, "abc"), ({"a": "", "b": "", "c": ""}, "a", "abc"), ({"a": "root", "b": "a", "c": "b"}, "c", "abc"),
    ({"a": "root", "b": "a", "c": "a"}, "b", "ab"), ({"a": "root", "b": "a", "c": "a"}, None, "ac"), ({"a": "root", "b": "a", "c": "a"}, "gone", "ac"),
    ({"c": "b", "a": "root", "b": "a"}, "c", "abc"), ({"a": "c", "b": "a", "c": "b"}, "c", "abc"), ({"a": "c", "b": "a", "c": "b"}, None, "abc"),
    ({"a": "root", "b": "gone", "c": "b"}, "c", "bc"),
])
def test_claudes_branch_is_followed_where_parents_are_told(tmp_path: Path, parents: dict[str, str], leaf: Any, said: str) -> None:
    (draft,) = kept("claude", written(tmp_path, _talk(parents, current_leaf_message_uuid=leaf)))
    assert [paragraph.split("said ")[1][0] for paragraph in draft.body.strip().split("\n\n")] == list(said)


def test_a_zip_of_claude_is_its_folder_and_who_the_user_is_is_never_read(tmp_path: Path) -> None:
    folder = INGEST / "claude" / "export"
    packed = zipped(tmp_path / "data.zip", {path.name: path.read_bytes() for path in folder.iterdir()})
    here = kept("claude", folder)
    assert [one.position for one in kept("claude", packed)] == [one.position for one in here]
    told = "".join(f"{one.body}{one.title}{one.uri}" for one in here)
    assert "example.org" not in told and "Ada" not in told and "Wrong branch" not in told and "not supported" not in told
    with pytest.raises(PluginFailed, match="holds no conversations.json"):
        read("claude", zipped(tmp_path / "users.zip", {"users.json": b"[]"}))
    with pytest.raises(PluginFailed, match="no conversation, project or memories") as raised:
        read("claude", folder / "users.json")
    assert "example.org" not in str(raised.value)


def test_projects_in_files_of_their_own_and_long_attachments(tmp_path: Path) -> None:
    project = json.loads((INGEST / "claude" / "export" / "projects.json").read_text(encoding="utf-8"))[0]
    one = written(tmp_path / "x", json.dumps(project, indent=2).encode(), f"projects/{project['uuid']}.json")
    assert [draft.title for draft in kept("claude", tmp_path / "x")] == ["House 1931: instructions", "House 1931: rooms.md"]
    assert kept("claude", one) == kept("claude", tmp_path / "x")
    chat = _talk({"a": ""})
    chat[0]["chat_messages"][0]["attachments"] = [{"file_name": "log.txt", "extracted_content": "word " * 100_000}]
    event, note = kept("claude", written(tmp_path, chat))
    assert "[file: log.txt]" in event.body and (event.type, note.type, note.title) == ("event", "note", "log.txt")
    assert note.body.endswith("\n\n[...]\n") and 199_000 < len(note.body) < 201_000
