"""Does a vault fade as a person would want it to: through a year, in two clones, with a wrong clock, and with plugins that misbehave?"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from box import FIXTURES, Box
from breaking import copied
from campaign import tmpfs

from memcli.entries import text

PINNED = "procedure/2025/02/restore-the-backup-n6pk84.md"


def at(day: date) -> dict[str, str]:
    return {"MEM_NOW": f"{day}T03:00:00Z"}


@pytest.fixture
def sample(box: Box) -> Box:
    box.sh(f"cp -r {FIXTURES}/vaults/sample/. .")
    box.git("add", "-A")
    box.git("-c", "user.name=Guest", "-c", "user.email=guest@example.org", "commit", "-q", "-m", "By other hands")
    return box


def states(box: Box) -> dict[str, str]:
    return {row["path"]: row["state"] for row in box.json("list")["entries"]}


def test_a_year_reads_like_one(sample: Box) -> None:
    """What is used stays, what is not cools and is packed, what is pinned or core never moves, and each move says why."""
    first = date(2026, 12, 1)
    pinned = {path for path in Path(sample.vault).rglob("*.md") if text.read(path.read_bytes(), path.name).meta.get("pinned") is True}
    core = {path for path, state in states(sample).items() if state == "core"}
    used, before = "procedure/2025/11/deploy-heron-1pyq9c.md", sample.git("rev-parse", "HEAD^{tree}")
    hot = []
    for month in range(13):
        day = first + timedelta(days=30 * month)
        sample.run("used", used, env=at(day), check=0)
        sample.run("consolidate", env=at(day + timedelta(days=1)), check=0)
        stats = json.loads(sample.run("stats", "--json", env=at(day + timedelta(days=1)), check=0).out)
        hot.append(sum(row["entries"] for row in stats["states"] if row["state"] in ("short", "long", "core")))
    assert hot == sorted(hot, reverse=True) and hot[0] > hot[-1] > 0
    found = states(sample)
    assert pinned and all(found[str(path.relative_to(sample.vault))] not in ("cold", "archived") for path in pinned)
    assert core and {path for path in core if found[path] != "core"} == set() and found[used] in ("short", "long", "core")
    assert "archived" in found.values()
    moves = [line for line in sample.run("log", "--moves").out.splitlines() if " -> " in line]
    assert len(moves) > 10 and all(re.search(r"[0-9a-z]{6} \w+ -> \w+: \S.*\w", line) for line in moves)
    for _ in range(sample.git("log", "--format=%s").count("mem(consolidate)")):
        sample.run("undo", check=0)
    assert sample.git("rev-parse", "HEAD^{tree}") == before


def test_two_clones_fade_alike(sample: Box, tmp_path: Path) -> None:
    sample.run("used", PINNED, "inbox/ideas.md", env=at(date(2026, 12, 3)), check=0)
    other = copied(sample, str(tmp_path / "other"))
    other.run("index", "--rebuild", check=0)
    for box, seed in ((sample, "1"), (other, "77")):
        box.run("consolidate", env={**at(date(2027, 3, 1)), "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "77" else "UTC"}, check=0)
    assert sample.git("rev-parse", "HEAD^{tree}") == other.git("rev-parse", "HEAD^{tree}") != sample.git("rev-parse", "HEAD^^{tree}")


def test_a_clock_set_back_cools_nothing_and_breaks_nothing(sample: Box) -> None:
    sample.run("consolidate", env=at(date(2027, 6, 1)), check=0)
    known = states(sample)
    for words in (("stats",), ("consolidate",), ("show", PINNED, "--explain"), ("search", "backup"), ("list", "--sort", "need"), ("context", "backup")):
        assert sample.run(*words, env=at(date(2024, 1, 1))).status == 0, words
    assert not {path for path, state in states(sample).items() if state in ("cold", "archived") and known[path] not in ("cold", "archived")}


def test_garbage_in_the_log_is_passed_over_and_named(sample: Box) -> None:
    sample.run("used", PINNED, env=at(date(2026, 11, 1)), check=0)
    path = Path(sample.vault, ".mem", "state", "access.log")
    good = path.read_bytes()
    path.write_bytes(b"\0\xff rubbish\n{}\n" + good + b'{"id": "x", "at": 5}\n[[[[\n' + good[:40])
    assert sample.json("show", PINNED, "--explain")["uses"] >= 1
    assert sample.run("consolidate", env=at(date(2026, 12, 1))).status == 0
    problems = [one for one in sample.json("doctor", check=3)["problems"] if one["code"] == "log-garbage"]
    assert len(problems) == 1 and "lines of the access log" in problems[0]["message"]


BAD = {
    "raises": "    raise RuntimeError('no idea')\n    yield",
    "unknown-id": "    for entry in entries:\n        yield Verdict('01kgb7zk00000000000000000z', 'cool', 0.1, 'x')",
    "leaves-out": "    for entry in list(entries)[1:]:\n        yield Verdict(entry.id, 'cool', 0.1, 'x')",
    "value": "    for entry in entries:\n        yield Verdict(entry.id, 'cool', 7.0, 'x')",
    "action": "    for entry in entries:\n        yield Verdict(entry.id, 'burn', 0.1, 'x')",
}


@pytest.mark.parametrize("name", BAD)
def test_a_policy_that_misbehaves_costs_itself_only(sample: Box, name: str, tmp_path: Path) -> None:
    package = tmp_path / "plugins"
    (package / "bad-1.0.dist-info").mkdir(parents=True)
    (package / "bad-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
    (package / "bad-1.0.dist-info" / "entry_points.txt").write_text("[memcli.policy]\nbad = bad_policy\n")
    (package / "bad_policy.py").write_text("from memcli.extend.policy import Verdict\nname, summary, api_version = 'bad', 'Bad.', 1\n\n\n"
                                           f"def judge(entries, now, options):\n{BAD[name]}\n")
    before = sample.git("rev-parse", "HEAD")
    result = sample.run("forget", "--policy", "bad", env={"PYTHONPATH": str(package)})
    assert result.status == 15 and "policy bad" in result.err and "Traceback" not in result.err and len(result.err.splitlines()) == 2
    assert sample.git("rev-parse", "HEAD") == before and sample.git("status", "--porcelain") == ""
    assert sample.run("forget", "--policy", "nope").status == 2


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="a small disk of its own takes root")
def test_a_full_disk_during_a_consolidation_leaves_what_was_there(sample: Box, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    try:
        mounted = tmpfs(str(place), 24)
        mounted.__enter__()
    except Exception:
        pytest.skip("no small disk can be mounted here")
    try:
        for left_kib in (0, 24, 96, 400):
            box = copied(sample, str(place / str(left_kib)))
            before, head = box.files(), box.git("rev-parse", "HEAD")
            room = os.statvfs(place)
            ballast = place / "ballast"
            ballast.write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - left_kib * 1024))
            result = box.run("consolidate", env=at(date(2027, 3, 1)))
            during = box.files()
            ballast.unlink()
            assert result.status == 0 or result.status == 4 and "space" in result.err and during == before and box.git("rev-parse", "HEAD") == head
            assert box.run("consolidate", env=at(date(2027, 3, 1))).status == 0 and box.git("status", "--porcelain") == ""
            box.sh(f"rm -rf {place}/{left_kib}")
    finally:
        mounted.__exit__(None, None, None)


def test_what_an_undone_consolidation_had_folded_counts_again(sample: Box) -> None:
    before = sample.json("show", PINNED, "--explain")["uses"]
    sample.run("used", PINNED, env=at(date(2026, 12, 3)), check=0)
    sample.run("consolidate", env=at(date(2026, 12, 5)), check=0)
    sample.run("undo", check=0)
    for words in ((), ("consolidate",)):
        if words:
            sample.run(*words, env=at(date(2026, 12, 6)), check=0)
        assert json.loads(sample.run("show", PINNED, "--explain", "--json", env=at(date(2026, 12, 7))).out)["uses"] == before + 1


def test_a_program_may_word_summaries_and_nothing_else(box: Box) -> None:
    """Its words stand above the quotations; where it fails, or only a vault's own file names it, there are quotations alone."""
    for number in range(5):
        box.run("add", f"The reservoir of garden number{number} holds exactly {number}00 litres of water.", check=0)
    plain, worded = Box(box.home), "sh -c 'cat > \"$HOME/given\"; printf \"# Five  gardens\\n\\033[31mhold water.\"'"
    night = {**at(date(2026, 11, 25)), "MEM_CONSOLIDATE_WORDING": worded}
    box.write(".mem/config.yaml", f"format: 1\nconsolidate:\n  wording: touch {box.home}/never\n")
    assert plain.run("consolidate", "--only", "tree", env=at(date(2026, 11, 25))).status == 0 and not os.path.exists(f"{box.home}/never")
    quotations = box.read("summary/2026/year-2026.md")
    box.run("undo", check=0)
    box.run("consolidate", "--only", "tree", env=night, check=0)
    said = box.read("summary/2026/year-2026.md").decode()
    assert "# 2026\n\nFive gardens [31mhold water.\n\n- The reservoir" in said and said.replace("Five gardens [31mhold water.\n\n", "").encode() == quotations
    given = json.loads(Path(box.home, "given").read_text())
    assert set(given) == {"title", "sentences"} and len(given["sentences"]) == 5
    assert box.run("consolidate", "--only", "tree", env=night).out.startswith("nothing")
    box.run("undo", check=0)
    failed = box.run("consolidate", "--only", "tree", env={**night, "MEM_CONSOLIDATE_WORDING": "false"}, check=0)
    assert "consolidate.wording ended with status 1" in failed.out and box.read("summary/2026/year-2026.md") == quotations
