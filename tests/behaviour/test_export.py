"""Does what leaves a vault come back byte for byte, and do the formats of others hold what they should and nothing more?"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from box import FIXTURES, MEM, Box

from memcli.entries import frontmatter

FORMATS = ("obsidian", "basic-memory", "mcp-memory", "memory-tool", "csv", "sft")
FOLDERS = ("obsidian", "basic-memory", "memory-tool")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A vault with everything: ordinary, damaged, archived and forgotten entries, settings, a picture and an attributes file in a folder."""
    bare = Box(str(tmp_path_factory.mktemp("made")))
    shutil.copytree(f"{FIXTURES}/vaults/sample", bare.vault, dirs_exist_ok=True)
    shutil.copytree(f"{FIXTURES}/vaults/damaged", f"{bare.vault}/damaged")
    bare.write("crlf.md", b"\xef\xbb\xbf---\r\ntitle: Windows\r\n---\r\nOne\r\n\r\ntwo \xe2\x80\xa8 three")
    bare.init()
    bare.write("pictures/leaf.png", bytes(range(256)) * 40)
    bare.write("pictures/.gitattributes", "*.png binary\n")
    bare.git("add", "-A")
    bare.git("commit", "-q", "-m", "By other hands")
    bare.run("config", "search.limit", "7", check=0)
    bare.run("forget", "--policy", "ttl", "--set", "ttl=30d", env={"MEM_NOW": "2026-12-20T03:00:00Z", "MEM_FORGET_MAX_SHARE": "1"}, check=0)
    bare.run("forget", "--policy", "ttl", "--set", "ttl=30d", env={"MEM_NOW": "2027-12-20T03:00:00Z", "MEM_FORGET_MAX_SHARE": "1"}, check=0)
    bare.run("forget", "daily/2026-11-18.md", check=0)
    assert os.listdir(f"{bare.vault}/.mem/archive")
    return bare


@pytest.fixture
def full(bare: Box, made: Box) -> Box:
    """A copy of that vault."""
    return bare.like(made)


def tree(box: Box, where: str = "") -> str:
    return box.call(["git", "rev-parse", "HEAD^{tree}"], cwd=where or box.vault, check=0).out


def fresh(box: Box, name: str = "other") -> str:
    box.run("init", f"../{name}", check=0)
    return os.path.join(box.home, name)


@pytest.mark.parametrize("form", ["jsonl", "bundle"])
def test_a_round_trip_gives_the_same_tree_and_a_sound_vault(full: Box, form: str) -> None:
    full.run("export", form, "../out", check=0)
    assert full.git("status", "--porcelain") == ""
    other = fresh(full)
    taken = json.loads(full.run("import", "../out", "--vault", other, "--json", check=0).out)
    assert taken["commit"] and not taken["conflicts"] and not taken["refused"]
    assert tree(full, other) == tree(full)
    assert full.files(other) == full.files()
    again = json.loads(full.run("import", "../out", "--vault", other, "--json", check=0).out)
    assert (again["added"], again["files"], again["commit"]) == ([], [], None) and again["same"] == len(full.files())
    full.run("undo", "--vault", other, check=0)
    assert sorted(full.files(other)) == [".gitattributes", ".mem/.gitignore", ".mem/config.yaml"]


@pytest.mark.parametrize("form", ["jsonl", "bundle"])
def test_a_vault_takes_nothing_from_itself(full: Box, form: str) -> None:
    head = full.git("rev-parse", "HEAD")
    full.run("export", form, "../out", check=0)
    assert full.run("import", "../out", check=0).out.startswith("0 added,")
    assert full.git("rev-parse", "HEAD") == head


