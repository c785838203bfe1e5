"""Is /memories what a model was taught to expect, and the vault still a vault?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from box import Box
from tokens import Mint
from wire import Wire


@pytest.fixture
def wire(copied: Box) -> Iterator[Wire]:
    """A server of the anthropic profile."""
    with Wire(copied, "--profile", "anthropic") as wire:
        wire.begin("2025-11-25")
        yield wire


def memory(wire: Wire, command: str, **more: object) -> str:
    return wire.text("memory", command=command, **more)


def refused(wire: Wire, command: str, **more: object) -> str:
    return wire.refused("memory", command=command, **more)


def test_every_error_text(copied: Box, wire: Wire) -> None:
    memory(wire, "create", path="/memories/a.txt", file_text="one\ntwo one\nthree\n")
    cases: list[tuple[str, dict[str, Any], str]]
    many = "No replacement was performed. Multiple occurrences of old_str `one` in lines: 1, 2. Please ensure it is unique"
    cases = [
        ("view", {"path": "/memories/no"}, "The path /memories/no does not exist. Please provide a valid path."),
        ("create", {"path": "/memories/a.txt", "file_text": ""}, "File /memories/a.txt already exists"),
        ("create", {"path": "/memories", "file_text": ""}, "File /memories already exists"),
        ("str_replace", {"path": "/memories/a.txt", "old_str": "four", "new_str": "4"},
         "No replacement was performed, old_str `four` did not appear verbatim in /memories/a.txt."),
        ("str_replace", {"path": "/memories/a.txt", "old_str": "one", "new_str": "1"}, many),
        ("str_replace", {"path": "/memories/a.txt", "old_str": "", "new_str": "1"},
         "No replacement was performed, old_str `` did not appear verbatim in /memories/a.txt."),
        ("str_replace", {"path": "/memories", "old_str": "a", "new_str": "b"}, "The path /memories is not a file."),
        ("insert", {"path": "/memories/a.txt", "insert_line": 4, "insert_text": "x"},
         "Invalid `insert_line` parameter: 4. It should be within the range [0, 3]."),
        ("insert", {"path": "/memories/no", "insert_line": 0, "insert_text": "x"}, "The path /memories/no does not exist. Please provide a valid path."),
        ("delete", {"path": "/memories/no"}, "The path /memories/no does not exist"),
        ("delete", {"path": "/memories/"}, "Cannot delete the /memories directory itself"),
        ("rename", {"old_path": "/memories", "new_path": "/memories/b"}, "Cannot rename the /memories directory itself"),
        ("rename", {"old_path": "/memories/no", "new_path": "/memories/b"}, "The path /memories/no does not exist"),
        ("rename", {"old_path": "/memories/a.txt", "new_path": "/memories/a.txt"}, "The destination /memories/a.txt already exists"),
        ("view", {"path": "/etc/passwd"}, "Path must start with /memories, got: /etc/passwd"),
        ("view", {"path": "/memoriesx"}, "Path must start with /memories, got: /memoriesx"),
    ]
    for command, more, words in cases:
        assert refused(wire, command, **more) == words
    assert "create needs file_text" in refused(wire, "create", path="/memories/b.txt")
    assert copied.git("rev-list", "--count", "HEAD").strip() == "2"


def test_no_path_leads_out(copied: Box, wire: Wire) -> None:
    before = copied.files()
    for path in ("/memories/../.mem/config.yaml", "/memories/a/../../x", "/memories/.hidden", "/memories/.mem/x.md", "/memories/.git/config",
                 "/memories/a\\..\\b", "/memories/a\nb", "/memories/" + "x" * 300):
        said = refused(wire, "create", path=path, file_text="x")
        assert "would escape /memories" in said or "cannot be used" in said
    assert copied.files() == before and "x" not in os.listdir(copied.home)


def test_no_link_is_followed(copied: Box, wire: Wire) -> None:
    outside = os.path.join(copied.home, "outside")
    os.makedirs(outside)
    os.makedirs(copied.path("memories"))
    os.symlink(outside, copied.path("memories/link"))
    os.symlink("/etc/hosts", copied.path("memories/hosts.md"))
    assert "is a link" in refused(wire, "create", path="/memories/link/x.md", file_text="x")
    assert "is not an entry: a link" in refused(wire, "create", path="/memories/hosts.md", file_text="x")
    assert "does not exist" in refused(wire, "view", path="/memories/hosts.md")
    assert memory(wire, "view", path="/memories").endswith("\n0B\t/memories") and os.listdir(outside) == []


def test_texts_come_back_as_they_were_written(copied: Box, wire: Wire) -> None:
    for number, text in enumerate(["", "x", "x\n", "\n\n", "---\nid: mine\nstate: core\n---\nbody", "a\tb\n \n  c  \n\n", "ä\u2028b\x0bc\n", "```\nx\n"]):
        path = f"/memories/t{number}.txt"
        memory(wire, "create", path=path, file_text=text)
        lines = [f"{at:6}\t{line}" for at, line in enumerate(text.split("\n"), 1)]
        assert memory(wire, "view", path=path) == "\n".join([f"Here's the content of {path} with line numbers:", *lines])
    assert memory(wire, "view", path="/memories/t4.txt", view_range=[2, 3]).endswith("numbers:\n     2\tid: mine\n     3\tstate: core")
    assert memory(wire, "view", path="/memories/t4.txt", view_range=[5, -1]).endswith("numbers:\n     5\tbody")
    shown = copied.json("show", "memories/t4.txt.md")
    assert (shown["state"], shown["front_matter"]["source"]) == ("short", {"plugin": "memory-tool", "uri": "/memories/t4.txt", "trust": "agent"})
    for empty in ("/memories/t0.txt", "/memories/t3.txt"):
        memory(wire, "delete", path=empty)
    copied.sound()


def test_names_stay_as_the_program_gave_them(copied: Box, wire: Wire) -> None:
    for path in ("/memories/todo", "/memories/deep/er/notes.txt", "/memories/deep/x.md", "/memories/plan.v2"):
        memory(wire, "create", path=path, file_text="12345")
    assert memory(wire, "view", path="/memories").splitlines()[1:] == [
        "20B\t/memories", "10B\t/memories/deep/", "5B\t/memories/deep/er/", "5B\t/memories/deep/x.md", "5B\t/memories/plan.v2", "5B\t/memories/todo"]
    memory(wire, "rename", old_path="/memories/deep", new_path="/memories/other")
    memory(wire, "rename", old_path="/memories/todo", new_path="/memories/done.txt")
    assert memory(wire, "view", path="/memories/other").splitlines()[1:] == [
        "10B\t/memories/other", "5B\t/memories/other/er/", "5B\t/memories/other/er/notes.txt", "5B\t/memories/other/x.md"]
    assert "12345" in memory(wire, "view", path="/memories/done.txt")
    memory(wire, "create", path="/memories/big.txt", file_text="x" * 1536)
    assert "1.5K\t/memories/big.txt" in memory(wire, "view", path="/memories")
    assert "is inside" in refused(wire, "rename", old_path="/memories/other", new_path="/memories/other/in")


def test_what_is_deleted_can_be_had_back_and_what_a_person_writes_is_seen(copied: Box, wire: Wire) -> None:
    memory(wire, "create", path="/memories/a.txt", file_text="barrel key\n")
    assert copied.found("barrel") == ["memories/a.txt.md"]
    memory(wire, "delete", path="/memories/a.txt")
    assert copied.found("barrel") == []
    copied.run("undo", check=0)
    assert "barrel key" in memory(wire, "view", path="/memories/a.txt")
    copied.write("memories/mine.md", "---\ntitle: Mine\nodd: [1,  2]  # kept\n---\nby hand\n")
    assert memory(wire, "view", path="/memories/mine.md").endswith("\n     1\tby hand\n     2\t")
    memory(wire, "str_replace", path="/memories/mine.md", old_str="by hand", new_str="by both")
    kept = copied.read("memories/mine.md").decode()
    assert "odd: [1,  2]  # kept\n" in kept and kept.endswith("---\nby both\n") and "trust: agent" in kept
    copied.run("forget", "memories/a.txt.md", check=0)
    assert "does not exist" in refused(wire, "view", path="/memories/a.txt")
    memory(wire, "create", path="/memories/a.txt", file_text="new\n")
    assert memory(wire, "view", path="/memories/a.txt").endswith("\tnew\n     2\t")
    copied.sound()


def test_a_secret_is_refused_and_leaves_no_trace(copied: Box, wire: Wire) -> None:
    secret = f"ghp_{Mint(3).run(36)}"
    said = refused(wire, "create", path="/memories/a.txt", file_text=f"the token is {secret}")
    assert "looks like a secret" in said and secret not in said and "ALLOW" not in said.upper()
    assert copied.git("rev-list", "--count", "HEAD").strip() == "1"
