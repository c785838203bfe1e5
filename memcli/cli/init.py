"""mem init"""

from __future__ import annotations

import os

from memcli.cli import options, session
from memcli.output import records, terminal

HELP = """Make a folder a vault, or adopt one full of markdown.

\b
Examples:
  mem init                 the user's own vault, found from everywhere
  mem init .               this folder; not a byte of the files in it changes
  mem init ~/notes --json

A vault is a git work tree of its own. Inside another repository it gets a
repository of its own; at the top of a repository it uses that one, and adopts
what git neither tracks nor ignores. Run again, it only puts back what is
missing."""


PARAMS = {
    "folder": options.Arg("[FOLDER]", "Default: $MEM_VAULT, else the user's own vault."),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(folder: str = "", vault: str | None = None, json: bool = False) -> None:
    """Make a folder a vault."""
    from memcli import clock
    from memcli.life import founding

    here = session.current()
    target = folder or vault or session.chosen or here.env.get("MEM_VAULT") or here.default_vault()
    made = founding.found(os.path.abspath(os.path.expanduser(target)), here.env, clock.now())
    here.store(made.vault.root).index.fresh("files")
    if json:
        here.json_out(records.founded(made.vault.root, made.entries, made.adopted, made.commit))
        return
    where, number = terminal.line(made.vault.root), f"{made.entries} {'entry' if made.entries == 1 else 'entries'}"
    history = f", {made.adopted} of them new to its history" if made.adopted != made.entries else ""
    here.say(f"vault ready at {where}, {number}{history}" if made.commit else f"already a vault: {where}, {number}")
    if not made.entries:
        here.say("next: mem add 'something worth remembering'")
    else:
        here.say("next: mem search 'some words'")
