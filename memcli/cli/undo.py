"""mem undo"""

from __future__ import annotations

from typing import Annotated

import typer

from memcli.cli import options, session
from memcli.output import records

HELP = """Take back the last command.

\b
Examples:
  mem undo               the last command; again: the one before it
  mem undo 3f2a91c       the command of that commit
  mem log                names commits; naming an undo takes the undo back

Files return byte for byte to what they were. A file that was changed since
stays, and nothing is undone."""


def command(revision: Annotated[str, typer.Argument(metavar="[REVISION]", help="The commit to take back.", show_default=False)] = "",
            vault: options.Vault = None, json: options.Json = False) -> None:
    """Take back the last command."""
    here = session.current()
    record, changed = here.store(vault).undo(revision)
    if json:
        here.json_out(records.changed(changed))
        return
    here.say(f"undone: {record.subject} ({record.date[:10]})")
    here.changed(changed)
