"""What does a scheduler run, and where does it say what happened? Consolidation when it is due, sources that wait, a sync; into a log, not a mailbox.

Only what went wrong is said aloud, as cron sends that by mail and systemd keeps it in the journal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from memcli import clock
from memcli.cli import session
from memcli.cli.session import Session
from memcli.entries import atomic
from memcli.entries.lock import Lock
from memcli.errors import PARTLY_DONE, Locked, MemError, NothingFound, NoVault, Refused
from memcli.output import terminal

DUE_H = 12.0  # hours between two consolidations
LIMIT_S = 600.0
LOG_MAX, LOGS = 256 << 10, 3  # bytes of a log, and how many older ones are kept


class Quiet(Session):
    """A session that talks into a log."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__()
        self._log = log

    def say(self, text: str) -> None:
        """Talk, into the log."""
        self._log(text)

    def out(self, text: str) -> None:
        """Data, into the log."""
        self._log(text)

    def progress(self, what: str, done: int, total: int) -> None:
        """Nobody watches."""


def words(root: str, *, ingest: bool, sync: bool) -> list[str]:
    """The command that a scheduler runs: our own interpreter, which is not led astray by what lies in the folder it starts in."""
    asked = [flag for flag, given in (("--ingest", ingest), ("--sync", sync)) if given]
    return [sys.executable, "-P", "-m", "memcli", "schedule", "run", *asked, "--vault", root]


def root_of(here: Session, vault: str | None, *, gone: bool = False) -> str:
    """The vault that a job is for; with `gone` also one that is named and no longer there, whose job can still be ended. Raises NoVault."""
    named = vault or session.chosen or here.env.get("MEM_VAULT")
    try:
        return here.vault(vault).root
    except NoVault as error:
        if not named:
            raise
        if gone:
            return os.path.realpath(named)
        raise NoVault(error.message, f"{error.hint}; or end what runs for it: mem schedule off --vault {named}") from None


def log_path(here: Session) -> str:
    """Where the log is."""
    return f"{here.state()}/log/schedule.log"


def run(here: Session, vault: str | None, *, ingest: bool, sync: bool = False) -> int:
    """Do what is due. While another run does, nothing. Exit status 3 when a step went wrong, which is said aloud; the others are done all the same."""
    root = root_of(here, vault)
    path = log_path(here)
    rotate(path)

    def log(text: str) -> None:
        for line in terminal.clean(text).splitlines():
            atomic.note(path, f"{clock.rfc3339(clock.now())} {terminal.line(root)}: {line}\n".encode())

    atomic.make_folder(os.path.dirname(path), durable=False)
    quiet = Quiet(log)
    steps: Mapping[str, Callable[[], None]] = {"consolidate": lambda: _consolidate(quiet, root, log)}
    if ingest:
        steps = {**steps, "ingest": lambda: _ingest(quiet, root)}
    if sync:
        steps = {**steps, "sync": lambda: _sync(quiet, root, log)}
    failed = 0
    try:
        with Lock(f"{root}/.mem/state/schedule.lock", 0, "schedule run"):
            for name, step in steps.items():
                try:
                    step()
                except Locked as error:
                    log(f"{name}: {error.message}; the next run does it")
                except MemError as error:
                    failed += 1
                    log(f"{name}: error: {error.message}")
                    here.say(f"mem: {name} of {root}: {error.message}{f' ({error.hint})' if error.hint else ''}")
    except Locked:
        log("another run is at it")
    return PARTLY_DONE if failed else 0


def _consolidate(quiet: Quiet, root: str, log: Callable[[str], None]) -> None:
    from memcli.life.consolidating import STEPS
    from memcli.output import fade

    report = quiet.store(root).consolidate(list(STEPS), LIMIT_S, dry_run=False, if_due_h=DUE_H)
    if report is not None:
        log("consolidate: " + "; ".join(line.strip() for line in fade.report_lines(report, False) if line.strip()))


def _ingest(quiet: Quiet, root: str) -> None:
    """What hooks have noted, and those of the known sources that the user once said yes to."""
    from memcli.cli import gathering, queued
    from memcli.cli.telling import tell

    queued.read(quiet, root, dry_run=False, json=False)
    try:
        gathering.gather(quiet, root, tell, yes=False, dry_run=False, json=False)
    except NothingFound:
        return


def _sync(quiet: Quiet, root: str, log: Callable[[str], None]) -> None:
    """Make the vault and its remote one. Raises Refused for conflicts that are left to a person; no remote and no network is only noted."""
    from memcli.output import text

    done = quiet.store(root).sync()
    log(f"sync: {f'nothing was synced: {done.away}' if done.away else text.synced(done)}")
    for path, reason in done.conflicts:
        log(f"sync: {path}: {reason}")
    if done.conflicts:
        first = ", ".join(path for path, _ in done.conflicts[:3])
        raise Refused(f"left to you: {first}{' ...' if len(done.conflicts) > 3 else ''}", "mem doctor tells what to do")


def last(here: Session, root: str) -> str:
    """The newest line about a vault in the log, "" for none."""
    path = log_path(here)
    lines = atomic.read(path).decode("utf-8", "replace").splitlines() if os.path.isfile(path) else []
    return next((line for line in reversed(lines) if f" {terminal.line(root)}: " in line), "")


def rotate(path: str) -> None:
    """Put a log that has grown long aside, and let the oldest go."""
    if not os.path.lexists(path) or os.path.getsize(path) <= LOG_MAX:
        return
    for number in range(LOGS, 0, -1):
        older = f"{path}.{number - 1}" if number > 1 else path
        if os.path.lexists(older):
            atomic.put(older, f"{path}.{number}", None)
