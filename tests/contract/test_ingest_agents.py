"""What do the plugins for coding agents make of their sessions? Which branch is told, what is left out, how a session grows, and what damage costs."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES, Box

from memcli.errors import PluginFailed
from memcli.extend import registry
from memcli.extend.contracts import Draft, Rejected, Source, draft_id

HOME = os.path.join(FIXTURES, "ingest", "claude-code", "home")
SESSION = "5b0e7c1a-3f0d-4c55-9a57-2f1d8f3c6a01"
TILL = os.path.join(HOME, "projects", "-home-lena-shop", f"{SESSION}.jsonl")
CODEX = os.path.join(FIXTURES, "ingest", "codex", "home")
STOCK = os.path.join(CODEX, "sessions", "2026", "10", "15", "rollout-2026-10-15T07-00-00-0199e6a1-77c2-7d30-9a41-3f5d2b8c9e10.jsonl")
CHAT = os.path.join(FIXTURES, "ingest", "aider", "shop", ".aider.chat.history.md")
ODD: tuple[Any, ...] = (None, True, 0, -1.5, 10 ** 400, "", "x", "half \ud800", [], [[]], [None], {}, {"a": {}}, "9" * 5000)


def _read(plugin: str, path: str | Path) -> list[Draft | Rejected]:
    return list(registry.load(plugin).read(Source.open(str(path)), {}))


def _drafts(plugin: str, path: str | Path) -> list[Draft]:
    """The drafts of a source that has nothing to refuse."""
    found = _read(plugin, path)
    assert not [one for one in found if isinstance(one, Rejected)]
    return [one for one in found if isinstance(one, Draft)]


def _talk(plugin: str, path: str | Path) -> list[Draft]:
    return [one for one in _drafts(plugin, path) if one.type == "event"]


def _write(folder: Path, name: str, data: bytes | list[Any]) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else b"".join(json.dumps(row).encode() + b"\n" for row in data))
    return path


def _rows(path: str) -> list[Any]:
    """The whole lines of a fixture, without the one that is cut off."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


# -- sessions of any length ------------------------------------------------------------------------------------------------


def _claude_line(number: int, kind: str, content: Any, **more: Any) -> dict[str, Any]:
    at = f"2026-10-14T09:{number // 60:02}:{number % 60:02}.000Z"
    return {"parentUuid": f"m{number - 1}" if number else None, "isSidechain": False, "type": kind, "uuid": f"m{number}", "sessionId": SESSION,
            "cwd": "/home/lena/shop", "timestamp": at, "message": {"role": kind, "content": content}, **more}