def test_what_is_not_committed_goes_as_on_disk_and_is_told(box: Box) -> None:
    box.write("kept.md", "kept\n")
    box.write("gone.md", "gone\n")
    box.write("ignored.md", "ignored\n")
    box.write(".gitignore", "ignored.md\n")
    box.git("add", ".gitignore", "kept.md", "gone.md")
    os.symlink("kept.md", box.path("link.md"))
    box.git("add", "link.md")
    box.git("commit", "-q", "-m", "x")
    box.write("kept.md", "edited\n")
    os.unlink(box.path("gone.md"))
    box.write("new.md", "new\n")
    box.write("staged.md", "staged\n")
    box.git("add", "staged.md")
    result = box.run("export", "jsonl", check=3)
    rows = {row["path"]: row["text"] for row in map(json.loads, result.out.splitlines())}
    assert {path: text for path, text in rows.items() if path.endswith(".md")} == {"kept.md": "edited\n", "new.md": "new\n", "staged.md": "staged\n"}
    assert "4 files exported as on disk, which is not what the last commit has: gone.md, kept.md, new.md, ..." in result.err
    assert "left out link.md: a link" in result.err and "left out, as git ignores it: ignored.md" in result.err


def test_a_part_holds_whole_texts_that_stand_alone(full: Box) -> None:
    rows = [json.loads(line) for line in full.run("export", "jsonl", "--state", "archived", check=0).out.splitlines()]
    assert rows and all("archive: {pack" not in row["text"] for row in rows)
    other = fresh(full)
    full.run("export", "jsonl", "../part", "--state", "archived", check=0)
    assert full.run("import", "../part", "--vault", other, check=0).out.startswith(f"{len(rows)} added")
    assert full.run("import", "../part", check=0).out.startswith("0 added"), "what is packed here is the same text"
    found = [json.loads(line)["path"] for line in full.run("export", "jsonl", "-q", "tomato type:procedure", check=0).out.splitlines()]
    assert any("tomato" in path for path in found) and all(path.startswith("procedure/") for path in found)


