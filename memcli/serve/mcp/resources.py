"""What can be read by its address, and which prompt is offered? mem://entry/ID, mem://recent, and `recall-context`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memcli.errors import NothingFound, Usage
from memcli.safety.neutral import neutral
from memcli.serve.mcp.recalling import memory_context, named
from memcli.serve.mcp.room import Room, fenced, heading, uri

Params = Mapping[str, Any]
_RECENT, _PAGE, _MARKDOWN = "mem://recent", 50, "text/markdown"


def listed(room: Room, params: Params) -> dict[str, Any]:
    """resources/list: the recent ones as a list, then entries, newest first, a page at a time."""
    cursor = params.get("cursor", "0")
    if not isinstance(cursor, str) or not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise Usage("not a cursor of ours")
    start, rows = int(cursor), room.store.rows(lambda row: row.state != "forgotten")
    found = [{"uri": uri(row.id), "name": neutral(row.title) or row.path, "description": f"{row.type}, {(row.created or 'no date')[:10]}",
              "mimeType": _MARKDOWN} for row in rows[start:start + _PAGE]]
    first = [] if start else [{"uri": _RECENT, "name": "Recent memories", "description": "The newest entries by title.", "mimeType": _MARKDOWN}]
    return {"resources": first + found, **({"nextCursor": str(start + _PAGE)} if start + _PAGE < len(rows) else {})}


def templates(room: Room, params: Params) -> dict[str, Any]:
    """resources/templates/list"""
    return {"resourceTemplates": [{"uriTemplate": "mem://entry/{id}", "name": "An entry", "description": "An entry by its id or the end of it.",
                                   "mimeType": _MARKDOWN}]}


def read(room: Room, params: Params) -> dict[str, Any]:
    """resources/read. Raises NothingFound for an address of nothing."""
    address = params.get("uri")
    if not isinstance(address, str):
        raise Usage("uri is missing")
    if address == _RECENT:
        rows = room.store.rows(lambda row: row.state != "forgotten")[:_PAGE]
        text = fenced([("", "\n".join(f"- {row.created[:10]} {' '.join(row.title.split())} (mem://entry/{row.id})" for row in rows))])
    elif address.startswith("mem://entry/"):
        store = room.store
        entry, data = store.show(named(address))
        room.read(store, [entry.id])
        text = fenced([(heading(entry), data.decode("utf-8", "replace"))])
    else:
        raise NothingFound(f"Unknown resource: {address[:200]}", "mem://recent, or mem://entry/ID")
    return {"contents": [{"uri": address, "mimeType": _MARKDOWN, "text": text}]}


def prompts(room: Room, params: Params) -> dict[str, Any]:
    """prompts/list"""
    about = [{"name": "topic", "description": "What the conversation is about.", "required": True},
             {"name": "budget", "description": "At most this many tokens (default 1500).", "required": False}]
    return {"prompts": [{"name": "recall-context", "description": "Bring what the memory knows of a topic into the conversation.", "arguments": about}]}


def prompt(room: Room, params: Params) -> dict[str, Any]:
    """prompts/get"""
    given = params.get("arguments")
    if params.get("name") != "recall-context":
        raise Usage(f"Unknown prompt: {str(params.get('name'))[:100]}", "there is recall-context")
    given = given if isinstance(given, dict) else {}
    topic, budget = given.get("topic"), str(given.get("budget") or 1500)
    if not isinstance(topic, str) or not topic.strip():
        raise Usage("recall-context needs a topic")
    if not budget.isascii() or not budget.isdigit() or len(budget) > 6 or int(budget) < 1:
        raise Usage(f"budget {budget[:20]} is not a number of tokens")
    text = memory_context(room, {"query": topic[:8_000], "budget": int(budget)}).text
    return {"description": "What the memory knows of it",
            "messages": [{"role": "user", "content": {"type": "text", "text": f"{text}\n\nUse what of it bears on this: {topic[:8_000]}"}}]}


