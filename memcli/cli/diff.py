"""mem diff"""

from __future__ import annotations

from typing import Annotated

import typer

from memcli.cli import options, session
from memcli.output import terminal

HELP = """Show what changed, by hand or between dates.

\b
Examples:
  mem diff                         edits by hand since the last commit
  mem diff --from 2026-11-01       everything since that day
  mem diff 6r0wze --from HEAD~3 --to HEAD

Prints a unified diff, as git does."""


def command(name: Annotated[str, typer.Argument(metavar="[ID]", help="Only this entry.", show_default=False)] = "",
            old: Annotated[str, typer.Option("--from", metavar="WHEN", help="Date or revision to compare from; else the last commit.")] = "",
            new: Annotated[str, typer.Option("--to", metavar="WHEN", help="Date or revision to compare with; else the files as they are.")] = "",
            vault: options.Vault = None) -> None:
    """Show what changed."""
    here = session.current()
    out = here.store(vault).diff(name, old, new, color=False)
    if not here.tty:
        here.out(out)
        return
    styles = {"+": terminal.GREEN, "-": terminal.RED, "@": terminal.CYAN}
    here.lines(terminal.paint(terminal.line(line), styles.get(line[:1], ""), here.color and line[:1] in styles) for line in out.splitlines())
