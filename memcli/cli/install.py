"""mem install"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import terminal

if TYPE_CHECKING:
    from memcli.serve.clients import Target

HELP = """Set up coding agents and editors to use mem.

\b
Examples:
  mem install                          what it can be installed in
  mem install claude-code --dry-run    what would change, as a diff
  mem install claude-code
  mem install cursor --scope project   in this folder, for all who work on it
  mem install agents-md                a part of this folder's AGENTS.md
  mem install claude-code --uninstall

Adds mem as a server to the program's own settings and, where the program has
hooks, mem hook. Every other key, comment and blank stays as it is; a file that
cannot be understood is refused, with the line, before anything is changed.
What a file held before is kept, and --uninstall gives it back to the byte; from
a file that was edited since, it takes only what was added."""

PARAMS: dict[str, options.Opt | options.Arg] = {
    "client": options.Arg("[CLIENT]", "claude-code, codex, cursor, vscode, claude-desktop, windsurf, skill or agents-md."),
    "scope": options.Opt("--scope", "user, for you everywhere; or project, in this folder. Default: user; agents-md: project.", metavar="WHERE"),
    "command_": options.Opt("--command", "What starts mem, for programs that do not see your PATH; default: mem.", metavar="PROGRAM"),
    "dry_run": options.Opt("--dry-run", "Print what would change, as a diff, and change nothing.", kind=bool),
    "uninstall": options.Opt("--uninstall", "Take out what was added.", kind=bool),
}


def command(client: str = "", scope: str = "", command_: str = "mem", dry_run: bool = False, uninstall: bool = False) -> None:
    """Set up agents and editors."""
    from memcli.serve import clients, installing

    here = session.current()
    if not client:
        width = max(map(len, clients.CLIENTS))
        here.lines(f"{name.ljust(width)}  {what}" for name, what in clients.CLIENTS.items())
        return
    targets = _targets(here, client, scope, command_)
    installer = installing.Installer(here.state(), here.home())
    steps = installer.taking(targets[::-1]) if uninstall else installer.putting(targets)
    for note in [note for step in steps for note in step.notes]:
        here.warn(terminal.line(note))
    if not uninstall and command_ == "mem" and (other := _astray(here)):
        here.warn(other)
    if dry_run:
        here.out(terminal.clean(installing.differences(steps)))
        return
    for step in steps:
        installer.apply(step)
        here.out(f"{installing.summary(step).ljust(8)} {terminal.line(step.path)}\n")
        if step.known is None and step.receipt is not None and step.old is not None:
            here.say(f"what it held before is kept in {terminal.line(installer.backup(step.path))}")
    if not uninstall and client in clients.AFTER and any(step.new != step.old for step in steps):
        here.say(clients.AFTER[client])


def _astray(here: session.Session) -> str:
    """What to say when `mem` on this PATH is not the program that runs now, "" when it is."""
    import shutil

    ours, found = os.path.realpath(sys.argv[0]), shutil.which("mem", path=here.env.get("PATH"))
    if os.path.basename(ours) not in ("mem", "memcli") or found and os.path.realpath(found) in (ours, f"{os.path.dirname(ours)}/mem"):
        return ""
    there = f"the mem on your PATH, {found}, is another program" if found else "mem is not on your PATH"
    return terminal.line(f"{there}; --command {os.path.abspath(sys.argv[0])} names this one")


def _targets(here: session.Session, client: str, scope: str, command_: str) -> list[Target]:
    from memcli.serve import clients

    scope = scope or ("project" if client == "agents-md" else "user")
    if scope not in ("user", "project"):
        raise Usage(f"--scope {scope}: takes user or project", "mem install " + client)
    if not command_.isprintable() or not command_.strip():
        raise Usage("--command names no program", "for example --command /usr/local/bin/mem")
    return clients.targets(client, scope, clients.Places(here.home(), os.getcwd(), here.env, sys.platform == "darwin"), command_)
