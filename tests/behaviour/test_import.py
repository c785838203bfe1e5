"""Does an import write what is new, keep what is here, take nothing that could run, and stay one change whatever happens?"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest
from box import MEM, Box, killed

ID = "01jdbq4m9x3t5v7n2k8c6r0wze"
HOSTILE = {  # path -> what is said of it
    "../out.md": "not a path inside the vault",
    "/etc/out.md": "not a path inside the vault",
    "a/../../out.md": "not a path inside the vault",
    "a//b.md": "not a path inside the vault",
    "nul\0.md": "not a path inside the vault",
    ".git/hooks/post-commit": "not a path inside the vault",
    ".git/config": "not a path inside the vault",
    "sub/.git/config": "a hidden file",
    ".GIT/config": "a hidden file",
    "git~1/config": "a hidden file",
    ".gitmodules": "a hidden file",
    ".envrc": "a hidden file",
    ".vscode/tasks.json": "a hidden file",
    ".hidden.md": "a hidden file",
    ".mem/plugins/evil.py": "a plugin is a program",
    ".mem/state/lock": "a hidden file",
    ".mem/index/manifest": "a hidden file",
    ".mem/archive/zzz": "not the name of an archive pack",
    ".mem/archive/0123456789abcdef.pack": "damaged",
    ".mem/.gitignore": "would let the state",
    ".mem": "something that is no file",
    "link/out.md": "is a link",
    "nested/in.md": "a repository or vault of its own",
    "file.txt/below.md": "is a file here, not a folder",
    "folder.md": "something that is no file has its name",
    "x" * 300 + ".md": "its path is too long",
    "y/" * 2100 + "z.md": "its path is too long",
    "\ud800.md": "half a character",
}
CONTENT = {  # of files that may come, if they were not as they are
    ".mem/config.yaml": ("embedder:\n  name: command\n  command: touch /tmp/owned\n", "embedder"),
    "notes/.gitattributes": ("*.md filter=evil\n", "filter=evil names a program"),
    ".gitattributes": ("*.md diff=evil\n", "diff=evil names a program"),
    "big.md": ("x" * 2_000_000, "longer than entry.max_bytes"),
}
BAD_LINES = [
    "{", "[1]", "null", "12", '"text"', "{}", '{"path": "a.md"}', '{"format_version": 1, "path": 3, "text": "x"}',
    '{"format_version": 1, "path": "a.md", "text": 3}',
    '{"format_version": 2, "path": "a.md", "text": "x"}', '{"format_version": true, "path": "a.md", "text": "x"}', '{"path": "a.md", "text": "x"}',
    '{"format_version": 1, "path": "a.md", "base64": "%%%"}', '{"format_version": 1, "path": "a.md", "text": "\\ud800"}',
    '{"format_version": 1, "path": "a.md", "text": "x", "base64": "eA=="}', '{"format_version": 1, "path": "a.md", "id": ["x"], "text": "x"}',
    '{"format_version": ' + "9" * 5000 + ', "path": "a.md", "text": "x"}', "[" * 100_000, '{"a":' * 100_000,
    '{"format_version": 1, "path": "a.md", "text": "cut off',
]


def line(path: str, text: str, **more: Any) -> str:
    return json.dumps({"format_version": 1, "path": path, "id": None, "text": text, **more}) + "\n"


def taken(box: Box, data: str, *args: str, status: int = 0) -> Any:
    return json.loads(box.run("import", "-", "--json", *args, input=data, check=status).out)


def noted(id_: str, text: str, path: str = "note/a-6r0wze.md", **fields: str) -> str:
    more = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return line(path, f"---\nid: {id_}\ntitle: A\n{more}---\n{text}\n")


def test_nothing_hostile_is_written(box: Box) -> None:
    os.makedirs(f"{box.home}/outside")
    os.symlink("../outside", box.path("link"))
    os.makedirs(box.path("folder.md"))
    box.write("file.txt", "x")
    os.makedirs(box.path("nested/.git"))
    before, around = box.files(), sorted(os.listdir(box.home))
    data = "".join(line(path, "x\n") for path in HOSTILE) + "".join(line(path, text) for path, (text, _) in CONTENT.items()) + line("good.md", "good\n")
    found = taken(box, data, status=3)
    assert [row["path"] for row in found["added"]] == ["good.md"] and not found["files"] and not found["conflicts"]
    said = {row["position"]: row["reason"] for row in found["refused"]}
    for path, reason in [*HOSTILE.items(), *((path, reason) for path, (_, reason) in CONTENT.items())]:
        assert reason in said[path], path
    assert box.files() == {**before, "good.md": b"good\n"} and sorted(os.listdir(box.home)) == around and not os.listdir(f"{box.home}/outside")
    box.run("undo", check=0)
    assert box.files() == before


def test_a_file_and_a_folder_of_one_name_in_one_import(box: Box) -> None:
    found = taken(box, line("a.md", "1") + line("a.md/b.md", "2") + line("c/d.md", "3") + line("c", "4") + line("a.md", "5"), status=3)
    assert [row["path"] for row in found["added"]] == ["a.md", "c/d.md"]
    assert [row["position"] for row in found["refused"]] == ["a.md/b.md", "c", "a.md"]
    assert box.read("a.md") == b"1" and box.read("c/d.md") == b"3"


@pytest.mark.parametrize("bad", BAD_LINES, ids=lambda bad: bad[:40])
def test_a_bad_line_is_refused_and_the_rest_comes(box: Box, bad: str) -> None:
    found = taken(box, line("one.md", "one\n") + bad + "\n" + line("two.md", "two\n"), status=3)
    assert len(found["refused"]) == 1 and found["refused"][0]["position"] == "line 2" and len(found["added"]) == 2
    assert box.run("import", "-", input=bad[: 1 << 20] + "\n").status in (3, 4)


def test_what_is_no_export_is_told_at_once(box: Box) -> None:
    head = box.git("rev-parse", "HEAD")
    for name, data in (("empty", b""), ("picture", bytes(range(256))), ("note.md", b"---\ntitle: x\n---\n"), ("utf16", '{"a": 1}'.encode("utf-16"))):
        box.write(f"../{name}", data)
        result = box.run("import", f"../{name}")
        assert result.status == 4 and name in result.err and len(result.err.splitlines()) == 2, name
    assert box.run("import", "../nowhere").status == 4 and box.run("import", ".").status == 4
    assert box.git("rev-parse", "HEAD") == head


def test_a_conflict_is_kept_as_it_is_and_listed(box: Box) -> None:
    taken(box, noted(ID, "first"))
    found = taken(box, noted(ID, "second", "elsewhere.md") + line("new.md", "new\n"), status=3)
    assert found["conflicts"] == [{"id": ID, "path": "note/a-6r0wze.md", "reason": "is here with another text"}] and len(found["added"]) == 1
    assert b"first" in box.read("note/a-6r0wze.md") and not os.path.exists(box.path("elsewhere.md"))
    found = taken(box, noted(ID, "second", "elsewhere.md"), "--theirs")
    assert found["replaced"] == [{"id": ID, "path": "note/a-6r0wze.md"}] and b"second" in box.read("note/a-6r0wze.md")
    box.run("undo", check=0)
    assert b"first" in box.read("note/a-6r0wze.md")
    box.sound()


def test_what_was_forgotten_does_not_come_back_by_itself(box: Box) -> None:
    data = noted(ID, "rosebud")
    taken(box, data)
    box.run("forget", ID, check=0)
    assert taken(box, data, status=3)["conflicts"][0]["reason"] == "was forgotten here"
    assert b"rosebud" not in box.read("note/a-6r0wze.md")


def test_a_hand_edit_under_way_is_not_lost(box: Box) -> None:
    taken(box, noted(ID, "first"))
    box.write("note/a-6r0wze.md", box.read("note/a-6r0wze.md") + b"by hand\n")
    taken(box, noted(ID, "second"), "--theirs")
    assert "by hand" in box.git("show", "HEAD^:note/a-6r0wze.md") and b"second" in box.read("note/a-6r0wze.md")


def test_another_entry_at_the_path_makes_room(box: Box) -> None:
    other = ID[:-1] + "f"
    taken(box, noted(ID, "mine"))
    found = taken(box, noted(other, "theirs"))
    assert found["added"] == [{"id": other, "path": f"note/a-6r0wze-{other}.md"}]
    assert b"mine" in box.read("note/a-6r0wze.md") and b"theirs" in box.read(found["added"][0]["path"])
    assert taken(box, noted(other, "theirs"))["commit"] is None


def test_an_id_that_its_text_does_not_have(box: Box) -> None:
    text = f"---\nid: {ID}\n---\nx\n"
    assert "has the id" in taken(box, line("a.md", text, id="01hkgb7zk00000000000000000"), status=3)["refused"][0]["reason"]
    assert len(taken(box, line("a.md", text, id=ID.upper()))["added"]) == 1


def test_settings_of_a_fresh_vault_give_way_and_of_a_used_one_do_not(box: Box) -> None:
    config = "format: 1\nsearch:\n  limit: 7\n"
    assert taken(box, line(".mem/config.yaml", config))["files"] == [".mem/config.yaml"]
    assert box.read(".mem/config.yaml").decode() == config
    assert taken(box, line(".mem/config.yaml", config.replace("7", "8")), status=3)["conflicts"][0]["id"] is None
    assert taken(box, line(".mem/config.yaml", config.replace("7", "8")), "--theirs")["files"] == [".mem/config.yaml"]


@pytest.mark.parametrize("point", ["journal-written", "temporary-written:3", "committing", "committed", "file-renamed:2", "staged", "journal-removed"])
def test_a_kill_at_any_point_and_once_more_is_one_whole_import(box: Box, point: str) -> None:
    data = "".join(line(f"n/{number}.md", f"text {number}\n") for number in range(6))
    box.write("../in", data)
    result = box.run("import", "../in", env={"MEM_FAULT": f"{point}:kill"})
    assert killed(result.status), result
    found = json.loads(box.run("import", "../in", "--json", check=0).out)
    assert len(found["added"]) + found["same"] == 6 and len(found["added"]) in (0, 6)
    assert {name for name in box.files() if name.startswith("n/")} == {f"n/{number}.md" for number in range(6)}
    assert [row["subject"] for row in box.json("log")["commits"]].count("mem(import): 6 entries from in") == 1
    box.sound()


def test_a_full_disk_changes_nothing(box: Box) -> None:
    before, head = box.files(), box.git("rev-parse", "HEAD")
    data = "".join(line(f"n/{number}.md", f"text {number}\n") for number in range(6))
    for fault in ("write:4:ENOSPC", "open:5:ENOSPC", "fsync:3:EIO", "mkdir:ENOSPC"):
        result = box.run("import", "-", input=data, env={"MEM_FAULT": fault})
        assert result.status == 4 and box.files() == before and box.git("rev-parse", "HEAD") == head, (fault, result)
    box.sound()


def test_two_at_once_add_once(box: Box) -> None:
    box.write("../in", "".join(line(f"n/{number}.md", f"text {number}\n") for number in range(50)))
    words = [MEM, "import", "../in", "--json"]
    started = [subprocess.Popen(words, cwd=box.vault, env=box.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    found = [json.loads(one.communicate()[0]) for one in started]
    assert sorted((len(one["added"]), one["same"]) for one in found) == [(0, 50), (0, 50), (50, 0)]
    box.sound()


def test_a_file_in_the_vault_can_be_read(box: Box) -> None:
    box.write("in.jsonl", line("a.md", "x\n"))
    assert box.run("import", "in.jsonl", check=0).out.startswith("1 added")


def test_from_one_vault_to_the_other_through_a_pipe(box: Box) -> None:
    box.run("add", "Some text", check=0)
    box.run("init", "../other", check=0)
    assert box.sh("mem export jsonl | mem import - --vault ../other").out.startswith("1 added")
    assert box.sh("mem export jsonl | mem import -").out.startswith("0 added"), "into itself, while it is read"
