"""What does a line of a Claude Code transcript say, and in what order do the lines follow each other? Pure.

Lines name their parent by `parentUuid`. Where the talk was made compact the chain begins anew, with a boundary that names what came before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memcli.extend import agents, markup, moments, plain
from memcli.extend.talk import TURN_CHARS, branch

SUMMARY_CHARS = 100_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_PUT_IN = ("system-reminder", "local-command-stdout", "local-command-stderr", "local-command-caveat", "bash-stdout", "bash-stderr", "ide_opened_file",
           "ide_selection", "ide_diagnostics", "task-notification", "command-message", "command-contents")
_SWITCHES = frozenset((  # commands to the program itself, which say nothing about the work
    "/agents", "/clear", "/compact", "/config", "/context", "/cost", "/doctor", "/effort", "/exit", "/export", "/fast", "/help", "/hooks", "/ide",
    "/init", "/login", "/logout", "/mcp", "/memory", "/model", "/permissions", "/plugin", "/quit", "/release-notes", "/rename", "/resume", "/rewind",
    "/stats", "/status", "/statusline", "/tasks", "/terminal-setup", "/theme", "/todos", "/upgrade", "/usage", "/vim"))
_SAID_NOTHING = ("No response requested.", "(no content)")
_INTERRUPTED = "[Request interrupted by user"
_REFUSED = "the user said:\n"  # of a tool's use, with what to do instead
_CONTINUED = "This session is being continued from a previous conversation"
_COMMANDS = {"Bash": "command"}
_FILES = {"Edit": ("edited", "file_path"), "MultiEdit": ("edited", "file_path"), "Write": ("wrote", "file_path"), "NotebookEdit": ("edited", "notebook_path")}
_OTHERS = {"WebFetch": ("read", "url"), "WebSearch": ("searched the web for", "query"), "Task": ("gave an agent the task:", "description"),
           "Agent": ("gave an agent the task:", "description"), "Skill": ("used the skill", "skill")}


@dataclass(frozen=True, slots=True)
class Line:
    """A line that has a place in the chain. `kind` is "user" or "assistant" for what is part of the talk, else ""; `before` is the line ahead of it in the
    file, `reply` the message of which an assistant's line is a part, `deeds` (call, what was done), `failed` the calls that a user's line reports failed."""

    id: str
    number: int
    kind: str
    parent: str | None
    before: str | None
    at: datetime | None = None
    text: str = ""
    compact: bool = False
    deeds: tuple[tuple[str, str], ...] = ()
    failed: tuple[str, ...] = ()
    reply: str = ""
    session: str = ""
    folder: str = ""
    branch: str = ""


def is_uuid(text: str) -> bool:
    """Whether it is the name of a session."""
    return bool(_UUID.match(text))


def line(row: Mapping[str, Any], number: int, before: str | None) -> Line | None:
    """A line of JSON as a link of the chain; None for one that has no place in it, as most kinds have not."""
    kind = row["type"] if row["type"] in ("user", "assistant") else ""
    id_ = row.get("uuid")
    if not isinstance(id_, str) or not _ID.match(id_):
        if not kind:
            return None
        id_ = f"line-{number}"
    parent = row.get("parentUuid") or row.get("logicalParentUuid")
    compact = bool(row.get("isCompactSummary"))
    begins_anew = compact or row.get("subtype") == "compact_boundary" or "parentUuid" not in row
    parent = parent if isinstance(parent, str) else before if begins_anew else None
    message = row.get("message")
    if not kind or row.get("isSidechain") or row.get("isMeta") or row.get("isApiErrorMessage") or not isinstance(message, dict):
        return Line(id_, number, "", parent, before)
    folder = plain.line(row.get("cwd"))
    blocks = _blocks(message.get("content"))
    texts = [_compact(block) if compact else typed(block) if kind == "user" else _told(block) for block in blocks]
    branch = plain.line(row.get("gitBranch"))
    text = "\n\n".join(filter(None, texts))[:SUMMARY_CHARS if compact else TURN_CHARS + 1]
    return Line(id_, number, kind, parent, before, moments.iso(row.get("timestamp")), text, compact, tuple(_deeds(blocks, folder)),
                tuple(_failed(blocks)), plain.line(message.get("id")), plain.line(row.get("sessionId")), folder, "" if branch == "HEAD" else branch)


def _blocks(content: object) -> list[dict[str, Any]]:
    """The blocks of a message; a text alone is one."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def typed(block: Mapping[str, Any]) -> str:
    """What a person typed, of a block of a user's message: without what the program put in; a slash command as it was typed."""
    if block.get("type") == "image":
        return "[image]"
    if block.get("type") == "tool_result":
        return _answered(block)
    text = block.get("text") if block.get("type") == "text" else ""
    if not isinstance(text, str) or text.startswith(_INTERRUPTED):
        return ""
    if command := markup.between(text, "command-name"):
        arguments = markup.between(text, "command-args")
        return "" if command in _SWITCHES else f"{command} {arguments}".strip()
    if shell := markup.between(text, "bash-input"):
        return f"! {shell}"
    if noted := markup.between(text, "user-memory-input"):
        return f"Remember: {noted}"
    return markup.without(text, _PUT_IN)


