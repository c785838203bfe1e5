"""Does `mem search --at` see the vault as it was, whatever happened to its entries since?"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from box import Box


@pytest.fixture
def garden(tmp_path: Path) -> Box:
    box = Box(str(tmp_path)).init()
    for name, text in (("rose", "The climbing rose flowers in June."), ("shed", "The shed leaks above the workbench."),
                       ("pond", "The pond pump hums at night."), ("bees", "Two colonies of bees wintered well.")):
        box.write(f"{name}.md", f"---\ntitle: {name.title()}\n---\n{text}\n")
        box.settle(f"{name}.md")
    commit(box, "then")
    box.run("index", check=0)
    return box


def commit(box: Box, message: str) -> str:
    box.sh(f"git add -A && git -c user.name=a -c user.email=a@b commit -qm {message}")
    return box.sh("git rev-parse HEAD").out.strip()


def paths(box: Box, *words: str) -> list[str]:
    result = box.run("search", *words, "--json")
    assert result.status in (0, 1), result.err
    return [hit["path"] for hit in json.loads(result.out)["hits"]]


def test_an_edited_entry_is_found_by_what_it_said(garden: Box) -> None:
    garden.write("shed.md", "---\ntitle: Shed\n---\nThe shed has a new copper roof.\n")
    commit(garden, "roof")
    assert paths(garden, "leaks workbench", "--channels", "keyword") == []
    assert paths(garden, "leaks workbench", "--at", "HEAD~1")[0] == "shed.md"
    assert paths(garden, "copper", "--at", "HEAD~1", "--channels", "keyword") == []
    hit = garden.json("search", "leaks", "--at", "HEAD~1")["hits"][0]
    assert hit["snippet"] == "The shed leaks above the workbench." and hit["line"] == 4


def test_hand_edits_without_a_commit_are_not_the_past(garden: Box) -> None:
    garden.write("pond.md", "---\ntitle: Pond\n---\nThe pond was filled in.\n")
    garden.write("new.md", "Compost turned.\n")
    assert paths(garden, "pump hums", "--at", "HEAD")[0] == "pond.md"
    assert paths(garden, "filled compost", "--at", "HEAD", "--channels", "keyword") == []
    assert paths(garden, "filled")[0] == "pond.md"
    assert paths(garden, "pump hums", "--at", "HEAD", "--no-scan")[0] == "pond.md"


def test_deleted_forgotten_renamed_and_restored_entries(garden: Box) -> None:
    garden.run("forget", "bees.md", check=0)
    assert paths(garden, "colonies of bees", "--at", "HEAD~1")[0] == "bees.md"
    assert "bees.md" not in paths(garden, "colonies of bees", "--at", "HEAD")
    garden.run("restore", "bees.md", check=0)
    assert "bees.md" not in paths(garden, "colonies of bees", "--at", "HEAD~1")
    assert "bees.md" in paths(garden, "colonies of bees", "--at", "HEAD")
    os.rename(garden.path("rose.md"), garden.path("climber.md"))
    os.unlink(garden.path("pond.md"))
    commit(garden, "moved")
    assert paths(garden, "rose flowers June", "--at", "HEAD~1")[0] == "rose.md"
    assert paths(garden, "rose flowers June")[0] == "climber.md"
    assert paths(garden, "pump", "--at", "HEAD~1")[0] == "pond.md"


def test_filters_and_dates_are_those_of_then(garden: Box) -> None:
    garden.run("set", "rose.md", "tags+=keep", "type=fact", check=0)
    assert paths(garden, "rose tag:keep") == ["rose.md"]
    assert paths(garden, "rose tag:keep", "--at", "HEAD~1") == []
    assert paths(garden, "type:note", "--at", "HEAD~1") == ["bees.md", "pond.md", "rose.md", "shed.md"]
    assert paths(garden, "rose", "--at", "HEAD~1", "--chunks", "--explain", "--fuzzy")[0] == "rose.md"


def test_nothing_is_written_and_the_present_is_as_before(garden: Box) -> None:
    garden.write("shed.md", "---\ntitle: Shed\n---\nThe shed has a new copper roof.\n")
    garden.settle("shed.md")
    commit(garden, "roof")
    before = paths(garden, "shed roof leaks")
    index = {name: (Path(garden.path(".mem/index")) / name).stat().st_mtime_ns for name in os.listdir(garden.path(".mem/index"))}
    paths(garden, "shed roof leaks", "--at", "HEAD~1")
    assert {name: (Path(garden.path(".mem/index")) / name).stat().st_mtime_ns for name in os.listdir(garden.path(".mem/index"))} == index
    assert paths(garden, "shed roof leaks") == before


def test_what_is_no_time_of_the_vault_is_named(garden: Box) -> None:
    assert "history begins after" in garden.run("search", "rose", "--at", "1999-01-01", check=1).err
    assert "neither a date nor a revision" in garden.run("search", "rose", "--at", "no-such", check=2).err


def test_in_a_repository_with_longer_ids(tmp_path: Path) -> None:
    box = Box(str(tmp_path))
    if subprocess.run(["git", "init", "-q", "--object-format=sha256", box.vault], env=box.env, check=False).returncode:
        pytest.skip("this git knows no SHA-256")
    box.init()
    box.write("a.md", "The first text.\n")
    commit(box, "one")
    box.write("a.md", "The second wording.\n")
    commit(box, "two")
    assert paths(box, "text", "--at", "HEAD~1") == ["a.md"] and paths(box, "wording") == ["a.md"]


@pytest.mark.parametrize("seed", range(3))
def test_as_a_clone_at_that_revision_finds_it(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    box = Box(str(tmp_path / "one")).init()
    words = ["apple", "river", "stone", "cloud", "winter", "ladder", "garden", "copper", "violin", "market"]

    def text() -> str:
        return f"---\ntitle: {chance.choice(words)}\n---\n{' '.join(chance.choices(words, k=12))}.\n\n{' '.join(chance.choices(words, k=8))}.\n"

    def step() -> None:
        for _ in range(6):
            name = f"{chance.choice('abcdefgh')}/{chance.randrange(6)}.md"
            if os.path.exists(box.path(name)) and chance.random() < 0.4:
                os.unlink(box.path(name))
            else:
                box.write(name, text())

    commits = []
    for number in range(4):
        step()
        commits.append(commit(box, f"step{number}"))
        box.run("index", check=0)
    step()  # and some that no commit holds
    for revision in commits:
        clone = Box(str(tmp_path / revision))
        shutil.rmtree(clone.vault)
        subprocess.run(["git", "clone", "-q", box.vault, clone.vault], check=True, env=box.env)
        clone.sh(f"git checkout -q -B then {revision}")
        clone.init()
        for query in ("apple river", "violin market copper", "winter", "stone ladder cloud garden"):
            then = box.json("search", query, "--at", revision, "--channels", "keyword", "-n", "50")["hits"]
            wanted = clone.json("search", query, "--channels", "keyword", "-n", "50")["hits"]
            assert [(hit["path"], hit["snippet"]) for hit in then] == [(hit["path"], hit["snippet"]) for hit in wanted]
            assert [hit["score"] for hit in then] == pytest.approx([hit["score"] for hit in wanted], rel=1e-4)