def test_an_export_to_a_reader_that_leaves_ends_quietly(full: Box) -> None:
    for number in range(300):
        full.write(f"more/{number}.md", f"{number} " * 300)
    result = full.sh("mem export jsonl | head -n 1 | jq -r .path; echo ${PIPESTATUS[0]}")
    assert result.out.split() == [".gitattributes", "141"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_the_same_each_time_and_leaves_out_what_it_must(full: Box, form: str) -> None:
    full.run("add", "A scratch thing that is zwischenablage", "--state", "working")
    full.write("scratch.md", "---\nstate: working\n---\nzwischenablage\n")
    full.write("gone.md", "---\nstate: forgotten\n---\nverschollen\n")
    for name in ("one", "two"):
        full.run("export", form, f"../{name}", check=0)
    if form in FOLDERS:
        one, two = (full.files(f"{full.home}/{name}") for name in ("one", "two"))
        data = b"\n".join(one.values())
    else:
        one, two = ({"": Path(full.home, name).read_bytes()} for name in ("one", "two"))
        data = one[""]
        assert full.run("export", form, check=0).data == data
    assert one == two and one
    assert b"zwischenablage" not in data and b"verschollen" not in data and b"archive: {pack" not in data
    assert b"Tested every quarter" in data, "an archived text is missing"
    listed = full.json("list")["entries"]
    if form in FOLDERS:
        assert len(one) == sum(row["state"] not in ("working", "forgotten") for row in listed)


def test_a_place_that_is_taken_is_left_alone(box: Box) -> None:
    box.run("add", "Some text", "--title", "One", check=0)
    Path(box.home, "file").write_text("mine")
    os.makedirs(f"{box.home}/folder")
    Path(box.home, "folder", "mine.txt").write_text("mine")
    for form, dest in (("csv", "file"), ("csv", "folder"), ("obsidian", "file"), ("obsidian", "folder")):
        result = box.run("export", form, f"../{dest}")
        assert result.status == 4 and dest in result.err, (form, dest)
    assert Path(box.home, "file").read_text() == "mine" and os.listdir(f"{box.home}/folder") == ["mine.txt"]
    box.run("export", "csv", "../file", "--force", check=0)
    box.run("export", "obsidian", "../folder", "--force", check=0)
    assert Path(box.home, "file").read_text().startswith("id,") and sorted(os.listdir(f"{box.home}/folder")) == ["One.md", "mine.txt"]
    assert box.run("export", "csv", "-o", "/dev/null").status == 4, "a device is never renamed over"
    assert box.run("export", "obsidian", "notes").status == 4 and not os.path.exists(box.path("notes"))


def test_a_full_disk_or_a_kill_leaves_no_half_export(box: Box) -> None:
    for number in range(5):
        box.run("add", f"Text {number}", check=0)
    Path(box.home, "old").write_text("old")
    for form in ("csv", "bundle", "obsidian"):
        for fault in ("write:2:ENOSPC", "write:2:kill", "rename:ENOSPC", "open:EACCES"):
            result = box.run("export", form, "../new", env={"MEM_FAULT": fault})
            assert result.status in (4, -9), (form, fault, result)
            assert not os.path.lexists(f"{box.home}/new"), (form, fault)
            if form != "obsidian":
                assert box.run("export", form, "../old", "--force", env={"MEM_FAULT": fault}).status in (4, -9)
                assert Path(box.home, "old").read_text() == "old"
        box.run("export", form, "../new", check=0)
        (shutil.rmtree if form == "obsidian" else os.unlink)(f"{box.home}/new")


def test_titles_that_are_no_file_names_and_come_twice(box: Box) -> None:
    titles = ["a/b: c?", "A B C", "../../etc/passwd", "CON", ".hidden", "x" * 300, "…", "Straße", "STRASSE", "nul.txt", "‮evil", "#tag [[x]] | y^z"]
    for at, title in enumerate(titles):
        box.write(f"{at}.md", f"---\ntitle: {json.dumps(title)}\n---\ntext {at}\n")
    for form in FOLDERS:
        box.run("export", form, f"../{form}", check=0)
        names = list(box.files(f"{box.home}/{form}"))
        assert len(names) == len(titles) == len({name.casefold() for name in names})
        for name in names:
            base = name.rpartition("/")[2]
            assert len(base.encode()) < 240 and not base.startswith(".") and not set(base) & set('\\:*?"<>|#^[]') and "\u202e" not in base


def test_links_lead_to_the_notes_and_code_stays(box: Box) -> None:
    box.write("a/one.md", "---\ntitle: The first\naliases: [Uno]\nlinks: [{rel: supports, to: Second}]\n---\nSee [[Uno|that]], [[two#Part]], ![[Second]], "
                          "[it](../b/two.md#x), [[Nowhere]] and `[[two]]`.\n\n```\n[[two]]\n```\n")
    box.write("b/two.md", "---\ntitle: Second\n---\nmore [[a/one]]\n")
    box.run("export", "obsidian", "../o", check=0)
    one = Path(box.home, "o", "The first.md").read_text()
    assert "See [[The first|that]], [[Second#Part|two]], ![[Second]], [it](Second.md#x), [[Nowhere]] and `[[two]]`." in one
    assert "```\n[[two]]\n```" in one and "supports: [\"[[Second]]\"]" in one and "aliases: [Uno]" in one
    names = {name.removesuffix(".md") for name in os.listdir(f"{box.home}/o")}
    for text in (one, Path(box.home, "o", "Second.md").read_text()):
        prose = re.sub(r"`[^`]*`", "", text.replace("```", "`"))
        assert set(re.findall(r"\[\[([^\]|#]+)", prose)) - names <= {"Nowhere"}
    box.run("export", "basic-memory", "../bm", check=0)
    assert "\n## Relations\n- supports [[Second]]\n" in Path(box.home, "bm", "note", "The first.md").read_text()
    rows = [json.loads(line) for line in box.run("export", "mcp-memory", check=0).out.splitlines()]
    assert [row["type"] for row in rows] == ["entity", "entity", "relation", "relation", "relation"]
    assert {"type": "relation", "from": "The first", "to": "Second", "relationType": "supports"} in rows


def test_front_matter_of_notes_can_be_read(full: Box) -> None:
    for form in ("obsidian", "basic-memory"):
        full.run("export", form, f"../{form}", check=0)
        for name, data in full.files(f"{full.home}/{form}").items():
            parts = frontmatter.split(data.decode(), name)
            assert parts is not None
            front = frontmatter.parse(parts.front, name)
            assert front["type"] and (form == "obsidian" or front["title"] and front["permalink"]), name


def test_no_cell_is_a_formula(box: Box) -> None:
    for at, title in enumerate(("=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "plain, \"quoted\"")):
        box.write(f"{at}.md", f"---\ntitle: {json.dumps(title)}\ncreated: 2026-11-2{at}\n---\n{title}\nline\n")
    box.write("tab.md", "---\ntitle: t\ntags: [=a]\ncreated: 2027-01-01\n---\n＝1\n")
    rows = list(csv.DictReader(io.StringIO(box.run("export", "csv", check=0).data.decode(), newline="")))
    assert [row["title"][:2] for row in rows] == ["'=", "'+", "'-", "'@", "pl", "t"]
    assert rows[-1]["tags"] == "'=a" and rows[-1]["body"] == "'＝1" and rows[4]["body"] == 'plain, "quoted"\nline'
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())


