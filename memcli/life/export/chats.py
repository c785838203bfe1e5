"""How does a vault become chats to tune a model on? A line {"messages": [...]} per conversation entry and per fact or procedure.

A conversation's turns are its paragraphs `**Speaker:** text`. Who is called an assistant, or a known model, is the assistant; among people, who speaks first
is the user and the other one the assistant; with more than two, the entry gives no chat. Turns of one side in a row are joined; a chat begins with the user
and ends with the assistant. Of a fact, procedure, concept or profile the title is what the user says and the text what the assistant answers, unless the
text says no more than the title, or what it says has ended (`valid_to`, `superseded_by`, `retracted`). Everything else gives nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from memcli.entries.model import Entry
from memcli.life.export.formats import Pieces, Read

_TURN = re.compile(r"^(?P<fence>`{3,}|~{3,})[\s\S]*?(?:^(?P=fence)|\Z)|^\*\*(?P<speaker>[^*:\n]{1,60}):\*\*[ \t]?", re.MULTILINE)  # or code, without turns
_MARK = re.compile(r" ?\^[A-Za-z0-9-]{1,40}$", re.MULTILINE)
_ASSISTANT = re.compile(r"(?i)assistant|chatgpt|claude|codex|aider|gemini|copilot|gpt.*|ai|bot|model")
_USER = re.compile(r"(?i)user|human|you|me|i")
_TOLD = ("fact", "procedure", "concept", "profile")
_ENDED = ("valid_to", "superseded_by", "retracted")


def pieces(read: Read) -> Pieces:
    """The lines of one file."""
    for entry in read():
        messages = chat(entry)
        if messages:
            rows = [{"role": role, "content": content} for role, content in messages]
            yield "", json.dumps({"messages": rows}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def chat(entry: Entry) -> list[tuple[str, str]]:
    """(role, content) of the chat that an entry makes, [] for none."""
    turns = _turns(entry.body)
    if len(turns) > 1:
        return _sides(turns)
    body = entry.body.strip()
    body = body.removeprefix(f"# {entry.title}").strip() if body.startswith("# ") else body
    ended = any(entry.meta.get(name) for name in _ENDED)
    if entry.type not in _TOLD or ended or not body or " ".join(body.split()) == entry.title:
        return []
    return [("user", entry.title), ("assistant", body)]


def _turns(body: str) -> list[tuple[str, str]]:
    """(speaker, text) of a conversation, without the ids of its messages and the tail of the segment before."""
    found = [match for match in _TURN.finditer(body) if match["speaker"]]
    ends = [match.start() for match in found[1:]] + [len(body)]
    turns = [(match["speaker"].strip(), _MARK.sub("", body[match.end():end].strip()).strip()) for match, end in zip(found, ends)]
    return [(speaker, text) for speaker, text in turns if text]


def _sides(turns: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The turns as two sides that take turns; [] where it is not plain who is who."""
    speakers = list(dict.fromkeys(speaker for speaker, _ in turns))
    models = [speaker for speaker in speakers if _ASSISTANT.fullmatch(speaker)]
    if len(speakers) != 2 or len(models) == 2:
        return []
    users = [speaker for speaker in speakers if _USER.fullmatch(speaker) and speaker not in models]
    assistant = models[0] if models else next(speaker for speaker in speakers if speaker != (users or speakers)[0])
    joined: list[tuple[str, str]] = []
    for speaker, text in turns:
        role = "assistant" if speaker == assistant else "user"
        if joined and joined[-1][0] == role:
            joined[-1] = role, f"{joined[-1][1]}\n\n{text}"
        elif joined or role == "user":
            joined.append((role, text))
    return joined[: len(joined) - (len(joined) % 2)]
