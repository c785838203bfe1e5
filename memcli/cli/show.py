"""mem show"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.store import Store

HELP = """Print an entry, now or as it was.

\b
Examples:
  mem show 6r0wze
  mem show 6r0wze --at 2026-06-01
  mem show 6r0wze --json | jq -r .body
  mem show 6r0wze --explain     why it is needed or fading

That an entry was opened is noted in the access log of this machine (not with
--at or --explain, nor with memory.log false).

On a terminal control characters are made visible; in a pipe the file's own
bytes come out."""


PARAMS = {
    "name": options.NAME,
    "at": options.AT,
    "explain": options.Opt("--explain", "How needed, remembered and important it is, and how it will fade.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
    "template": options.FORMAT,
}


def command(name: str, at: str = "", explain: bool = False, vault: str | None = None, json: bool = False, template: str = "") -> None:
    """Print an entry."""
    here = session.current()
    store = here.store(vault)
    if explain:
        _explain(here, store, name, json)
        return
    entry, data = store.show(name, at)
    if not at:
        store.opened([entry.id], here.name)
    if json:
        here.json_out(records.entry(entry))
    elif template:
        from memcli.output import template as templates

        shown = templates.fill(template, records.entry(entry))
        here.out(terminal.clean(shown) if here.tty else shown)
    elif here.tty:
        here.lines(terminal.clean(data.decode("utf-8", "replace")).splitlines())
    else:
        here.raw(data)


def _explain(here: session.Session, store: Store, name: str, json: bool) -> None:
    from memcli.life.standing import COLD_BELOW
    from memcli.output import strength

    one = store.strength(name)
    if json:
        here.json_out(strength.record(one, store.now, store.weights()))
    else:
        here.lines(strength.explained(one, store.now, store.weights(), COLD_BELOW, here.color))
