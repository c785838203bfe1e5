"""mem conflicts"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records, text

HELP = """List values that cannot both hold, and settle which does.

\b
Examples:
  mem conflicts
  mem conflicts --resolve 6r0wze
  mem conflicts --dismiss 6r0wze 4k8c6r       both hold: no conflict
  mem timeline key:heating/pressure           all values of a slot, in order

An entry with a key (subject/attribute) is the value of that slot from its
valid_from, event_time or created on, until a later value begins; the front
matter of both says so. Two values that begin at the same instant, or a later
one that is believed less (confidence lower by more than .2), are a conflict:
both are kept as they are until --resolve names the one that holds.

Entries without a key are read for plain statements (Anna lives in Rome,
Deadline: 2026-12-01, the router's port is 8080). Where two differ nothing is
written; giving both the key lets the later one end the other. --dismiss
keeps both, as cardinality: many or, without a key, as a link that says so."""


PARAMS = {
    "names": options.Arg("[ID...]", "With --dismiss: the entries that both hold.", many=True),
    "resolve": options.Opt("--resolve", "This entry holds; what it is in conflict with ends.", metavar="ID"),
    "dismiss": options.Opt("--dismiss", "The entries named hold beside each other.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(names: list[str] | None = None, resolve: str = "", dismiss: bool = False, vault: str | None = None, json: bool = False) -> None:
    """List or settle conflicts."""
    if dismiss and resolve:
        raise Usage("--resolve and --dismiss say different things", "give one of them")
    if names and not dismiss:
        raise Usage("ids are for --dismiss", "mem conflicts --resolve ID, or --dismiss ID ID")
    here = session.current()
    store = here.store(vault)
    if resolve or dismiss:
        changed = store.dismiss(names or []) if dismiss else store.resolve(resolve, here.name)
        if json:
            here.json_out(records.changed(changed))
        else:
            here.changed(changed)
            here.say("mem undo takes it back")
        return
    found = store.conflicts()
    here.end_progress()
    if json:
        here.json_out(records.conflicts(found))
    elif found:
        here.lines(line for dispute in found for line in text.dispute(dispute, here.color))
    else:
        here.say("no conflicts")
