"""mem serve"""

from __future__ import annotations

import os

from memcli.cli import options, session

HELP = """Answer requests, one JSON object a line, from one process.

\b
Examples:
  mem serve                      for a program that holds both ends of a pipe
  echo '{"op": "search", "args": {"query": "boiler"}, "id": 1}' | mem serve
  mem serve --socket &           makes every mem search in this vault quick

The first line says who answers: {"mem": VERSION, "format_version": 1,
"protocol": 1, "vault": PATH}. Then each request {"op", "args", "id"} gets one
line, in order: {"id", "ok": true, "result"}, where the result is what the
command prints with --json, or {"id", "ok": false, "error": {"code", "message",
"hint", "exit_status"}}. An operation is a command that has --json, its
arguments are that command's options (valid_from for --valid-from) and the words
of its usage line (query, id, text); {"op": "ops"} lists them all. "input" is
what the command reads from standard input. "said" holds what the command told
beside its result, "exit_status" how it ended if not with 0. A line that is no
request gets an error, and the next one its answer.

Relative paths are taken from the folder in which the server was started.

With --socket the same lines are answered on a socket of this user's own, below
$XDG_RUNTIME_DIR or ~/.local/state (it says where), for several programs at
once, and mem search asks there first. It prints what it would print anyway;
without a server, or with one that is dead or of another version, it goes its
usual way. The server ends after serve.idle_minutes without a request, when its
vault goes, and when mem itself is replaced. Nothing ever starts it but you."""


PARAMS = {
    "socket": options.Opt("--socket", "Answer on a socket, which mem search uses, instead of on standard input and output.", kind=bool),
    "vault": options.VAULT,
}


def command(socket: bool = False, vault: str | None = None) -> int:
    """Serve a vault."""
    import gc

    from memcli.serve.guest import Caller
    from memcli.store import Store

    here = session.current()
    found = here.vault(vault)
    root, settings = found.root, here.load_settings(found)
    gc.enable()
    gc.set_threshold(50_000, 20, 50)  # an answer makes many small things, none of them in circles
    if socket:
        from memcli.serve import sockets

        return sockets.serve(here, Store.keeping(root), settings.number("serve.idle_minutes") * 60)
    from memcli.serve import stdio

    return stdio.serve(Caller({**os.environ, "MEM_VAULT": root}, os.getcwd()), Store.keeping(root))
