"""Reads the sessions of Codex (`sessions/YYYY/MM/DD/rollout-*.jsonl`), one conversation each: what was said, and a line of what was done.

Told is what went to and came from the model (`response_item`); the events that the program showed beside it say the same again. What the program put in for
the user (instructions, environment, permissions) is left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import agents, choices, markup, moments, plain, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.talk import segments

name = "codex"
summary = "Codex: sessions, of ~/.codex, a folder below it or a file."
api_version = API_VERSION
apart = bulk = True

_FOLDERS = ("sessions/", "archived_sessions/")
_PUT_IN = ("environment_context", "permissions instructions", "user_instructions", "INSTRUCTIONS", "turn_aborted", "skill", "collaboration_mode",
           "subagent_notification", "model_switch", "user_shell_command", "apps_instructions", "skills_instructions", "plugins_instructions")
_EDITOR, _REQUEST = "# Context from my IDE setup:", "## My request for Codex:"  # what an editor puts before what was typed
_KINDS = ("session_meta", "turn_context", "response_item", "event_msg", "compacted")
_NESTED_MAX = 1_000_000  # characters of JSON in a text
_PATCHED = re.compile(r"^\*\*\* (Add|Update|Delete) File: (.+)$", re.MULTILINE)
_PATCHES = {"Add": "wrote", "Update": "edited", "Delete": "deleted"}
_EXIT = re.compile(r"(?:\"exit_code\": ?|exited with code |Exit code: ?)(\d{1,6})")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")


@dataclass(slots=True)
class _Session:
    """What was read of a session."""

    story: agents.Story = field(default_factory=lambda: agents.Story("Codex"))
    summaries: list[tuple[int, str, datetime | None]] = field(default_factory=list)  # line, text, time: what was told the model of what it forgot
    id: str = ""
    folder: str = ""
    branch: str = ""
    at: datetime | None = None
    known: int = 0  # lines of a form that sessions have


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Sessions by path. Position: the line of a segment's first message, as messages have no ids."""
    choices.only(name, options)
    if not source.is_folder:
        yield from _session(source, "")
        return
    starts = tuple(start for start in _FOLDERS if os.path.isdir(os.path.join(source.path, start)))
    files = [relative for relative in source.files(".jsonl") if not starts or relative.startswith(starts)]
    if not files and source.only is None:
        raise PluginFailed(f"{source.name} holds no session", "give ~/.codex, a folder below its sessions/, or a session's file")
    for relative in files:
        try:
            yield from _session(source, relative)
        except PluginFailed as error:
            yield Rejected(relative, error.message)


def _session(source: Source, relative: str) -> Iterator[Draft | Rejected]:
    shown, session = relative or source.name, _Session()
    yield from agents.log(source, relative, partial(_take, session))
    if not session.known:
        if relative and not source.size(relative):
            return
        raise PluginFailed(f"{shown} holds no lines of a Codex session",
                           "expected {\"timestamp\": ..., \"type\": \"response_item\", \"payload\": ...} on each line")
    yield from _drafts(session, os.path.basename(shown))


def _take(session: _Session, number: int, row: Any) -> None:
    """A line of the session. Kinds that are not known are passed over: new ones come with every version."""
    if not isinstance(row, dict):
        return
    kind, item = row.get("type"), row.get("payload")
    if not isinstance(item, dict):  # before September 2025 a line was the item itself
        kind, item = "response_item" if isinstance(kind, str) else "session_meta" if "instructions" in row else "", row
    session.known += kind in _KINDS and (kind != "response_item" or str(item.get("type")) in _ITEMS)
    at = moments.iso(row.get("timestamp"))
    if kind == "session_meta" and not session.id:  # a session that goes on from another holds that one's too, behind its own
        git = item.get("git")
        session.id, session.at = plain.line(item.get("id")), moments.iso(item.get("timestamp")) or at
        session.folder, session.branch = plain.line(item.get("cwd")), plain.line(git.get("branch")) if isinstance(git, dict) else ""
    elif kind == "compacted" and isinstance(item.get("message"), str):
        session.summaries.append((number, plain.clean(item["message"][:100_000]), at))
    elif kind == "response_item" and (take := _ITEMS.get(str(item.get("type")))) is not None:
        take(session, f"line-{number}", item, at)


