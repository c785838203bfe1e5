"""mem restore"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records

HELP = """Bring back forgotten, deleted or earlier texts.

\b
Examples:
  mem restore 6r0wze                    a forgotten or deleted entry
  mem restore 6r0wze --at 2026-06-01    its text of that day
  mem list --state forgotten            what can come back

Byte for byte as history holds it, in one commit. A forgotten entry that still
holds a text keeps that, and only its state changes."""


PARAMS = {
    "names": options.NAMES,
    "at": options.AT,
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(names: list[str], at: str = "", vault: str | None = None, json: bool = False) -> None:
    """Bring back texts."""
    here = session.current()
    changed = here.store(vault).restore(names, at)
    if json:
        here.json_out(records.changed(changed))
    elif changed.commit:
        here.changed(changed)
    else:
        here.say("unchanged: it is so already")
