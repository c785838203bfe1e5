"""What must hold when a command is killed or refused in the middle? One vault, one broken command, one next command, and the check.

A command has happened as a whole (one commit, its files in place) or not at all; what it did not touch is byte-identical; the next
command works without being asked to repair anything; nothing half-written is left.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from box import FIXTURES, MEM, Box, killed

SET, FORGET, RESTORE, EDIT = "fact-00.md", "fact-01.md", "fact-02.md", "fact-03.md"
COMMANDS: dict[str, tuple[str, ...]] = {
    "add": ("add", "a fresh entry about zebras"),
    "set": ("set", SET, "fact-04.md", "tags+=changed"),
    "edit": ("edit", EDIT),
    "forget": ("forget", FORGET, "fact-05.md", "--reason", "old"),
    "restore": ("restore", RESTORE),
    "consolidate": ("consolidate",),
    "undo": ("undo",),
    "ingest": ("ingest", "markdown", f"{FIXTURES}/ingest/notes"),
    "purge": ("purge", FORGET, "--yes"),
    "config": ("config", "search.limit", "7"),
    "index": ("index", "--rebuild"),
}
USED = "2026-03-01T08:00:00Z"
EDITOR = {"EDITOR": "sed -i s/plain/edited/"}


@dataclass(slots=True)
class Tally:
    """What a campaign saw."""

    runs: int = 0
    broken: int = 0  # killed or refused before they were done
    finished: int = 0  # of the broken ones, those the next command found to have happened
    wrong: list[str] = field(default_factory=list)

    def line(self, what: str) -> str:
        """One line of the report."""
        return f"{what}: {self.runs} runs, {self.broken} broken off, {self.finished} of those had happened, {len(self.wrong)} wrong"


def template(box: Box, entries: int = 8, filler: str = "") -> Box:
    """A vault with entries of every kind that the commands work on, and something to undo; `filler` makes them long."""
    box.init()
    for number in range(entries):
        box.write(f"fact-{number:02}.md", f"---\ntitle: Fact {number}\ntags: [x]  # kept\n---\nplain words, word{number:02}\n{filler}")
    box.run("ingest", "markdown", "-", input="# A seed\n", check=0)
    box.run("set", *(f"fact-{number:02}.md" for number in range(entries)), "tags+=y", check=0)
    box.run("forget", RESTORE, check=0)
    box.run("set", "fact-06.md", "importance=0.5", check=0)
    box.run("used", "fact-06.md", "fact-07.md", env={"MEM_NOW": USED}, check=0)  # for consolidate to fold
    return box


def copied(source: Box, target: str) -> Box:
    """The same vault in another home."""
    shutil.copytree(source.vault, f"{target}/vault", symlinks=True, dirs_exist_ok=True)
    return Box(target)


@dataclass(frozen=True, slots=True)
class Before:
    """The vault before a command: its commit and its files."""

    head: str
    files: Mapping[str, bytes]


def before(box: Box) -> Before:
    """The present state of a vault."""
    return Before(box.git("rev-parse", "HEAD").strip(), box.files())


def start(box: Box, args: tuple[str, ...], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A command in a process group of its own."""
    return subprocess.Popen([MEM, *args], cwd=box.vault, env={**box.env, **EDITOR, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, start_new_session=True)


def kill_after(process: subprocess.Popen[bytes], delay_s: float, group: bool) -> tuple[int, bytes, bytes]:
    """Let a command run so long, then kill it, alone or with all its children. Returns how it ended and what it said."""
    time.sleep(delay_s)
    try:
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def check(box: Box, old: Before, status: int, what: str, tally: Tally, *, deep: bool = True) -> None:
    """After a command that ended with `status`: is everything as promised? Findings go to `tally.wrong`."""
    tally.runs += 1
    broken = killed(status) or status not in (0, 1, 3)
    tally.broken += broken

    def wrong(reason: str) -> None:
        tally.wrong.append(f"{what}: {reason}")

    probe = box.run("add", f"probe after {what}", "--json")
    if probe.status != 0:
        wrong(f"the next command ended with {probe.status}: {probe.err.strip()}")
        return
    probe_path = json.loads(probe.out)["path"]
    happened = _commits(box, old)
    now = {path: data for path, data in box.files().items() if path != probe_path}
    changed = {path for path in now.keys() | old.files.keys() if now.get(path) != old.files.get(path)}
    tally.finished += broken and bool(happened)
    if not happened and changed:
        wrong(f"no commit, but changed: {sorted(changed)}")
    if len(happened) > 1:
        wrong(f"more than one commit: {happened}")
    if status == 0 and not happened and changed:
        wrong("acknowledged, but not in history")
    if dirty := box.git("status", "--porcelain", "--untracked-files=all"):
        wrong(f"work tree and history differ: {dirty.strip()}")
    if broken:
        _whole(box, now, old, wrong)
    if left := [name for _, _, names in os.walk(box.vault) for name in names if name.endswith(".mem-tmp")]:
        wrong(f"left over: {left}")
    if deep:
        sound(box, what, tally)


def _commits(box: Box, old: Before) -> list[str]:
    """Subjects of the commits since, without the probe and records of hand edits; of a rewritten history the purge alone."""
    known = box.call(["git", "merge-base", "--is-ancestor", old.head, "HEAD"]).status == 0
    lines = box.git("log", "--format=%s", f"{old.head}..HEAD" if known else "-3").splitlines()
    return [line for line in lines if not line.startswith(("mem(add): probe", "mem(record)")) and (known or line.startswith("mem(purge)"))]


def _whole(box: Box, now: Mapping[str, bytes], old: Before, wrong: Callable[[str], None]) -> None:
    """Each file is the old one, or the one of the last commit: never a mixture."""
    for path, data in now.items():
        if data != old.files.get(path) and data != box.call(["git", "show", f"HEAD:{path}"]).data:
            wrong(f"half-written: {path}")


def sound(box: Box, what: str, tally: Tally) -> None:
    """doctor --deep and git fsck find nothing, and every entry is found by a word of its own."""
    doctor = box.run("doctor", "--deep", "--json")
    if doctor.status != 0:
        tally.wrong.append(f"{what}: doctor --deep ended with {doctor.status}: {doctor.out.strip()} {doctor.err.strip()}")
    fsck = box.call(["git", "fsck", "--no-dangling", "--no-progress"])
    if fsck.status != 0:
        tally.wrong.append(f"{what}: git fsck: {fsck.err.strip()}")


def broken_at(box: Box, name: str, fault: str, tally: Tally) -> bool:
    """Run a command with a fault armed and check. False when the fault was not reached."""
    old = before(box)
    process = start(box, COMMANDS[name], {"MEM_FAULT": fault})
    out, err = process.communicate(timeout=60)
    status = process.returncode
    text = err.decode("utf-8", "replace")
    reached = killed(status) if fault.endswith(":kill") else "fault injected" in text or status not in (0, 1, 3) or "mem: " in text
    if "Traceback" in text or status == 70:
        tally.wrong.append(f"{name} {fault}: {text.strip()}")
    if not reached and status != 0:
        tally.wrong.append(f"{name} {fault}: ended with {status} without the fault: {text.strip()}")
    check(box, old, status, f"{name} {fault}", tally)
    return reached
