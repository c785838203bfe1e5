"""How is a value written in front matter? Plain data in, the shortest YAML that every reader takes back as the same value.

Everything stays on one line per value, so that `memcli.plainyaml` reads it. Words that YAML 1.1 programs read as something
else (`no`, `12:30`) are quoted too. Imports no YAML library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from memcli import plainyaml
from memcli.entries.model import Value

# The order of DESIGN.md section 3, with the fields it leaves to SCIENCE.md beside their kin; unknown names follow.
ORDER = (
    "id", "title", "type", "state", "created", "updated", "tags", "aliases", "importance", "importance_by", "confidence",
    "flags", "conflict", "pinned", "policy", "event_time", "valid_from", "valid_to", "retracted", "expires", "key", "cardinality", "value",
    "supersedes", "superseded_by", "links", "derived_from", "source", "archive", "memory",
)  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(ORDER)}

LIST_WIDTH = 100  # a list longer than this on its line is written one item per line
MAP_WIDTH = 240

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*").fullmatch
_PLAIN = r"[\w/(](?:[^:#]|:(?! )|(?<! )#)*"
_FLOW_PLAIN = r"[\w/](?:[\w ./+@$~=()-]|:(?=[\w/]))*"
_ELSEWHERE = (  # not text in YAML 1.1: booleans, sexagesimal numbers
    r"(?i:yes|no|on|off|true|false|null)|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x1b": "\\e"}


def rank(name: str) -> int:
    """The place of a field in `ORDER`; unknown names share the last."""
    return _RANK.get(name, len(ORDER))


def pair(name: str, value: Value, indent: str = "") -> str:
    """`name: value` as lines with their line ends, behind `indent`; long lists and maps one item per line."""
    label = indent + key(name) + ":"
    line = inline(value)
    if isinstance(value, list) and len(line) > LIST_WIDTH:
        return f"{label}\n{items(value, indent + '  ')}\n"
    if isinstance(value, dict) and len(line) > MAP_WIDTH:
        return f"{label}\n{pairs(value, indent + '  ')}\n"
    return f"{label} {line}\n"


def items(values: list[Value], indent: str) -> str:
    """A block list, without the last line end."""
    return "\n".join(f"{indent}- {inline(item)}" for item in values)


def pairs(values: Mapping[str, Value], indent: str) -> str:
    """A block map of one-line values, without the last line end."""
    return "\n".join(f"{indent}{key(name)}: {inline(value)}" for name, value in values.items())


def inline(value: Value, inside: bool = False) -> str:
    """Any value on one line; `inside` says that it stands in brackets."""
    if isinstance(value, str):
        return _text(value, inside)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        text = repr(value)
        return text if text[-1].isdigit() else text.replace("inf", ".inf").replace("nan", ".nan")
    if isinstance(value, list):
        return "[" + ", ".join(inline(item, True) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(name)}: {inline(item, True)}" for name, item in value.items()) + "}"
    raise TypeError(f"front matter cannot hold a {type(value).__name__}")


def key(name: str) -> str:
    """A name as it stands before its colon. Raises ValueError for one too long to be read back."""
    if len(name) > 100:
        raise ValueError("a name in front matter has at most 100 characters")
    return name if _NAME(name) and not re.fullmatch(_ELSEWHERE, name) else _double(name)


def _text(text: str, inside: bool) -> str:
    """A string: plain where that is safe, else in the quotes that need fewer escapes."""
    if text.isprintable() and text and text == text.strip() and text[-1] != ":":
        if re.fullmatch(_FLOW_PLAIN if inside else _PLAIN, text) and _is_text(text):
            return text
        if ('"' in text or "\\" in text) and "'" not in text:
            return f"'{text}'"
    return _double(text)


def _is_text(text: str) -> bool:
    """Whether a plain `text` is read back as text, here and by YAML 1.1 programs."""
    try:
        return plainyaml.resolve(text) == text and not re.fullmatch(_ELSEWHERE, text)
    except ValueError:
        return False


def _double(text: str) -> str:
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == " " or character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
