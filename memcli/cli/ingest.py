"""mem ingest"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE, Usage
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.life.intake import Wish
    from memcli.life.sifting import Report

HELP = """Read entries from other sources by a plugin.

\b
Examples:
  mem ingest --list
  mem ingest markdown ~/old-notes
  mem ingest markdown - < page.md
  mem ingest chatgpt export.zip --dry-run
  mem ingest claude-code ~/.claude --since last
  mem ingest git . --since 2026-01-01
  mem ingest text ~/inbox --watch
  mem ingest --auto                 looks around, shows what is there, asks

One run is one commit. Running again adds only what is new: each piece of a
source has an id of its own that never changes; one that has grown since is
brought up to date. What a plugin cannot read is refused with a reason while
the rest goes on; exit status 3 then.

Of talk and logs, which nobody wrote to be kept, what says nothing new waits
for a while (mem waiting), and what an entry says already is noted as a
confirmation of that; ingest.gate changes that. Secrets are refused
(safety.secrets)."""

SHOWN = 20  # refusals

PARAMS = {
    "plugin": options.Arg("[PLUGIN]", "Which plugin; --list names them."),
    "sources": options.Arg("[SOURCE...]", "Files, folders, or - for standard input.", many=True),
    "option": options.Opt("--option -o", "For the plugin; may be repeated.", metavar="KEY=VALUE", many=True),
    "since": options.Opt("--since", "Only what is from then on; last: only files that changed since the last run.", metavar="DATE"),
    "watch": options.Opt("--watch", "Go on, and read again what changes, until interrupted.", kind=bool),
    "auto": options.Opt("--auto", "Look where known sources lie, ask about each once, and read what changed.", kind=bool),
    "yes": options.Opt("--yes -y", "With --auto: read all that was not said no to.", kind=bool),
    "dry_run": options.Opt("--dry-run", "Say what would be added; write nothing.", kind=bool),
    "list_": options.Opt("--list", "List the plugins.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(plugin: str = "", sources: list[str] | None = None, option: list[str] | None = None, since: str = "", watch: bool = False,
            auto: bool = False, yes: bool = False, dry_run: bool = False, list_: bool = False, vault: str | None = None, json: bool = False) -> int:
    """Read entries from other sources."""
    here = session.current()
    if list_:
        from memcli.extend import registry

        found = registry.names(registry.INGEST, here.around(vault))
        here.lines(f"{name.ljust(max(len(known) for known, _ in found))}  {terminal.line(summary)}" for name, summary in found)
        return 0
    if auto:
        from memcli.cli import gathering

        if plugin:
            raise Usage("--auto finds the sources itself", "mem ingest --auto, or mem ingest PLUGIN SOURCE")
        return gathering.gather(here, vault, tell, yes=yes, dry_run=dry_run, json=json)
    if not plugin or not sources:
        raise Usage("which plugin, and which source?", "mem ingest PLUGIN SOURCE; mem ingest --list names the plugins")
    wish = _wish(option or [], since)
    if watch:
        from memcli.cli import watching

        return watching.ingest(here, vault, plugin, sources, wish, tell)
    report = here.store(vault).ingest(plugin, sources, wish, dry_run=dry_run)
    if json:
        here.json_out(records.ingested(report))
    else:
        tell(here, report, dry_run=dry_run)
    return PARTLY_DONE if report.refused else 0


def _wish(words: list[str], since: str) -> Wish:
    from memcli import clock
    from memcli.life.intake import Wish

    given = dict(word.partition("=")[::2] for word in words)
    if since in ("", "last"):
        return Wish(given, changed=since == "last")
    try:
        return Wish(given, since=clock.parse(since))
    except ValueError:
        raise Usage(f"--since {since}: not a date", "for example 2026-11-23, or last for what changed since the last run") from None


def tell(here: session.Session, report: Report, *, dry_run: bool = False) -> None:
    """What a run did, on one line, and what it refused."""
    here.end_progress()
    more = len(report.refused) - SHOWN
    for position, reason in report.refused if more <= 0 else [*report.refused[:SHOWN - 1], report.refused[-1]]:  # the last may be why a source broke off
        here.warn(f"refused {terminal.line(position)}: {terminal.line(reason)}")
    if more > 0:
        here.warn(f"refused {more} more; --json names each")
    parts = [f"{len(report.added)} {'would be added' if dry_run else 'added'}", f"{len(report.updated)} brought up to date", f"{report.waiting} waiting",
             f"{report.confirmed} said before", f"{report.duplicate} there already", f"{report.older} older", f"{len(report.refused)} refused"]
    always = ("added", "already", "refused")
    here.out(", ".join(part for part in parts if part[0] != "0" or part.endswith(always)) + "\n")
    if report.waiting:
        here.say("mem waiting lists what said nothing new; it waits for ingest.waiting_days")
    if report.expired:
        here.say(f"{report.expired} that waited {'has' if report.expired == 1 else 'have'} expired")
