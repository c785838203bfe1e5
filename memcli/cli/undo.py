"""mem undo"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records

HELP = """Take back the last command.

\b
Examples:
  mem undo               the last command; again: the one before it
  mem undo 3f2a91c       the command of that commit
  mem log                names commits; naming an undo takes the undo back

Files return byte for byte to what they were. A file that was changed since
stays, and nothing is undone. What mem sync brought in is not taken back as a
whole, as the next sync would take it from the others too; mem undo passes it
over, and takes back one of those commands by its commit."""


PARAMS = {
    "revision": options.Arg("[REVISION]", "The commit to take back."),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(revision: str = "", vault: str | None = None, json: bool = False) -> None:
    """Take back the last command."""
    here = session.current()
    record, changed = here.store(vault).undo(revision)
    if json:
        here.json_out(records.changed(changed))
        return
    here.say(f"undone: {record.subject} ({record.date[:10]})")
    here.changed(changed)
