"""mem log"""

from __future__ import annotations

from typing import Annotated

import typer

from memcli.cli import options, session
from memcli.output import records, text

HELP = """Show what happened to the vault or to an entry.

\b
Examples:
  mem log -n 10
  mem log 6r0wze
  mem log --jsonl | jq -r 'select(.verb == "forget") | .date'

Newest first; one line per commit, those without a verb made by other hands."""


def command(name: Annotated[str, typer.Argument(metavar="[ID]", help="Only what touched this entry.", show_default=False)] = "",
            limit: Annotated[int, typer.Option("--limit", "-n", min=0, metavar="N", help="At most N commits; 0 for all.")] = 0,
            vault: options.Vault = None, json: options.Json = False, jsonl: options.JsonLines = False, template: options.Format = "") -> None:
    """Show what happened."""
    here = session.current()
    found = here.store(vault).log(name, limit)
    if json:
        here.json_out(records.log(found))
    elif not here.each([records.record(one) for one in found], jsonl=jsonl, template=template):
        here.lines(text.record(one, here.color) for one in found)
