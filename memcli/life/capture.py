"""How does a commit in a working repository become an entry? Noted at once, read by the plugin git soon after, by one process at a time.

The note is a file of its own in `.mem/state/capture/`, so that a vault that is locked, or a machine that goes down, loses no commit: the next capture
takes in what waits.
"""

from __future__ import annotations

import json
import os
import re

from memcli.entries import atomic
from memcli.entries.git import Git
from memcli.entries.lock import Lock
from memcli.errors import Locked, MemError, UserError
from memcli.life import intake
from memcli.life.desk import Desk


def folder(desk: Desk) -> str:
    """Where commits wait."""
    return f"{desk.vault.state}/capture"


def waiting(desk: Desk) -> int:
    """How many commits wait."""
    return len(_notes(desk))


def capture(desk: Desk, top: str, commit: str) -> None:
    """Note a commit of the repository at `top`, and take in all that waits, unless another process is at that. Raises UserError for what is no commit."""
    if not re.fullmatch("[0-9a-f]{40}(?:[0-9a-f]{24})?", commit):
        raise UserError(f"{commit!r} is no commit", "git calls this with the commit's hash; mem man hooks")
    if _rebasing(desk, top):
        return
    atomic.write(f"{folder(desk)}/{commit}", json.dumps({"top": top}).encode(), durable=False)
    try:
        with Lock(f"{desk.vault.state}/capture.lock", 0.0, "capture"):
            while _drain(desk):
                pass
    except Locked:
        return  # who holds it looks again before it ends


def _rebasing(desk: Desk, top: str) -> bool:
    """Whether git is rewriting commits, which were taken in when they were made."""
    paths = Git(top, desk.env).call("rev-parse", "--path-format=absolute", "--git-path", "rebase-merge", "--git-path", "rebase-apply").decode().splitlines()
    return any(os.path.isdir(path) for path in paths)


def _notes(desk: Desk) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder(desk)) if not name.startswith("."))
    except OSError:
        return []


def _drain(desk: Desk) -> bool:
    """Take in what waits; whether anything was."""
    by_top: dict[str, list[str]] = {}
    for name in _notes(desk):
        try:
            by_top.setdefault(json.loads(atomic.read(f"{folder(desk)}/{name}", 65_536))["top"], []).append(name)
        except (OSError, ValueError, KeyError, TypeError):
            atomic.discard(f"{folder(desk)}/{name}")
    taken = False
    for top, commits in by_top.items():
        try:
            if os.path.isdir(top):
                intake.ingest(desk, "git", [top], intake.Wish({"commits": ",".join(commits)}), dry_run=False)
        except MemError:
            continue  # they wait for the next commit
        for name in commits:
            atomic.discard(f"{folder(desk)}/{name}")
        taken = True
    return taken