def _message(session: _Session, id_: str, item: dict[str, Any], at: datetime | None) -> None:
    """Something that was said."""
    content = item.get("content")
    parts: list[dict[str, Any]] = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else [{"text": content}]
    if item.get("role") == "assistant":
        session.story.told("\n\n".join(text for part in parts if isinstance(text := part.get("text"), str)), id_, at)
    elif item.get("role") == "user":
        session.story.asked("\n\n".join(filter(None, map(_typed, parts))), id_, at)


def _typed(part: dict[str, Any]) -> str:
    """What the user typed, of a part of a message; "" for what the program said for them."""
    if part.get("type") == "input_image":
        return "[image]"
    text = part.get("text")
    if not isinstance(text, str) or text.startswith("# AGENTS.md instructions for "):
        return ""
    return markup.without(text.rpartition(_REQUEST)[2] if text.startswith(_EDITOR) else text, _PUT_IN)


def _call(session: _Session, id_: str, item: dict[str, Any], at: datetime | None) -> None:
    """Something that was done: a command, a patch, another tool."""
    given, tool, call = item.get("arguments", item.get("input", item.get("action"))), plain.line(item.get("name")), plain.line(item.get("call_id")) or id_
    if isinstance(given, str) and item.get("type") == "function_call":
        try:
            given = rows.value(given[:_NESTED_MAX].encode("utf-8", "replace"), "arguments")
        except PluginFailed:  # a call that was cut short, and did nothing
            return
    command = _command(given)
    patched = list(dict.fromkeys(_PATCHED.findall(command[:_NESTED_MAX])))
    deeds = [agents.touched(_PATCHES[what], path, session.folder) for what, path in patched]
    if not deeds and tool.startswith("mcp__"):
        deeds = [agents.about("used", tool.removeprefix("mcp__").replace("__", " "))]
    elif not deeds and (isinstance(given, dict) and ("cmd" in given or "command" in given)):
        deeds = [agents.ran(command)]
    for number, words in enumerate(filter(None, deeds)):
        session.story.did(call, words, id_, at, number)


def _command(given: object) -> str:
    """The command or patch that a tool was given: text itself, or what a shell was told to run."""
    if isinstance(given, dict):
        given = given.get("command") or given.get("cmd") or given.get("input")
    if isinstance(given, list):
        words = [word for word in given if isinstance(word, str)]
        told = words[-1:] if words[:1] == ["apply_patch"] or words[1:2] in (["-lc"], ["-c"]) else words
        return " ".join(told)
    return given if isinstance(given, str) else ""


def _searched(session: _Session, id_: str, item: dict[str, Any], at: datetime | None) -> None:
    """A search of the web."""
    action = item.get("action")
    if words := agents.about("searched the web for", action.get("query") if isinstance(action, dict) else None):
        session.story.did(plain.line(item.get("id")) or id_, words, id_, at)


def _result(session: _Session, id_: str, item: dict[str, Any], at: datetime | None) -> None:
    """What a tool gave back: only whether it failed."""
    output = item.get("output")
    told = output.get("content") if isinstance(output, dict) else output
    found = _EXIT.search(f"{told[:300]} {told[-300:]}") if isinstance(told, str) else None
    if found and int(found[1]) or isinstance(output, dict) and output.get("success") is False:
        session.story.failed(plain.line(item.get("call_id")))


_ITEMS: dict[str, Any] = {
    "message": _message, "function_call": _call, "custom_tool_call": _call, "local_shell_call": _call, "web_search_call": _searched,
    "function_call_output": _result, "custom_tool_call_output": _result, "reasoning": None}


def _drafts(session: _Session, file: str) -> Iterator[Draft]:
    """The drafts of a session: its talk in segments, then a summary for each place where it was made compact."""
    turns = session.story.turns
    id_ = session.id if _ID.match(session.id) else file.removesuffix(".jsonl")
    project = agents.project(session.folder)
    title = agents.opening(turns) or "A session with Codex"
    like = Draft("", id_, "-", title=title, tags=("conversation", project) if project else ("conversation",), created=session.at, uri=file, session=id_,
                 trust="agent", extra={"branch": session.branch} if session.branch else {})
    yield from segments(turns, like)
    for number, text, at in session.summaries:
        if text:
            yield replace(like, body=text + "\n", position=f"line-{number}", title=f"Summary of {title}", type="summary", created=at or like.created,
                          valid_from=at or like.created, message=f"line-{number}", span=f"line {number}")
