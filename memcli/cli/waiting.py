"""mem waiting"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records, terminal

HELP = """List what said nothing new when it was read, and take it in or let it go.

\b
Examples:
  mem waiting
  mem waiting --keep 6r0wze 4k8c6r
  mem waiting --keep --all
  mem waiting --drop 6r0wze

What mem ingest reads of talk and logs was not written to be kept. A text whose
rare words are almost all in another text already waits here, on this machine
alone, for ingest.waiting_days, and expires then, which the next run says. It
is no entry: no search finds it, no commit holds it. --keep makes entries, in
one commit; --drop lets go, and it is not asked about again."""


PARAMS = {
    "names": options.Arg("[ID...]", "With --keep or --drop: four or more characters of an id's beginning or end.", many=True),
    "keep": options.Opt("--keep", "Make entries of these.", kind=bool),
    "drop": options.Opt("--drop", "Let these go.", kind=bool),
    "every": options.Opt("--all", "All that waits.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(names: list[str] | None = None, keep: bool = False, drop: bool = False, every: bool = False, vault: str | None = None,
            json: bool = False) -> None:
    """List what waits, take it in or let it go."""
    here, given = session.current(), names or []
    if keep and drop:
        raise Usage("--keep and --drop say different things", "give one of them")
    if (keep or drop) == (not given and not every) or given and every:
        raise Usage("which? give ids, or --all", "mem waiting lists them; mem waiting --keep ID, or --drop ID")
    store = here.store(vault)
    if keep:
        changed = store.keep(given, every=every)
        if json:
            here.json_out(records.changed(changed))
        else:
            here.changed(changed)
        return
    found = store.drop(given, every=every) if drop else store.waiting()
    if json:
        here.json_out(records.waiting(found))
    elif drop:
        here.say(f"{len(found)} let go")
    elif found:
        here.lines(f"{one.id[-6:]}  until {one.until[:10]}  {one.novelty:4.2f} new  {terminal.line(one.plugin)}  {terminal.line(one.title)}" for one in found)
    else:
        here.say("nothing waits")
