"""mem ingest"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE, Usage
from memcli.output import records, terminal

HELP = """Read entries from other sources by a plugin.

\b
Examples:
  mem ingest markdown ~/old-notes
  mem ingest markdown - < page.md
  mem ingest locomo conversation.json --dry-run
  mem ingest --list

One run is one commit. Running again adds only what is new: each piece of a
source has an id of its own that never changes. What a plugin cannot read is
refused with a reason while the rest goes on; exit status 3 then."""


PARAMS = {
    "plugin": options.Arg("PLUGIN", "Which plugin; --list names them."),
    "sources": options.Arg("SOURCE...", "Files, folders, or - for standard input.", many=True),
    "option": options.Opt("--option -o", "For the plugin; may be repeated.", metavar="KEY=VALUE", many=True),
    "dry_run": options.Opt("--dry-run", "Say what would be added; write nothing.", kind=bool),
    "list_": options.Opt("--list", "List the plugins.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(
    plugin: str = "",
    sources: list[str] | None = None,
    option: list[str] | None = None,
    dry_run: bool = False,
    list_: bool = False,
    vault: str | None = None,
    json: bool = False,
) -> int:
    """Read entries from other sources."""
    from memcli.extend import registry

    here = session.current()
    if list_:
        found = registry.names()
        here.lines(f"{name.ljust(max(len(known) for known, _ in found))}  {summary}" for name, summary in found)
        return 0
    if not plugin or not sources:
        raise Usage("which plugin, and which source?", "mem ingest PLUGIN SOURCE; mem ingest --list names the plugins")
    words = dict(word.partition("=")[::2] for word in option or [])
    report = here.store(vault).ingest(plugin, sources, words, dry_run=dry_run)
    if json:
        here.json_out(records.ingested(report))
    else:
        for position, reason in report.refused:
            here.warn(f"refused {terminal.line(position)}: {terminal.line(reason)}")
        verb = "would be added" if dry_run else "added"
        here.out(f"{len(report.added)} {verb}, {report.duplicate} there already, {len(report.refused)} refused\n")
    if report.refused:
        return PARTLY_DONE
    return 0
