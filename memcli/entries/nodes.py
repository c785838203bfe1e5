"""What does front matter beyond the plain subset say, and where does each piece of it stand? Text in, nodes with positions out.

One pass over the events of ruamel.yaml's parser, which stops at the first thing that is refused (an anchor, an alias, a tag,
the seventeenth level) before anything is built from it. Whatever the library raises on hostile text becomes one `EntryInvalid`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from memcli import plainyaml
from memcli.entries.frontmatter import MAX_DEPTH, refused
from memcli.entries.model import Value
from memcli.errors import EntryInvalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
        raise refused(path, mark.line if mark is not None else 0, reason) from error
    except ReaderError as error:
        reason = f"character U+{error.character:04X} is not allowed in front matter"
        raise refused(path, front.count("\n", 0, error.position), reason) from error
    except Exception as error:  # the library raises many kinds on hostile text; each means: not readable
        raise refused(path, 0, f"front matter cannot be read ({type(error).__name__})") from error
    if root is not None and root.kind != "map":
        raise refused(path, root.line, "front matter is not made of `name: value` lines")
    return root


def value_of(node: Node, path: str) -> Value:
    """The plain data a node stands for. Raises EntryInvalid."""
    if node.kind == "map":
        return map_value(node, path)
    if node.kind == "list":
        return [value_of(child, path) for child in node.children]
    if node.style:
        return node.text
    try:
        return plainyaml.resolve(node.text)
    except ValueError as error:
        shown = f"`{node.text[:20]}…` ({len(node.text)} digits)" if len(node.text) > 20 else f"`{node.text}`"
        raise refused(path, node.line, f"{shown} is not a number that can be read") from error


def map_value(node: Node, path: str) -> dict[str, Value]:
    """The plain data of a map. Raises EntryInvalid."""
    found: dict[str, Value] = {}
    for key, value in zip(node.children[::2], node.children[1::2], strict=True):
        if key.kind != "scalar":
            raise refused(path, key.line, "a list or map cannot be a name")
        if key.text in found:
            raise refused(path, key.line, f"`{key.text[:40]}` is stated twice")
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
            raise refused(path, line, "anchors (`&`) and aliases (`*`) are not allowed in front matter")
        if isinstance(event, (kinds.SequenceEndEvent, kinds.MappingEndEvent)):
            open_nodes.pop().end = event.end_mark.index
            continue
        if not isinstance(event, kinds.NodeEvent):
            if isinstance(event, kinds.DocumentStartEvent) and root is not None:
                raise refused(path, line, "front matter holds a second document")
            continue
        if getattr(event, "tag", None) is not None:
            raise refused(path, line, "tags (`!`) are not allowed in front matter")
        node = _node(event, path)
        if open_nodes:
            open_nodes[-1].children.append(node)
        else:
            root = node
        if node.kind != "scalar":
            open_nodes.append(node)
            if len(open_nodes) > MAX_DEPTH:
                raise refused(path, line, f"front matter nests deeper than {MAX_DEPTH} levels")
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
        raise refused(path, line, "a `\\u` escape states half a character") from error
