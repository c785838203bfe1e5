"""mem forget"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records

HELP = """Forget entries, leaving tombstones that can be restored.

\b
Examples:
  mem forget 6r0wze
  mem forget 6r0wze 4k8c6r --reason 'no longer true'
  mem restore 6r0wze       brings it back
  mem undo                 too

The text leaves the file and the search index, and stays in git's history.
mem purge takes it out of history as well."""


PARAMS = {
    "names": options.NAMES,
    "reason": options.Opt("--reason", "Why; kept in the tombstone.", metavar="TEXT"),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(names: list[str], reason: str = "", vault: str | None = None, json: bool = False) -> None:
    """Forget entries."""
    here = session.current()
    changed = here.store(vault).forget(names, reason)
    if json:
        here.json_out(records.changed(changed))
        return
    here.changed(changed)
    here.say("mem undo takes it back")
