"""What is said to a command line that means two things, names a path from below, or is one letter off?"""

from __future__ import annotations

import pytest
from box import Box


@pytest.mark.parametrize("line", [("list", "--json", "--jsonl"), ("list", "-0", "--format", "{id}"), ("search", "x", "--jsonl", "--null"),
                                  ("log", "--json", "--format", "x"),
                                  ("show", "x", "--format", "-", "--json"), ("--color", "never", "list", "--json", "--jsonl")])
def test_two_shapes_of_output_are_refused(box: Box, line: tuple[str, ...]) -> None:
    refused = box.run(*line, check=2)
    assert refused.out == "" and "ask for different output" in refused.err


@pytest.fixture
def deep(box: Box) -> Box:
    """A vault with entries of the same name at the top and in a folder, and one in the folder alone."""
    for path in ("same.md", "fact/same.md", "fact/one.md"):
        box.write(path, f"text of {path}\n")
    box.git("add", ".")
    box.git("commit", "-qm", "by hand")
    return box


def test_paths_are_taken_from_the_folder_one_stands_in(deep: Box) -> None:
    below = deep.path("fact")
    for name, path in (("one.md", "fact/one.md"), ("same.md", "fact/same.md"), ("./same.md", "fact/same.md"), ("../same.md", "same.md"),
                       ("fact/one.md", "fact/one.md"), (deep.path("same.md"), "same.md")):
        assert deep.run("show", name, cwd=below, check=0).out == f"text of {path}\n"
    assert deep.run("show", "same.md", cwd=below, env={"MEM_VAULT": deep.vault}, check=0).out == "text of fact/same.md\n"
    assert "not a path inside the vault" in deep.run("show", "../../same.md", cwd=below, check=4).err
    deep.run("set", "one.md", "tags+=x", cwd=below, check=0)
    deep.run("forget", "one.md", cwd=below, check=0)
    deep.run("restore", "one.md", cwd=below, check=0)
    deep.run("show", "same.md", "--at", "HEAD~1", cwd=below, check=0)
    deep.run("purge", "one.md", "--yes", cwd=below, check=0)
    assert set(deep.files()) >= {"same.md", "fact/same.md"} and "fact/one.md" not in deep.files()
    deep.sound()


def test_a_path_of_a_deleted_entry_is_taken_from_the_top(deep: Box) -> None:
    deep.sh("rm fact/one.md && cd fact && mem restore fact/one.md && rm one.md && mem restore ./one.md")
    assert deep.read("fact/one.md") == b"text of fact/one.md\n"


@pytest.mark.parametrize("source", [".", "fact", "fact/one.md", "{vault}", "../link"])
def test_the_vaults_own_entries_are_not_ingested_again(deep: Box, source: str) -> None:
    deep.sh("ln -s vault/fact ../link")
    assert "lies in this vault" in deep.run("ingest", "markdown", source.format(vault=deep.vault), check=2).err
    assert len(deep.json("list")["entries"]) == 3


def test_what_lies_in_the_vault_and_is_no_entry_can_be_ingested(deep: Box) -> None:
    deep.write(".mem/state/talk/a.md", "# A\n\nwords\n")
    deep.write("notes.txt", "# B\n\nwords\n")
    assert deep.json("ingest", "markdown", ".mem/state/talk", "notes.txt")["added"] == 2


def test_several_tags_are_added_and_removed_in_one_word(box: Box) -> None:
    path = box.json("add", "words", "--tag", "a")["path"]
    box.run("set", path, "tags+=a,#b,c", check=0)
    assert box.json("show", path)["tags"] == ["a", "b", "c"]
    box.run("set", path, "tags-=a,c", "aliases+=One, two", check=0)
    shown = box.json("show", path)
    assert shown["tags"] == ["b"] and shown["front_matter"]["aliases"] == ["One, two"]


def test_a_draft_lies_in_the_vault_and_stays_when_it_cannot_be_used(box: Box) -> None:
    path = box.json("add", "words")["path"]
    refused = box.run("edit", path, env={"EDITOR": "sh -c 'stat -c %a $1 >&2; sed -i s/^title:.*/title:[/ $1' sh"}, check=13)
    draft = refused.err.rpartition("kept in ")[2].strip()
    assert draft.startswith(box.path(".mem/state/draft-")) and "600" in refused.err
    with open(draft, encoding="utf-8") as file:
        assert "title:[" in file.read()
    box.sound()


@pytest.mark.parametrize(("word", "meant"), [("tgas=a", "tags"), ("titel=x", "title"), ("importence=0.5", "importance"), ("Tags=a", "tags")])
def test_a_field_one_letter_off_is_set_and_asked_about(box: Box, word: str, meant: str) -> None:
    path = box.json("add", "words")["path"]
    assert f"did you mean {meant}?" in box.run("set", path, word, check=0).err
    assert word.partition("=")[0] in box.json("show", path)["front_matter"]
    assert box.run("set", path, word + "x", check=0).err == "", "once it is there it is a person's own"


@pytest.mark.parametrize("word", ["mood=good", "status=open", "author=me", "expires=2027-01-01", "project=x"])
def test_a_field_of_ones_own_is_not_asked_about(box: Box, word: str) -> None:
    assert box.run("set", box.json("add", "words")["path"], word, check=0).err == ""


def test_a_vault_inside_a_vault_is_made_only_when_asked_for(deep: Box) -> None:
    before = deep.files()
    for folder in (".", "../fact", deep.path("fact"), "new/below"):
        assert f"lies in the vault {deep.vault}" in deep.run("init", folder, cwd=deep.path("fact"), check=17).err
    assert deep.files() == before
    deep.run("init", ".", check=0)
    deep.run("init", "--nested", "fact", check=0)
    assert [row["path"] for row in deep.json("list")["entries"]] == ["same.md"]
    deep.run("init", "fact", check=0)
