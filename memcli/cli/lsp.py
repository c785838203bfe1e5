"""mem lsp"""

from __future__ import annotations

import gc
import os

from memcli.cli import editors, options, session
from memcli.errors import MemError, UserError

HELP = """Serve the vault to editors over the Language Server Protocol.

\b
Examples:
  pip install "memcli[lsp]"        once: what it needs beside mem
  mem lsp                          what an editor starts, and talks to
  mem lsp --vault ~/notes          the vault of searches outside of any

An editor starts it and talks to it over standard input and output. It serves
each markdown file that lies in a vault (the nearest folder above it that holds
.mem) and leaves all others alone. It ends with the editor. How an editor is
told to start it stands below, one section for each.

\b
In an entry:
  completion    names after [[, so written that they lead to just that entry;
                tags after #; fields and their values in the front matter
  hover         on a link: title, type, state, how well it is remembered and
                when it fades, its first lines; on the title: its own
  definition    from a link to the entry, at the heading that it names
  references    all links to the entry under the cursor, or to this one
  rename        on a title or a link: the title and all links to it change,
                the id and the file stay; save all files afterwards
  symbols       of the vault: what mem search finds; of a file: its headings
  findings      front matter that cannot be read or holds a wrong value, a
                secret, an id that another entry has, links that lead nowhere
                or may lead to several entries, what has expired
  actions       a new entry for a link that leads nowhere; pin, unpin, forget
                this entry; supersede it: a copy to be changed becomes what
                holds, and this one ends

An action is one commit, and mem undo takes it back. It writes the file, which
the editor has to read again. A buffer that is not saved is left to you: pin
and unpin change the buffer, forget and supersede ask you to save it first.

VS Code starts no language server without an extension. Make the folder
~/.vscode/extensions/mem, write the two texts below to package.json and main.js
in it, run npm install there, and start VS Code again.

If nothing happens, run mem lsp in a terminal. It says what is missing, or it
waits in silence: then the editor does not find mem on its PATH, or the file
lies in no vault (mem init makes one).

""" + editors.SETUP

PARAMS = {
    "vault": options.Opt("--vault", "The vault of searches that no open file belongs to.", metavar="DIR"),
}


def command(vault: str | None = None) -> None:
    """Serve."""
    here = session.current()
    try:
        import pygls  # noqa: F401
    except ImportError:
        raise UserError("mem lsp needs pygls, which is not installed", 'pip install "memcli[lsp]"') from None
    from memcli.serve.lsp import server
    from memcli.serve.lsp.house import House
    from memcli.serve.mcp import pipe

    try:
        fallback = here.vault(vault).root
    except MemError:
        if vault:
            raise
        fallback = ""
    gc.enable()  # this one lives on
    source, sink = pipe.claimed()
    with os.fdopen(source, "rb") as reading, os.fdopen(sink, "wb") as writing:
        server.serve(House(here.store, fallback), reading, writing)
