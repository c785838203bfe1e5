"""mem consolidate"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import Usage

HELP = """Do a night's work: fold in uses, link, sum up, fade.

\b
Examples:
  mem consolidate --dry-run
  mem consolidate
  mem consolidate --skip link,gist
  mem consolidate --only fold,fade --json
  0 3 * * *  mem consolidate --if-due 12 --quiet    (a line of a crontab)

Made for cron: it takes the vault's lock, changes nothing that needs no change,
and ends within --time-limit; what was not reached waits for the next run. All
of it is one commit that mem undo takes back; killed at any moment it has
happened or not. A second run right after the first changes nothing. The steps
are described in mem man scoring; --dry-run prints each change as a diff."""


PARAMS = {
    "dry_run": options.Opt("--dry-run", "Print what would change, as a diff, and change nothing.", kind=bool),
    "only": options.Opt("--only", "Only these steps.", metavar="STEP,..."),
    "skip": options.Opt("--skip", "Without these steps.", metavar="STEP,..."),
    "if_due": options.Opt("--if-due", "Only when the last run was at least so many hours ago.", metavar="HOURS", kind=float),
    "time_limit": options.Opt("--time-limit", "Start no step after so many seconds.", metavar="SECONDS", kind=float),
    "quiet": options.Opt("--quiet -q", "Say something only when something went wrong.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(dry_run: bool = False, only: str = "", skip: str = "", if_due: float = 0.0, time_limit: float = 600.0, quiet: bool = False,
            vault: str | None = None, json: bool = False) -> None:
    """Consolidate."""
    from memcli.life.consolidating import STEPS
    from memcli.output import fade

    here = session.current()
    store = here.store(vault)
    chosen = [word for word in only.split(",") if word] or list(STEPS)
    left_out = [word for word in skip.split(",") if word]
    for word in (*chosen, *left_out):
        if word not in STEPS:
            raise Usage(f"{word!r} is no step of consolidation", "one of " + ", ".join(STEPS))
    report = store.consolidate([word for word in chosen if word not in left_out], time_limit, dry_run=dry_run, if_due_h=if_due)
    here.end_progress()
    if report is None:
        if not quiet:
            here.say(f"not due: the last run was less than {if_due:g} hours ago")
        return
    if json:
        here.json_out(fade.report(report))
        return
    if not quiet or dry_run:
        here.lines(fade.report_lines(report, here.color))
    if report.commit and not quiet:
        here.say("mem undo takes it back; mem log --moves tells each move")
