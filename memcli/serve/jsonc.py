"""How is one member put into a JSON file, or taken out, without touching a byte of the rest? Comments and trailing commas are understood.

Reads a text into nodes that know where they stand, and edits the text. What is put in and taken out again leaves the text as it was.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

DEEPEST = 300
_SPACE = re.compile(r"(?:[ \t\r\n]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_SCALAR = re.compile(r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])")
_INDENT = re.compile(r'\n([ \t]+)["{\[]')


class Unreadable(Exception):
    """The text is not what it should be. `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


@dataclass(slots=True)
class Node:
    """A value from `start` to `end` of the text. `kind` is "{", "[" or "" for a scalar; `keys` are an object's, in the order of `items`;
    `begins` is where each item begins, with its key."""

    start: int
    end: int
    kind: str = ""
    keys: list[str] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)

    def at(self, key: str) -> int:
        """The number of the item under a key, -1 when there is none."""
        return self.keys.index(key) if key in self.keys else -1


def parse(text: str) -> Node:
    """The value that a text holds. Raises Unreadable naming the line."""
    start = _SPACE.match(text, 0).end()  # type: ignore[union-attr]
    node = _value(text, start, 0)
    after = _skip(text, node.end)
    if after != len(text):
        _fail(text, after, "something stands after the end")
    return node


def _fail(text: str, at: int, reason: str) -> NoReturn:
    raise Unreadable(text.count("\n", 0, at) + 1, reason)


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def _value(text: str, at: int, depth: int) -> Node:
    if depth > DEEPEST:
        _fail(text, at, "nested too deeply")
    if text[at:at + 1] in ("{", "["):
        return _container(text, at, depth)
    match = _STRING.match(text, at) or _SCALAR.match(text, at)
    if match is None:
        _fail(text, at, "the file ends too early" if at >= len(text) else f"{text[at:at + 12]!r} is no value")
    return Node(at, match.end())


def _container(text: str, at: int, depth: int) -> Node:
    node, close = Node(at, at, text[at]), "}" if text[at] == "{" else "]"
    at = _skip(text, at + 1)
    while text[at:at + 1] != close:
        node.begins.append(at)
        if node.kind == "{":
            match = _STRING.match(text, at)
            if match is None:
                _fail(text, at, "the file ends too early" if at >= len(text) else f"a key or }} is missing before {text[at:at + 12]!r}")
            node.keys.append(json.loads(match[0]))
            at = _skip(text, match.end())
            if text[at:at + 1] != ":":
                _fail(text, at, "a colon is missing")
            at = _skip(text, at + 1)
        node.items.append(_value(text, at, depth + 1))
        at = _skip(text, node.items[-1].end)
        if text[at:at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at:at + 1] != close:
            _fail(text, at, "the file ends too early" if at >= len(text) else f"a comma or {close} is missing")
    node.end = at + 1
    return node


def plain(text: str, node: Node) -> Any:
    """A node as plain data; of a key that is written twice the last value counts, numbers of many digits stay texts."""
    if node.kind == "{":
        return {key: plain(text, item) for key, item in zip(node.keys, node.items)}
    if node.kind == "[":
        return [plain(text, item) for item in node.items]
    written = text[node.start:node.end]
    return json.loads(written) if written.startswith('"') or len(written) < 20 else written


def insert(text: str, node: Node, value: Any, key: str | None = None) -> str:
    """The text with one item more at the end of a container, indented as its neighbours are."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    base = _indent(text, node.start)
    first = node.begins[0] if node.begins else -1
    several = "\n" in text[node.start:node.end] if node.items else _in_lines(text)
    inner = _indent(text, first) if first >= 0 and "\n" in text[node.start:first] else base + _unit(text)
    item = _written(value, key, inner, _unit(text), line_end) if several else _written(value, key, "", "", "")
    close = node.end - 1
    tail = node.start + 1 + len(text[node.start + 1:close].rstrip())
    ending = text[tail:close] if node.items or not several or "\n" in text[tail:close] else line_end + base
    sep = line_end + inner if several else " "
    if not node.items:
        return text[:tail] + sep + item + ending + text[close:]
    last = node.items[-1].end
    comma = text[_skip(text, last)] == ","
    return text[:last] + ("" if comma else ",") + text[last:tail] + sep + item + ("," if comma else "") + ending + text[close:]


def _in_lines(text: str) -> bool:
    """Whether what comes into an empty container stands on lines of its own: not in a file that is all on one."""
    root = parse(" " + text[1:] if text.startswith("\ufeff") else text)
    return not root.items or "\n" in text[root.start:root.end]


def remove(text: str, node: Node, number: int) -> str:
    """The text without one item of a container, its comma and the white space before it."""
    start, end = node.begins[number], node.items[number].end
    after = _skip(text, end)
    cut = after + 1 if text[after] == "," else end
    space = len(text[:start].rstrip())
    before = node.items[number - 1].end if number else node.start
    alone = re.match(r"[ \t]*\r?\n|[ \t]*[\]}]", text[cut:]) and not _in_comment(text, before, space, cut)
    start = space if alone and space > node.start else start
    rest = text[cut:]
    if cut == end and number:  # the last one, without a comma of its own: the one before it loses its comma
        comma = _skip(text, before)
        return text[:comma] + text[comma + 1:start] + rest
    if len(node.items) == 1 and not (text[node.start + 1:start] + text[cut:node.end - 1]).strip():
        return text[:node.start + 1] + text[node.end - 1:]
    return text[:start] + rest


def _in_comment(text: str, before: int, space: int, cut: int) -> bool:
    """Whether what comes after the cut would become part of a comment at the end of the line before; `before` is where the item before ends."""
    line = text[max(text.rfind("\n", 0, space), before):space]
    return "//" in line and not re.match(r"[ \t]*\r?\n", text[cut:])


def _written(value: Any, key: str | None, indent: str, unit: str, line_end: str) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=unit if line_end else None)
    if line_end:
        text = text.replace("\n", line_end + indent)
    return text if key is None else f"{json.dumps(key, ensure_ascii=False)}: {text}"


def _indent(text: str, at: int) -> str:
    """The white space that the line of a place begins with."""
    line = text[text.rfind("\n", 0, at) + 1:at]
    return line[:len(line) - len(line.lstrip(" \t"))]


def _unit(text: str) -> str:
    """What one level is indented by: as the first indented line is."""
    match = _INDENT.search(text)
    return match[1] if match else "  "


