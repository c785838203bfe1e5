"""mem show"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records, terminal

HELP = """Print an entry, now or as it was.

\b
Examples:
  mem show 6r0wze
  mem show 6r0wze --at 2026-06-01
  mem show 6r0wze --json | jq -r .body

On a terminal control characters are made visible; in a pipe the file's own
bytes come out."""


PARAMS = {
    "name": options.NAME,
    "at": options.AT,
    "vault": options.VAULT,
    "json": options.JSON,
    "template": options.FORMAT,
}


def command(name: str, at: str = "", vault: str | None = None, json: bool = False, template: str = "") -> None:
    """Print an entry."""
    here = session.current()
    entry, data = here.store(vault).show(name, at)
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
