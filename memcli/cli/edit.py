"""mem edit"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import MemError
from memcli.output import records, terminal

HELP = """Open an entry in your editor.

\b
Examples:
  mem edit 6r0wze
  EDITOR=nano mem edit fact/2026/11/prefer-uv-6r0wze.md

Leaving the file as it was changes nothing. When the front matter cannot be
read afterwards, or someone else changed the entry meanwhile, nothing is
overwritten and your text is kept in a file that the message names. So it is
when the text holds a secret that was not in it before, and safety.secrets
says to refuse that: then the file is without the secret."""


PARAMS = {
    "name": options.NAME,
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(name: str, vault: str | None = None, json: bool = False) -> None:
    """Open an entry in your editor."""
    from memcli.cli import editor
    from memcli.entries import atomic, text

    here = session.current()
    store = here.store(vault)
    path, old = store.locate(name)
    store.refuse_archived(text.read(old, path))
    kept, new = editor.revise(here, store.vault.state, old)
    try:
        changed = store.edit(path, old, new)
    except MemError as error:
        raise editor.keep(here, error, kept, old) from None
    atomic.discard(kept)
    if json:
        here.json_out(records.changed(changed))
    elif changed.commit:
        here.out(f"{changed.entries[0][0][-6:]}  {terminal.line(path)}\n")
    else:
        here.say("unchanged")
