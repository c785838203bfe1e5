"""Does a damaged index ever lie? Files of it deleted, cut off or changed, and the next command answers as before."""

from __future__ import annotations

import os
import random
import shutil

import pytest
from box import Box


def entry(number: int, words: str) -> str:
    """The text of an entry."""
    return f"---\nid: 01h{number:023d}\ntitle: Entry\n---\n{words}\n"


@pytest.fixture
def small(box: Box) -> Box:
    """Thirty entries, some of them in the pending log only."""
    for number in range(24):
        box.write(f"e{number:02d}.md", entry(number, f"common word{number:02d}"))
    box.run("index", "--rebuild", check=0)
    for number in range(24, 30):
        box.write(f"e{number:02d}.md", entry(number, f"common word{number:02d}"))
    assert len(box.found("common")) == 30
    return box


def intact(box: Box) -> None:
    """Every entry is found, and the one that is asked for comes first."""
    found = box.found("common", "word27")
    assert found[0] == "e27.md"
    assert sorted(found) == [f"e{number:02d}.md" for number in range(30)]


def test_deleting_the_index_loses_nothing(small: Box) -> None:
    shutil.rmtree(small.path(".mem/index"))
    intact(small)
    assert os.path.exists(small.path(".mem/index/manifest"))


def test_a_manifest_of_a_foreign_format_is_made_anew(small: Box) -> None:
    data = small.read(".mem/index/manifest")
    small.write(".mem/index/manifest", data.replace(b'"format": ', b'"format": 9', 1))
    result = small.run("search", "word27", check=0)
    assert "format 9" in result.err and "e27.md" in result.out
    assert b'"format": 9' not in small.read(".mem/index/manifest")
    assert small.run("search", "word27", check=0).err == ""


def damage(path: str, rng: random.Random) -> None:
    """Cut a file off, flip a bit of it, or overwrite a piece of it, in place."""
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        at = rng.randrange(len(data)) if data else 0
        kind = rng.choice(("cut", "flip", "overwrite"))
        if kind == "cut" and data:
            file.truncate(at)
        else:
            piece = bytes([data[at] ^ 1 << rng.randrange(8)]) if kind == "flip" and data else rng.randbytes(16)
            file.seek(at)
            file.write(piece)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_index_answers_as_before(small: Box, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(10):
        name = rng.choice(sorted(os.path.join(folder, file) for folder, _, files in os.walk(small.path(".mem/index")) for file in files))
        damage(name, rng)
        os.utime(small.path("e27.md"))  # so that there always is something pending
        intact(small)
        assert len(small.run("list", "--format", "{title}\n", check=0).out.splitlines()) == 30


def test_a_changed_word_in_the_log_is_not_believed(small: Box) -> None:
    log = next(name for name in os.listdir(small.path(".mem/index")) if name.startswith("pending-"))
    data = small.read(f".mem/index/{log}")
    assert b"word27" in data
    small.write(f".mem/index/{log}", data.replace(b"word27", b"word99"))
    intact(small)
    assert small.found("word99") == []


@pytest.mark.parametrize("section", ["catalog", "ids"])
def test_a_manifest_damaged_where_search_does_not_look(small: Box, section: str) -> None:
    data = small.read(".mem/index/manifest")
    piece = {"catalog": b'"Entry"', "ids": b"\n01h00"}[section]
    assert piece in data
    broken = data.replace(piece, piece.upper()[:-1] + b"9", 1)
    small.write(".mem/index/manifest", broken)
    assert "entries   30\n" in small.run("index", check=0).out
    small.write(".mem/index/manifest", broken)
    assert small.run("show", "e03.md", check=0).out
    assert len(small.run("list", "--format", "{title}\n", check=0).out.splitlines()) == 30
    assert "word05" in small.run("show", f"01h{5:023d}", check=0).out


def test_files_that_changed_places_are_noticed(small: Box) -> None:
    """Each is whole by its own checksum; the engine would abort the process on some."""
    for kind in ("idx", "term", "store", "fieldnorm", "pos", "fast"):
        (folder,) = (name for name in os.listdir(small.path(".mem/index")) if name.startswith("keyword-"))
        names = sorted(name for name in os.listdir(small.path(f".mem/index/{folder}")) if name[0] != "." and name != "meta.json")
        one = next(name for name in names if name.endswith(f".{kind}"))
        other = next(name for name in names if name != one)
        paths = [small.path(f".mem/index/{folder}/{name}") for name in (one, "between", other)]
        for source, target in ((0, 1), (2, 0), (1, 2)):
            os.rename(paths[source], paths[target])
        result = small.run("search", "common", "word05", check=0)
        assert result.err.count("\n") == 1 and "not what was written" in result.err and "e05.md" in result.out
        intact(small)
