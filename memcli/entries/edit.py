"""How is a field changed without touching anything else in the file? Splices into the text of front matter.

The event parser of ruamel.yaml says where each value stands; new text goes exactly there. A list that only gains or loses items
is spliced item by item, a block map name by name, anything else value by value. The result is read again and must hold
exactly the intended data, else a plainer splice is tried, else nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from memcli.entries import emit, frontmatter
from memcli.entries.frontmatter import HINT
from memcli.entries.model import Value
from memcli.entries.nodes import Node, compose
from memcli.entries.text import Remove, closed
from memcli.errors import EntryInvalid

Changes = Mapping[str, Value | Remove]


@dataclass(slots=True)
class _Splices:
    """Replacements in `front`, gathered first and applied together.

    `plainer`: whole values only, new names at the end, blank lines go with the field before them (after a block scalar that
    keeps its blank lines they would become its own).
    """

    front: str
    plainer: bool
    found: list[tuple[int, int, int, str]] = field(default_factory=list)

    def replace(self, start: int, end: int, text: str, rank: int = 0) -> None:
        """Put `text` for `front[start:end]`; insertions at one place stand in the order of `rank`."""
        self.found.append((start, end, rank, text))

    def remove_lines(self, first: int, last: int) -> None:
        """Take away the lines from position `first` to position `last`."""
        end = self.line_after(last)
        blank = re.compile(r"(?: *\n)*").match(self.front, end) if self.plainer else None
        self.replace(self.line_start(first), end if blank is None else blank.end(), "")

    def applied(self) -> str:
        text = self.front
        for start, end, _, new in sorted(self.found, key=lambda splice: splice[:3], reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def line_start(self, at: int) -> int:
        return self.front.rfind("\n", 0, at) + 1

    def line_after(self, at: int) -> int:
        """The start of the line after the one that ends at or after `at`."""
        if at and self.front[at - 1] == "\n":
            return at
        end = self.front.find("\n", at)
        return len(self.front) if end < 0 else end + 1

    def colon(self, key: Node) -> int:
        """The position after the colon of `key`."""
        match = re.compile(r"\s*:").match(self.front, key.end)
        return key.end if match is None else match.end()


def edited(data: bytes, changes: Changes, body: str | None, path: str) -> bytes:
    """See `memcli.entries.text.edit`."""
    try:
        text = frontmatter.unify(data.decode())
        if body is not None:
            body = closed(body)
            body.encode()
    except UnicodeError as error:
        raise EntryInvalid(path, 0, "the text is not UTF-8", "store the file as UTF-8") from error
    parts = frontmatter.split(text, path)
    front = "" if parts is None else parts.front
    old = frontmatter.parse(front, path)
    new = {name: value for name, value in {**old, **changes}.items() if not isinstance(value, Remove)}
    rest = text[0 if parts is None else parts.body_at :] if body is None else body
    if not frontmatter.same(old, new):
        front = _spliced(front, old, new, path)
    elif parts is None and not rest.startswith("---\n") and rest != "---":
        return rest.encode()
    opening, closing = ("---\n", "---\n") if parts is None else (text[: parts.start], text[parts.end : parts.body_at])
    if rest and not closing.endswith("\n"):
        closing += "\n"
    result = opening + front + closing + rest
    again = frontmatter.split(result, path)
    if again is None or again.front != front or result[again.body_at :] != rest:
        raise _unsafe(path)
    return result.encode()


def _spliced(front: str, old: dict[str, Value], new: dict[str, Value], path: str) -> str:
    """`front`, which holds `old`, changed to hold `new`. Raises EntryInvalid where no splice gives exactly that."""
    root = compose(front, path)
    if root is not None and root.style == "flow":
        reason, hint = "front matter in braces cannot be edited", "write one `name: value` per line"
        raise EntryInvalid(path, frontmatter.FIRST_LINE, reason, hint)
    for plainer in (False, True):
        try:
            splices = _Splices(front, plainer)
            _map(splices, root or Node("map", 0, 0, 0, "block"), old, new, top=True)
            text = splices.applied()
            text.encode()
            if frontmatter.same(frontmatter.parse(text, path), new):
                return text
        except (EntryInvalid, ValueError, RecursionError):
            continue
    raise _unsafe(path)


def _unsafe(path: str) -> EntryInvalid:
    return EntryInvalid(path, 0, "the fields cannot be changed without touching more of the front matter", HINT)


def _map(splices: _Splices, node: Node, old: dict[str, Value], new: dict[str, Value], top: bool = False) -> None:
    """Turn the block map `node`, which holds `old`, into `new`."""
    places = {key.text: (key, value) for key, value in zip(node.children[::2], node.children[1::2], strict=True)}
    for name, (key, value) in places.items():
        if name not in new:
            splices.remove_lines(key.start, _end(splices, key, value))
        elif not frontmatter.same(old[name], new[name]):
            _value(splices, key, value, old[name], new[name])
    keys = node.children[::2]
    indent = " " * (keys[0].start - splices.line_start(keys[0].start)) if keys else ""
    added = [name for name in new if name not in places]
    for place, name in enumerate(sorted(added, key=emit.rank) if top else added):
        at = _place_for(splices, name, places, top)
        splices.replace(at, at, emit.pair(name, new[name], indent), place)


def _place_for(splices: _Splices, name: str, places: dict[str, tuple[Node, Node]], top: bool) -> int:
    """Where the line of a new name goes: behind the field it follows in `emit.ORDER`, else before the one it precedes."""
    ends = {present: splices.line_after(_end(splices, *place)) for present, place in places.items()}
    last = len(splices.front) if top else max(ends.values())
    rank = emit.rank(name)
    if not top or splices.plainer or rank == len(emit.ORDER):
        return last
    known = [present for present in places if emit.rank(present) < len(emit.ORDER)]
    before = [present for present in known if emit.rank(present) < rank]
    if before:
        return ends[max(before, key=emit.rank)]
    if not known:
        return 0 if rank == 0 else last
    following = list(places).index(min(known, key=emit.rank))
    return 0 if following == 0 else list(ends.values())[following - 1]


def _value(splices: _Splices, key: Node, node: Node, old: Value, new: Value) -> None:
    """Put `new` where `node`, the value of `key`, holds `old`."""
    if not splices.plainer:
        if isinstance(old, list) and isinstance(new, list) and _items(splices, node, old, new):
            return None
        if node.style == "block" and isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
            return _map(splices, node, old, new)
    colon = splices.colon(key)
    if node.style == "block":
        end = _end(splices, key, node)
        gap, line_end, _ = splices.front[colon : node.start].partition("\n")
        splices.replace(colon, end, _whole(splices, node, new, gap.rstrip() if line_end else ""))
    elif node.start == node.end:
        splices.replace(colon, colon, " " + emit.inline(new))
    else:
        splices.replace(node.start, _end(splices, key, node, trim=True), emit.inline(new))
    return None


def _whole(splices: _Splices, node: Node, new: Value, comment: str) -> str:
    """All of a new value for a block list or map, kept in block style where it can be; `comment` stands behind the colon."""
    indent = " " * (node.start - splices.line_start(node.start))
    if isinstance(new, list) and new and node.kind == "list":
        return f"{comment}\n{emit.items(new, indent)}"
    if isinstance(new, dict) and new and node.kind == "map":
        return f"{comment}\n{emit.pairs(new, indent)}"
    return f" {emit.inline(new)}{comment}"


def _end(splices: _Splices, key: Node, node: Node, trim: bool = False) -> int:
    """Where the value `node` of `key` really ends: for block lists and maps where their last piece does.

    The blank lines that follow a block scalar are part of it only where it keeps them (`|+`), and never with `trim`.
    """
    if node.kind == "scalar" and node.start == node.end and not node.style:
        return splices.colon(key)
    if node.style in ("|", ">"):
        written = splices.front[node.start : node.end]
        keeps = "+" in written.partition("\n")[0].partition("#")[0]
        return node.end if keeps and not trim else node.start + len(written.rstrip(" \n"))
    if node.style != "block":
        return node.end
    if node.kind == "map":
        return _end(splices, node.children[-2], node.children[-1])
    last = node.children[-1]
    return last.start if last.start == last.end and not last.style else _end(splices, key, last)


def _items(splices: _Splices, node: Node, old: list[Value], new: list[Value]) -> bool:
    """Turn list `old` into `new` by dropping items and adding others at the end; False where that is not enough."""
    kept: list[int] = []
    for place, item in enumerate(old):
        if len(kept) < len(new) and frontmatter.same(item, new[len(kept)]):
            kept.append(place)
    if not kept:
        return False
    gone = [place for place in range(len(old)) if place not in set(kept)]
    added = new[len(kept) :]
    if node.style == "flow":
        _flow_items(splices, node.children, kept, gone, added)
        return True
    return _block_items(splices, node, gone, added)


def _flow_items(splices: _Splices, children: list[Node], kept: list[int], gone: list[int], added: list[Value]) -> None:
    last = kept[-1]
    for place in gone:
        if place < last:
            splices.replace(children[place].start, children[place + 1].start, "")
    if last < len(children) - 1:
        splices.replace(children[last].end, children[-1].end, "")
    if added:
        splices.replace(children[-1].end, children[-1].end, "".join(f", {emit.inline(item, True)}" for item in added), 1)


def _block_items(splices: _Splices, node: Node, gone: list[int], added: list[Value]) -> bool:
    lines: list[tuple[int, int]] = []
    indent = ""
    for child in node.children:
        start = splices.line_start(child.start)
        dash = re.fullmatch(r"( *)- *", splices.front[start : child.start])
        if dash is None:
            return False
        indent = dash[1]
        empty = child.start == child.end and not child.style
        lines.append((start, splices.line_after(child.start if empty else _end(splices, child, child))))
    for place in gone:
        splices.replace(*lines[place], "")
    if added:
        splices.replace(lines[-1][1], lines[-1][1], emit.items(added, indent) + "\n", 1)
    return True
