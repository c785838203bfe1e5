"""What happens to a folder of markdown, or a repository, that becomes a vault? Nothing that was there changes."""

from __future__ import annotations

import os
import unicodedata

import pytest
from box import Box

FOLDER = {
    "plain.md": b"# Plain\n\nno front matter, no final line end",
    "crlf.md": b"---\r\ntitle: Windows\r\n---\r\nborogove in CRLF\r\n",
    "bom.md": b"\xef\xbb\xbf---\ntitle: Marked\n---\nborogove after a mark\n",
    "empty.md": b"",
    "broken.md": b"---\ntitle: [unclosed\n---\nborogove below broken front matter\n",
    "latin1.md": b"borogove caf\xe9\n",
    "lone-cr.md": b"borogove\rold mac\r",
    "odd names/# 50% \"of\" [it], 'so' & more?.md": b"borogove\n",
    "odd names/-rf.md": b"borogove\n",
    "odd names/Größe 日本 👍.md": b"borogove\n",
    "odd names/" + unicodedata.normalize("NFD", "é") + ".md": b"borogove\n",
    "picture.png": b"\x89PNG\r\n\x1a\n\x00",
    ".obsidian/app.json": b'{"promptDelete": false}\r\n',
    ".obsidian/plugins/x/README.md": b"borogove: no entry\n",
}


def fill(box: Box) -> dict[str, bytes]:
    for name, data in FOLDER.items():
        box.write(name, data)
    return box.files()


def without_mems_own(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path not in (".gitattributes", ".mem/config.yaml", ".mem/.gitignore")}


def test_no_byte_of_a_folder_changes_when_it_becomes_a_vault(bare: Box) -> None:
    before = fill(bare)
    stamps = {path: os.stat(bare.path(path)).st_mtime_ns for path in before}
    bare.run("init", ".", check=0)
    assert without_mems_own(bare.files()) == before
    assert {path: os.stat(bare.path(path)).st_mtime_ns for path in before} == stamps


def test_searching_and_checking_an_adopted_folder_changes_no_byte_of_it(bare: Box) -> None:
    before = fill(bare)
    bare.run("init", ".", check=0)
    bare.run("search", "borogove", check=0)
    bare.run("list", check=0)
    bare.run("doctor", "--fix")
    bare.run("index", "--rebuild", check=0)
    assert without_mems_own(bare.files()) == before


def test_every_markdown_file_outside_hidden_folders_is_found_by_its_text(bare: Box) -> None:
    before = fill(bare)
    bare.run("init", ".", check=0)
    wanted = [path for path, data in before.items() if b"borogove" in data and not path.startswith(".obsidian")]
    assert sorted(bare.found("borogove")) == sorted(wanted)


def test_history_holds_adopted_files_byte_for_byte(bare: Box) -> None:
    fill(bare)
    bare.run("init", ".", check=0)
    for name in ("crlf.md", "bom.md", "latin1.md", "lone-cr.md", "odd names/Größe 日本 👍.md"):
        assert bare.call(["git", "cat-file", "blob", f"HEAD:{name}"]).data == FOLDER[name], name
    assert bare.git("status", "--porcelain", "--untracked-files=no") == ""


def test_files_that_are_no_markdown_stay_out_of_history(bare: Box) -> None:
    fill(bare)
    bare.run("init", ".", check=0)
    tracked = bare.git("ls-files", "-z").split("\0")
    assert not [path for path in tracked if path.startswith(".obsidian") or path.endswith(".png")]


def test_an_entry_without_id_gets_one_with_its_first_write_and_keeps_all_else(bare: Box) -> None:
    bare.write("My note.md", "---\nmine: 'x'  # why\ntags: [a]\n---\n\nbody\twith  spaces \n")
    bare.run("init", ".", check=0)
    derived = bare.json("show", "My note.md")["id"]
    bare.run("set", "My note.md", "tags+=b", check=0)
    assert bare.read("My note.md").decode() == f"---\nmine: 'x'  # why\nid: {derived}\ntags: [a, b]\n---\n\nbody\twith  spaces \n"
    assert bare.json("show", derived)["path"] == "My note.md"


def test_an_entry_without_id_is_shown_by_its_path_and_listed_with_an_id_that_names_it(bare: Box) -> None:
    bare.write("a b/Öl.md", "plain text\n")
    bare.run("init", ".", check=0)
    assert bare.run("show", "a b/Öl.md", check=0).data == b"plain text\n"
    listed = bare.run("list", "--format", "{id} {path}\n").out.split(" ", 1)
    assert listed[1] == "a b/Öl.md\n"
    assert bare.run("show", listed[0], check=0).data == b"plain text\n"


