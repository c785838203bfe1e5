"""What is written down for a machine's scheduler so that `mem` runs by itself? Texts only: a crontab's block, systemd's units, launchd's list.

One job per vault, in a minute of the hour that the vault and the machine decide, so that many machines do not begin at once.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from memcli.errors import UserError


@dataclass(frozen=True, slots=True)
class Job:
    """What runs, hourly: the words of a command, all paths absolute, the environment it needs, in which minute, for which vault."""

    words: tuple[str, ...]
    env: Mapping[str, str]
    minute: int
    vault: str

    @property
    def tag(self) -> str:
        """What tells the vault's job from those of others."""
        return hashlib.sha256(self.vault.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def minute(machine: str, vault: str) -> int:
    """The minute in which a vault's job runs on a machine: always the same one, evenly spread."""
    return int(hashlib.sha256(f"{machine}\0{vault}".encode("utf-8", "surrogateescape")).hexdigest(), 16) % 60


def checked(job: Job) -> Job:
    """The job. Raises UserError when a scheduler's file cannot hold it."""
    for text in (*job.words, *job.env.values()):
        if any(ord(char) < 32 or ord(char) == 127 or 0xD800 <= ord(char) < 0xE000 for char in text):
            raise UserError(f"{text!r} holds characters that no scheduler's file can hold", "move the vault to a path without them")
    return job


def cron_line(job: Job) -> str:
    """The job's line of a crontab, where % would end the command."""
    settings = [f"{name}={shlex.quote(value)}" for name, value in job.env.items()]
    command = " ".join([*settings, *map(shlex.quote, job.words)])
    return f"{job.minute} * * * * " + command.replace("%", "\\%")


def _cron_block(job: Job) -> re.Pattern[str]:
    return re.compile(rf"^# mem:begin {job.tag}(?P<how>[a-z ,]*)(?: \([^\n]*\))?\n(?:(?!# mem:end).*\n)*?# mem:end {job.tag}(?:\n|\Z)", re.MULTILINE)


def cron_put(table: str | None, job: Job) -> str:
    """A crontab (None: there is none) with the job's block in it. What `cron_take` needs to give back the same is noted in the block."""
    line = cron_line(job)
    found = _cron_block(job).search(table or "")
    how = found["how"] if found else " alone" if table is None else " joined" if table and not table.endswith("\n") else ""
    block = f"# mem:begin {job.tag}{how} (by mem schedule on; mem schedule off takes it out)\n{line}\n# mem:end {job.tag}\n"
    if table is None:
        return block
    if found:
        return table[:found.start()] + block + table[found.end():]
    return table + ("\n" if how == " joined" else "") + block


def cron_take(table: str | None, job: Job) -> str | None:
    """A crontab without the job's block, byte for byte what it was before it; None when there was none."""
    found = _cron_block(job).search(table or "")
    if table is None or found is None:
        return table
    before, after = table[:found.start()], table[found.end():]
    if found["how"] and after.startswith("# mem:begin "):  # the next vault's block comes to stand where ours did
        after = re.sub(r"^(# mem:begin [0-9a-f]{8})", rf"\1{found['how']}", after, count=1)
    elif found["how"] == " joined" and not after:
        before = before.removesuffix("\n")
    return None if found["how"] == " alone" and not before + after else before + after


def cron_has(table: str | None, job: Job) -> str:
    """The job's line in a crontab, "" for none."""
    found = _cron_block(job).search(table or "")
    return next((line for line in found[0].splitlines() if not line.startswith("#")), "") if found else ""


def systemd_units(job: Job) -> dict[str, str]:
    """The job's service and timer, by file name."""
    settings = "".join(f"Environment={_systemd(f'{name}={value}')}\n" for name, value in job.env.items())
    service = (f"[Unit]\nDescription=Look after the memory in {job.vault.replace('%', '%%')}\n\n[Service]\nType=oneshot\nNice=10\nIOSchedulingClass=idle\n"
               f"{settings}ExecStart={' '.join(_systemd(word).replace('$', '$$') for word in job.words)}\n")
    timer = (f"[Unit]\nDescription=Every hour: the memory in {job.vault.replace('%', '%%')}\n\n[Timer]\nOnCalendar=*-*-* *:{job.minute:02d}:00\n"
             "RandomizedDelaySec=60\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n")
    return {f"mem-{job.tag}.service": service, f"mem-{job.tag}.timer": timer}


def _systemd(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if re.fullmatch(r"[\w@%+=:,./-]+", word, re.ASCII) else f'"{escaped}"'


def launchd_label(job: Job) -> str:
    """What launchd calls the job."""
    return f"org.memcli.{job.tag}"


def launchd_list(job: Job) -> bytes:
    """The job's property list."""
    import plistlib

    return plistlib.dumps({"Label": launchd_label(job), "ProgramArguments": list(job.words), "EnvironmentVariables": dict(job.env), "ProcessType": "Background",
                           "LowPriorityIO": True, "StartCalendarInterval": {"Minute": job.minute}})
