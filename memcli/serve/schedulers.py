"""How does a job get into the scheduler of this machine, and out again? systemd's user timers, crontab, or launchd, by their own programs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from memcli.entries import atomic
from memcli.errors import UserError
from memcli.serve import timetable
from memcli.serve.timetable import Job

ALIVE = ("running", "degraded", "starting", "initializing", "maintenance")  # what systemctl says when it answers at all
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a scheduler's files and programs are: home and settings folders, environment, the user's number."""

    home: str
    config: str
    env: Mapping[str, str]
    uid: int

    def run(self, *words: str, given: bytes | None = None) -> tuple[int, bytes, str]:
        """Exit status, output and errors of a program; status 127 when it is not there."""
        import subprocess

        try:
            done = subprocess.run(words, input=given, stdin=subprocess.DEVNULL if given is None else None, capture_output=True, check=False,
                                  env={**self.env, "LC_ALL": "C"}, timeout=PATIENCE_S)
        except (FileNotFoundError, PermissionError, NotADirectoryError):
            return 127, b"", f"{words[0]} is not there"
        except subprocess.TimeoutExpired:
            raise UserError(f"{' '.join(words[:3])} did not answer within {PATIENCE_S} seconds", "nothing is known to have changed") from None
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip()

    def must(self, *words: str, given: bytes | None = None) -> bytes:
        """What a program prints. Raises UserError when it fails."""
        status, out, err = self.run(*words, given=given)
        if status:
            raise UserError(f"{' '.join(words[:3])} failed: {err.splitlines()[-1] if err else f'exit status {status}'}", "mem schedule on --with names another")
        return out


class Scheduler(Protocol):
    """One way to run a job."""

    def put(self, job: Job) -> None:
        """Have the job run from now on."""
        ...

    def take(self, job: Job) -> None:
        """Have it run no more; nothing is left of it."""
        ...

    def has(self, job: Job) -> str:
        """How the job stands there, "" when it does not."""
        ...

    def shown(self, job: Job) -> str:
        """What `put` writes down."""
        ...


@dataclass(frozen=True, slots=True)
class Crontab:
    """A marked block in the user's crontab."""

    machine: Machine

    def _read(self) -> str | None:
        status, out, err = self.machine.run("crontab", "-l")
        if status and (status == 127 or "no crontab" in err.lower()):
            return None
        if status:
            raise UserError(f"crontab -l failed: {err or f'exit status {status}'}", "mem schedule on --with names another")
        return out.decode("utf-8", "surrogateescape")

    def _write(self, old: str | None, new: str | None) -> None:
        if new is None and old is not None:
            self.machine.must("crontab", "-r")
        elif new is not None and new != old:
            self.machine.must("crontab", "-", given=new.encode("utf-8", "surrogateescape"))

    def put(self, job: Job) -> None:
        """See Scheduler."""
        old = self._read()
        self._write(old, timetable.cron_put(old, job))

    def take(self, job: Job) -> None:
        """See Scheduler."""
        old = self._read()
        self._write(old, timetable.cron_take(old, job))

    def has(self, job: Job) -> str:
        """See Scheduler."""
        return timetable.cron_has(self._read(), job)

    def shown(self, job: Job) -> str:
        """See Scheduler."""
        return timetable.cron_put("", job)


@dataclass(frozen=True, slots=True)
class Systemd:
    """A service and a timer of the user's systemd."""

    machine: Machine

    @property
    def _folder(self) -> str:
        return f"{self.machine.config}/systemd/user"

    def alive(self) -> bool:
        """Whether the user's systemd answers."""
        return self.machine.run("systemctl", "--user", "is-system-running")[1].decode("utf-8", "replace").strip() in ALIVE

    def put(self, job: Job) -> None:
        """See Scheduler."""
        try:
            for name, text in timetable.systemd_units(job).items():
                atomic.write(f"{self._folder}/{name}", text.encode())
            self.machine.must("systemctl", "--user", "daemon-reload")
            self.machine.must("systemctl", "--user", "enable", "--now", f"mem-{job.tag}.timer")
        except UserError:
            self._remove(job)
            raise

    def take(self, job: Job) -> None:
        """See Scheduler."""
        if self.has(job):
            self.machine.run("systemctl", "--user", "disable", "--now", f"mem-{job.tag}.timer")
            self._remove(job)
            self.machine.run("systemctl", "--user", "daemon-reload")

    def _remove(self, job: Job) -> None:
        for name in timetable.systemd_units(job):
            atomic.remove(f"{self._folder}/{name}")
        atomic.remove_empty_folders(self._folder, self.machine.config)

    def has(self, job: Job) -> str:
        """See Scheduler."""
        path = f"{self._folder}/mem-{job.tag}.timer"
        return path if os.path.lexists(path) else ""

    def shown(self, job: Job) -> str:
        """See Scheduler."""
        return "\n".join(f"# {self._folder}/{name}\n{text}" for name, text in timetable.systemd_units(job).items())


@dataclass(frozen=True, slots=True)
class Launchd:
    """A property list for the user's launchd."""

    machine: Machine

    def _path(self, job: Job) -> str:
        return f"{self.machine.home}/Library/LaunchAgents/{timetable.launchd_label(job)}.plist"

    def put(self, job: Job) -> None:
        """See Scheduler."""
        domain = f"gui/{self.machine.uid}"
        self.machine.run("launchctl", "bootout", f"{domain}/{timetable.launchd_label(job)}")  # one that is loaded is not loaded again
        atomic.write(self._path(job), timetable.launchd_list(job))
        try:
            self.machine.must("launchctl", "bootstrap", domain, self._path(job))
        except UserError:
            atomic.remove(self._path(job))
            raise

    def take(self, job: Job) -> None:
        """See Scheduler."""
        if self.has(job):
            self.machine.run("launchctl", "bootout", f"gui/{self.machine.uid}/{timetable.launchd_label(job)}")
            atomic.remove(self._path(job))

    def has(self, job: Job) -> str:
        """See Scheduler."""
        return self._path(job) if os.path.lexists(self._path(job)) else ""

    def shown(self, job: Job) -> str:
        """See Scheduler."""
        return f"<!-- {self._path(job)} -->\n{timetable.launchd_list(job).decode()}"


NAMES = ("systemd", "crontab", "launchd")


def every(machine: Machine) -> dict[str, Scheduler]:
    """Every scheduler that mem knows, by name."""
    return dict(zip(NAMES, (Systemd(machine), Crontab(machine), Launchd(machine)), strict=True))


def chosen(name: str, machine: Machine, *, mac: bool) -> str:
    """Which scheduler to use: the one named, else launchd on a Mac, systemd where it answers, else crontab. Raises UserError when there is none."""
    if name:
        return name
    if mac:
        return "launchd"
    if Systemd(machine).alive():
        return "systemd"
    if machine.run("crontab", "-l")[0] != 127:
        return "crontab"
    raise UserError("neither the user's systemd nor crontab answers on this machine", "install cron, or run mem schedule run from something of your own")


def job(words: Sequence[str], env: Mapping[str, str], machine: str, vault: str) -> Job:
    """The job of a vault on a machine. Raises UserError when its path cannot be written down."""
    return timetable.checked(Job(tuple(words), dict(env), timetable.minute(machine, vault), vault))
