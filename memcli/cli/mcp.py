"""mem mcp"""

from __future__ import annotations

import gc
import os

from memcli.cli import options, session
from memcli.errors import MemError, Usage

HELP = """Serve the vault to agents over the Model Context Protocol.

\b
Examples:
  claude mcp add mem -- mem mcp
  claude mcp add mem -- mem mcp --vault ~/notes --read-only
  codex mcp add mem -- mem mcp
  mem mcp --tools                       what a client gets
  mem mcp --profile reference --tools

A client starts it and talks to it over standard input and output: JSON-RPC,
one message a line, revisions 2024-11-05 to 2026-07-28. Standard output carries
nothing else; remarks go to standard error. It ends when the client closes the
pipe.

\b
Clients that read a file take
  {"mcpServers": {"mem": {"command": "mem", "args": ["mcp"]}}}

\b
Profiles:
  default    recall, remember, get_memory, update_memory, forget,
             list_memories, link_memories, memory_context, memory_status;
             resources mem://recent and mem://entry/ID; prompt recall-context
  reference  the nine tools of the reference memory server: entities are
             entries of type concept and profile, observations their lines,
             relations typed links
  anthropic  the tool memory with its six commands: /memories is the folder
             memories of the vault, each file an entry
  chatgpt    search and fetch

What an agent writes is noted as such (source.trust: agent), screened for
secrets, and one commit per call; mem log shows it, mem undo takes it back.
What is recalled stands in a fence with a random word and is marked as
reference material; entries flagged as holding instructions are left out."""

PARAMS = {
    "profile": options.Opt("--profile -p", "Which tools: default, reference, anthropic or chatgpt.", metavar="NAME"),
    "read_only": options.Opt("--read-only", "Offer nothing that writes, and note no use.", kind=bool),
    "tools": options.Opt("--tools", "Print the tools and end.", kind=bool),
    "vault": options.VAULT,
}


def command(profile: str = "default", read_only: bool = False, tools: bool = False, vault: str | None = None) -> None:
    """Serve."""
    from memcli.serve.mcp import loop, pipe, profiles
    from memcli.serve.mcp.protocol import Peer
    from memcli.serve.mcp.room import Room

    here = session.current()
    if profile not in profiles.NAMES:
        raise Usage(f"--profile {profile}: there is no such profile", f"one of {', '.join(profiles.NAMES)}")
    chosen = profiles.named(profile)
    if tools:
        some = [tool for tool in chosen.tools if not read_only or not tool.writes or tool.mixed]
        here.lines(f"{tool.name:20}{'writes  ' if tool.writes else '        '}{tool.title}" for tool in some)
        return
    try:
        here.vault(vault)
    except MemError as error:
        here.warn(f"{error.message}; each call will say so until there is one ({error.hint})")
    name = here.env.get("MEM_SESSION") or f"mcp-{os.urandom(6).hex()}"
    gc.enable()  # this one lives on
    loop.serve(Peer(Room(lambda: here.store(vault), name, profile, read_only=read_only), chosen, here.warn), *pipe.claimed())
