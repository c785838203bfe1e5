"""mem used"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records

HELP = """Record that entries were of use, or not.

\b
Examples:
  mem used 6r0wze
  mem used 6r0wze 4k8c6r --session build-7
  mem used 6r0wze --confirm    it was stated again, and still holds
  mem used 6r0wze --not        it was looked at and did not help

What is used stays needed, and lasts longer until it fades. Uses are kept in
the access log of this machine; mem consolidate writes what follows from them
into the front matter. Of a day one use of an entry counts. Reading with mem
show and mem context is noted by itself, and counts for less."""


PARAMS = {
    "names": options.NAMES,
    "not_": options.Opt("--not", "It was looked at and did not help.", kind=bool),
    "confirm": options.Opt("--confirm", "It was stated again and still holds.", kind=bool),
    "session_": options.Opt("--session", "What the use belongs to; else $MEM_SESSION, else this terminal.", metavar="NAME"),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(names: list[str], not_: bool = False, confirm: bool = False, session_: str = "", vault: str | None = None, json: bool = False) -> None:
    """Record use."""
    if not_ and confirm:
        raise Usage("--not and --confirm say opposite things", "give one of them")
    here = session.current()
    changed = here.store(vault).used(names, "missed" if not_ else "confirmed" if confirm else "used", session_ or here.name)
    if json:
        here.json_out(records.changed(changed))
    else:
        here.changed(changed)
