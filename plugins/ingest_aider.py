"""Reads aider's chat history (`.aider.chat.history.md`): one conversation per start of aider. What the tool printed is left out, but for what it changed.

The file is markdown: `# aider chat started at 2026-10-14 09:01:00`, the user's lines behind `####`, the tool's behind `>`, all else is the model's.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from memcli.errors import PluginFailed
from memcli.extend import agents, choices, moments, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.talk import TURN_CHARS, Turn, segments

name = "aider"
summary = "aider: .aider.chat.history.md, or a folder with projects that have one."
api_version = API_VERSION
apart = bulk = True

_FILE = ".aider.chat.history.md"
_START = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*\Z")
_DID = re.compile(r"> (Applied edit to|Commit|Running) (.+?)\s*\Z")
_DEEDS = {"Applied edit to": "edited", "Commit": "committed", "Running": "ran"}
_EDIT = re.compile(  # a block of which only edits were left, with the path above or in it
    r"(?:^\n)?(?:^[^\s`]+\n)?^```[^\n]*\n(?:[^\n]+\n)?\0\n(?:\0\n|[ \t]*\n)*```[ \t]*(?:\n|\Z)", re.MULTILINE)
_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})")
_SWITCHES = ("/add", "/drop", "/exit", "/quit", "/clear", "/reset", "/tokens", "/model", "/models", "/help", "/ls", "/settings", "/read-only", "/chat-mode",
             "/map", "/map-refresh", "/multiline-mode", "/copy", "/paste", "/undo", "/diff", "/voice", "/load", "/save", "/report")
_MODES = ("/ask ", "/code ", "/architect ", "/context ")  # how what follows is to be answered


@dataclass(slots=True)
class _Chat:
    """A conversation as it is read: its turns, and the one that is not at its end yet. `started` as the file says it, on which line."""

    started: str
    line: int
    turns: list[Turn] = field(default_factory=list)
    speaker: str = ""
    begun: int = 0
    said: list[str] = field(default_factory=list)
    size: int = 0
    fenced: bool = False

    def take(self, number: int, line: str) -> None:
        """The next line."""
        fenced = self.fenced and not line.endswith("  ")  # aider ends its own lines with two blanks, so that they stay lines
        if line.startswith("####") and line[4:5] in ("", " ") and not fenced:
            self._add(agents.USER, number, line[5:].rstrip())
        elif line.startswith("> ") and not fenced:
            self.close()
            if did := _DID.match(line):
                deed = f"{_DEEDS[did[1]]} {did[2].strip()[:agents.DEED_CHARS]}"
                self.turns.append(Turn("aider", f"({deed})", f"line-{number - self.line}"))
        elif line.strip() or self.speaker == "aider":
            self.fenced ^= bool(_FENCE.match(line))
            self._add("aider", number, line)
        else:
            self.close()

    def _add(self, speaker: str, number: int, line: str) -> None:
        if speaker != self.speaker:
            self.close()
            self.speaker, self.begun = speaker, number
        self.fenced = self.fenced and speaker == "aider"
        if self.size <= 2 * TURN_CHARS:
            self.said.append(line)
            self.size += len(line) + 1

    def close(self) -> None:
        """End the turn that is open."""
        text = "\n".join(self.said).strip()
        if self.speaker == "aider":
            text = _without_edits(text)
        elif text.split(" ", 1)[0] in _SWITCHES:
            text = ""
        elif text.startswith(_MODES):
            text = text.partition(" ")[2].strip()
        if text:
            self.turns.append(Turn(self.speaker, text, f"line-{self.begun - self.line}"))
        self.speaker, self.said, self.size, self.fenced = "", [], 0, False


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Conversations in order. Position: when aider was started and what was asked first, then the line from there of a segment's first turn."""
    choices.only(name, options)
    if not source.is_folder:
        yield from _history(source, "")
        return
    files = list(source.files(_FILE, hidden=True))
    if not files and source.only is None:
        raise PluginFailed(f"{source.name} holds no {_FILE}", "give such a file, or a folder with projects that have one")
    for relative in files:
        try:
            yield from _history(source, relative)
        except PluginFailed as error:
            yield Rejected(relative, error.message)


def _history(source: Source, relative: str) -> Iterator[Draft | Rejected]:
    """The conversations of one history. What stands before the first start is one too, if the user said something there: the file may have been cut."""
    shown = relative or source.name
    path = f"{source.name}/{relative}" if relative else source.path
    project = agents.project(os.path.dirname(path)) if os.path.basename(path) == _FILE else ""
    uri = f"{project}/{_FILE}" if project else shown
    seen: dict[str, int] = {}
    chat, started = _Chat("", 0), False
    with source.stream(relative) as stream:
        for number, data in rows.lines(stream):
            try:
                line = rows.text(data, shown) if data is not None else None
            except PluginFailed as error:
                yield Rejected(f"{shown} line {number}" if relative else f"line {number}", error.message)
                continue
            if line is None:
                yield Rejected(f"{shown} line {number}" if relative else f"line {number}", "too long")
            elif start := _START.match(line):
                yield from _drafts(chat, seen, project, uri)
                chat, started = _Chat(start[1], number), True
            else:
                chat.take(number, line)
    if not started and (not relative or source.size(relative)):
        raise PluginFailed(f"{shown} holds no chat of aider", "expected a line `# aider chat started at 2026-10-14 09:01:00`")
    yield from _drafts(chat, seen, project, uri)


def _drafts(chat: _Chat, seen: dict[str, int], project: str, uri: str) -> Iterator[Draft]:
    """The segments of a conversation. It is named by when it was started and what the user said first."""
    chat.close()
    asked = next((turn.text for turn in chat.turns if turn.speaker == agents.USER), "")
    if not asked:
        return
    at = moments.iso(chat.started)
    id_ = f"{chat.started.replace(' ', 'T') or 'undated'}-{hashlib.sha256(asked.encode('utf-8', 'replace')).hexdigest()[:8]}"
    seen[id_] = seen.get(id_, 0) + 1
    id_ = id_ if seen[id_] == 1 else f"{id_}-{seen[id_]}"
    like = Draft("", id_, "-", title=agents.opening(chat.turns) or "A chat with aider", tags=("conversation", project) if project else ("conversation",),
                 created=at, uri=uri, session=id_, trust="agent")
    for draft in segments(chat.turns, like):
        yield replace(draft, span=f"{draft.span} from line {chat.line + int(draft.message.removeprefix('line-'))}")


def _without_edits(text: str) -> str:
    """An answer without the blocks by which it changes files; aider says itself which it changed."""
    kept: list[str] = []
    editing = False
    for line in text.replace("\0", "").split("\n"):
        if line.startswith("<<<<<<< SEARCH"):
            editing = True
        elif editing and line.startswith(">>>>>>> REPLACE"):
            editing = False
            kept.append("\0")
        elif not editing:
            kept.append(line)
    return _EDIT.sub("", "\n".join([*kept, ""])).replace("\0\n", "").strip()