def _answered(block: Mapping[str, Any]) -> str:
    """What the user said to do instead, where a tool's use was refused."""
    content = block.get("content")
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    if not block.get("is_error"):
        return ""
    return next((text.partition(_REFUSED)[2].strip() for text in texts if text.startswith("The user doesn't want to ") and _REFUSED in text), "")


def _told(block: Mapping[str, Any]) -> str:
    text = block.get("text") if block.get("type") == "text" else ""
    return text.strip() if isinstance(text, str) and text.strip() not in _SAID_NOTHING else ""


def _compact(block: Mapping[str, Any]) -> str:
    """A summary without the paragraph that says that it is one."""
    text = block.get("text") if block.get("type") == "text" else ""
    if not isinstance(text, str):
        return ""
    text = plain.clean(text)
    return text.partition("\n")[2].strip() or text if text.startswith(_CONTINUED) else text


def _deeds(blocks: list[dict[str, Any]], folder: str) -> Iterator[tuple[str, str]]:
    for number, block in enumerate(blocks):
        given, tool = block.get("input"), block.get("name")
        if block.get("type") != "tool_use" or not isinstance(given, dict) or not isinstance(tool, str):
            continue
        words = ""
        if tool in _COMMANDS:
            words = agents.ran(given.get(_COMMANDS[tool]))
        elif tool in _FILES:
            words = agents.touched(_FILES[tool][0], given.get(_FILES[tool][1]), folder)
        elif tool in _OTHERS:
            words = agents.about(_OTHERS[tool][0], given.get(_OTHERS[tool][1]))
        elif tool.startswith("mcp__"):
            words = agents.about("used", " ".join(tool.split("__")[1:]))
        if words:
            yield str(block.get("id") or number), words


def _failed(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if block.get("type") == "tool_result" and block.get("is_error") and isinstance(block.get("tool_use_id"), str):
            yield block["tool_use_id"]


# -- order -----------------------------------------------------------------------------------------------------------------


def chain(lines: Mapping[str, Line]) -> list[Line]:
    """The lines of the talk from the first to the last leaf, by parent. Where a parent is not there, the line ahead in the file is taken for it. Parts of a
    reply that its chain does not go through, as of tools used at once, are put behind its first."""
    leaf = _leaf(lines)
    parents = {one.id: one.parent if one.parent is None or one.parent in lines else one.before for one in lines.values()}
    found = dict.fromkeys(branch(parents, leaf) if leaf is not None else ())
    parts: dict[str, list[Line]] = {}
    for one in lines.values():
        if one.kind == "assistant" and one.reply and one.id not in found:
            parts.setdefault(one.reply, []).append(one)
    ordered: list[Line] = []
    for id_ in found:
        if lines[id_].kind:
            ordered += [lines[id_], *parts.pop(lines[id_].reply, [])]
    return ordered


def _leaf(lines: Mapping[str, Line]) -> str | None:
    """The last line of the talk that nothing of the talk follows; of a circle, its last."""
    inner: set[str] = set()
    for one in lines.values():
        at = one.parent if one.kind else None
        while at is not None and at in lines and at not in inner:
            inner.add(at)
            at = None if lines[at].kind else lines[at].parent
    talk = [one.id for one in lines.values() if one.kind]
    return next((id_ for id_ in reversed(talk) if id_ not in inner), talk[-1] if talk else None)
