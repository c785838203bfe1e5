"""What is kept of the exports of other memory programs? All that is good in them, whatever they are wrapped in and wherever they break off."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES, Box

from memcli.errors import PluginFailed
from memcli.extend import naming, registry
from memcli.extend.contracts import Draft, Rejected, Source
from memcli.extend.members import RATIO_FROM

ZIP = os.path.join(FIXTURES, "ingest", "openmemory", "memories_export.zip")


def _read(plugin: str, folder: Path, data: object, name: str = "in.json") -> tuple[list[Draft], list[Rejected]]:
    """The drafts and the refusals that a file becomes."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    found = list(registry.load(plugin).read(Source.open(str(path)), {}))
    return [one for one in found if isinstance(one, Draft)], [one for one in found if isinstance(one, Rejected)]


def _archive(**files: bytes) -> bytes:
    """A zip; `__` in a name stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def _members() -> dict[str, bytes]:
    with zipfile.ZipFile(ZIP) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# -- mem0 ------------------------------------------------------------------------------------------------------------------

MEMORY = {"id": "a", "memory": "Likes plums", "created_at": "2026-01-01T00:00:00Z"}
HUGE = int("9" * 4_000)


@pytest.mark.parametrize("data", [
    {"results": [MEMORY]}, {"memories": [MEMORY]}, [MEMORY], MEMORY, {"version": 2, "results": [MEMORY], "relations": None},
    b"\xef\xbb\xbf" + json.dumps([MEMORY]).encode(), json.dumps({"results": [MEMORY]}, indent=1).encode(), json.dumps(MEMORY).encode() + b"\n\n",
    {"relations": [], "results": [{**MEMORY, "categories": [[], {}, None], "metadata": "text", "run_id": []}]},
])
def test_each_shape_of_mem0_gives_the_same_entry(tmp_path: Path, data: object) -> None:
    (one,), refused = _read("mem0", tmp_path, data)
    assert (one.position, one.body, one.title, one.tags, one.session, one.trust) == ("a", "Likes plums\n", "Likes plums", (), "", "agent") and not refused


@pytest.mark.parametrize("one", [
    7, None, "text", [], {}, {"id": "x"}, {"memory": 5}, {"memory": " \n"}, {"memory": {"a": 1}}, {"id": "a", "memory": "the same id"}])
def test_a_record_that_is_no_memory_is_refused_alone(tmp_path: Path, one: Any) -> None:
    good, refused = _read("mem0", tmp_path, {"results": [MEMORY, one, {"id": "b", "memory": "Plays"}]})
    assert [draft.position for draft in good] == ["a", "b"] and [bad.position for bad in refused] == ["memory 2"]


@pytest.mark.parametrize(("field", "value"), [
    ("created_at", HUGE), ("created_at", "9999-99-99"), ("created_at", -1e300), ("created_at", {"x": 1}), ("id", HUGE),
    ("metadata", {"half \ud83d": "\ud83d", "n\0": "\0", "deep": [[[[[[1]]]]]], "long": "x" * 100_000, "big": HUGE}),
    ("metadata", {str(number): "y" * 400 for number in range(5_000)}), ("categories", ["\ud83d", "a" * 1_000, "#[]"]), ("memory", "half \ud83d a character"),
    ("user_id", "x: [\n"), ("expiration_date", "0001-01-01T00:00:00+14:00"),
], ids=lambda value: str(value)[:12].encode("ascii", "replace").decode())
def test_a_strange_value_costs_nothing_beside_it(box: Box, tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"results": [{**MEMORY, field: value}, {"id": "b", "memory": "Plays"}]}))
    assert box.json("ingest", "mem0", str(path))["added"] == 2
    box.sound()


def test_what_stands_before_damage_is_kept(box: Box, tmp_path: Path) -> None:
    rows = [{"id": str(number), "memory": f"fact number {number}"} for number in range(100)]
    whole = json.dumps({"results": rows}).encode()
    path = tmp_path / "m.json"
    path.write_bytes(whole[:len(whole) // 2])
    report = box.json("ingest", "mem0", str(path), check=3)
    assert 40 < report["added"] < 60 and report["refused"] == 1 and "breaks off after" in report["reasons"][0]["reason"]
    path.write_bytes(whole)
    again = box.json("ingest", "mem0", str(path))
    assert again["added"] == 100 - report["added"]
    box.sound()


NOT_MEMORIES = [b"", b"[" * 100_000, b'{"a":' * 100_000, b"\0" * 100, json.dumps([MEMORY]).encode("utf-16"), b"{}", b'{"results": []}', b"plain text\n"]


@pytest.mark.parametrize("data", NOT_MEMORIES, ids=lambda data: repr(data[:8]))
@pytest.mark.parametrize("plugin", ["mem0", "mcp-memory", "openmemory"])
def test_a_file_of_something_else_is_told_in_one_line(tmp_path: Path, plugin: str, data: bytes) -> None:
    try:
        good, refused = _read(plugin, tmp_path, data)
    except PluginFailed as error:
        assert "\n" not in error.message and "in.json" in error.message
    else:
        assert not good and refused


# -- openmemory ------------------------------------------------------------------------------------------------------------


def test_deleted_memories_are_passed_over_and_hidden_ones_tagged(box: Box) -> None:
    box.run("ingest", "openmemory", ZIP, check=0)
    entries = {row["title"]: box.json("show", row["id"]) for row in box.json("list")["entries"]}
    assert "to be forgotten" not in b"".join(box.files().values()).decode()
    assert entries["Likes the window seat"]["tags"] == ["paused"] and entries["The bins go out on Thursday evening"]["tags"] == ["home-life", "archived"]
    again = box.json("ingest", "openmemory", ZIP.replace("memories_export.zip", "memories.json"))
    assert (again["added"], again["duplicate"]) == (0, 4)


def test_what_the_lines_lack_comes_from_the_other_file(tmp_path: Path) -> None:
    files = _members()
    packed = files["memories.jsonl.gz"]
    data = _archive(memories__jsonl__gz=packed[:len(packed) * 2 // 3], memories__json=files["memories.json"])
    good, refused = _read("openmemory", tmp_path, data, "export.zip")
    assert len(good) == 4 and len({one.position for one in good}) == 4
    assert all("memories.jsonl.gz" in one.position for one in refused)
    only, _ = _read("openmemory", tmp_path, _archive(memories__json=files["memories.json"], other__json=b"{", __MACOSX=b"x"), "export.zip")
    assert {one.position for one in only} == {one.position for one in good}


@pytest.mark.parametrize("name", ["memories.jsonl.gz", "memories.jsonl", "memories.json"])
def test_a_file_of_the_export_is_enough(tmp_path: Path, name: str) -> None:
    files = _members()
    data = gzip.decompress(files["memories.jsonl.gz"]) if name == "memories.jsonl" else files[name]
    good, refused = _read("openmemory", tmp_path, data, name)
    assert len(good) == 4 and not refused


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    lines = b'{"id": "a", "content": "good"}\n' + b" " * (RATIO_FROM * 4) + b"\n"
    good, refused = _read("openmemory", tmp_path, gzip.compress(lines), "memories.jsonl.gz")
    assert [one.position for one in good] == ["a"] and "times its size" in refused[-1].reason


# -- mcp-memory ------------------------------------------------------------------------------------------------------------


def test_entities_are_related_in_the_vault(box: Box) -> None:
    box.run("ingest", "mcp-memory", os.path.join(FIXTURES, "ingest", "mcp-memory", "memory.jsonl"), check=3)
    ids = {row["title"]: row["id"] for row in box.json("list")["entries"]}
    near = {row["title"]: [reason for reason in row["reasons"] if reason[:2] in ("->", "<-")] for row in box.json("related", ids["Lena"])["related"]}
    assert near == {"Tram depot": ["-> works at"], "C#": ["-> is learning slowly"], "Tom": ["<- lives with"]}
    box.sound()


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    lines = Path(FIXTURES, "ingest", "mcp-memory", "variants.jsonl").read_bytes().splitlines(keepends=True)
    forward, _ = _read("mcp-memory", tmp_path, b"".join(lines))
    backward, _ = _read("mcp-memory", tmp_path, b"".join(reversed(lines)))
    assert {one.position: one.body for one in forward} == {one.position: one.body for one in backward} and len(forward) == 2


def test_a_graph_that_grew_gives_the_same_entries_with_more_in_them(tmp_path: Path) -> None:
    line = {"type": "entity", "name": "Lena", "entityType": "person", "observations": ["one"]}
    (before,), _ = _read("mcp-memory", tmp_path, line)
    (after,), _ = _read("mcp-memory", tmp_path, {**line, "observations": ["one", "two"]})
    assert (before.source, before.position, after.body) == (after.source, after.position, before.body + "- two\n")


@pytest.mark.parametrize("bad", [
    7, "x", None, {"type": "entity"}, {"type": "relation", "from": "a"}, {"type": "entity", "name": ["a"]}, {"name": "\ud83d", "observations": {"a": [{}]}},
    {"type": "entity", "name": " \n", "observations": 7}])
def test_a_bad_line_costs_only_itself(tmp_path: Path, bad: object) -> None:
    lines = [bad, {"type": "entity", "name": "good", "entityType": 5, "observations": [None, 7, "seven", {"content": "eight"}, ["nine"]]}]
    good, refused = _read("mcp-memory", tmp_path, b"\n".join(json.dumps(line).encode() for line in lines))
    assert good[-1].body == "- 7\n- seven\n- eight\n" and len(good) + len(refused) == 2


# -- names -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rel", "line"), [
    ("works_at", "works at:: [[X]]"), ("(is) part-of", "is part-of:: [[X]]"), ("", "related to:: [[X]]"), ("3rd of", "rd of:: [[X]]"),
    ("→", "related to:: [[X]]"), ("liebt", "liebt:: [[X]]"), ("a" * 90, "a" * 40 + ":: [[X]]"), ("a::b\nc", "a b c:: [[X]]"),
])
def test_a_relation_as_a_line(rel: str, line: str) -> None:
    assert naming.relation(rel, "X") == line


@pytest.mark.parametrize(("name", "label", "link"), [
    ("A", "", "[[A]]"), ("A", "A", "[[A]]"), ("A", "b", "[[A|b]]"), ("a|b#c^d[e]", "", "[[a/b＃c＾d(e)]]"), ("A", "[x]\ny", "[[A|(x) y]]"),
    (" a \n b ", "", "[[a b]]"),
])
def test_a_link(name: str, label: str, link: str) -> None:
    assert naming.wikilink(name, label) == link


@pytest.mark.parametrize(("text", "title"), [
    ("one\ntwo", "one"), ("\n## A *b*\nc", "A *b"), ("word " * 40, "word " * 19 + "word…"), ("x" * 300, "x" * 99 + "…"), ("---\n- a", "a"), ("###", "")])
def test_a_title_of_a_text(text: str, title: str) -> None:
    assert naming.short(text) == title
