"""Does every plugin make the same of a source however it is taken in? Killed in the middle, cut short first, beside garbage, or in several processes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from box import Box, killed
from cases import CASES, Case, each

from memcli.extend import parallel, registry
from memcli.extend.contracts import Source

MOMENTS = ("journal-written:kill", "temporary-written:2:kill", "committing:kill", "committed:kill", "file-renamed:kill", "staged:kill")


def words(case: Case) -> list[str]:
    """The options of a case, as arguments."""
    return [word for key, value in case.options.items() for word in ("-o", f"{key}={value}")]


def tree(box: Box) -> dict[str, bytes]:
    """The entries."""
    return {path: data for path, data in box.files().items() if path.endswith(".md")}


def pieces(box: Box) -> set[str]:
    """What of a source is there, by the part of its id that is not its time: entries, what waits, what an entry says already."""
    rows = [*box.json("list")["entries"], *box.json("waiting")["waiting"]]
    absorbed = box.path(".mem/state/absorbed.log")
    lines = Path(absorbed).read_text().splitlines() if os.path.exists(absorbed) else []
    return {row["id"][10:] for row in rows} | {line[10:26] for line in lines}


@each
def test_a_run_that_is_killed_and_repeated_equals_one_that_was_not(case: Case, tmp_path: Path) -> None:
    whole, broken = Box(str(tmp_path / "whole")).init(), Box(str(tmp_path / "broken")).init()
    whole.run("ingest", case.plugin, case.source, *words(case), check=3 if case.refuses else 0)
    moment = MOMENTS[CASES.index(case) % len(MOMENTS)]
    first = broken.run("ingest", case.plugin, case.source, *words(case), env={"MEM_FAULT": moment})
    assert killed(first.status) or moment == "temporary-written:2:kill" and case.expect < 2, (moment, first)
    broken.run("ingest", case.plugin, case.source, *words(case), check=3 if case.refuses else 0)
    assert tree(broken) == tree(whole)
    broken.sound()


@each
def test_what_is_good_is_kept_beside_what_is_not(case: Case, tmp_path: Path) -> None:
    """Garbage of the same name, then the source cut in half: each is told in one line, the rest is kept, and the whole source then adds what was missing."""
    box, whole = Box(str(tmp_path / "box")).init(), Box(str(tmp_path / "whole")).init()
    whole.run("ingest", case.plugin, case.source, *words(case), check=3 if case.refuses else 0)
    garbage = tmp_path / "garbage" / os.path.basename(case.source)
    garbage.parent.mkdir()
    if os.path.isdir(case.source):
        garbage.mkdir()
    else:
        garbage.write_bytes(b"\x00\xff\xfe garbage \x80" * 200)
    both = box.run("ingest", case.plugin, str(garbage), case.source, *words(case))
    assert both.status in (0, 3) and "Traceback" not in both.err and pieces(box) >= pieces(whole)
    if os.path.isfile(case.source):
        half = Box(str(tmp_path / "half")).init()
        cut = tmp_path / "cut" / os.path.basename(case.source)
        cut.parent.mkdir()
        cut.write_bytes(Path(case.source).read_bytes()[:os.path.getsize(case.source) // 2])
        first = half.run("ingest", case.plugin, str(cut), *words(case))
        assert first.status in (0, 3, 15) and len(first.err.splitlines()) < 25
        half.run("ingest", case.plugin, case.source, *words(case), check=3 if case.refuses else 0)
        assert pieces(half) >= pieces(whole)


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
