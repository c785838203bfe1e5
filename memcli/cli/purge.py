"""mem purge"""

from __future__ import annotations

import sys

from memcli.cli import options, session
from memcli.errors import Refused
from memcli.output import records

HELP = """Take entries out of history too, for good.

\b
Examples:
  mem purge 6r0wze
  mem purge 6r0wze --yes

Every commit of this repository is rewritten without the entry, packs of the
archive that hold it and summaries that quote it, and the old objects are
removed. Out of reach stay: clones and remotes that have fetched
or been pushed the old history (push with force, and have others clone anew),
backups, and what the file system still holds in free blocks. A purge that is
killed in the middle is finished by the next command that writes."""

REACH = ("not reached: clones, remotes and backups that already hold it; after a purge push with "
         "--force-with-lease and have others clone anew")


PARAMS = {
    "names": options.NAMES,
    "yes": options.YES,
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(names: list[str], yes: bool = False, vault: str | None = None, json: bool = False) -> None:
    """Take entries out of history too."""
    here = session.current()
    store = here.store(vault)
    if not yes:
        for name in names:
            here.say(f"purge: {store.trace(name)}")
        if not sys.stdin.isatty():
            raise Refused("purging has no way back and nobody is there to confirm it", "mem purge ID --yes")
        sys.stderr.write("rewrite the whole history without this? type yes: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip() != "yes":
            raise Refused("not confirmed; nothing was changed")
    changed = store.purge(names)
    if json:
        here.json_out(records.changed(changed))
    else:
        here.changed(changed)
    here.say(REACH)
