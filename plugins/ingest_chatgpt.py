"""Reads ChatGPT's data export: the zip, its folder, or conversations.json. One event per segment of each conversation, along the branch that was shown last.

Kept is what the two sides said. System and hidden messages, what tools answered, what was asked of them (but for code that was run and what was noted to
be remembered) and thoughts are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from memcli.extend import choices, exports, moments, plain, talk
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source

name = "chatgpt"
summary = "ChatGPT's data export (zip, folder or conversations.json): events."
api_version = API_VERSION
bulk = True

_FILES = re.compile(r"conversations(-[0-9]+)?\.json", re.IGNORECASE)
_CITED = re.compile("\ue200(?:file)?cite\ue202[^\ue201]{0,500}\ue201| ?【[0-9:]{1,9}†[^】\n]{0,200}】")  # the service's marks for sources
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_FLAGS = {"is_archived": "archived-chat", "is_starred": "starred-chat"}
_UNNAMED = ("", "new chat")


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Conversations in the order of the export; those in which nobody said anything are passed over."""
    choices.only(name, options)
    return exports.fitting(_conversations(source), source, "it should be a list of conversations, each with a mapping of messages")


def _conversations(source: Source) -> Iterator[Draft | Rejected]:
    for one in exports.records(source, _FILES, "conversations.json"):
        if isinstance(one, Rejected):
            yield one
        else:
            yield from _conversation(source, one.where, one.value)


def _conversation(source: Source, where: str, chat: Any) -> Iterator[Draft | Rejected]:
    nodes = chat.get("mapping") if isinstance(chat, dict) else None
    if not isinstance(nodes, dict):
        yield Rejected(where, "is no conversation: it has no mapping of messages")
        return
    turns = list(_turns(nodes, chat.get("current_node")))
    if not turns:
        return
    identity = next((one for one in (chat.get("conversation_id"), chat.get("id"), turns[0].id) if isinstance(one, str) and one), "")
    if not identity:
        yield Rejected(where, "has no conversation_id")
        return
    stated = plain.line(chat.get("title"))
    at = moments.either(chat.get("create_time"))
    like = Draft(body="", source=identity, position="", session=identity, created=at, valid_from=at,
                 title=talk.opening(turns) if stated.lower() in _UNNAMED else stated,
                 uri=f"https://chatgpt.com/c/{identity}" if _ID.fullmatch(identity) else source.name,
                 tags=("conversation", *(tag for flag, tag in _FLAGS.items() if chat.get(flag) is True)))
    yield from talk.segments(turns, like)


def _turns(nodes: dict[str, Any], current: object) -> Iterator[talk.Turn]:
    """What was said along the branch to the current node, or to the newest leaf where that is not known."""
    good = {id_: node for id_, node in nodes.items() if isinstance(node, dict)}
    parents = {id_: node["parent"] if isinstance(node.get("parent"), str) else None for id_, node in good.items()}
    leaf = current if isinstance(current, str) and current in good else talk.newest_leaf(parents, {id_: _time(node) for id_, node in good.items()})
    for id_ in talk.branch(parents, leaf) if leaf is not None else []:
        message = good[id_].get("message")
        if isinstance(message, dict) and (turn := _turn(id_, message)):
            yield turn


def _time(node: dict[str, Any]) -> float:
    message = node.get("message")
    at = moments.either(message.get("create_time")) if isinstance(message, dict) else None
    return at.timestamp() if at else -math.inf


def _turn(id_: str, message: dict[str, Any]) -> talk.Turn | None:
    """A message as a turn; None for one that no person was meant to read."""
    author, about, content = (part if isinstance(part := message.get(key), dict) else {} for key in ("author", "metadata", "content"))
    role = author.get("role")
    if role not in ("user", "assistant") or about.get("is_visually_hidden_from_conversation") is True or about.get("is_user_system_message") is True:
        return None
    said = _said(content, about, message.get("recipient"))
    if not said.strip():
        return None
    stated = author.get("name")
    speaker = stated if role == "assistant" and isinstance(stated, str) and stated.strip() else role.title()
    return talk.Turn(speaker, said, id_, moments.either(message.get("create_time")))


def _said(content: dict[str, Any], about: dict[str, Any], recipient: object) -> str:
    """The text of a message, "" when it is none for people."""
    kind, text = content.get("content_type"), content.get("text")
    if kind == "code" and recipient in ("python", "all", None, ""):
        if not isinstance(text, str) or not text.strip():
            return ""
        language = content.get("language")
        fence = "~~~" if "```" in text else "```"
        return f"{fence}{language if isinstance(language, str) and language.isalnum() and language != 'unknown' else ''}\n{text.strip()}\n{fence}"
    if kind not in ("text", "multimodal_text") or recipient not in ("all", "bio", None, ""):
        return ""
    said = "\n\n".join(_parts(content, about))
    return f"(noted to remember) {said}" if recipient == "bio" and said.strip() else said


def _parts(content: dict[str, Any], about: dict[str, Any]) -> Iterator[str]:
    """The pieces of a message: its texts, and images and attached files by their names."""
    attached = about.get("attachments")
    files = [file for file in attached if isinstance(file, dict) and isinstance(file.get("name"), str)] if isinstance(attached, list) else []
    images = [file["name"] for file in files if str(file.get("mime_type")).startswith("image/")]
    others = [file["name"] for file in files if file["name"] not in images]
    parts, text = content.get("parts"), content.get("text")
    for part in parts if isinstance(parts, list) else [text]:
        if isinstance(part, str):
            yield _CITED.sub("", part)
        elif isinstance(part, dict) and part.get("content_type") == "image_asset_pointer":
            yield f"[image: {images.pop(0)}]" if images else "[image]"
        elif isinstance(part, dict) and isinstance(part.get("text"), str):  # what was spoken, written down
            yield part["text"]
    yield from (f"[file: {file}]" for file in others)
