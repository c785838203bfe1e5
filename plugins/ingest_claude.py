"""Reads Claude's data export: the zip, its folder, or one of its JSON files. Conversations become events, one per segment; projects' instructions and
documents, the text of attached files, and what was remembered about the user become notes.

The branch that was shown last is followed where the export tells it. What tools were asked and answered and thoughts are left out, but for artifacts;
so are the examples that every account begins with. users.json is never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from memcli.extend import choices, exports, moments, plain, talk
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "claude"
summary = "Claude's data export (zip, folder or a JSON file): events and notes."
api_version = API_VERSION
bulk = True

NOTE_CHARS = 200_000  # of one document or attached file that are kept
_FILES = re.compile(r"(?:(?:conversations|projects|memories)(?:[-_.]?[0-9]+)?\.jsonl?)|[0-9a-f-]{36}\.json", re.IGNORECASE)  # projects/UUID.json
_SPEAKERS = {"human": "User", "assistant": "Assistant"}
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_IMAGE = re.compile(r".*\.(?:png|jpe?g|gif|webp|heic|svg)", re.IGNORECASE)


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Records in the order of the export's files; conversations in which nobody said anything are passed over."""
    choices.only(name, options)
    return exports.fitting(_records(source), source, "it should hold conversations with chat_messages, projects or memories")


def _records(source: Source) -> Iterator[Draft | Rejected]:
    for one in exports.records(source, _FILES, "conversations.json"):
        if isinstance(one, Rejected):
            yield one
            continue
        where, record = one.where, one.value
        if not isinstance(record, dict):
            yield Rejected(where, "is no conversation, project or memories")
        elif isinstance(record.get("chat_messages"), list):
            yield from _conversation(source, where, record)
        elif "prompt_template" in record or isinstance(record.get("docs"), list):
            yield from _project(source, where, record)
        elif isinstance(record.get("conversations_memory"), str) or isinstance(record.get("project_memories"), dict):
            yield from _memories(source, record)
        else:
            yield Rejected(where, "is no conversation, project or memories")


def _conversation(source: Source, where: str, chat: dict[str, Any]) -> Iterator[Draft | Rejected]:
    messages = [message for message in chat["chat_messages"] if isinstance(message, dict)]
    shown = _shown(messages, chat.get("current_leaf_message_uuid"))
    turns = [turn for message in shown if (turn := _turn(message))]
    identity = _text(chat, "uuid")
    if not identity:
        if turns:
            yield Rejected(where, "has no uuid")
        return
    title = plain.line(chat.get("name"))
    at = moments.either(chat.get("created_at"))
    like = Draft(body="", source=identity, position="", session=identity, created=at, valid_from=at, title=title or talk.opening(turns),
                 uri=_link(source, "chat", identity), tags=("conversation",))
    yield from talk.segments(turns, like)
    for message in shown:
        yield from _attachments(message, like)


def _shown(messages: list[dict[str, Any]], current: object) -> list[dict[str, Any]]:
    """The messages of the branch to the current leaf, or to the last one that nothing follows; all in order where no parents are told."""
    known = {_text(message, "uuid"): message for message in messages if _text(message, "uuid")}
    parents = {id_: _text(message, "parent_message_uuid") or None for id_, message in known.items()}
    if not any(parents.values()):
        return messages
    leaf = current if isinstance(current, str) and current in known else talk.newest_leaf(parents, {})
    return [known[id_] for id_ in talk.branch(parents, leaf)] if leaf else messages


def _turn(message: dict[str, Any]) -> talk.Turn | None:
    """A message as a turn, None for one that says nothing."""
    speaker = _SPEAKERS.get(_text(message, "sender"))
    said = "\n\n".join(part for part in (_said(message), *_named(message)) if part.strip())
    return talk.Turn(speaker, said, _text(message, "uuid"), moments.either(message.get("created_at"))) if speaker and said else None


