"""What is left of an entry that is forgotten, deleted or purged, and what comes back?"""

from __future__ import annotations

import os

import pytest
from box import Box

ODD = "---\n# mine\ntitle: 'Old'\nid: 01jdbq4m9x3t5v7n2k8c6r0wze\n---\nA  zyzzyva\t\n\nlast line, no end"
WORD = "zyzzyva"


def traces(box: Box, word: str = WORD) -> list[str]:
    """Where a word still is: files of the vault as they lie on disk, `.git` and `.mem` too, and what git's objects and reflogs hold."""
    found = box.sh(f"grep -rail -e {word} . ; ls -R .git .mem | grep -ai {word}", check=None).out.splitlines()
    objects = box.call(["git", "cat-file", "--batch-all-objects", "--batch", "--unordered"], check=0).data
    return [*found, *(["an object"] if word.encode() in objects.lower() else [])]


def forgotten(box: Box) -> str:
    """Adds an entry about the word and forgets it; returns its path."""
    id_, path = box.run("add", f"A {WORD} in the grass", "--title", "Weevil", check=0).out.split()
    box.run("forget", id_, "--reason", "gone", check=0)
    return path


def test_forget_leaves_a_tombstone_without_the_text(box: Box) -> None:
    path = forgotten(box)
    assert WORD.encode() not in box.read(path)
    entry = box.json("show", path)
    assert (entry["state"], entry["title"]) == ("forgotten", "Weevil")
    assert b"\nreason: gone\n" in box.read(path)


def test_a_text_edited_by_hand_below_a_forgotten_state_is_what_comes_back(box: Box) -> None:
    path = box.json("add", "first text")["path"]
    box.run("set", path, "state=forgotten", "reason=dull", check=0)
    edited = box.read(path).replace(b"first text", b"edited text")
    box.write(path, edited)
    restored = box.run("restore", path, check=0)
    assert box.read(path) == edited.replace(b"state: forgotten", b"state: short").replace(b"reason: dull\n", b"")
    assert "keeps the text that is in it" in restored.err and "--at DATE" in restored.err
    box.sound()


def test_a_text_added_by_hand_to_a_tombstone_is_not_dropped(box: Box) -> None:
    path = forgotten(box)
    tombstone = box.read(path)
    box.write(path, tombstone + b"one last thing\n")
    box.run("restore", path, check=0)
    assert box.read(path) == (tombstone + b"one last thing\n").replace(b"state: forgotten", b"state: short").replace(b"reason: gone\n", b"")
    box.run("restore", path, "--at", "HEAD~3", check=0)
    assert WORD.encode() in box.read(path)


def test_doctor_names_a_forgotten_file_that_holds_text_and_forget_empties_it(box: Box) -> None:
    path = box.json("add", "first text", "--title", "Thoughts")["path"]
    box.run("set", path, "state=forgotten", check=0)
    assert [(problem["code"], problem["path"]) for problem in box.json("doctor", check=3)["problems"]] == [("forgotten-text", path)]
    box.run("forget", path, check=0)
    assert b"first text" not in box.read(path)
    box.sound()
    box.run("forget", path, check=2)
    box.run("restore", path, check=0)
    assert box.read(path).endswith(b"first text\n") and box.json("show", path)["state"] == "short"


def test_search_and_list_pass_over_what_is_forgotten(box: Box) -> None:
    path = forgotten(box)
    assert box.found(WORD) == [] and box.found("weevil") == []
    assert box.run("search", WORD).status == 1
    assert path not in box.run("list").out
    assert box.run("list", "--state", "forgotten", "--format", "{path}\n").out == path + "\n"


def test_a_forgotten_entry_is_not_forgotten_again(box: Box) -> None:
    path = forgotten(box)
    before = box.files()
    assert "mem restore" in box.run("forget", path, check=2).err
    assert box.files() == before


TEXTS = [ODD.encode(), ODD.encode().replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + ODD.encode(), b"no front matter, zyzzyva"]


@pytest.mark.parametrize("data", TEXTS, ids=["LF", "CRLF", "BOM", "plain"])
def test_restore_brings_back_every_byte(bare: Box, data: bytes) -> None:
    bare.write("My note.md", data)
    bare.init()
    bare.run("forget", "My note.md", check=0)
    assert bare.found(WORD) == []
    bare.run("restore", "My note.md", check=0)
    assert bare.read("My note.md") == data
    assert bare.found(WORD) == ["My note.md"]


