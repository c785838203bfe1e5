"""Does mem get into the machine's scheduler, run there, and leave no trace when it goes?"""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import standins
from box import FIXTURES, Box
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memcli.cli import nightly
from memcli.life import queue
from memcli.serve import timetable
from memcli.serve.timetable import Job

JOB = Job(("/usr/bin/python3", "-P", "-m", "memcli", "schedule", "run", "--vault", "/home/lena/50% o'clock $HOME"), {"XDG_STATE_HOME": "/s t"}, 7,
          "/home/lena/50% o'clock $HOME")
TABLE = "MAILTO=lena@example.org\n# backups\n0 3 * * * backup --at \\%H\n"


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.none(), st.lists(st.sampled_from([TABLE, "\n", "# mem:begin x\n", "# mem:end\n", "* * * * * x", "\udcff\n", "\r\n"]),
                                     max_size=4).map("".join)))
@example("")
@example("* * * * * x")
def test_a_crontab_comes_back_as_it_was(table: str | None) -> None:
    other = Job(JOB.words, {}, 9, "/other")
    put = timetable.cron_put(table, JOB)
    assert put.endswith("\n") and timetable.cron_put(put, JOB) == put and timetable.cron_has(put, JOB) == timetable.cron_line(JOB)
    assert timetable.cron_take(put, JOB) == table
    both = timetable.cron_put(put, other)
    assert timetable.cron_take(timetable.cron_take(both, JOB), other) == table
    assert timetable.cron_take(timetable.cron_take(both, other), JOB) == table
    edited = timetable.cron_take(put + "5 5 * * * mine\n", JOB) or ""
    assert edited.endswith("5 5 * * * mine\n") and edited.startswith(table or "")


def test_what_cron_hands_to_the_shell_is_what_was_meant() -> None:
    command = timetable.cron_line(JOB).split(" ", 5)[5].replace("\\%", "%")  # as cron does
    assert shlex.split(command) == ["XDG_STATE_HOME=/s t", *JOB.words]


def test_systemd_is_told_what_was_meant() -> None:
    service = timetable.systemd_units(JOB)[f"mem-{JOB.tag}.service"]
    assert 'Environment="XDG_STATE_HOME=/s t"' in service and "\"/home/lena/50%% o'clock $$HOME\"" in service


def test_a_minute_is_of_the_machine_and_the_vault() -> None:
    assert len({timetable.minute(f"m{number}", "/v") for number in range(600)}) > 50
    assert timetable.minute("a", "/v") == timetable.minute("a", "/v")


@pytest.fixture
def programs(box: Box) -> dict[str, str]:
    """The environment with the stand-ins in it."""
    return standins.put(box.home)


def everything(box: Box) -> dict[str, bytes]:
    return {name: data for name, data in box.files(box.home).items() if not name.startswith(("vault/", "programs/", "told"))}


