"""What does `mem install` put into a file, and what does it take out again? One class per kind of file, each text in, text out.

`put` returns the text with ours in it, which containers had to be made for it, and what was left as it was though it is ours by name. `take` gives
back the text without ours: after `put` the very text that was there before. Both raise Unreadable for a text that they do not understand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from memcli.serve import jsonc
from memcli.serve.jsonc import Node, Unreadable

Made = list[str]  # containers that were made, as paths such as "hooks/Stop"


@dataclass(frozen=True, slots=True)
class Result:
    """A text, which containers were made, and a line for what was left as it was ("" for nothing)."""

    text: str
    made: Made
    left: str = ""


class Edit(Protocol):
    """A change to a file that can be taken back."""

    def put(self, text: str) -> Result:
        """The text with ours in it."""
        ...

    def take(self, text: str, made: Collection[str]) -> str:
        """The text without ours, and without the containers `made` for it that are empty now."""
        ...


@dataclass(frozen=True, slots=True)
class Json:
    """Members of a JSON file: `server` under `table`/`name`, and `hooks`: for each event a group that runs `command`."""

    table: str = ""
    server: dict[str, Any] | None = None
    events: tuple[str, ...] = ()
    command: str = ""
    name: str = "mem"

    def put(self, text: str) -> Result:
        """See Edit."""
        made: Made = []
        left = ""
        text = text if text.strip().strip("\ufeff") else "{}\n"
        if self.server is not None:
            text, table = _descend(text, [self.table], "{", made)
            at = table.at(self.name)
            if at < 0:
                text = jsonc.insert(text, table, self.server, self.name)
                made.append(f"{self.table}/{self.name}")
            elif jsonc.plain(text, table.items[at]) != self.server:
                left = f"{self.table}/{self.name} is there with other settings"
        for event in self.events:
            text, groups = _descend(text, ["hooks", event], "[", made)
            if not any(self._ours(text, handler) for group in groups.items for handler in _handlers(group).items):
                text = jsonc.insert(text, groups, {"hooks": [{"type": "command", "command": self.command, "timeout": 5}]})
        jsonc.parse(_bare(text))
        return Result(text, made, left)

    def take(self, text: str, made: Collection[str]) -> str:
        """See Edit."""
        if not text.strip().strip("\ufeff"):
            return text
        if self.server is not None:
            table = _find(text, [self.table])
            at = table.at(self.name) if table is not None and table.kind == "{" else -1
            if table is not None and at >= 0 and (f"{self.table}/{self.name}" in made or jsonc.plain(text, table.items[at]) == self.server):
                text = jsonc.remove(text, table, at)
            text = _tidied(text, [self.table], made)
        for event in self.events:
            text = self._without(text, event)
            text = _tidied(text, ["hooks", event], made)
        return _tidied(text, ["hooks"], made) if self.events else text

    def _without(self, text: str, event: str) -> str:
        """Without our handlers of an event, and without groups that hold nothing else."""
        while (groups := _find(text, ["hooks", event])) is not None:
            for number, group in enumerate(groups.items):
                handlers = _handlers(group)
                ours = [at for at, handler in enumerate(handlers.items) if self._ours(text, handler)]
                if ours:
                    text = jsonc.remove(text, groups, number) if len(handlers.items) == 1 else jsonc.remove(text, handlers, ours[0])
                    break
            else:
                break
        return text

    def _ours(self, text: str, handler: Node) -> bool:
        found = jsonc.plain(text, handler)
        command = found.get("command") if isinstance(found, dict) else None
        if not isinstance(command, str):
            return False
        program, _, rest = command.partition(" hook ")
        return command == self.command or rest == self.command.rpartition(" ")[2] and program.strip("'").rpartition("/")[2] in ("mem", "memcli")


def _bare(text: str) -> str:
    """Without a byte order mark, in its place a space."""
    return " " + text[1:] if text.startswith("\ufeff") else text


def _find(text: str, path: Sequence[str]) -> Node | None:
    """What stands under a path of keys."""
    node = jsonc.parse(_bare(text))
    for key in path:
        if node.kind != "{" or (at := node.at(key)) < 0:
            return None
        node = node.items[at]
    return node


def _descend(text: str, path: Sequence[str], kind: str, made: Made) -> tuple[str, Node]:
    """The container under a path, made where it is missing. Raises Unreadable when something else stands there, or stands there twice."""
    for depth in range(len(path) + 1):
        node = _find(text, path[:depth])
        wanted = kind if depth == len(path) else "{"
        if node is None:
            above = _find(text, path[:depth - 1])
            assert above is not None
            text = jsonc.insert(text, above, [] if wanted == "[" else {}, path[depth - 1])
            made.append("/".join(path[:depth]))
        elif node.kind != wanted:
            named = "/".join(path[:depth]) or "the whole"
            raise Unreadable(text.count("\n", 0, node.start) + 1, f"{named} is not {'a list' if wanted == '[' else 'an object'}")
        elif depth < len(path) and node.keys.count(path[depth]) > 1:
            raise Unreadable(text.count("\n", 0, node.start) + 1, f"{path[depth]} is written twice in what begins here")
    found = _find(text, path)
    assert found is not None
    return text, found


def _tidied(text: str, path: Sequence[str], made: Collection[str]) -> str:
    """Without the container under a path when it was made by us and is empty."""
    node, above = _find(text, path), _find(text, path[:-1])
    if node is None or above is None or "/".join(path) not in made or node.items or node.end - node.start > 2:
        return text
    return jsonc.remove(text, above, above.at(path[-1]))


def _handlers(group: Node) -> Node:
    at = group.at("hooks") if group.kind == "{" else -1
    return group.items[at] if at >= 0 and group.items[at].kind == "[" else Node(0, 0)


@dataclass(frozen=True, slots=True)
class Toml:
    """The table [`table`.`name`] of a TOML file with some texts and lists of texts in it."""

    table: str
    server: dict[str, Any]
    name: str = "mem"

    def put(self, text: str) -> Result:
        """See Edit."""
        import json

        known = self._parsed(text)
        there = known.get(self.table, {})
        if isinstance(there, dict) and self.name in there:
            return Result(text, [], "" if there[self.name] == self.server else f"{self.table}.{self.name} is there with other settings")
        end = "\r\n" if "\r\n" in text else "\n"
        lines = [f"[{self.table}.{self.name}]", *(f"{key} = {json.dumps(value)}" for key, value in self.server.items())]
        before = text + (end if text and not text.endswith("\n") else "") + (end if text else "")
        new = before + "".join(line + end for line in lines)
        self._parsed(new, f"{self.table} is written in a way that nothing can be added to; add a table [{self.table}.{self.name}] by hand")
        return Result(new, [f"{self.table}/{self.name}"])

    def take(self, text: str, made: Collection[str]) -> str:
        """See Edit."""
        known = self._parsed(text)
        table = known.get(self.table)
        if not isinstance(table, dict) or self.name not in table or (f"{self.table}/{self.name}" not in made and table[self.name] != self.server):
            return text
        wanted = dict(known, **{self.table: {key: value for key, value in table.items() if key != self.name}})
        lines = text.splitlines(keepends=True)
        headers = [number for number, line in enumerate(lines) if self._header(line)]
        for chosen in (headers, headers[-1:]):  # an earlier one may stand in a text of several lines
            new = "".join(self._without(lines, chosen))
            try:
                found = self._parsed(new)
            except Unreadable:
                continue
            if found == wanted or {**found, self.table: {}} == wanted:
                return new
        line = headers[0] + 1 if headers else 1
        raise Unreadable(line, f"{self.table}.{self.name} is written in a way that cannot be told from the rest; take it out by hand")

    def _header(self, line: str) -> bool:
        """Whether a line is the header of our table or of one below it."""
        part = r"""\s*(?:{0}|"{0}"|'{0}')\s*"""
        return bool(re.match(rf"\s*\[{part.format(re.escape(self.table))}\.{part.format(re.escape(self.name))}[\].]", line))

    def _without(self, lines: list[str], headers: Collection[int]) -> list[str]:
        """Without the tables of some headers: each to its last line that is neither blank nor a comment, and the blank line before it."""
        kept: list[str] = []
        at = 0
        while at < len(lines):
            if at not in headers:
                kept.append(lines[at])
                at += 1
                continue
            end = at + 1
            while end < len(lines) and not re.match(r"\s*\[[^\]]*\]\]?\s*(#.*)?$", lines[end]):
                end += 1
            while end > at + 1 and re.match(r"\s*(#.*)?$", lines[end - 1]):
                end -= 1
            if kept and not kept[-1].strip():
                kept.pop()
            at = end
        return kept

    def _parsed(self, text: str, otherwise: str = "") -> dict[str, Any]:
        import tomllib

        try:
            return tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            where = re.search(r"line (\d+)", str(error))
            line = int(where[1]) if where else text.count("\n") + 1
            raise Unreadable(line, otherwise or re.sub(r" \(at .*", "", str(error)) or "no TOML") from None


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between two marks in a text of lines."""

    body: str
    begin: str = "<!-- mem:begin -->"
    end: str = "<!-- mem:end -->"

    def put(self, text: str) -> Result:
        """See Edit."""
        line_end = "\r\n" if "\r\n" in text else "\n"
        ours = line_end.join([self.begin, *self.body.splitlines(), self.end]) + line_end
        found = self._span(text)
        if found is not None:
            return Result(text[:found[0]] + ours + text[found[1]:], [])
        before = text + (line_end if text and not text.endswith("\n") else "") + (line_end if text else "")
        return Result(before + ours, [])

    def take(self, text: str, made: Collection[str]) -> str:
        """See Edit."""
        found = self._span(text)
        if found is None:
            return text
        before = text[:found[0]]
        for blank in ("\n\r\n", "\n\n"):
            if before.endswith(blank):
                before = before[:1 - len(blank)]
                break
        return before + text[found[1]:]

    def _span(self, text: str) -> tuple[int, int] | None:
        """From the first mark to the end of the second one's line. Raises Unreadable when one of them is missing."""
        begin = re.search(rf"^{re.escape(self.begin)}[ \t]*\r?$", text, re.MULTILINE)
        end = re.search(rf"^{re.escape(self.end)}[ \t]*\r?(\n|\Z)", text[begin.end():] if begin else text, re.MULTILINE)
        if begin is None and end is None:
            return None
        if begin is None or end is None:
            there = begin or end
            assert there is not None
            raise Unreadable(text.count("\n", 0, there.start()) + 1, f"{self.end if begin else self.begin} is missing to {there[0].strip()}")
        return begin.start(), begin.end() + end.end()


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that is ours from the first byte to the last."""

    body: str

    def put(self, text: str) -> Result:
        """See Edit."""
        return Result(text or self.body, [], "" if text in ("", self.body) else "it is there with another text")

    def take(self, text: str, made: Collection[str]) -> str:
        """See Edit."""
        return "" if text == self.body else text
