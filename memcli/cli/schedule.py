"""mem schedule"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import NothingFound, Usage
from memcli.output import terminal

if TYPE_CHECKING:
    from memcli.serve.schedulers import Machine
    from memcli.serve.timetable import Job

HELP = """Look after a vault every hour, by cron or systemd.

\b
Examples:
  mem schedule on --dry-run      what would be written, and where
  mem schedule on
  mem schedule on --ingest       read what hooks noted and known sources too
  mem schedule on --sync         and make its clones one, through its remote
  mem schedule status
  mem schedule off
  mem schedule run               what runs every hour, now

Every hour, in a minute of this machine's own: mem consolidate when the last
one was twelve hours ago; with --ingest, mem ingest --queued and those of the
sources of mem ingest --auto that you once said yes to; with --sync, at last,
mem sync, which needs a key that asks for no passphrase. Without a network or a
remote nothing is said; a conflict that is left to you is. What on is given it
keeps until the next on, and status shows it.

Runs under the user's systemd where that answers, else from the crontab, on a
Mac by launchd. What happens is written to ~/.local/state/mem/log/schedule.log;
only what goes wrong is said aloud, for cron to mail. off takes out what on put
in, to the byte."""

PARAMS: dict[str, options.Opt | options.Arg] = {
    "action": options.Arg("ACTION", "on, off, status or run."),
    "ingest": options.Opt("--ingest", "Read sources too: what hooks noted, and what mem ingest --auto may read.", kind=bool),
    "sync": options.Opt("--sync", "Make the vault and its remote one too, as mem sync does.", kind=bool),
    "with_": options.Opt("--with", "systemd, crontab or launchd; default: the one that answers.", metavar="SCHEDULER"),
    "dry_run": options.Opt("--dry-run", "With on: print what would be written, and change nothing.", kind=bool),
    "vault": options.VAULT,
}
KEPT = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")  # of the environment, where they are set: a scheduler knows nothing of them
USUAL = ("/usr/bin", "/bin")  # where schedulers look for programs


def command(action: str, ingest: bool = False, sync: bool = False, with_: str = "", dry_run: bool = False, vault: str | None = None) -> int:
    """Look after a vault by itself."""
    from memcli.cli import nightly
    from memcli.serve import schedulers

    here = session.current()
    if action not in ("on", "off", "status", "run"):
        raise Usage(f"{action!r} is nothing that mem schedule does", "on, off, status or run")
    if action == "run":
        return nightly.run(here, vault, ingest=ingest, sync=sync)
    if with_ not in ("", *schedulers.NAMES):
        raise Usage(f"--with {with_}: no such scheduler", "one of " + ", ".join(schedulers.NAMES))
    config = os.path.dirname(os.path.dirname(here.user_config()))
    machine = schedulers.Machine(here.home(), config, here.env, os.getuid())
    root = nightly.root_of(here, vault, gone=action == "off")
    job = schedulers.job(nightly.words(root, ingest=ingest, sync=sync), _env(here), os.uname().nodename, root)
    if action == "on":
        _on(here, machine, job, with_, dry_run=dry_run)
    elif action == "off":
        _off(here, machine, job)
    else:
        _status(here, machine, job)
    return 0


def _env(here: session.Session) -> dict[str, str]:
    import shutil

    env = {name: here.env[name] for name in KEPT if here.env.get(name)}
    git = os.path.dirname(shutil.which("git", path=here.env.get("PATH")) or "/usr/bin/git")
    return {**env, "PATH": ":".join([git, *USUAL])} if git not in USUAL else env


def _on(here: session.Session, machine: Machine, job: Job, name: str, *, dry_run: bool) -> None:
    from memcli.serve import schedulers

    name = schedulers.chosen(name, machine, mac=sys.platform == "darwin")
    known = schedulers.every(machine)
    if dry_run:
        here.out(known[name].shown(job))
        return
    known[name].put(job)
    for other in {*known} - {name}:
        known[other].take(job)
    here.out(f"on, by {name}: every hour at minute {job.minute}\n")
    if name == "systemd":
        here.say("it runs while you are logged in; loginctl enable-linger lets it run always")


def _off(here: session.Session, machine: Machine, job: Job) -> None:
    from memcli.serve import schedulers

    gone = [name for name, scheduler in schedulers.every(machine).items() if scheduler.has(job)]
    for name in gone:
        schedulers.every(machine)[name].take(job)
    here.out(f"off{', out of ' + ' and '.join(gone) if gone else ''}\n")


def _status(here: session.Session, machine: Machine, job: Job) -> None:
    from memcli.cli import nightly
    from memcli.serve import schedulers

    found = {name: how for name, scheduler in schedulers.every(machine).items() if (how := scheduler.has(job))}
    if not found:
        raise NothingFound("off: nothing looks after this vault by itself", "mem schedule on")
    for name, how in found.items():
        here.out(f"on, by {name}: {terminal.line(how)}\n")
    here.out(f"last: {terminal.line(nightly.last(here, job.vault)) or 'has not run yet'}\n")