def test_restore_brings_back_what_a_hand_wrote_just_before_forgetting(box: Box) -> None:
    id_, path = box.run("add", "text", check=0).out.split()
    data = box.read(path) + b"never committed\n"
    box.write(path, data)
    box.run("forget", id_, check=0)
    box.run("restore", id_, check=0)
    assert box.read(path) == data


@pytest.mark.parametrize("commit", [False, True])
@pytest.mark.parametrize("by", ["path", "end of id", "id"])
def test_restore_brings_back_a_file_that_was_deleted(box: Box, by: str, commit: bool) -> None:
    id_, path = box.run("add", f"A {WORD}", check=0).out.split()
    name = {"path": path, "end of id": id_, "id": box.json("show", id_)["id"]}[by]
    data = box.read(path)
    os.unlink(box.path(path))
    if commit:
        box.git("commit", "-qam", "deleted")
    box.run("restore", name, check=0)
    assert box.read(path) == data
    assert box.found(WORD) == [path]


def test_a_file_with_a_name_of_its_own_that_was_deleted_comes_back_by_its_id(bare: Box) -> None:
    bare.write("My note.md", ODD)
    bare.init()
    os.unlink(bare.path("My note.md"))
    bare.run("restore", "01jdbq4m", check=0)
    assert bare.read("My note.md") == ODD.encode()


def test_an_entry_that_is_named_twice_is_meant_once(box: Box) -> None:
    id_, path = box.run("add", f"A {WORD}", check=0).out.split()
    data = box.read(path)
    for words in (("set", id_, path, "tags+=x"), ("forget", id_, path), ("restore", id_, path)):
        assert box.run(*words, check=0).out.count(path) == 1, words
    assert box.read(path) != data
    box.sound()
    assert box.run("purge", id_, path, "--yes", check=0).out.count(path) == 1


def test_an_entry_with_broken_front_matter_is_forgotten_and_comes_back(box: Box) -> None:
    box.write("broken.md", f"---\ntitle: [x\n---\nA {WORD}\n")
    box.run("forget", "broken.md", check=0)
    assert box.found(WORD) == []
    box.run("restore", "broken.md", check=0)
    assert box.read("broken.md") == f"---\ntitle: [x\n---\nA {WORD}\n".encode()


def test_what_is_there_is_not_restored(box: Box) -> None:
    path = box.run("add", "text", check=0).out.split()[1]
    before = box.files()
    assert "neither forgotten nor deleted" in box.run("restore", path, check=2).err
    assert box.run("restore", "nonesuch", check=1).err.count("\n") == 2
    assert box.files() == before


def purgeable(box: Box) -> str:
    """An entry that has left its word in titles, texts, messages, reasons, branches, tags and packs; returns its path."""
    id_, path = box.run("add", f"A {WORD}", "--title", f"On the {WORD}", check=0).out.split()
    box.run("set", id_, f"tags+={WORD}", check=0)
    box.git("branch", "old")
    box.git("tag", "-a", "-m", "tagged", "v1")
    box.git("gc", "-q")
    box.write(path, box.read(path) + f"another {WORD}\n".encode())
    box.run("set", id_, f"key=insect/{WORD}", check=0)
    box.run("forget", id_, "--reason", f"enough of the {WORD}", check=0)
    box.run("undo", check=0)
    box.run("search", WORD, check=0)
    return path


def test_purge_takes_a_word_out_of_every_object_and_file(box: Box) -> None:
    path = purgeable(box)
    assert "an object" in traces(box)
    box.run("purge", path, "--yes", check=0)
    assert traces(box) == []
    assert box.found(WORD) == []
    box.sound()


def test_purge_of_a_forgotten_or_deleted_entry(box: Box) -> None:
    box.run("purge", forgotten(box), "--yes", check=0)
    path = box.run("add", f"A {WORD}", check=0).out.split()[1]
    os.unlink(box.path(path))
    box.run("purge", path, "--yes", check=0)
    assert traces(box) == []


def test_purge_finds_the_paths_that_an_entry_had_before(box: Box) -> None:
    path = purgeable(box)
    os.makedirs(box.path("elsewhere"))
    box.git("mv", path, "elsewhere/an odd 'name' é.md")
    box.git("commit", "-qam", f"move the {WORD}")
    box.run("purge", "elsewhere/an odd 'name' é.md", "--yes", check=0)
    assert traces(box) == []


@pytest.mark.parametrize("name", ['with "quotes" \\ and é.md', "a b/日本 👍.md", "tab\there.md"])
def test_purge_reaches_files_of_any_name(bare: Box, name: str) -> None:
    bare.write(name, f"A {WORD}\n")
    bare.init()
    bare.run("purge", name, "--yes", check=0)
    assert traces(bare) == []
    assert name not in bare.files()


