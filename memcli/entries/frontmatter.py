"""Where is the front matter in a file, and what does it say? Text in, plain data and positions out.

Front matter is untrusted text: at most 64 KiB, 16 levels, no anchors, aliases or tags, no duplicate keys. Whatever is wrong
with it becomes one `EntryInvalid` with the line in the file. `memcli.plainyaml` reads nearly all of it; `memcli.entries.nodes`
(with ruamel.yaml, imported only then) the rest. Values follow YAML 1.2, names and timestamps stay text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from memcli import plainyaml
from memcli.entries.model import Value
from memcli.errors import EntryInvalid

MAX_BYTES = 65536
MAX_DEPTH = 16
FIRST_LINE = 2  # the line of the file on which front matter starts
HINT = "fix the lines between the two `---`; until then the file is searched as plain text"

_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE).search
_CLOSING = re.compile(r"\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)").search


@dataclass(frozen=True, slots=True)
class Split:
    """A file's text cut at its fences. `front` is "" or ends with a line end; `text[start:end] == front`."""

    front: str
    start: int
    end: int
    body_at: int


def unify(text: str) -> str:
    """`text` without byte order mark and with LF line ends."""
    text = text.removeprefix("\ufeff")
    return re.sub("(?<!\r)\r+\n", "\n", text) if "\r" in text else text


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
    from memcli.entries import nodes

    try:
        root = nodes.compose(front, path)
    except EntryInvalid as error:
        conflict = _CONFLICT(front)
        if conflict is None:
            raise
        raise refused(path, front.count("\n", 0, conflict.start()), "conflict markers of a merge: someone has to choose a side") from error
    return {} if root is None else nodes.map_value(root, path)


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal in type too: 1 is neither 1.0 nor true, and nan equals nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or repr(one) == repr(other) == "nan"


def refused(path: str, line: int, reason: str) -> EntryInvalid:
    """What to raise for front matter that cannot be taken; `line` counts from 0 at its first line."""
    return EntryInvalid(path, line + FIRST_LINE, reason, HINT)
