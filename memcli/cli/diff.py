"""mem diff"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import terminal

HELP = """Show what changed, by hand or between dates.

\b
Examples:
  mem diff                         edits by hand since the last commit
  mem diff --from 2026-11-01       everything since that day
  mem diff 6r0wze --from HEAD~3 --to HEAD

Prints a unified diff, as git does."""


PARAMS = {
    "name": options.Arg("[ID]", "Only this entry."),
    "old": options.Opt("--from", "Date or revision to compare from; else the last commit.", metavar="WHEN"),
    "new": options.Opt("--to", "Date or revision to compare with; else the files as they are.", metavar="WHEN"),
    "vault": options.VAULT,
}


def command(name: str = "", old: str = "", new: str = "", vault: str | None = None) -> None:
    """Show what changed."""
    here = session.current()
    out = here.store(vault).diff(name, old, new, color=False)
    if not here.tty:
        here.out(out)
        return
    styles = {"+": terminal.GREEN, "-": terminal.RED, "@": terminal.CYAN}
    here.lines(terminal.paint(terminal.line(line), styles.get(line[:1], ""), here.color and line[:1] in styles) for line in out.splitlines())
