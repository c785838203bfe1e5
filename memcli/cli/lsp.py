"""mem lsp"""

from __future__ import annotations

import gc
import os

from memcli.cli import options, session
from memcli.errors import MemError, UserError

HELP = """Serve the vault to editors over the Language Server Protocol.

\b
Examples:
  pip install "memcli[lsp]"        once: what it needs beside mem
  mem lsp                          what an editor starts, and talks to
  mem --vault ~/notes lsp          the vault of searches outside of any
"""

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
        server.made(House(here.store, fallback), os.getppid()).start_io(reading, writing)
