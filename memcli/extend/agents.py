"""What of a coding agent's session is kept? What was said, and beside it one line of what was done; never what a tool gave back.

Turns come out so that a session that has grown since gives the same turns and more behind them: what was done is told with the next thing the agent says,
or by itself before the user's next words, and until one of the two has come, not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from memcli.extend import plain, rows
from memcli.extend.contracts import Rejected, Source
from memcli.extend.talk import TURN_CHARS, Turn

USER = "User"
TITLE_CHARS, DEED_CHARS, DEEDS_MAX = 80, 100, 12
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_SHOWN = re.compile(r"\[(?:image|file)[^\]]{0,80}\]")
_UNTAGGED = re.compile(r"[\s,#]+")


@dataclass(slots=True)
class Story:
    """The turns of a session of `agent`, as they come."""

    agent: str
    turns: list[Turn] = field(default_factory=list)
    _done: dict[tuple[str, int], str] = field(default_factory=dict)  # (call, which of its deeds) -> what was done
    _failed: set[str] = field(default_factory=set)
    _first: tuple[str, datetime | None] = ("", None)

    def did(self, call: str, words: str, id_: str, at: datetime | None, number: int = 0) -> None:
        """The agent did something: `words` say what, `call` names it, with a number where it did several things."""
        if not self._done:
            self._first = id_, at
        self._done[call, number] = words

    def failed(self, call: str) -> None:
        """What `call` names did not work."""
        self._failed.add(call)

    def told(self, text: str, id_: str, at: datetime | None) -> None:
        """The agent said something; what it did before is told with it."""
        if text.strip():
            self._say(self.agent, "\n\n".join(filter(None, (text[:TURN_CHARS].strip(), self._deeds()))), id_, at)

    def asked(self, text: str, id_: str, at: datetime | None) -> None:
        """The user said something; what the agent did before is told before it."""
        if text.strip():
            if deeds := self._deeds():
                self._say(self.agent, deeds, *self._first)
            self._say(USER, text, id_, at)

    def _say(self, speaker: str, text: str, id_: str, at: datetime | None) -> None:
        self.turns.append(Turn(speaker, text[:TURN_CHARS + 1], id_, at))

    def _deeds(self) -> str:
        """What was done since it was told last, each thing once: `(ran "pytest -q", failed; edited src/till.py)`."""
        told = list(dict.fromkeys(words + (", failed" if call in self._failed else "") for (call, _), words in self._done.items()))
        self._done.clear()
        self._failed.clear()
        more = len(told) - DEEDS_MAX
        if more > 0:
            told[DEEDS_MAX // 2:-DEEDS_MAX // 2] = [f"{more} things more"]
        return f"({'; '.join(told)})" if told else ""


def log(source: Source, relative: str, take: Callable[[int, Any], None]) -> Iterator[Rejected]:
    """Hand each line of a session's file, which may be being written just now, with its number to `take`; what is no JSON is rejected."""
    with source.stream(relative) as stream:
        for one in rows.json_lines(stream, growing=True):
            if isinstance(one, Rejected):
                yield Rejected(f"{relative} {one.position}".strip(), one.reason)
            else:
                take(*one)


def ran(command: object) -> str:
    """A command that was run, by its first line; "" for what is no text."""
    lines = [line.strip() for line in command.strip().splitlines()] if isinstance(command, str) else []
    told = _short(lines[0].replace("`", "'")) if lines else ""
    return f"ran `{told}{' …' if len(lines) > 1 else ''}`" if told else ""


def touched(deed: str, path: object, folder: str) -> str:
    """A file that was changed, by its path from the folder worked in; "" for what is no text."""
    if not isinstance(path, str) or not path.strip():
        return ""
    return f"{deed} {_short(path.removeprefix(folder.rstrip('/') + '/') if folder else path)}"


def about(deed: str, what: object) -> str:
    """Something else that was done, by one line of what it was about; "" for what is no text."""
    told = _short(what) if isinstance(what, str) else ""
    return f"{deed} {told}" if told else ""


def _short(text: str) -> str:
    line = plain.line(text, 4 * DEED_CHARS)
    return line if len(line) <= DEED_CHARS else f"{line[:DEED_CHARS].rstrip()}…"


def opening(turns: list[Turn]) -> str:
    """The first sentence that the user said, as a title for a session that has none."""
    for turn in turns:
        words = " ".join(_SHOWN.sub("", plain.clean(turn.text[:2_000])).split()) if turn.speaker == USER else ""
        if words:
            sentence = _SENTENCE.split(words, maxsplit=1)[0].rstrip(".")
            return sentence if len(sentence) <= TITLE_CHARS else f"{sentence[:TITLE_CHARS].rsplit(' ', 1)[0]}…"
    return ""


def project(folder: object) -> str:
    """The project that is worked on in a folder, by the folder's name, as a tag; "" when it has none."""
    if not isinstance(folder, str):
        return ""
    name = folder.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return _UNTAGGED.sub("-", plain.clean(name[:100])).strip("-")