def test_chats_take_turns_and_begin_with_the_user(box: Box) -> None:
    box.write("talk.md", "---\ntype: event\ntitle: Talk\ncreated: 2026-01-01\n---\n> Ada: before\n\n**Assistant:** hello ^m0\n\n**Ada:** How do I `x`? ^m1\n\n"
                         "**Ada:** And y? ^m2\n\n**Assistant:** Like so:\n\n```\n**no:** turn\n```\n\nDone. ^m3\n\n**Ada:** thanks ^m4\n")
    box.write("three.md", "---\ntype: event\ncreated: 2026-01-02\n---\n**A:** 1\n\n**B:** 2\n\n**C:** 3\n")
    box.write("people.md", "---\ntype: event\ncreated: 2026-01-03\n---\n**Lena:** Up? ^a\n\n**Marcus:** Since Sunday. ^b\n")
    box.write("fact.md", "---\ntype: fact\ntitle: Colour of the shed\ncreated: 2026-01-04\n---\nGreen.\n")
    box.write("old.md", "---\ntype: fact\ntitle: Colour of the door\ncreated: 2026-01-04\nvalid_to: 2026-02-01\n---\nRed.\n")
    box.write("bare.md", "---\ntype: fact\ncreated: 2026-01-05\n---\nSays itself\n")
    chats = [[(turn["role"], turn["content"]) for turn in json.loads(line)["messages"]] for line in box.run("export", "sft", check=0).out.splitlines()]
    assert chats[1:] == [[("user", "Up?"), ("assistant", "Since Sunday.")], [("user", "Colour of the shed"), ("assistant", "Green.")]]
    assert chats[0][0] == ("user", "How do I `x`?\n\nAnd y?") and len(chats[0]) == 2 and chats[0][1][1].startswith("Like so:")
    assert "**no:** turn" in chats[0][1][1] and "^m" not in json.dumps(chats)


def test_two_exports_at_once(full: Box) -> None:
    started = [subprocess.Popen([MEM, "export", "obsidian", "../same"], cwd=full.vault, env=full.env, stderr=subprocess.PIPE) for _ in range(3)]
    for one in started:
        one.communicate()
    assert sorted(one.returncode for one in started)[0] == 0 and all(one.returncode in (0, 4) for one in started)
    full.run("export", "obsidian", "../alone", check=0)
    assert full.files(f"{full.home}/same") == full.files(f"{full.home}/alone")
    assert not [name for name in os.listdir(full.home) if name.endswith(".mem-tmp")]