@pytest.mark.parametrize("table", [None, TABLE, "0 1 * * * x \xe9\n"])
def test_cron_gets_a_line_that_runs_and_gives_it_back(box: Box, programs: dict[str, str], table: str | None) -> None:
    path = Path(box.home, "table")
    if table is not None:
        path.write_bytes(table.encode("latin-1"))
    before = everything(box)
    assert " * * * * " in box.run("schedule", "on", "--dry-run", env=programs, check=0).out and everything(box) == before
    assert box.run("schedule", "status", env=programs, check=1).err.startswith("mem: off")
    assert box.run("schedule", "on", env=programs, check=0).out.startswith("on, by crontab")
    box.run("schedule", "on", env=programs, check=0)
    now = path.read_bytes()
    assert now.startswith((table or "").encode("latin-1")) and now.count(b"mem:begin") == 1
    line = next(row for row in now.decode("latin-1").splitlines() if "memcli schedule run" in row)
    done = subprocess.run(["/bin/sh", "-c", line.split(" ", 5)[5].replace("\\%", "%")], env={"HOME": box.home, "PATH": "/usr/bin:/bin"}, cwd="/",
                          capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert "consolidate:" in box.run("schedule", "status", env=programs, check=0).out
    assert "out of crontab" in box.run("schedule", "off", env=programs, check=0).out
    shutil.rmtree(f"{box.home}/.local")
    assert everything(box) == before


def test_systemd_is_used_where_it_answers_and_crontab_is_left_alone(box: Box, programs: dict[str, str]) -> None:
    Path(box.home, "systemd").write_text("degraded\n")
    Path(box.home, "table").write_text(TABLE)
    before = everything(box)
    box.run("schedule", "on", "--with", "crontab", env=programs, check=0)
    assert box.run("schedule", "on", "--ingest", env=programs, check=0).out.startswith("on, by systemd")
    timer = next(Path(box.home, ".config/systemd/user").glob("*.timer"))
    assert "--ingest" in timer.with_suffix(".service").read_text() and Path(box.home, "table").read_text() == TABLE
    assert f"enable --now {timer.name}" in Path(box.home, "told").read_text()
    assert str(timer) in box.run("schedule", "status", env=programs, check=0).out.replace("~", box.home)
    box.run("schedule", "off", env=programs, check=0)
    assert everything(box) == before and f"disable --now {timer.name}" in Path(box.home, "told").read_text()
    Path(box.home, "refuses").touch()
    failed = box.run("schedule", "on", env=programs, check=4)
    assert "it is masked" in failed.err and not Path(box.home, ".config/systemd").exists()


def test_what_runs_for_a_vault_that_is_gone_can_be_ended(box: Box, programs: dict[str, str]) -> None:
    box.run("schedule", "on", env=programs, check=0)
    os.rename(box.vault, f"{box.vault}-elsewhere")
    run = box.run("schedule", "run", "--vault", box.vault, env=programs, cwd=box.home, check=10)
    assert "mem schedule off --vault" in run.err
    assert "out of crontab" in box.run("schedule", "off", "--vault", box.vault, env=programs, cwd=box.home, check=0).out
    assert not os.path.exists(f"{box.home}/table")


def test_launchd_is_told_as_it_wants(box: Box, programs: dict[str, str]) -> None:
    box.run("schedule", "on", "--with", "launchd", env=programs, check=0)
    path = next(Path(box.home, "Library/LaunchAgents").glob("*.plist"))
    found = plistlib.loads(path.read_bytes())
    assert found["ProgramArguments"][-2:] == ["--vault", box.vault] and 0 <= found["StartCalendarInterval"]["Minute"] < 60
    box.run("schedule", "off", env=programs, check=0)
    assert not path.exists() and "bootout" in Path(box.home, "told").read_text()


def test_without_a_scheduler_it_says_so(box: Box, programs: dict[str, str]) -> None:
    for name in ("crontab", "systemctl"):
        os.remove(f"{box.home}/programs/{name}")
    path = f"{box.home}/programs:{os.path.dirname(shutil.which('mem', path=programs['PATH']) or '')}"
    os.symlink(shutil.which("git") or "", f"{box.home}/programs/git")
    assert "neither" in box.run("schedule", "on", env={"PATH": path}, check=4).err
    for words in (["on", "--with", "at"], ["sometimes"]):
        box.run("schedule", *words, env=programs, check=2)


def test_a_run_reads_what_waits_and_says_only_what_went_wrong(box: Box, tmp_path: Path) -> None:
    talk = tmp_path / "talk.jsonl"
    shutil.copy(f"{FIXTURES}/ingest/claude-code/home/projects/-home-lena-shop/5b0e7c1a-3f0d-4c55-9a57-2f1d8f3c6a01.jsonl", talk)
    queue.add(f"{box.vault}/.mem/state", "claude-code", str(talk), "s", "2026-11-23T08:00:00Z")
    done = box.run("schedule", "run", "--ingest", check=0)
    assert not done.out and not done.err
    assert box.json("list")["entries"] and queue.read(f"{box.vault}/.mem/state") == []
    log = Path(box.home, ".local/state/mem/log/schedule.log")
    assert " added" in log.read_text() and "consolidate: " in log.read_text()
    lines = log.read_text().count("\n")
    assert not box.run("schedule", "run", check=0).err and log.read_text().count("\n") == lines, "not due: not a word"
    box.write(".mem/config.yaml", "format: 1\nforget: {policy: no-such-policy}\n")
    failed = box.run("schedule", "run", check=3, env={"MEM_NOW": "2026-11-25T08:00:00Z"})
    assert "no-such-policy" in failed.err and "no-such-policy" in log.read_text()


def test_a_run_syncs_when_asked_to(box: Box) -> None:
    log = Path(box.home, ".local/state/mem/log/schedule.log")
    assert not box.run("schedule", "run", "--sync", check=0).err and log.read_text().endswith("sync: nothing was synced: no remote to sync with\n")
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git")
    note = box.path(box.run("add", "The pressure is 1.2 bar.", check=0).out.split()[1])
    assert not box.run("schedule", "run", "--sync", check=0).err and " given" in log.read_text()
    box.sh("git clone -q ../hub.git ../two && cd ../two && git config user.name a && git config user.email a@example.org && sed -i s/1.2/1.5/ note/*/*/*.md"
           " && git commit -qam hotter && git push -q")
    Path(note).write_text(Path(note).read_text().replace("1.2", "1.9"))
    failed = box.run("schedule", "run", "--sync", check=3)
    assert "left to you: note/" in failed.err and "both sides changed" in log.read_text()
    os.rename(f"{box.home}/hub.git", f"{box.home}/away.git")
    assert not box.run("schedule", "run", "--sync", check=0).err and "cannot be reached" in log.read_text().splitlines()[-1]
    assert "sync" not in box.run("schedule", "run", check=0).err and "cannot be reached" in log.read_text().splitlines()[-1], "off by default"


def test_a_log_is_put_aside_when_it_is_long(tmp_path: Path) -> None:
    path = tmp_path / "schedule.log"
    for round_ in range(6):
        path.write_text(f"{round_}" * (nightly.LOG_MAX + 1))
        nightly.rotate(str(path))
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"schedule.log.{number}" for number in range(1, nightly.LOGS + 1)]
    assert (tmp_path / "schedule.log.1").read_text()[0] == "5" and (tmp_path / "schedule.log.3").read_text()[0] == "3"
