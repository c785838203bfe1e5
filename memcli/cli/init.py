"""mem init"""

from __future__ import annotations

import os

from memcli.cli import options, session
from memcli.entries import vault as vaults
from memcli.errors import NoVault, Refused
from memcli.output import records, terminal

HELP = """Make a folder a vault, or adopt one full of markdown.

\b
Examples:
  mem init                 the user's own vault, found from everywhere
  mem init .               this folder; not a byte of the files in it changes
  mem init ~/notes --json

A vault is a git work tree of its own. Inside another repository it gets a
repository of its own; at the top of a repository it uses that one, and adopts
what git neither tracks nor ignores. Inside another vault it needs --nested,
as that one would pass over the folder from then on. Run again, it only puts back what is
missing."""


PARAMS = {
    "folder": options.Arg("[FOLDER]", "Default: $MEM_VAULT, else the user's own vault."),
    "nested": options.Opt("--nested", "Also inside another vault, which then passes over this folder.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(folder: str = "", nested: bool = False, vault: str | None = None, json: bool = False) -> None:
    """Make a folder a vault."""
    from memcli import clock
    from memcli.life import founding

    here = session.current()
    target = folder or vault or session.chosen or here.env.get("MEM_VAULT") or here.default_vault()
    target = os.path.abspath(os.path.expanduser(target))
    if (folder or vault) and not nested:
        _refuse_inside(os.path.realpath(target))
    made = founding.found(target, here.env, clock.now())
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


def _refuse_inside(target: str) -> None:
    """Raise Refused for a folder that is no vault and lies in one; of a file the founding says that it is no folder."""
    if os.path.isfile(target):
        return
    try:
        around = vaults.find(target, None, target).root
    except NoVault:
        return
    if around != target:
        raise Refused(f"{target} lies in the vault {around} already; nothing was changed", f"mem init --nested {target} makes it a vault of its own")
