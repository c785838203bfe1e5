"""mem log"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records, text

HELP = """Show what happened to the vault or to an entry.

\b
Examples:
  mem log -n 10
  mem log 6r0wze
  mem log --moves --limit 1
  mem log --jsonl | jq -r 'select(.verb == "forget") | .date'

Newest first; one line per commit, those without a verb made by other hands.
--moves prints below it each entry that went from one state to another, as by
mem consolidate and mem forget --policy, and why."""


PARAMS = {
    "name": options.Arg("[ID]", "Only what touched this entry."),
    "limit": options.Opt("--limit -n", "At most N commits; 0 for all.", metavar="N", kind=int, low=0),
    "moves": options.Opt("--moves", "Print each entry that changed its state, with the reason.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
    "jsonl": options.JSON_LINES,
    "template": options.FORMAT,
}


def command(name: str = "", limit: int = 0, moves: bool = False, vault: str | None = None, json: bool = False, jsonl: bool = False,
            template: str = "") -> None:
    """Show what happened."""
    here = session.current()
    found = here.store(vault).log(name, limit)
    if json:
        here.json_out(records.log(found))
    elif not here.each([records.record(one) for one in found], jsonl=jsonl, template=template):
        here.lines(line for one in found for line in (text.record(one, here.color), *(text.moves(one, here.color) if moves else ())))