def _said(message: dict[str, Any]) -> str:
    """The text of a message: of its content where that has some, which `text` holds with notices in place of what it cannot show."""
    blocks = message.get("content")
    parts = [_block(block) for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    return "\n\n".join(part for part in parts if part.strip()) or _text(message, "text")


def _block(block: dict[str, Any]) -> str:
    kind, asked = block.get("type"), block.get("input")
    if kind == "text":
        return _text(block, "text")
    if kind == "tool_use" and block.get("name") == "artifacts" and isinstance(asked, dict) and (made := _text(asked, "content").strip()):
        title, fence = _text(asked, "title").strip(), "~~~~" if "```" in made else "```"
        return f"Artifact{f': {title}' if title else ''}\n\n{fence}\n{made}\n{fence}"
    return ""


def _named(message: dict[str, Any]) -> Iterator[str]:
    """What was attached to a message, by name, each once."""
    names = [_text(one, "file_name") or "pasted text" for key in ("attachments", "files") for one in _objects(message.get(key))]
    for called in dict.fromkeys(names):
        yield f"[{'image' if _IMAGE.fullmatch(called) else 'file'}: {called}]"


def _attachments(message: dict[str, Any], like: Draft) -> Iterator[Draft]:
    """The text that was taken from a message's attachments."""
    for number, one in enumerate(_objects(message.get("attachments")), 1):
        if (body := _bounded(_text(one, "extracted_content"))) and (id_ := _text(message, "uuid")):
            at = moments.either(message.get("created_at")) or like.created
            yield Draft(body=body, source=like.source, position=f"{id_} attachment {number}", session=like.session, message=id_, span=f"attachment {number}",
                        title=_text(one, "file_name") or f"{like.title}: pasted text", created=at, uri=like.uri, tags=("attachment",))


def _project(source: Source, where: str, project: dict[str, Any]) -> Iterator[Draft | Rejected]:
    """A project's instructions and its documents. Those of the one that explains projects to a newcomer are passed over."""
    identity, called = _text(project, "uuid"), _text(project, "name").strip() or "Project"
    if project.get("is_starter_project") is True:
        return
    if not identity:
        yield Rejected(where, "has no uuid")
        return
    at, uri = moments.either(project.get("created_at")), _link(source, "project", identity)
    told = "\n".join(part for key in ("description", "prompt_template") if (part := _bounded(_text(project, key))))
    if told:
        yield _note(told, identity, "instructions", f"{called}: instructions", at, uri, "project")
    for number, document in enumerate(_objects(project.get("docs")), 1):
        if body := _bounded(_text(document, "content")):
            yield _note(body, identity, _text(document, "uuid") or f"document {number}", f"{called}: {_text(document, 'filename') or f'document {number}'}",
                        moments.either(document.get("created_at")) or at, uri, "project")


def _memories(source: Source, held: dict[str, Any]) -> Iterator[Draft]:
    """What was remembered about the user, in general and in each project."""
    owner, projects = _text(held, "account_uuid") or "memories", held.get("project_memories")
    if body := _bounded(_text(held, "conversations_memory")):
        yield _note(body, owner, "conversations_memory", "What Claude remembers", None, source.name, "claude-memory")
    for identity, told in sorted(projects.items()) if isinstance(projects, dict) else []:
        if isinstance(told, str) and identity and (body := _bounded(told)):
            uri = _link(source, "project", identity)
            yield _note(body, owner, f"project_memories {identity}", "What Claude remembers of a project", None, uri, "claude-memory")


def _note(body: str, source: str, position: str, title: str, at: datetime | None, uri: str, tag: str) -> Draft:
    return Draft(body=body, source=source, position=position, message=position, title=title, created=at, uri=uri, tags=(tag,))


def _link(source: Source, kind: str, identity: str) -> str:
    return f"https://claude.ai/{kind}/{identity}" if _ID.fullmatch(identity) else source.name


def _bounded(text: str) -> str:
    """A text that is not talk, as an entry can hold it, "" for none."""
    text = plain.clean(text)
    return f"{text[:NOTE_CHARS].rstrip()}\n\n[...]\n" if len(text) > NOTE_CHARS else f"{text}\n" if text else ""


def _text(held: dict[str, Any], key: str) -> str:
    value = held.get(key)
    return value if isinstance(value, str) else ""


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
