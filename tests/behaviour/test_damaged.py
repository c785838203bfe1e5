"""Does every fault of a damaged vault get named, keep its text findable, and disturb nothing else? The faults are in DAMAGED.txt."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass

import pytest
from box import FIXTURES, Box

VAULT = os.path.join(FIXTURES, "vaults", "damaged")
WORDS = {  # what doctor's line must say of each
    "duplicate-key.md": "`state`", "unclosed-front-matter.md": "not closed", "merge-conflict.md": "conflict markers",
    "invalid-utf8.md": "0xfc is not UTF-8", "long-integer.md": "5000 digits", "nul-byte.md": "NUL byte",
    "bad-date.md": "`created` is not a date",
    "same-id-a.md": "same id", "same-id-b.md": "same id", "id-is-not-a-ulid.md": "`id` is not an id",
    "tags-are-a-mapping.md": "`tags` is not a list",
    "importance-seven.md": "from 0 to 1", "unknown-type.md": "is not one of note, fact", "unknown-state.md": "is not one of forgotten",
    "empty.md": "nothing to remember",
}
READS = (("list",), ("list", "--json"), ("search", "kingfisher", "--explain"), ("log",),
         ("log", "nul-byte.md"), ("show", "nul-byte.md", "--json"),
         ("diff",), ("doctor", "--deep"), ("index", "--rebuild"), ("config",), ("undo", "nothing"))


@dataclass(frozen=True)
class Fault:
    """A row of DAMAGED.txt; `line` 0 means the whole file."""

    name: str
    line: int
    error: bool


def _faults() -> list[Fault]:
    found = []
    error = False
    with open(os.path.join(FIXTURES, "vaults", "DAMAGED.txt"), encoding="utf-8") as file:
        for line in file:
            if line.startswith(("error:", "warning:")):
                error = line.startswith("error:")
            row = re.match(r"(\S+\.md) +(\d+|-)  ", line)
            if row:
                found.append(Fault(row[1], 0 if row[2] == "-" else int(row[2]), error))
    return found


FAULTS = _faults()
FINE = {"healthy.md", "front-matter-only.md"}
ERRORS = [fault for fault in FAULTS if fault.error]


@pytest.fixture
def damaged(bare: Box) -> Box:
    """A vault adopted from the damaged files."""
    shutil.copytree(VAULT, bare.vault, dirs_exist_ok=True)
    return bare.init()


def test_the_table_and_the_folder_hold_the_same_files() -> None:
    assert len(FAULTS) == 15 and len(ERRORS) == 6
    assert {fault.name for fault in FAULTS} | FINE == set(os.listdir(VAULT)) == WORDS.keys() | FINE


def test_doctor_names_every_fault_once_with_its_line_and_nothing_else(damaged: Box) -> None:
    problems = damaged.json("doctor", check=3)["problems"]
    named = {problem["path"]: problem for problem in problems}
    assert len(named) == len(problems)
    assert named.keys() == {fault.name for fault in FAULTS} - {"same-id-a.md"}  # said once for the pair
    assert "same-id-a.md" in named["same-id-b.md"]["message"]
    for fault in FAULTS:
        problem = named.get(fault.name) or named["same-id-b.md"]
        assert WORDS[fault.name] in problem["message"] and problem["hint"]
        where = re.search(r"\.md:(\d+):", problem["message"])
        assert (int(where[1]) if where else 0) == fault.line, problem
        assert (problem["code"] == "entry-invalid") == fault.error, problem


def test_the_lines_for_a_person_say_the_same(damaged: Box) -> None:
    lines = damaged.run("doctor", check=3).out.splitlines()
    for fault in FAULTS:
        where = f"{fault.name}:{fault.line}: " if fault.line else f"{fault.name}: "
        where = where.replace("same-id-a.md:2: ", "same id as same-id-a.md")
        assert sum(where in line and WORDS[fault.name] in line for line in lines) == 1, (where, lines)
    assert not any(name in line for name in ("healthy.md", "front-matter-only.md") for line in lines)


def test_the_text_of_every_file_is_found(damaged: Box) -> None:
    silent = {"empty.md", "front-matter-only.md"}
    assert set(damaged.found("kingfisher")) == set(os.listdir(VAULT)) - silent
    assert damaged.found('"A title and nothing else"') == ["front-matter-only.md"]


def test_reading_changes_no_byte(damaged: Box) -> None:
    before = damaged.files()
    for name in os.listdir(VAULT):
        assert damaged.run("show", name, check=0).data == before[name]
    for words in READS:
        assert damaged.run(*words).status in (0, 2, 3), words
    assert damaged.files() == before
    assert damaged.git("status", "--porcelain") == ""


@pytest.mark.parametrize("fault", ERRORS, ids=lambda fault: str(fault.name))
def test_what_cannot_be_read_is_not_edited(damaged: Box, fault: Fault) -> None:
    before = damaged.files()
    for words in (("set", "tags+=x", fault.name), ("set", fault.name, "tags+=x"), ("set", "healthy.md", fault.name, "tags+=x")):
        refused = damaged.run(*words, check=13)
        assert f"{fault.name}:{fault.line}: " in refused.err and WORDS[fault.name] in refused.err and "hint: " in refused.err
    assert damaged.files() == before
    damaged.run("edit", fault.name, env={"EDITOR": "sed -i '$a more'"}, check=13)
    assert damaged.files() == before


@pytest.mark.parametrize("name", ["healthy.md", "same-id-a.md", "bad-date.md", "importance-seven.md", "front-matter-only.md", "empty.md"])
def test_what_can_be_read_is_edited(damaged: Box, name: str) -> None:
    damaged.run("set", name, "tags+=x", check=0)
    assert "x" in damaged.json("show", name)["tags"]


@pytest.mark.parametrize("name", ["bad-date.md", "importance-seven.md", "unknown-type.md", "unknown-state.md", "tags-are-a-mapping.md", "id-is-not-a-ulid.md"])
def test_an_editor_may_change_the_text_below_a_field_that_was_bad_before(damaged: Box, name: str) -> None:
    damaged.run("edit", name, env={"EDITOR": "sed -i '$a one more line'"}, check=0)
    assert damaged.read(name).endswith(b"one more line\n")


def test_an_editor_may_not_make_a_bad_field_bad_in_another_way_nor_add_one(damaged: Box) -> None:
    before = damaged.files()
    for change in ("s/^importance: .*/importance: 8/", "s/^title: .*/created: soon/"):
        refused = damaged.run("edit", "importance-seven.md", env={"EDITOR": f"sed -i '{change}'"}, check=13)
        assert "importance-seven.md" in refused.err and "nothing was changed" in refused.err
    assert damaged.files() == before


def test_forgetting_and_undo_work_on_every_fault(damaged: Box) -> None:
    before = damaged.files()
    names = [fault.name for fault in FAULTS]
    damaged.run("forget", *names, check=0)
    assert damaged.found("kingfisher") == ["healthy.md"]
    damaged.run("undo", check=0)
    assert damaged.files() == before