def _claude(count: int) -> list[Any]:
    """A session with tools, and made compact in the middle."""
    rows: list[Any] = []
    for number in range(count):
        use = [{"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"make part-{number}"}}]
        kinds: list[tuple[str, Any]] = [
            ("user", f"Please look at shelf {number}. " + "It stands in the yard. " * 20), ("assistant", use),
            ("user", [{"type": "tool_result", "tool_use_id": f"t{number - 2}", "content": "boom", "is_error": number % 3 == 0}]),
            ("assistant", [{"type": "text", "text": f"Shelf {number} is done. " + "All well. " * (number % 90)}])]
        rows.append(_claude_line(number, *kinds[number % 4]))
    if count > 60:
        rows[60] |= {"type": "system", "subtype": "compact_boundary", "parentUuid": None, "logicalParentUuid": "m59"}
        rows[61] |= {"isCompactSummary": True, "type": "user", "message": {"role": "user", "content": "What was said of shelves so far."}}
    return rows


def _codex(count: int) -> list[Any]:
    rows: list[Any] = [{"timestamp": "2026-10-15T07:00:00Z", "type": "session_meta", "payload": {"id": SESSION, "cwd": "/home/lena/shop"}}]
    for number in range(count):
        kinds: list[dict[str, Any]] = [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"Look at shelf {number}. " + "It stands in the yard. " * 20}]},
            {"type": "function_call", "name": "shell", "call_id": f"c{number}", "arguments": json.dumps({"command": ["make", f"part-{number}"]})},
            {"type": "function_call_output", "call_id": f"c{number - 1}", "output": f"Exit code: {number % 2}\n"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": f"Shelf {number} is done. " + "All well. " * (number % 90)}]}]
        rows.append({"timestamp": f"2026-10-15T07:{number // 60:02}:{number % 60:02}Z", "type": "response_item", "payload": kinds[number % 4]})
    return rows


@pytest.mark.parametrize(("plugin", "make"), [("claude-code", _claude), ("codex", _codex)])
def test_a_session_that_grows_gives_the_same_drafts_and_a_longer_last_one(tmp_path: Path, plugin: str, make: Callable[[int], list[Any]]) -> None:
    rows = make(200)
    before: list[Draft] = []
    for count in range(1, len(rows) + 1):
        now = _talk(plugin, _write(tmp_path, f"{SESSION}.jsonl", rows[:count]))
        assert now[:len(before) - 1] == before[:-1] if before else len(now) <= 1
        assert not before or now[len(before) - 1].body.startswith(before[-1].body.rstrip("\n")) and now[len(before) - 1].position == before[-1].position
        before = now
    assert len(before) > 3 and f"^{'m199' if plugin == 'claude-code' else 'line-201'}" in before[-1].body


def test_aider_s_history_grows_the_same_way(tmp_path: Path) -> None:
    lines = Path(CHAT).read_text(encoding="utf-8").splitlines(keepends=True)
    asked = [number for number, line in enumerate(lines) if line.startswith(("#### ", "# aider"))] + [len(lines)]
    before: list[Draft] = []
    for count in asked[2:]:
        now = _talk("aider", _write(tmp_path, ".aider.chat.history.md", "".join(lines[:count]).encode()))
        assert now[:len(before) - 1] == before[:-1] if before else len(now) <= 1
        assert not before or now[len(before) - 1].body.startswith(before[-1].body.rstrip("\n"))
        before = now
    assert len(before) == 2


@pytest.mark.parametrize(("plugin", "path"), [("claude-code", TILL), ("codex", STOCK)])
def test_a_line_that_is_being_written_is_no_fault(tmp_path: Path, plugin: str, path: str) -> None:
    whole = Path(path).read_bytes()
    assert not whole.endswith(b"\n")
    for cut in range(whole.index(b"\n") + 1, len(whole), 97):
        _drafts(plugin, _write(tmp_path, os.path.basename(path), whole[:cut]))
    (bad,) = [one for one in _read(plugin, _write(tmp_path, os.path.basename(path), whole + b"\n")) if isinstance(one, Rejected)]
    assert bad.position == f"line {whole.count(10) + 1}" and "not JSON" in bad.reason


def test_a_vault_follows_a_session(box: Box, tmp_path: Path) -> None:
    rows = _claude(200)
    path = str(_write(tmp_path, f"{SESSION}.jsonl", rows[:30]))
    first = box.json("ingest", "claude-code", path)
    again = box.json("ingest", "claude-code", str(_write(tmp_path, f"{SESSION}.jsonl", rows)))
    assert first["added"] == 1 and again["updated"] == 1 and again["refused"] == 0
    assert again["added"] + again["waiting"] + again["confirmed"] == len(_drafts("claude-code", path)) - 1
    last = box.json("ingest", "claude-code", path)
    assert (last["added"], last["updated"], last["commit"]) == (0, 0, None)
    box.sound()


# -- claude-code -----------------------------------------------------------------------------------------------------------


def test_the_branch_that_was_last_is_told_and_nothing_beside_it() -> None:
    told = "\n".join(one.body for one in _drafts("claude-code", TILL))
    for other in ("use float and", "Switching", "Find every place", "two: till.py:48", "Caveat", "opus", "system-reminder", "rounded per line", "API Error",
                  "Review the given", "interrupted", "M src/till.py", "ran out of context", "One more thing", "command-name", "41 passed"):
        assert other not in told
    for one in ("/review src/receipt.py only", "write the failing test for 33.33 % first", "! git status --short", "café for the docs 🧾", "[image]"):
        assert one in told


def test_reordered_lines_are_told_in_the_same_order(tmp_path: Path) -> None:
    before = _talk("claude-code", _write(tmp_path, f"{SESSION}.jsonl", rows := _claude(40)))
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        assert _talk("claude-code", _write(tmp_path, f"{SESSION}.jsonl", rows)) == before


def test_the_whole_folder_a_project_and_a_file_give_the_same_ids(tmp_path: Path) -> None:
    ids = [draft_id("claude-code", one) for one in _drafts("claude-code", HOME)]
    apart = [draft_id("claude-code", one) for folder in ("-home-lena-notes", "-home-lena-shop") for one in _drafts("claude-code", f"{HOME}/projects/{folder}")]
    alone = [draft_id("claude-code", one) for one in _drafts("claude-code", TILL)]
    assert ids == apart and set(alone) <= set(ids)
    notes = f"{HOME}/projects/-home-lena-shop/memory"
    memory = [draft_id("claude-code", one) for one in _drafts("claude-code", notes)]
    assert memory == ids[-5:] and [draft_id("claude-code", one) for one in _drafts("claude-code", f"{notes}/user_role.md")] == ids[-1:]
    with open(TILL, "rb") as file:
        renamed = _write(tmp_path, "saved.jsonl", file.read())
    assert [draft_id("claude-code", one) for one in _drafts("claude-code", renamed)] == alone


@pytest.mark.parametrize(("plugin", "folder"), [("claude-code", HOME), ("codex", CODEX), ("aider", os.path.dirname(CHAT))])
def test_files_read_apart_are_as_read_together(plugin: str, folder: str) -> None:
    source, load = Source.open(folder), registry.load(plugin)
    whole = list(load.read(source, {}))
    files = list(source.files(hidden=True))
    assert [piece for path in files for piece in load.read(replace(source, only=(path,)), {})] == whole


def test_damage_costs_the_damaged_line_only(tmp_path: Path) -> None:
    lines = [json.dumps(row).encode() for row in _claude(20)]
    lines[4] = lines[4][:50]
    lines[8] = lines[8].replace(b"shelf", b"caf\xe9")
    lines[12] = b"[" * 100_000
    lines[15:15] = [b"", b"null", b"[1]", b'{"type": "new-kind", "sessionId": "x"}', b'{"type": {"a": 1}}', b'{"type": "user", "uuid": "m0"}']
    found = _read("claude-code", _write(tmp_path, f"{SESSION}.jsonl", b"\n".join(lines) + b"\n"))
    assert [(one.position, one.reason[:8]) for one in found if isinstance(one, Rejected)] == [("line 5", "not JSON"), ("line 9", "not UTF-"),
                                                                                              ("line 13", "not JSON")]
    (told,) = [one for one in found if isinstance(one, Draft)]
    assert [number for number in range(20) if f"^m{number}\n" in f"{told.body}\n"] == [0, 3, 7, 11, 15, 16, 19]


def test_circles_and_lost_parents_end(tmp_path: Path) -> None:
    rows = _claude(12)
    rows[0]["parentUuid"] = "m11"
    (circle,) = _talk("claude-code", _write(tmp_path, f"{SESSION}.jsonl", rows))
    assert circle.span == "messages 1-6"
    rows[0]["parentUuid"], rows[4]["parentUuid"] = "elsewhere", "lost"
    assert _talk("claude-code", _write(tmp_path, f"{SESSION}.jsonl", rows)) == [circle]


def test_tools_used_at_once_are_all_told(tmp_path: Path) -> None:
    def use(name: str) -> list[Any]:
        return [{"type": "tool_use", "id": name, "name": "Edit", "input": {"file_path": f"/home/lena/shop/{name}.py"}}]

    rows = [_claude_line(0, "user", "Rename it"), _claude_line(1, "assistant", use("a")), _claude_line(2, "assistant", use("b")),
            _claude_line(3, "user", [{"type": "tool_result", "tool_use_id": "b"}]), _claude_line(4, "user", [{"type": "tool_result", "tool_use_id": "a"}]),
            _claude_line(5, "assistant", [{"type": "text", "text": "Renamed."}])]
    rows[1]["message"]["id"] = rows[2]["message"]["id"] = "msg_1"
    rows[4]["parentUuid"] = "m1"  # so that the chain goes by m2
    (told,) = _talk("claude-code", _write(tmp_path, f"{SESSION}.jsonl", rows))
    assert "(edited a.py; edited b.py)" in told.body


def test_a_title_is_the_person_s_then_the_program_s_then_of_the_first_words(tmp_path: Path) -> None:
    rows = _claude(4)

    def titled(*more: Any) -> str:
        return _talk("claude-code", _write(tmp_path, f"{SESSION}.jsonl", [*more[:1], *rows, *more[1:]]))[0].title

    assert titled() == "Please look at shelf 0"
    other, own = {"type": "summary", "summary": "Another's", "leafUuid": "x1"}, {"type": "summary", "summary": "Shelves", "leafUuid": "m3"}
    assert titled(other) == "Please look at shelf 0" and titled(own) == "Shelves"
    ai, custom = {"type": "ai-title", "aiTitle": "Shelf work", "sessionId": SESSION}, {"type": "custom-title", "customTitle": "The yard", "sessionId": SESSION}
    assert titled(own, custom, ai) == "The yard" and titled(own, ai) == "Shelf work" and titled({**ai, "aiTitle": " \n"}) == "Please look at shelf 0"


def test_wrong_types_anywhere_raise_nothing(tmp_path: Path) -> None:
    rows = _rows(TILL)
    rng = random.Random(7)
    for _ in range(300):
        row = json.loads(json.dumps(rng.choice(rows)))
        at = row
        while isinstance(at, dict) and at and rng.random() < 0.8:
            key = rng.choice(list(at))
            if not isinstance(at[key], (dict, list)) or rng.random() < 0.5:
                at[key] = rng.choice(ODD)
                break
            at = at[key][0] if isinstance(at[key], list) and at[key] else at[key]
        rows.insert(rng.randrange(len(rows)), row)
    for plugin in ("claude-code", "codex"):
        path = _write(tmp_path, f"{SESSION}.jsonl", b"".join(json.dumps(row).encode() + b"\n" for row in rows))
        try:
            assert all(isinstance(one, (Draft, Rejected)) for one in _read(plugin, path))
        except PluginFailed as error:
            assert plugin == "codex" and "no lines of a Codex session" in error.message


def test_notes_have_their_kinds_and_broken_ones_are_refused(tmp_path: Path) -> None:
    notes = {one.position: one for one in _drafts("claude-code", HOME) if not one.session}
    assert {position: (one.type, one.tags) for position, one in notes.items()} == {
        "user_role.md": ("profile", ("user", "shop")), "feedback_no-floats.md": ("procedure", ("feedback", "shop")),
        "project_printer.md": ("fact", ("project", "shop")), "reference_tracker.md": ("note", ("reference", "shop")), "loose.md": ("note", ("shop",))}
    memory = tmp_path / "memory"
    memory.mkdir()
    _write(memory, "MEMORY.md", b"# Memory\n")
    _write(memory, "good.md", b"---\nname: 7\ndescription: [x]\ntype: {a: b}\n---\nKept.\n")
    _write(memory, "only.md", b"---\nname: Only\ndescription: Said in one line\n---\n")
    for name, data in (("latin.md", b"caf\xe9"), ("nul.md", b"a\0b"), ("empty.md", b"---\nname: x\n---\n"), ("bad.md", b"---\nname: [\n---\nx\n")):
        _write(memory, name, data)
    found = _read("claude-code", memory)
    assert [one.position for one in found if isinstance(one, Rejected)] == ["bad.md", "empty.md", "latin.md", "nul.md"]
    assert [one.body for one in found if isinstance(one, Draft)] == ["Kept.\n", "Said in one line\n"]


@pytest.mark.parametrize(("plugin", "path", "told"), [
    ("claude-code", STOCK, "no lines of a Claude Code session"), ("codex", TILL, "no lines of a Codex session"), ("aider", TILL, "no chat of aider"),
    ("claude-code", os.path.join(FIXTURES, "ingest", "aider"), "no session and no memory"), ("codex", os.path.join(FIXTURES, "ingest", "aider"), "no session"),
    ("aider", os.path.join(FIXTURES, "ingest", "notes"), "no .aider.chat.history.md")])
def test_another_s_file_is_refused(plugin: str, path: str, told: str) -> None:
    with pytest.raises(PluginFailed, match=told):
        _read(plugin, path)


def test_one_bad_file_of_a_folder_hides_no_other(tmp_path: Path) -> None:
    _write(tmp_path, "a.jsonl", b"\xff\xfe\0\0\n")
    _write(tmp_path, "b.jsonl", b"")
    (tmp_path / "c.jsonl").symlink_to(TILL)
    _write(tmp_path, f"{SESSION}.jsonl", _claude(8))
    found = _read("claude-code", tmp_path)
    assert {one.position for one in found if isinstance(one, Rejected)} == {"a.jsonl", "a.jsonl line 1", "c.jsonl"}
    assert len([one for one in found if isinstance(one, Draft)]) == 1


# -- codex and aider -------------------------------------------------------------------------------------------------------


def test_codex_tells_what_went_to_and_from_the_model_once() -> None:
    (talk,) = _talk("codex", STOCK)
    assert talk.body.count("lists inner tubes twice") == 1 and talk.span == "messages 1-6"
    for other in ("AGENTS.md", "environment_context", "permissions", "Looking for", "update_plan", "Chunk ID", "sandbox"):
        assert other not in talk.body


def test_codex_leaves_out_what_an_editor_put_before_the_words(tmp_path: Path) -> None:
    said = "# Context from my IDE setup:\n\n## Open tabs:\n- till.py\n\n## My request for Codex:\nRename the till\n"
    rows = [{"type": "session_meta", "payload": {"id": "x y"}}, {"type": "response_item", "payload": {"type": "message", "role": "user", "content": said}}]
    (talk,) = _talk("codex", _write(tmp_path, "rollout-a.jsonl", rows))
    assert (talk.title, talk.body, talk.session) == ("Rename the till", "**User:** Rename the till ^line-2\n", "rollout-a")


def test_wrong_types_in_codex_raise_nothing(tmp_path: Path) -> None:
    good = _rows(STOCK)
    rows = list(good)
    for row in good:
        for key in row["payload"]:
            rows += [{**row, "payload": {**row["payload"], key: odd}} for odd in ODD]
        rows += [{**row, "payload": odd} for odd in ODD] + [{**row, "type": odd} for odd in ODD]
    path = _write(tmp_path, "rollout-a.jsonl", rows)
    assert {type(one) for one in _read("codex", path)} == {Draft}


def test_aider_s_chats_of_one_second_are_two(tmp_path: Path) -> None:
    once = b"# aider chat started at 2026-10-12 18:20:07\n\n#### fix it  \n\nFixed.\n\n"
    path = _write(tmp_path, ".aider.chat.history.md", once + once.replace(b"\n", b"\r\n") + once.replace(b"fix", b"break") + once.replace(b"10-12", b"13-45"))
    found = _drafts("aider", path)
    assert len({draft_id("aider", one) for one in found}) == 4 and {one.title for one in found} == {"fix it", "break it"}
    assert found[0].body == found[1].body == "**User:** fix it ^line-2\n\n**aider:** Fixed. ^line-4\n" and found[3].created is None
    assert found[2].span == "messages 1-2 from line 15"


def test_aider_s_damaged_lines_are_refused_and_a_lost_beginning_is_kept(tmp_path: Path) -> None:
    data = b"#### what was asked before  \n\nAn answer.\n# aider chat started at 2026-10-12 18:20:07\n\n#### caf\xe9  \n#### fix it\0  \n#### fix it  \n"
    found = _read("aider", _write(tmp_path, "history.md", data))
    assert [(one.position, one.reason.split(": ")[-1]) for one in found if isinstance(one, Rejected)] == [
        ("line 6", "history.md is not UTF-8 (byte 8)"), ("line 7", "it holds NUL bytes")]
    drafts = [one for one in found if isinstance(one, Draft)]
    assert [(one.title, one.session.rpartition("-")[0], one.tags) for one in drafts] == [
        ("what was asked before", "undated", ("conversation",)), ("fix it", "2026-10-12T18:20:07", ("conversation",))]
