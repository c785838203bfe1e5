"""Does undo bring back every byte, and nothing a person did since? And what do log, diff and --at say about how it was?"""

from __future__ import annotations

import os

import pytest
from box import Box, Result

TEXT = "---\n# mine\ntitle: 'The old borogove'\ntags: [ a,  b ]\nid: 01jdbq4m9x3t5v7n2k8c6r0wze\n---\nfirst  line\t\n\n\nlast line, no end"
NOTE = "notes/My old note.md"
ID = "01jdbq4m9x3t5v7n2k8c6r0wze"


@pytest.fixture
def noted(bare: Box) -> Box:
    """A vault that adopted one entry with formatting of its own."""
    bare.write(NOTE, TEXT)
    return bare.init()


def at(day: int) -> dict[str, str]:
    return {"MEM_NOW": f"2026-03-{day:02d}T12:00:00Z"}


COMMANDS = [
    ("add", "mem add 'a new thought' --type fact"),
    ("set", f"mem set {ID} tags+=c importance=0.9 title=New"),
    ("edit", f"EDITOR='sed -i s/first/second/' mem edit {ID}"),
    ("forget", f"mem forget {ID} --reason 'not needed'"),
    ("ingest", 'mem ingest locomo "$FIXTURES/ingest/conversation.locomo.json"'),
    ("config", "mem config add.type fact"),
]


@pytest.mark.parametrize(("verb", "line"), COMMANDS)
def test_undo_brings_every_file_back_to_its_bytes(noted: Box, verb: str, line: str) -> None:
    before, folders = noted.files(), noted.sh("find . -type d -not -path './.*'").out
    noted.sh(line)
    assert noted.files() != before
    assert noted.json("log")["commits"][0]["verb"] == verb
    noted.run("undo", check=0)
    assert noted.files() == before
    assert noted.sh("find . -type d -not -path './.*'").out == folders
    noted.sound()


def test_undo_of_restore_puts_the_tombstone_back(noted: Box) -> None:
    noted.run("forget", ID, check=0)
    before = noted.files()
    noted.run("restore", ID, check=0)
    assert noted.files() != before
    noted.run("undo", check=0)
    assert noted.files() == before


def test_undo_of_a_set_of_several_entries_brings_back_all(noted: Box) -> None:
    other = noted.run("add", "another", check=0).out.split()[0]
    before = noted.files()
    noted.run("set", ID, other, "state=long", check=0)
    noted.run("undo", check=0)
    assert noted.files() == before


def test_search_follows_an_undo(noted: Box) -> None:
    noted.run("add", "mimsy", check=0)
    assert len(noted.found("mimsy")) == 1
    noted.run("undo", check=0)
    assert noted.found("mimsy") == []


def test_an_undone_ingest_can_be_run_again(noted: Box) -> None:
    line = 'mem ingest locomo "$FIXTURES/ingest/conversation.locomo.json"'
    noted.sh(line)
    before = noted.files()
    noted.run("undo", check=0)
    assert noted.sh(line).out.startswith("6 added, 0 there already")
    assert sorted(noted.files()) == sorted(before)


def test_undo_again_walks_back_command_by_command(noted: Box) -> None:
    states = [noted.files()]
    for line in ("mem add one", f"mem set {ID} tags+=c", f"mem forget {ID}", f"mem restore {ID}"):
        noted.sh(line)
        states.append(noted.files())
    for state in reversed(states[:-1]):
        noted.run("undo", check=0)
        assert noted.files() == state
    result = noted.run("undo", check=1)
    assert "nothing left to undo" in result.err
    assert noted.files() == states[0]


def test_naming_an_undo_takes_the_undo_back(noted: Box) -> None:
    noted.run("set", ID, "tags+=c", check=0)
    changed = noted.files()
    noted.run("undo", check=0)
    noted.run("undo", noted.git("rev-parse", "--short", "HEAD").strip(), check=0)
    assert noted.files() == changed