def test_two_spellings_of_one_name_are_two_entries(bare: Box) -> None:
    paths = [unicodedata.normalize(form, "café.md") for form in ("NFC", "NFD")]
    for path in paths:
        bare.write(path, f"borogove {len(path)}\n")
    bare.run("init", ".", check=0)
    rows = {row["path"]: row["id"] for row in bare.json("list")["entries"]}
    assert sorted(rows) == sorted(paths) and len(set(rows.values())) == 2
    bare.run("set", rows[paths[1]], "tags+=x", check=0)
    assert bare.json("show", paths[1])["tags"] == ["x"] and bare.read(paths[0]) == b"borogove 7\n"
    bare.sound()


def test_an_id_made_of_a_path_that_another_file_has_is_reported(bare: Box) -> None:
    bare.write("day.md", "monday\n")
    bare.run("init", ".", check=0)
    bare.run("set", "day.md", "tags+=x", check=0)
    os.rename(bare.path("day.md"), bare.path("a.md"))
    bare.write("day.md", "tuesday\n")
    problems = bare.json("doctor", check=3)["problems"]
    assert [(problem["code"], problem["path"]) for problem in problems] == [("duplicate-id", "day.md")]
    assert "a.md" in problems[0]["message"]


def test_a_file_without_front_matter_keeps_its_text_when_it_gets_some(bare: Box) -> None:
    bare.write("plain.md", b"# Plain\n\nno final line end")
    bare.run("init", ".", check=0)
    bare.run("set", "plain.md", "importance=0.5", check=0)
    front, _, text = bare.read("plain.md").partition(b"---\n")[2].partition(b"---\n")
    assert text == b"# Plain\n\nno final line end"
    assert b"importance: 0.5\n" in front


def test_init_again_is_harmless(bare: Box) -> None:
    fill(bare)
    bare.run("init", ".", check=0)
    before, head = bare.files(), bare.git("rev-parse", "HEAD")
    again = bare.run("init", ".", check=0)
    assert "already a vault" in again.err
    assert (bare.files(), bare.git("rev-parse", "HEAD")) == (before, head)


def test_init_again_puts_back_only_what_is_missing(bare: Box) -> None:
    before = fill(bare)
    bare.run("init", ".", check=0)
    all_files = bare.files()
    bare.write(".mem/config.yaml", "format: 1\nsearch:\n  limit: 7\n")
    os.unlink(bare.path(".mem/.gitignore"))
    bare.run("init", ".", check=0)
    assert bare.files() == {**all_files, ".mem/config.yaml": b"format: 1\nsearch:\n  limit: 7\n"}
    assert without_mems_own(bare.files()) == before


@pytest.fixture
def project(bare: Box) -> Box:
    """A repository with two commits, settings of its own, staged, unstaged and untracked work, and no vault yet."""
    bare.git("init", "-q", "-b", "trunk")
    bare.write(".gitattributes", "*.md text\n*.bin binary\n")
    bare.write(".gitignore", "*.tmp\n.mem\n")
    bare.write("a.md", "first\n")
    bare.git("add", "-A")
    bare.git("commit", "-qm", "one")
    bare.write("b.md", "second\r\n")
    bare.git("add", "-A")
    bare.git("commit", "-qm", "two")
    bare.write("a.md", "staged\n")
    bare.git("add", "a.md")
    bare.write("a.md", "staged and edited\n")
    bare.write("new.md", "untracked\n")
    return bare


def test_a_repository_keeps_its_history_and_staged_work_stays_staged(project: Box) -> None:
    commits, staged = project.git("log", "--format=%H"), project.git("ls-files", "-s", "a.md", "b.md")
    project.run("init", ".", check=0)
    assert project.git("log", "--format=%H").endswith(commits)
    assert project.git("ls-files", "-s", "a.md", "b.md") == staged
    assert project.git("diff", "--cached", "--name-only", "--", "*.md") == "a.md\n"
    assert project.git("show", "HEAD:a.md", ":a.md") == "first\nstaged\n"


def test_a_repository_keeps_its_files_and_its_branch(project: Box) -> None:
    before = project.files()
    project.run("init", ".", check=0)
    added = {path: data for path, data in project.files().items() if before.get(path) != data}
    assert sorted(added) == [".mem/.gitignore", ".mem/config.yaml"]
    assert project.git("symbolic-ref", "HEAD") == "refs/heads/trunk\n"
    assert project.git("status", "--porcelain", "a.md", "new.md") == "MM a.md\n"


