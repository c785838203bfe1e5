"""mem conflicts"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records, text

HELP = """List values that cannot both hold, and settle which does.

\b
Examples:
  mem conflicts
  mem conflicts --resolve 6r0wze
  mem set 6r0wze 4k8c6r cardinality=many      both hold: no conflict
  mem timeline key:heating/pressure           all values of a slot, in order

An entry with a key (subject/attribute) is the value of that slot from its
valid_from, event_time or created on, until a later value begins; the front
matter of both says so. Two values that begin at the same instant, or a later
one that is believed less (confidence lower by more than .2), are a conflict:
both are kept as they are until --resolve names the one that holds."""


PARAMS = {
    "resolve": options.Opt("--resolve", "This entry holds; what it is in conflict with ends.", metavar="ID"),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(resolve: str = "", vault: str | None = None, json: bool = False) -> None:
    """List or settle conflicts."""
    here = session.current()
    store = here.store(vault)
    if resolve:
        changed = store.resolve(resolve, here.name)
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