def test_purge_keeps_the_files_and_the_history_of_all_others(box: Box) -> None:
    other = box.run("add", "a mimsy borogove", check=0).out.split()[1]
    path = purgeable(box)
    box.run("set", other, path, "importance=0.3", check=0)
    files = {name: data for name, data in box.files().items() if name != path}
    told = [(record["subject"], record["date"], record["run"]) for record in box.json("log", other)["commits"]]
    blobs = box.git("log", "--format=", "--raw", "--no-abbrev", "--", other)
    box.run("purge", path, "--yes", check=0)
    assert box.files() == files
    assert [(record["subject"], record["date"], record["run"]) for record in box.json("log", other)["commits"]] == told
    assert box.git("log", "--format=", "--raw", "--no-abbrev", "--", other) == blobs
    assert box.git("for-each-ref", "--format=%(refname)") == "refs/heads/main\nrefs/heads/old\nrefs/tags/v1\n"


def test_purge_keeps_the_history_of_another_entry_at_the_same_path(box: Box) -> None:
    gone, kept = box.json("add", f"about the {WORD}", "--title", "Gone")["path"], box.json("add", "about a mimsy borogove")["path"]
    os.rename(box.path(gone), box.path("old.md"))
    os.rename(box.path(kept), box.path(gone))
    box.git("add", "-A")
    box.git("commit", "-qm", "moved")
    box.run("set", gone, "importance=0.3", check=0)
    staying = box.read(gone)
    box.run("purge", "old.md", "--yes", check=0)
    assert traces(box) == [] and box.read(gone) == staying and "old.md" not in box.files()
    assert "borogove" in box.run("show", gone, "--at", "HEAD~2", check=0).out
    assert box.git("status", "--porcelain") == ""
    box.sound()


def test_purge_leaves_no_commit_graph_that_names_what_is_gone(box: Box) -> None:
    path = purgeable(box)
    box.git("commit-graph", "write", "--reachable")
    box.run("purge", path, "--yes", check=0)
    box.sound()


def test_purge_keeps_what_only_quotes_the_id(box: Box) -> None:
    made = box.json("add", f"about the {WORD}")
    quoting = box.json("add", f"An example:\n\nid: {made['id']}\n", "--title", "How ids look")["path"]
    before = box.git("log", "--format=", "--raw", "--no-abbrev", "--", quoting)
    box.run("purge", made["id"], "--yes", check=0)
    assert traces(box) == [] and box.git("log", "--format=", "--raw", "--no-abbrev", "--", quoting) == before != ""


def test_purge_leaves_staged_and_unstaged_work_alone(box: Box) -> None:
    path = purgeable(box)
    box.write("staged.md", "staged\n")
    box.git("add", "staged.md")
    box.write("untracked.md", "untracked\n")
    box.run("purge", path, "--yes", check=0)
    assert box.git("status", "--porcelain") == "A  staged.md\n?? untracked.md\n"
    assert box.git("show", ":staged.md") == "staged\n"


def test_purge_without_a_yes_and_without_a_terminal_is_refused(box: Box) -> None:
    path = purgeable(box)
    before, refs = box.files(), box.git("for-each-ref")
    result = box.run("purge", path, input="yes\n", check=17)
    assert path in result.err and "--yes" in result.err
    os.unlink(box.path(path))
    assert path in box.run("purge", path, check=17).err, "one that was deleted can be purged too"
    box.write(path, before[path])
    assert (box.files(), box.git("for-each-ref")) == (before, refs)


def test_purge_says_what_it_cannot_reach(box: Box) -> None:
    told = box.run("purge", forgotten(box), "--yes", check=0).err
    assert all(word in told for word in ("clones", "remotes", "backups"))


def test_purge_is_refused_while_a_stash_may_hold_the_text(box: Box) -> None:
    path = purgeable(box)
    box.write(path, box.read(path) + b"stashed\n")
    box.git("stash", "-q")
    refs = box.git("for-each-ref")
    assert "stash" in box.run("purge", path, "--yes", check=17).err
    assert box.git("for-each-ref") == refs