def test_a_repository_adopts_what_git_neither_tracks_nor_ignores(project: Box) -> None:
    project.write("sub/crlf.md", "untracked\r\n")
    project.write("draft.tmp/ignored.md", "ignored\n")
    project.write("going.md", "still here\n")
    project.git("add", "going.md")
    project.git("commit", "-qm", "three", "--", "going.md")
    project.git("rm", "-q", "--cached", "going.md")
    before = project.files()
    said = project.json("init", ".")
    assert (said["entries"], said["adopted"]) == (6, 2)
    assert project.git("log", "-1", "--format=%s") == "mem(init): 2 entries adopted\n"
    changed = project.git("show", "--format=", "--name-only", "HEAD", "--", "*.md").split()
    assert sorted(changed) == ["new.md", "sub/crlf.md"]
    assert project.call(["git", "cat-file", "blob", "HEAD:sub/crlf.md"]).data == b"untracked\r\n"
    assert project.git("status", "--porcelain", "a.md", "new.md", "sub", "going.md").splitlines() == ["MM a.md", "D  going.md", "?? going.md"]
    assert {path: data for path, data in project.files().items() if path in before} == before


def test_what_a_repository_adopted_can_be_restored(project: Box) -> None:
    said = project.run("init", ".", check=0)
    assert "3 entries, 1 of them new to its history" in said.err
    os.unlink(project.path("new.md"))
    project.run("restore", "new.md", check=0)
    assert project.read("new.md") == b"untracked\n"


def test_init_again_adopts_nothing_more(project: Box) -> None:
    project.run("init", ".", check=0)
    project.write("later.md", "later\n")
    os.unlink(project.path(".mem/.gitignore"))
    assert project.json("init", ".")["adopted"] == 0
    assert project.git("status", "--porcelain", "later.md") == "?? later.md\n"


def test_adding_to_an_adopted_repository_commits_nothing_but_the_entry(project: Box) -> None:
    project.run("init", ".", check=0)
    path = project.run("add", "a thought", check=0).out.split()[1]
    assert project.git("show", "--format=", "--name-only", "HEAD") == path + "\n"
    assert project.git("diff", "--cached", "--name-only") == "a.md\n"
    assert project.read("a.md") == b"staged and edited\n"


def test_a_write_keeps_what_was_staged_and_edited_in_that_file(project: Box) -> None:
    """The hand's edit enters history in a commit of its own before mem changes the file."""
    project.run("init", ".", check=0)
    project.run("set", "a.md", "tags+=x", check=0)
    assert project.git("show", "HEAD~1:a.md") == "staged and edited\n"
    assert project.git("show", "HEAD:a.md") == project.read("a.md").decode()
    assert project.read("a.md").endswith(b"staged and edited\n")


def test_a_repository_without_a_commit_becomes_a_vault(bare: Box) -> None:
    bare.git("init", "-q", "-b", "trunk")
    bare.write("a.md", "one borogove\n")
    bare.git("add", "a.md")
    bare.run("init", ".", check=0)
    assert bare.git("diff", "--cached", "--name-only") == "a.md\n"
    assert bare.found("borogove") == ["a.md"]


def outer(bare: Box) -> str:
    """A repository around the vault's folder, with staged work; returns its folder."""
    bare.git("init", "-q", bare.home)
    bare.write("../code.txt", "code\n")
    bare.sh("git add code.txt && git -c user.name=a -c user.email=a@example.org commit -qm code", cwd=bare.home)
    bare.write("../code.txt", "staged\n")
    bare.sh("git add code.txt", cwd=bare.home)
    bare.write("note.md", "a borogove\n")
    return bare.home


def state_of(box: Box, folder: str) -> str:
    line = "git rev-parse HEAD; git for-each-ref; git ls-files -s; git status --porcelain; git count-objects; cat .git/config"
    return box.sh(line, cwd=folder).out


def test_a_folder_inside_another_repository_gets_its_own_and_the_outer_one_is_untouched(bare: Box) -> None:
    around = outer(bare)
    before = state_of(bare, around)
    bare.run("init", ".", check=0)
    bare.run("add", "inside", check=0)
    bare.run("set", "note.md", "tags+=x", check=0)
    bare.run("undo", check=0)
    assert state_of(bare, around) == before
    assert bare.git("rev-parse", "--show-toplevel").strip() == os.path.realpath(bare.vault)
    assert bare.git("log", "--format=%s").splitlines()[-1] == "mem(init): 1 entry adopted"


def test_files_that_the_outer_repository_tracks_stay_tracked_there(bare: Box) -> None:
    around = outer(bare)
    bare.sh("git add -f vault/note.md && git -c user.name=a -c user.email=a@example.org commit -qm note", cwd=around)
    line = "git rev-parse HEAD; git ls-files -s; git status --porcelain -uno"
    before = bare.sh(line, cwd=around).out
    bare.run("init", ".", check=0)
    assert bare.sh(line, cwd=around).out == before
    assert bare.git("ls-files", "note.md") == "note.md\n"


def test_a_detached_repository_is_refused_and_nothing_is_left_in_it(project: Box) -> None:
    project.git("checkout", "-q", "--detach")
    before = (project.files(), sorted(os.listdir(project.vault)))
    result = project.run("init", ".", check=4)
    assert len(result.err.splitlines()) == 2 and "detached HEAD" in result.err
    assert (project.files(), sorted(os.listdir(project.vault))) == before
