"""mem hook"""

from __future__ import annotations

import os
import sys

from memcli.cli import options

HELP = """Answer a coding agent's hook, from memory.

\b
Examples:
  mem hook claude < event.json
  mem hook codex < event.json
  mem install claude-code      puts this command where Claude Code runs it

Reads one event as JSON from standard input. A session that begins is told the
core entries, what is known about its folder and what is new; a prompt, what
it calls to mind and the session was not told yet. That comes from the vault
that is found from the event's folder, only words of the user's or of agents
(hook.trust), at most 8,000 characters. When a session stops, ends or is
compacted, its transcript is noted for mem ingest --queued.

An agent is never held up: whatever happens the exit status is 0, within two
seconds, and nothing is printed when anything is amiss. MEM_DEBUG=1 shows what
was amiss, on standard error."""

PARAMS: dict[str, options.Opt | options.Arg] = {
    "client": options.Arg("CLIENT", "claude or codex."),
    "vault": options.VAULT,
}


def command(client: str = "", vault: str | None = None) -> int:
    """Answer a hook."""
    from memcli.cli import failopen

    try:
        out = failopen.in_time(lambda: said(client, vault, _read()), _debug)
        while out:
            out = out[os.write(1, out):]
    except BaseException as error:  # fail open: a hook that fails may block its agent
        _debug(error)
    return 0


def run(words: list[str]) -> int:
    """The command for any words at all, so that none of them ends in a usage error, which agents take for a veto."""
    from memcli.cli import quick

    try:
        given = quick.parse(PARAMS, words) or {}
    except BaseException as error:
        _debug(error)
        given = {}
    return command(**given)


def _read() -> bytes:
    from memcli.serve.hooks import INPUT_MAX

    return sys.stdin.buffer.read(INPUT_MAX + 1)


def said(client: str, vault: str | None, data: bytes) -> bytes:
    """The answer to an event, in this process. Raises ValueError when it is none."""
    from memcli.serve import hooks

    given = hooks.event(data)
    if client not in hooks.CLIENTS or given is None:
        raise ValueError(f"no event of {' or '.join(hooks.CLIENTS)}")
    try:
        os.chdir(given.get("cwd") or ".")
    except (OSError, ValueError):
        os.chdir("/")  # its folder is gone: the user's own vault is meant
    from memcli.cli import session

    return hooks.answer(client, given, lambda: session.current().store(vault)).encode("utf-8", "replace")


def _debug(error: BaseException) -> None:
    if os.environ.get("MEM_DEBUG"):
        sys.stderr.write(f"mem hook: {type(error).__name__}: {error}\n")