@pytest.mark.parametrize("how", ["--detach", "-b side"])
def test_purge_is_refused_while_another_work_tree_holds_the_text(box: Box, how: str) -> None:
    path = purgeable(box)
    box.sh(f"git worktree add -q {how} ../side")
    refs = box.git("for-each-ref")
    assert "/side of the same repository holds it too" in box.run("purge", path, "--yes", check=17).err
    assert box.git("for-each-ref") == refs and WORD.encode() in box.read(path)
    box.sh("rm -r ../side")
    assert "worktree prune" in box.run("purge", path, "--yes", check=17).err
    box.sh("git worktree prune; git branch -q -D side || true")
    box.run("purge", path, "--yes", check=0)
    assert traces(box) == []


def test_purge_reaches_a_branch_that_was_merged(box: Box) -> None:
    box.git("switch", "-qc", "other")
    path = box.run("add", f"A {WORD}", check=0).out.split()[1]
    box.git("switch", "-q", "main")
    kept = box.run("add", "kept", check=0).out.split()[1]
    box.git("merge", "-qm", f"merge the {WORD}", "other")
    box.run("purge", path, "--yes", check=0)
    assert traces(box) == [] and kept in box.files()
    assert box.git("rev-list", "--merges", "--count", "HEAD") == "1\n"


def test_purge_has_no_undo_and_says_how_to_go_on(box: Box) -> None:
    kept = box.run("add", "kept", check=0).out.split()[1]
    box.run("purge", purgeable(box), "--yes", check=0)
    before, head = box.files(), box.git("rev-parse", "HEAD")
    result = box.run("undo", check=17)
    assert "cannot be taken back" in result.err and "mem undo REVISION" in result.err
    assert (box.files(), box.git("rev-parse", "HEAD")) == (before, head)
    box.run("undo", box.json("log", kept)["commits"][0]["commit"], check=0)
    assert kept not in box.files()


def test_what_was_undone_before_a_purge_counts_as_undone_after_it(box: Box) -> None:
    """Rewriting gives commits new ids; the messages of undo name them."""
    gone = box.run("add", f"A {WORD}", check=0).out.split()[0]
    box.run("add", "undone", check=0)
    box.run("undo", check=0)
    box.run("purge", gone, "--yes", check=0)
    commits = {record["verb"]: record for record in reversed(box.json("log")["commits"])}
    assert commits["undo"]["undoes"] == commits["add"]["commit"]
    assert commits["add"]["subject"] == "mem(add): undone"


@pytest.mark.parametrize("point", ["journal-written", "rewritten", "committed", "pruned"])
def test_a_killed_purge_is_finished_by_the_next_command(box: Box, point: str) -> None:
    path = purgeable(box)
    assert box.run("purge", path, "--yes", env={"MEM_FAULT": f"{point}:kill"}).status == -9
    assert "finished the purge" in box.run("add", "the next one", check=0).err
    assert traces(box) == [] and not os.path.lexists(box.path(path))
    assert box.git("log", "--format=%s").count("mem(purge)") == 1
    assert "purge" not in box.run("add", "one more", check=0).err
    box.sound()


def test_a_killed_purge_takes_nothing_written_since(box: Box) -> None:
    path = "plain.md"
    box.write(path, f"A {WORD}\n")
    box.run("set", path, "tags+=x", check=0)
    box.run("purge", path, "--yes", env={"MEM_FAULT": "rewritten:kill"})
    box.write(path, "written by hand since\n")
    box.git("add", path)
    box.git("commit", "-qm", "by hand")
    assert f"{path} was edited after the purge had begun" in box.run("add", "the next one", check=0).err
    assert traces(box) == [] and box.git("show", f"HEAD:{path}") == "written by hand since\n"
    box.sound()


def test_a_killed_purge_waits_for_a_stash(box: Box) -> None:
    path = purgeable(box)
    other = box.json("add", "another")["path"]
    box.run("purge", path, "--yes", env={"MEM_FAULT": "journal-written:kill"})
    box.sh(f"echo more >> {other} && git -c user.name=a -c user.email=a@example.org stash -q")
    assert "waits to be finished: a git stash exists" in box.run("add", "the next one", check=0).err
    box.git("stash", "drop", "-q")
    assert "finished the purge" in box.run("add", "one more", check=0).err
    assert traces(box) == []
    box.sound()


@pytest.mark.parametrize("note", [b"", b"rubbish", b"{}", b'["x", "y", {}, [["a.md", "--all"]]]', b'["x", "y", 5, []]', b"[" * 5000])
def test_a_hostile_note_of_a_purge_touches_nothing(box: Box, note: bytes) -> None:
    box.run("add", "kept", check=0)
    box.write(".mem/state/purge", note)
    box.run("add", "next", check=0)
    assert len(box.git("log", "--format=%s").splitlines()) == 3 and not os.path.lexists(box.path(".mem/state/purge"))
    box.sound()
