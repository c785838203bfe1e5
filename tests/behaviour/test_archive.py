"""Does what was packed stay readable, findable and whole, and does it go when it is purged?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from box import Box

NIGHT = {"MEM_NOW": "2026-12-20T03:00:00Z"}
TEXT = ("---\nid: 01hkgb7zk000000000000000{0:02}\nstate: cold\ncreated: 2024-01-{1:02}\ntags: [shed]  # kept\n---\nPage {0} on the shed.\n\n"
        "It tells of mark{0:02}x.\r\n")


def path(number: int) -> str:
    return f"pages/page-{number:02}.md"


@pytest.fixture
def packed(box: Box) -> Box:
    """A vault with twenty archived pages."""
    for number in range(20):
        box.write(path(number), TEXT.format(number, number + 1))
    box.git("add", "-A")
    box.git("-c", "user.name=Guest", "-c", "user.email=guest@example.org", "commit", "-q", "-m", "By other hands")
    box.run("forget", "--policy", "ttl", "--set", "ttl=30d", env={"MEM_NOW": "2026-06-01T08:00:00Z", "MEM_FORGET_MAX_SHARE": "1"}, check=0)
    assert len(os.listdir(f"{box.vault}/.mem/archive")) == 1 and b"archive: {pack: " in box.read(path(3))
    return box


def test_the_whole_text_is_found_shown_and_brought_back_byte_for_byte(packed: Box) -> None:
    hit = packed.json("search", "mark07x")["hits"][0]
    assert (hit["path"], hit["state"]) == (path(7), "archived")
    assert packed.run("show", path(7)).data.decode() == TEXT.format(7, 8)
    packed.run("restore", path(7), path(8), check=0)
    assert [packed.read(path(number)).decode() for number in (7, 8)] == [TEXT.format(number, number + 1) for number in (7, 8)]
    packed.run("undo", check=0)
    assert b"archive: {pack: " in packed.read(path(7))


def test_a_stub_is_not_changed_by_hand_of_mem(packed: Box) -> None:
    before = packed.read(path(6))
    for words in (("set", path(6), "tags+=new"), ("set", path(6), "state=short"), ("edit", path(6))):
        result = packed.run(*words, env={"EDITOR": "sed -i s/Page/Sheet/"})
        assert result.status == 4 and "mem restore" in result.err, words
    assert packed.read(path(6)) == before


def test_undo_brings_every_byte_back(packed: Box) -> None:
    packed.run("undo", check=0)
    assert [packed.read(path(number)).decode() for number in range(20)] == [TEXT.format(number, number + 1) for number in range(20)]
    assert packed.git("rev-parse", "HEAD^{tree}") == packed.git("rev-parse", "HEAD~2^{tree}")


def test_what_is_used_comes_back_with_the_next_consolidation(packed: Box) -> None:
    packed.run("used", path(5), env={"MEM_NOW": "2026-12-18T08:00:00Z"}, check=0)
    packed.run("consolidate", env=NIGHT, check=0)
    entry = packed.json("show", path(5))
    assert entry["state"] == "short" and entry["body"] == "Page 5 on the shed.\n\nIt tells of mark05x.\n"
    assert "archived -> short" in packed.run("log", "--moves", "-n", "1").out


@pytest.mark.parametrize("harm", ["missing", "cut", "flipped"])
def test_a_damaged_pack_is_named_and_the_rest_goes_on(packed: Box, harm: str) -> None:
    pack = Path(packed.vault, ".mem", "archive", os.listdir(f"{packed.vault}/.mem/archive")[0])
    data = bytearray(pack.read_bytes())
    if harm == "missing":
        pack.unlink()
    else:
        data[len(data) // 3] ^= 0x40
        pack.write_bytes(bytes(data[:-9]) if harm == "cut" else bytes(data))
    assert packed.run("show", path(5)).status in (0, 4)
    assert packed.run("restore", path(5)).status != 0 and b"archive: {pack: " in packed.read(path(5))
    codes = {problem["code"] for problem in packed.json("doctor", check=3)["problems"]}
    assert "archive-damaged" in codes
    assert packed.run("consolidate", env=NIGHT).status == 0
    packed.git("checkout", "--", ".mem/archive")
    packed.run("restore", path(5), check=0)


def test_purge_takes_the_packed_text_too_but_nobody_elses(packed: Box) -> None:
    refused = packed.run("purge", path(3), "--yes")
    assert refused.status != 0 and "19 other archived entries lie in the same pack" in refused.err and "mem restore" in refused.err
    packed.run("restore", *(path(number) for number in range(20) if number != 3), check=0)
    packed.run("purge", path(3), "--yes", check=0)
    assert not os.path.exists(packed.path(path(3))) and os.listdir(f"{packed.vault}/.mem/archive") == []
    blobs = packed.git("cat-file", "--batch-all-objects", "--batch-check").split("\n")
    assert not any("mark03x" in packed.git("cat-file", "-p", row.split()[0]) for row in blobs if " blob " in row)
    assert packed.read(path(4)).decode() == TEXT.format(4, 5) and packed.json("doctor")["ok"]


def test_purge_takes_summaries_that_quote_it(box: Box) -> None:
    ids = [box.json("add", f"The reservoir of garden number{number} holds exactly {number}00 litres of water.")["id"] for number in range(5)]
    box.run("consolidate", env={"MEM_NOW": "2026-11-25T08:00:00Z"}, check=0)
    quoted = "number3 holds exactly"
    assert any(quoted in path_.read_text() for path_ in Path(box.vault, "summary").rglob("*.md"))
    box.run("purge", ids[3], "--yes", check=0)
    blobs = box.git("cat-file", "--batch-all-objects", "--batch-check").split("\n")
    assert not any(quoted in box.git("cat-file", "-p", row.split()[0]) for row in blobs if " blob " in row)
    assert not any(quoted in path_.read_text() for path_ in Path(box.vault).rglob("*.md"))
    box.run("consolidate", env={"MEM_NOW": "2026-11-25T08:00:00Z"}, check=0)
    assert any("number2 holds exactly" in path_.read_text() for path_ in Path(box.vault, "summary").rglob("*.md"))
