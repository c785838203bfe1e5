"""mem log"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records, text

HELP = """Show what happened to the vault or to an entry.

\b
Examples:
  mem log -n 10
  mem log 6r0wze
  mem log --jsonl | jq -r 'select(.verb == "forget") | .date'

Newest first; one line per commit, those without a verb made by other hands."""


PARAMS = {
    "name": options.Arg("[ID]", "Only what touched this entry."),
    "limit": options.Opt("--limit -n", "At most N commits; 0 for all.", metavar="N", kind=int, low=0),
    "vault": options.VAULT,
    "json": options.JSON,
    "jsonl": options.JSON_LINES,
    "template": options.FORMAT,
}


def command(name: str = "", limit: int = 0, vault: str | None = None, json: bool = False, jsonl: bool = False, template: str = "") -> None:
    """Show what happened."""
    here = session.current()
    found = here.store(vault).log(name, limit)
    if json:
        here.json_out(records.log(found))
    elif not here.each([records.record(one) for one in found], jsonl=jsonl, template=template):
        here.lines(text.record(one, here.color) for one in found)