def test_an_earlier_command_can_be_named(noted: Box) -> None:
    noted.run("add", "one", check=0)
    after_one = noted.files()
    path = noted.run("add", "two", check=0).out.split()[1]
    commit = noted.json("log")["commits"][1]["commit"]
    noted.run("undo", commit[:10], check=0)
    assert path in noted.files()
    assert len(noted.files()) == len(after_one)
    assert noted.run("list", "--format", "{title}\n").out.split() == ["two", "The", "old", "borogove"]


def refused(box: Box, status: int, *words: str) -> Result:
    before, head = box.files(), box.git("rev-parse", "HEAD")
    result = box.run("undo", *words, check=status)
    assert (box.files(), box.git("rev-parse", "HEAD")) == (before, head)
    assert [line.partition(":")[0] for line in result.err.splitlines()] == ["mem", "hint"]
    return result


def test_undo_is_refused_where_a_hand_edited_since(noted: Box) -> None:
    noted.run("set", ID, "tags+=c", check=0)
    noted.write(NOTE, noted.read(NOTE) + b"by hand\n")
    assert NOTE in refused(noted, 16).err


def test_one_edited_file_keeps_the_whole_command_from_being_undone(noted: Box) -> None:
    path = noted.run("add", "another", check=0).out.split()[1]
    noted.run("set", ID, path, "state=long", check=0)
    noted.write(path, noted.read(path) + b"by hand\n")
    assert path in refused(noted, 16).err


def test_a_command_under_a_later_one_is_not_undone(noted: Box) -> None:
    noted.run("set", ID, "tags+=c", check=0)
    noted.run("set", ID, "tags+=d", check=0)
    refused(noted, 16, "HEAD~1")


def test_an_edit_of_another_file_does_not_stand_in_the_way(noted: Box) -> None:
    path = noted.run("add", "another", check=0).out.split()[1]
    noted.write(NOTE, TEXT + "by hand\n")
    noted.run("undo", check=0)
    assert not os.path.exists(noted.path(path))
    assert noted.read(NOTE) == (TEXT + "by hand\n").encode()


def test_undo_keeps_the_edit_that_a_hand_made_before_the_command(noted: Box) -> None:
    noted.write(NOTE, TEXT + "by hand\n")
    noted.run("set", ID, "tags+=c", check=0)
    noted.run("undo", check=0)
    assert noted.read(NOTE) == (TEXT + "by hand\n").encode()


@pytest.mark.parametrize(("words", "status"), [((), 1), (("HEAD",), 2), (("nonsense",), 2), (("HEAD~50",), 2)])
def test_what_cannot_be_undone_is_said(noted: Box, words: tuple[str, ...], status: int) -> None:
    refused(noted, status, *words)


def test_a_persons_own_commit_is_not_undone(noted: Box) -> None:
    noted.write(NOTE, "mine\n")
    noted.git("commit", "-qam", "by hand")
    refused(noted, 2, "HEAD")
    refused(noted, 1)


@pytest.fixture
def aged(noted: Box) -> Box:
    """The entry changed on the 10th and forgotten on the 20th of March 2026, after an adoption on the first."""
    noted.git("update-ref", "-d", "HEAD")
    noted.sh("rm -rf .git .mem .gitattributes")
    noted.run("init", ".", env=at(1), check=0)
    noted.run("set", ID, "tags+=c", env=at(10), check=0)
    noted.run("forget", ID, env=at(20), check=0)
    return noted


def test_show_at_a_date_or_revision_prints_the_bytes_of_then(aged: Box) -> None:
    assert aged.run("show", ID, "--at", "2026-03-09", check=0).data == TEXT.encode()
    assert aged.run("show", NOTE, "--at", "HEAD~2", check=0).data == TEXT.encode()
    then = aged.run("show", ID, "--at", "2026-03-10", check=0).data
    assert then == TEXT.replace("[ a,  b ]", "[ a,  b, c ]").encode()
    assert aged.run("show", ID, "--at", "2026-03-20T11:59:59Z", check=0).data == then
    assert aged.run("show", ID, "--at", "2026-03-20", check=0).data == aged.read(NOTE)


