"""What does `mem hook` answer to an agent's event? The text that goes into its context, or nothing; transcripts are noted for later.

Reads events as Claude Code and Codex write them, both in the same shape. Whatever is not understood is answered with nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memcli.search.context import Pack
    from memcli.store import Store

CLIENTS = {"claude": "claude-code", "codex": "codex"}  # which ingest plugin reads the transcripts of each
OUTPUT_MAX = 8000  # characters of an answer
INPUT_MAX = 8 << 20  # bytes of an event
_NOTED = ("Stop", "SessionEnd", "PreCompact")
_MORE = "More: mem search WORDS; mem show ID. To keep something for later: mem add 'TEXT'.\n"


def event(data: bytes) -> dict[str, Any] | None:
    """The event that a hook is given; None for anything else. Lone surrogates in it become question marks."""
    if len(data) > INPUT_MAX:
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    names = ("hook_event_name", "cwd", "transcript_path", "session_id", "prompt", "source")
    if not isinstance(found, dict) or any(not isinstance(found.get(name, ""), str | None) for name in names):
        return None
    return {name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for name, value in found.items()}


def answer(client: str, given: dict[str, Any], store: Callable[[], Store]) -> str:
    """What is printed for an event: one JSON object, or nothing. The store is opened only for events that need it."""
    name, session = given.get("hook_event_name"), (given.get("session_id") or "")[:200]
    if name == "SessionStart" and given.get("source") != "resume":
        about = os.path.basename(os.path.normpath(given.get("cwd") or os.getcwd()))
        return _context(name, store(), lambda desk, budget, nonce: desk.briefing(about, budget, nonce), _MORE, session)
    if name == "UserPromptSubmit" and given.get("prompt"):
        return _context(name, store(), lambda desk, budget, nonce: desk.reminded(given["prompt"], budget, nonce, session), "", session)
    if name in _NOTED and given.get("transcript_path") and not given.get("stop_hook_active"):
        store().enqueue(CLIENTS[client], given["transcript_path"], session)
    return ""


def _context(name: str, store: Store, found: Callable[[Store, int, str], Pack], more: str, session: str) -> str:
    """As much as fits into OUTPUT_MAX of what was found, as the context to add, which the session knows then."""
    from memcli.output import terminal
    from memcli.search import context

    budget, nonce = store.settings.whole("hook.budget"), context.nonce_of(os.urandom(context.NONCE_LENGTH))
    blocks = found(store, budget, nonce).blocks if budget else []
    text = ""
    while blocks:
        said = terminal.clean(context.rendered(blocks, nonce)) + more
        text = json.dumps({"hookSpecificOutput": {"hookEventName": name, "additionalContext": said}}, ensure_ascii=False)
        if len(text) < OUTPUT_MAX:
            break
        blocks = blocks[:-1]
    if blocks or more:
        store.told(session, [block.entry.id for block in blocks], anew=bool(more))
    return text + "\n" if blocks else ""
