"""Does every plugin make the same of a source however it is taken in? Twice, killed in the middle, cut short first, beside garbage, or in several processes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from box import NOW, Box, killed
from cases import CASES, Case, each

from memcli import clock
from memcli.entries import text
from memcli.extend import parallel, registry
from memcli.extend.contracts import Source
from memcli.extend.intake import Intake, entries_of

MOMENTS = ("journal-written:kill", "temporary-written:2:kill", "committing:kill", "committed:kill", "file-renamed:kill", "staged:kill")


def words(case: Case) -> list[str]:
    """The options of a case, as arguments."""
    return [word for key, value in case.options.items() for word in ("-o", f"{key}={value}")]


def tree(box: Box) -> dict[str, bytes]:
    """The entries."""
    return {path: data for path, data in box.files().items() if path.endswith(".md")}


def pieces(box: Box) -> set[str]:
    """What of a source is there, by the part of its id that is not its time: entries, what waits, what an entry says already."""
    state = {name: Path(path).read_text().splitlines() for name in ("waiting.jsonl", "absorbed.log") if os.path.exists(path := box.path(f".mem/state/{name}"))}
    entries = {text.read(data, path).id[10:] for path, data in tree(box).items()}
    waits = {json.loads(line)["id"][10:] for line in state.get("waiting.jsonl", ())}
    return entries | waits | {line[10:26] for line in state.get("absorbed.log", ())}


def wanted(case: Case) -> set[str]:
    """The same of all that a source holds."""
    plugin = registry.load(case.plugin)
    found = entries_of(plugin.name, plugin.read(Source.open(case.source), case.options), clock.parse(NOW))
    return {one.id[10:] for one in found if isinstance(one, Intake)}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A fresh vault, to be copied."""
    return Box(str(tmp_path_factory.mktemp("empty"))).init()


@each
def test_a_second_run_adds_nothing_and_one_that_was_killed_is_made_good(case: Case, tmp_path: Path, empty: Box) -> None:
    whole, broken = Box(str(tmp_path / "whole")).like(empty), Box(str(tmp_path / "broken")).like(empty)
    call, status = ("ingest", case.plugin, case.source, *words(case)), 3 if case.refuses else 0
    first = whole.json(*call, check=status)
    assert first["added"] + first["waiting"] + first["confirmed"] == case.expect and len(pieces(whole)) == case.expect
    files, commits = whole.files(), whole.git("rev-list", "--count", "HEAD")
    again = whole.json(*call, check=status)
    assert (again["added"], again["commit"]) == (0, None) and whole.files() == files and whole.git("rev-list", "--count", "HEAD") == commits
    moment = MOMENTS[CASES.index(case) % len(MOMENTS)]
    cut = broken.run(*call, env={"MEM_FAULT": moment})
    assert killed(cut.status) or moment == "temporary-written:2:kill" and case.expect < 2, (moment, cut)
    broken.run(*call, check=status)
    assert tree(broken) == tree(whole)
    broken.sound()


@each
def test_what_is_good_is_kept_beside_what_is_not(case: Case, tmp_path: Path, empty: Box) -> None:
    """Garbage of the same name, then the source cut in half: each is told in one line, the rest is kept, and the whole source then adds what was missing."""
    box, all_of_it = Box(str(tmp_path / "box")).like(empty), wanted(case)
    garbage = tmp_path / "garbage" / os.path.basename(case.source)
    garbage.parent.mkdir()
    if os.path.isdir(case.source):
        garbage.mkdir()
    else:
        garbage.write_bytes(b"\x00\xff\xfe garbage \x80" * 200)
    both = box.run("ingest", case.plugin, str(garbage), case.source, *words(case))
    assert both.status in (0, 3) and pieces(box) >= all_of_it
    if os.path.isfile(case.source):
        half = Box(str(tmp_path / "half")).like(empty)
        cut = tmp_path / "cut" / os.path.basename(case.source)
        cut.parent.mkdir()
        cut.write_bytes(Path(case.source).read_bytes()[:os.path.getsize(case.source) // 2])
        first = half.run("ingest", case.plugin, str(cut), *words(case))
        assert first.status in (0, 3, 15) and len(first.err.splitlines()) < 25
        half.run("ingest", case.plugin, case.source, *words(case), check=3 if case.refuses else 0)
        assert pieces(half) >= all_of_it


@pytest.mark.parametrize("case", [case for case in CASES if os.path.isdir(case.source) and getattr(registry.load(case.plugin), "apart", False)],
                         ids=lambda case: case.name)
def test_several_processes_give_what_one_gives(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "LEAST_BYTES", 1)
    folder = tmp_path / os.path.basename(case.source)
    shutil.copytree(case.source, folder, symlinks=True)
    plugin, source = registry.load(case.plugin), Source.open(str(folder))
    around = registry.Around({"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    alone = list(plugin.read(source, case.options))
    for jobs in (2, 3):
        assert list(parallel.reads(plugin, source, case.options, around, jobs)) == alone