def test_before_the_first_commit_there_was_nothing(aged: Box) -> None:
    result = aged.run("show", ID, "--at", "2026-02-28", check=1)
    assert result.out == "" and "2026-02-28" in result.err


def test_restore_at_a_date_brings_back_the_bytes_of_then_and_can_be_undone(aged: Box) -> None:
    tombstone = aged.read(NOTE)
    aged.run("restore", ID, "--at", "2026-03-09", check=0)
    assert aged.read(NOTE) == TEXT.encode()
    assert aged.found("borogove") == [NOTE]
    aged.run("undo", check=0)
    assert aged.read(NOTE) == tombstone


def test_restore_at_does_not_lose_what_a_hand_wrote_meanwhile(aged: Box) -> None:
    aged.write(NOTE, TEXT + "by hand\n")
    aged.run("restore", ID, "--at", "2026-03-10", check=0)
    aged.run("undo", check=0)
    assert aged.read(NOTE) == (TEXT + "by hand\n").encode()


def test_an_entry_is_shown_as_it_was_under_another_path(aged: Box) -> None:
    aged.run("restore", ID, check=0)
    os.rename(aged.path(NOTE), aged.path("moved.md"))
    assert aged.run("show", ID, "--at", "2026-03-09", check=0).data == TEXT.encode()


def test_log_of_an_entry_tells_its_commits_and_no_others(aged: Box) -> None:
    aged.run("add", "another", env=at(21), check=0)
    assert [(record["verb"], record["date"][:10]) for record in aged.json("log", ID)["commits"]] == [
        ("forget", "2026-03-20"), ("set", "2026-03-10"), ("init", "2026-03-01")]
    assert [record["verb"] for record in aged.json("log", "-n", "2")["commits"]] == ["add", "forget"]


def test_diff_shows_edits_by_hand_and_new_files(noted: Box) -> None:
    assert noted.run("diff", check=0).out == ""
    noted.write(NOTE, TEXT.replace("first", "second"))
    noted.write("new.md", "mimsy\n")
    lines = noted.run("diff", check=0).out.splitlines()
    assert {"-first  line\t", "+second  line\t", "+mimsy"} <= set(lines)
    assert "+mimsy" not in noted.run("diff", ID, check=0).out


def test_diff_between_dates_and_revisions_shows_what_changed_between_them(aged: Box) -> None:
    for old, new in (("2026-03-01", "2026-03-15"), ("HEAD~2", "HEAD~1")):
        lines = aged.run("diff", "--from", old, "--to", new, check=0).out.splitlines()
        assert {"-tags: [ a,  b ]", "+tags: [ a,  b, c ]"} <= set(lines)
        assert "-first  line\t" not in lines
    assert "-first  line\t" in aged.run("diff", "--from", "2026-03-15", check=0).out


def test_a_sync_is_passed_over_and_not_taken_back(box: Box) -> None:
    mine = box.run("add", "My own borogove.", check=0).out.split()[1]
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git && mem sync && git clone -q ../hub.git ../two")
    theirs = box.sh("cd ../two && mem --vault . init . >/dev/null 2>&1; mem --vault . add 'Another mimsy.' && mem --vault . sync").out.split()[1]
    box.run("set", mine, "tags+=x", check=0)
    box.run("sync", check=0)
    commit, tree = box.git("rev-parse", "HEAD").strip(), box.files()
    assert box.json("log")["commits"][0]["verb"] == "sync"
    failed = box.run("undo", commit, check=17)
    assert "others" in failed.err and box.files() == tree
    listed = box.git("log", "--format=%h %s", f"{commit}^..{commit}")
    assert "mem(add)" in listed, "what the hint names lists their commands"
    assert "mem(set)" in box.run("undo", check=0).err and box.read(theirs) == tree[theirs] and b"tags" not in box.read(mine)
    assert "mem(add)" in box.run("undo", check=0).err and not os.path.exists(box.path(mine)), "the one before it"
    revision = next(line.split()[0] for line in listed.splitlines() if "mem(add)" in line)
    box.run("undo", revision, check=0)
    assert not os.path.exists(box.path(theirs))
    box.run("undo", check=1)
