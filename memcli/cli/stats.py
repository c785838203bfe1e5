"""mem stats"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import strength

HELP = """Show how the vault stands: states, need, what fades next.

\b
Examples:
  mem stats
  mem stats --json | jq '.states[] | {state, entries}'
  mem stats --svg > fading.svg     a picture of the year to come

Need is how likely an entry is wanted now (0 to 1, from its age and its uses),
retr. how likely it is still known by heart, imp. how much it matters: the
means of each state. mem show ID --explain tells the same of one entry, and
mem man scoring how they are counted."""


PARAMS = {
    "svg": options.Opt("--svg", "Print a picture of how the vault will fade.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(svg: bool = False, vault: str | None = None, json: bool = False) -> None:
    """Show how the vault stands."""
    from memcli.output import plots

    if svg and json:
        raise Usage("--svg and --json are two forms of the same", "give one of them")
    here = session.current()
    store = here.store(vault)
    found = store.standing()
    here.end_progress()
    if svg:
        here.out(plots.months(found.months, f"{found.entries} entries over a year"))
    elif json:
        here.json_out(strength.stats_record(found))
    else:
        here.lines(strength.stats(found, here.color))
