"""Where is the front matter in a file, and what does it say? Text in, plain data and positions out.

Front matter is untrusted text: at most 64 KiB, 16 levels, no anchors, aliases or tags, no duplicate keys. Whatever is wrong
with it becomes one `EntryInvalid` with the line in the file. `memcli.plainyaml` reads nearly all of it; the rest goes through the
event parser of ruamel.yaml (imported only then), one pass that stops at the first thing refused, before anything is built.
Values follow YAML 1.2, keys and timestamps stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from memcli import plainyaml
from memcli.entries.model import Value
from memcli.errors import EntryInvalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_BYTES = 65536
MAX_DEPTH = 16
FIRST_LINE = 2  # the line of the file on which front matter starts
HINT = "fix the lines between the two `---`; until then the file is searched as plain text"

_CLOSING = re.compile(r"\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)").search


@dataclass(frozen=True, slots=True)
class Split:
    """A file's text cut at its fences. `front` is "" or ends with a line end; `text[start:end] == front`."""

    front: str
    start: int
    end: int
    body_at: int


@dataclass(slots=True)
class Node:
    """A piece of YAML with its place: `front[start:end]`, `line` from 0. For a map `children` alternates keys and values.

    The `end` of a block list or map is meaningless (YAML puts it where the next thing starts).
    """

    kind: str  # "scalar", "list" or "map"
    start: int
    end: int
    line: int
    style: str  # of a scalar: "" for plain, else its first character; of a list or map: "flow" or "block"
    text: str = ""
    children: list[Node] = field(default_factory=list)


def unify(text: str) -> str:
    """`text` without byte order mark and with LF line ends."""
    text = text.removeprefix("\ufeff")
    return re.sub("\r+\n", "\n", text) if "\r" in text else text


def split(text: str, path: str) -> Split | None:
    """Find the front matter of `text` (unified). None where the first line is not `---`. Raises EntryInvalid."""
    if not text.startswith("---\n"):
        if text == "---":
            raise EntryInvalid(path, 1, "front matter is not closed by a line `---`", HINT)
        return None
    closing = _CLOSING(text, 3)
    if closing is None:
        raise EntryInvalid(path, 1, "front matter is not closed by a line `---`", HINT)
    end = closing.start() + 1
    front = text[4:end]
    if end * 4 > MAX_BYTES and len(front.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise EntryInvalid(path, 1, f"front matter is larger than {MAX_BYTES // 1024} KiB", HINT)
    return Split(front, 4, end, closing.end())


def parse(front: str, path: str) -> dict[str, Value]:
    """The data of front matter, in the order of the file. Raises EntryInvalid."""
    data = plainyaml.load(front)
    return parse_fully(front, path) if data is None else data


def parse_fully(front: str, path: str) -> dict[str, Value]:
    """What `parse` answers, by ruamel.yaml alone."""
    root = compose(front, path)
    return {} if root is None else _map_value(root, path)


def compose(front: str, path: str) -> Node | None:
    """The nodes of front matter, None where it holds only comments. Raises EntryInvalid for all that is refused."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        root = _build(YAML(typ="safe", pure=True).parse(front), path)
    except EntryInvalid:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(str(error.problem or error.context or "not YAML").split())
        raise _refused(path, mark.line if mark is not None else 0, reason) from error
    except ReaderError as error:
        reason = f"character U+{error.character:04X} is not allowed in front matter"
        raise _refused(path, front.count("\n", 0, error.position), reason) from error
    except Exception as error:  # the library raises many kinds on hostile text; each means: not readable
        raise _refused(path, 0, f"front matter cannot be read ({type(error).__name__})") from error
    if root is not None and root.kind != "map":
        raise _refused(path, root.line, "front matter is not made of `name: value` lines")
    return root


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal in type too: 1 is neither 1.0 nor true, and nan equals nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or repr(one) == repr(other) == "nan"


def value_of(node: Node, path: str) -> Value:
    """The plain data a node stands for. Raises EntryInvalid."""
    if node.kind == "map":
        return _map_value(node, path)
    if node.kind == "list":
        return [value_of(child, path) for child in node.children]
    if node.style:
        return node.text
    try:
        return plainyaml.resolve(node.text)
    except ValueError as error:
        raise _refused(path, node.line, f"`{node.text[:20]}` is not a number that can be read") from error


def _map_value(node: Node, path: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, value in zip(node.children[::2], node.children[1::2], strict=True):
        if key.kind != "scalar":
            raise _refused(path, key.line, "a list or map cannot be a name")
        if key.text in found:
            raise _refused(path, key.line, f"`{key.text[:40]}` is stated twice")
        found[key.text] = value_of(value, path)
    return found


def _build(events: Iterable[Any], path: str) -> Node | None:
    """Nodes from parser events; refuses as soon as something refused appears."""
    from ruamel.yaml import events as kinds

    root: Node | None = None
    open_nodes: list[Node] = []
    for event in events:
        line = event.start_mark.line
        if isinstance(event, kinds.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refused(path, line, "anchors (`&`) and aliases (`*`) are not allowed in front matter")
        if isinstance(event, (kinds.SequenceEndEvent, kinds.MappingEndEvent)):
            open_nodes.pop().end = event.end_mark.index
            continue
        if not isinstance(event, kinds.NodeEvent):
            if isinstance(event, kinds.DocumentStartEvent) and root is not None:
                raise _refused(path, line, "front matter holds a second document")
            continue
        if getattr(event, "tag", None) is not None:
            raise _refused(path, line, "tags (`!`) are not allowed in front matter")
        node = _node(event, path)
        if open_nodes:
            open_nodes[-1].children.append(node)
        else:
            root = node
        if node.kind != "scalar":
            open_nodes.append(node)
            if len(open_nodes) > MAX_DEPTH:
                raise _refused(path, line, f"front matter nests deeper than {MAX_DEPTH} levels")
    return root


def _node(event: Any, path: str) -> Node:
    """One node from its (first) event."""
    from ruamel.yaml import events as kinds

    start, end = event.start_mark, event.end_mark
    if isinstance(event, kinds.ScalarEvent):
        text = _whole_characters(event.value, path, start.line)
        return Node("scalar", start.index, end.index, start.line, event.style or "", text)
    kind = "map" if isinstance(event, kinds.MappingStartEvent) else "list"
    return Node(kind, start.index, end.index, start.line, "flow" if event.flow_style else "block")


def _whole_characters(text: str, path: str, line: int) -> str:
    """`text` with pairs of surrogates joined; escapes can state half a character, which no file can hold."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise _refused(path, line, "a `\\u` escape states half a character") from error


def _refused(path: str, line: int, reason: str) -> EntryInvalid:
    return EntryInvalid(path, line + FIRST_LINE, reason, HINT)
