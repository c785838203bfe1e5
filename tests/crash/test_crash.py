"""The short versions of the crash campaign (`make crash` runs the long one): the same checks, fewer runs."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import campaign
import damage
import nights
import pytest
from box import MEM, Box
from breaking import COMMANDS, Tally, before, broken_at, check, copied, template

from memcli.faults import POINTS


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Box:
    return template(Box(str(tmp_path_factory.mktemp("source"))))


def test_killed_at_random_moments() -> None:
    tally = campaign.kills(12, seed=7)
    assert tally.broken and not tally.wrong, tally.wrong


def test_a_consolidation_killed_at_random_moments(tmp_path: Path) -> None:
    made = iter(range(100))
    tally = nights.nights(lambda: str(tmp_path / str(next(made))), 5, seed=11)
    assert tally.broken and not tally.wrong, tally.wrong


@pytest.mark.parametrize("verb", ["add", "set", "ingest", "purge", "consolidate"])
def test_killed_at_every_named_point(verb: str, source: Box, tmp_path: Path) -> None:
    tally = Tally()
    reached = [name for number, name in enumerate(POINTS) if broken_at(copied(source, str(tmp_path / str(number))), verb, f"{name}:kill", tally)]
    assert not tally.wrong, tally.wrong
    assert "locked" in reached and "committed" in reached and tally.finished >= 1


@pytest.mark.parametrize("primitive", ["write", "append", "fsync", "rename"])
def test_a_failing_system_call_is_one_clear_line(primitive: str, source: Box, tmp_path: Path) -> None:
    tally = Tally()
    assert broken_at(copied(source, str(tmp_path / "1")), "set", f"{primitive}:1:ENOSPC", tally)
    broken_at(copied(source, str(tmp_path / "2")), "forget", f"{primitive}:2:EIO", tally)
    assert not tally.wrong, tally.wrong


def test_a_full_disk(source: Box, tmp_path: Path) -> None:
    """Every file is refused past 64 bytes, as a disk that fills up does; campaign.py does it with a real small disk."""
    tally = Tally()
    for number, verb in enumerate(("add", "set", "ingest")):
        box = copied(source, str(tmp_path / str(number)))
        old = before(box)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
        try:
            result = box.call([MEM, *COMMANDS[verb]])  # inherits the limit, which the standing process would not
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert result.status == 4 and "space" in result.err and len(result.err.splitlines()) == 2, result
        assert box.files() == old.files
        check(box, old, result.status, verb, tally)
    assert not tally.wrong, tally.wrong


def test_locks_that_a_dead_git_left(box: Box) -> None:
    box.run("add", "one", check=0)
    process_killed = box.run("add", "two", env={"MEM_FAULT": "committing:kill"})
    assert process_killed.status == -9
    for name in ("index.lock", "HEAD.lock", "refs/heads/main.lock"):
        box.write(f".git/{name}", "")
    box.run("add", "three", check=0)
    assert sorted(row["title"] for row in box.json("list")["entries"]) == ["one", "three"]
    box.sound()


@pytest.mark.parametrize("journal", [
    b"rubbish", b"", b"\0\xff", b'{"run": "x"}\n', b'{"run": null}\n["../../outside", "../../outside.md", ""]\n',
    b'{"run": "RUN"}\n[".x.mem-tmp", "../outside.md", "BLOB"]\n', b'{"run": "RUN"}\n["", "../outside.md", "BLOB"]\n',
    b'{"run": "RUN"}\n["", "/etc/hostname", ""]\n', b'[1, 2, 3]\n"x"\n{"run": 5}\n', b"[" * 5000,
])
def test_a_hostile_journal_touches_nothing(journal: bytes, box: Box) -> None:
    """Not even one that names a run that happened, and files beside the vault with their right checksums."""
    kept = box.json("add", "kept")["path"]
    outside = Path(box.home, "outside.md")
    outside.write_text("outside\n")
    blob = box.git("hash-object", str(outside)).strip()
    run = box.git("log", "-1", "--format=%(trailers:key=Mem-Run,valueonly)").strip()
    Path(box.home, ".x.mem-tmp").write_text("attack\n")
    box.write(".mem/state/journal", journal.replace(b"RUN", run.encode()).replace(b"BLOB", blob.encode()))
    box.run("add", "next", check=0)
    assert outside.read_text() == "outside\n" and Path(box.home, ".x.mem-tmp").read_text() == "attack\n"
    assert b"kept" in box.read(kept)
    box.sound()


def test_an_interrupted_command_says_so_and_is_finished_by_the_next(box: Box) -> None:
    id_ = box.json("add", "words")["id"]
    assert box.run("set", id_, "tags+=x", env={"MEM_FAULT": "committed:kill"}).status == -9
    after = box.run("set", id_, "importance=0.5", check=0)
    assert "interrupted" in after.err
    shown = json.loads(box.run("show", id_, "--json").out)
    assert shown["tags"] == ["x"] and shown["front_matter"]["importance"] == 0.5


def test_damaged_index_files(tmp_path: Path) -> None:
    tally, target = Tally(), damage.Target.of(Box(str(tmp_path)))
    for number in range(25):
        damage.damaged_once(target, number, tally, deep=number % 12 == 3)
    assert not tally.wrong, tally.wrong
