"""mem index"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.output import records

HELP = """Show or rebuild the search index.

\b
Examples:
  mem index              take in what changed, and say how things stand
  mem index --rebuild    make it anew from the files

"no vector" counts the pieces whose embedder could not be had (embedder.name in
mem-config(5)); until it can, they are found by words. mem index tries again.

The index is derived from the files and may be deleted at any time:
rm -r .mem/index loses nothing, and the next search makes it anew."""


PARAMS = {
    "rebuild": options.Opt("--rebuild", "Make the whole index anew.", kind=bool),
    "status": options.Opt("--status", "Only say how things stand; change nothing.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(rebuild: bool = False, status: bool = False, vault: str | None = None, json: bool = False) -> None:
    """Show or rebuild the index."""
    here = session.current()
    store = here.store(vault)
    if rebuild:
        store.reindex()
    state = store.index.status(take_in=not status)
    if json:
        here.json_out(records.index(state))
        return
    here.out(f"entries   {state.entries}\npending   {state.pending}\nunseen    {state.unseen}\nbytes     {state.size_bytes}\nno vector {state.waiting}\n")
