"""What does this small piece of YAML say? A fast reader for the plain subset that front matter and our config use.

`load` answers in tens of microseconds and without importing a YAML library. It knows block mappings, block lists of one-line
values, one-line flow lists and maps, one-line plain and quoted scalars, and comments. Whatever lies outside (anchors, tags,
block scalars, values over several lines, tabs, duplicate keys, broken text) is answered with None, never with a guess: then
the caller asks ruamel.yaml. Inside the subset the answer equals that of ruamel.yaml (YAML 1.2), except that timestamps stay
strings. It knows nothing about entries and names no file; it must never raise on text.
"""

from __future__ import annotations

import re

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

_DEPTH = 5  # nested block levels, and again nested flow levels, that are still "plain"

# What ruamel refuses or reads in a way of its own: control characters, tabs, exotic line breaks, byte order marks.
_ODD_CHARACTER = "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
# A plain key starts with a letter or underscore; words may be joined by single spaces.
_KEY = r"[^\W\d][\w-]*(?: [\w-]+)*"
_DOUBLE = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_SINGLE = r"'([^']*(?:''[^']*)*)'"
_END = r" *(?: #.*)?$"  # what may follow a value on its line
_PAIR = re.compile(rf"(?:({_KEY})|{_DOUBLE}):(?: +(.*))?$").match
_IS_KEY = re.compile(_KEY).fullmatch
_PLAIN_START = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|-[^\s\-]").match
_FLAT_FLOW = re.compile(rf"[\[{{]([^\[\]{{}}\"'#]*)[\]}}]{_END}").match
# Patterns that most text never needs are compiled by `re` when first met: compiling is what importing this module costs.
_QUOTED = rf"(?:{_DOUBLE}|{_SINGLE}){_END}"
_FLOW_PLAIN = r"(?:[\w/(.$+~]|-[\w.])[^,\[\]{}?#:]*(?::[\w/][^,\[\]{}?#:]*)*"
_FLOW_TOKEN = rf" *(?:([\[\]{{}},])|(?:({_KEY})|{_DOUBLE}): +|{_DOUBLE}|{_SINGLE}|({_FLOW_PLAIN})) *"
_NUMBER = (
    r"([-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?)"
    r"|[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+"
)
_ESCAPE = r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))"
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", " ": " ", '"': '"',
    "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_INF = float("inf")
_WORDS: dict[str, str | float | bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), _INF),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -_INF),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
SPECIAL = frozenset(("=", "<<"))  # plain scalars with a tag of their own in YAML


class _Outside(Exception):
    """The text leaves the plain subset."""


def load(text: str) -> dict[str, Value] | None:
    """The mapping that `text` holds, as plain data in the order of the file, or None when it is not plainly readable.

    `text` has LF line ends and no document markers. Text of blanks and comments only gives {}.
    """
    if not text.replace("\n", "").isprintable() and re.search(_ODD_CHARACTER, text):
        return None
    try:
        return _mapping(text.split("\n"), 0, 0, _DEPTH)[0]
    except (_Outside, ValueError):
        return None


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted) scalar by the YAML 1.2 rules of ruamel.yaml; a timestamp stays a string.

    Raises ValueError for what looks like a number and is none (`-_`, more than 4,300 digits).
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if text[4:5] == "-" and text[:4].isdecimal():  # a date, the commonest of these
        return text
    whole, dot, part = text.partition(".")
    if text.isascii() and whole.isdecimal() and (part.isdecimal() if dot else len(whole) < 4000):
        return float(text) if dot else int(text)
    match = re.fullmatch(_NUMBER, text)
    if match is None:
        return text
    digits = text.replace("_", "")
    if match[1] is not None:
        return float(digits)
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2])
    return sign * (int(digits) if base is None else int(digits[2:], base))


def _mapping(lines: list[str], at: int, indent: int, depth: int) -> tuple[dict[str, Value], int]:
    """The block mapping whose keys stand at column `indent`, from line `at` on, and the line after it."""
    found: dict[str, Value] = {}
    pad = " " * indent
    while at < len(lines):
        line = lines[at]
        pair = _PAIR(line, indent) if line.startswith(pad) else None
        if pair is None:
            column = _column(line)
            if 0 <= column < indent:
                break
            if column >= 0:
                raise _Outside
            at += 1
            continue
        key, quoted, raw = pair.groups()
        if key is None:
            key = _unescape(quoted)
        elif key in _WORDS:
            raise _Outside
        if key in found or len(key) > 100:
            raise _Outside
        at += 1
        if not raw or raw[0] == "#":
            found[key], at = _below(lines, at, indent, depth)
        else:
            found[key] = _inline(raw)
    return found, at


def _column(line: str) -> int:
    """The column where content starts, -1 for a blank or comment line."""
    content = line.lstrip(" ")
    return -1 if not content or content[0] == "#" else len(line) - len(content)


def _below(lines: list[str], at: int, indent: int, depth: int) -> tuple[Value, int]:
    """The value of a key at column `indent` that has nothing on its own line: a nested block or null."""
    if depth <= 0:
        raise _Outside
    first = at
    while first < len(lines) and _column(lines[first]) < 0:
        first += 1
    if first == len(lines):
        return None, first
    column = _column(lines[first])
    if lines[first].startswith("- ", column) and column >= indent:
        return _sequence(lines, first, column)
    if column > indent:
        return _mapping(lines, first, column, depth - 1)
    return None, first


def _sequence(lines: list[str], at: int, indent: int) -> tuple[Value, int]:
    """The block list whose dashes stand at column `indent`, and the line after it."""
    found: list[Value] = []
    dash = " " * indent + "- "
    while at < len(lines):
        line = lines[at]
        if line.startswith(dash):
            item = line[len(dash) :].lstrip(" ")
            if not item or item[0] == "#":
                raise _Outside
            found.append(_inline(item))
        else:
            column = _column(line)
            if column > indent:
                raise _Outside
            if column >= 0:
                break
        at += 1
    return found, at


def _inline(raw: str) -> Value:
    """The value that starts at `raw` and ends on this line, comment and trailing blanks aside."""
    first = raw[0]
    if first in "\"'":
        match = re.match(_QUOTED, raw)
        if match is None:
            raise _Outside
        return _quoted(match[1], match[2])
    if first in "[{":
        match = _FLAT_FLOW(raw)
        if match is not None and (raw[match.end(1)] == "]") == (first == "["):
            return _flat_list(match[1]) if first == "[" else _flat_map(match[1])
        value, end = _flow(raw, 1, first, _DEPTH)
        if end < len(raw) and raw[end - 1 : end + 1] != " #":
            raise _Outside
        return value
    if " #" in raw:
        raw = raw[: raw.index(" #")]
    return _plain(raw.rstrip(" "))


def _plain(text: str) -> str | int | float | bool | None:
    """A plain scalar, its end already found."""
    if not _PLAIN_START(text) or ": " in text or text[-1] == ":" or text in SPECIAL:
        raise _Outside
    return resolve(text)


def _quoted(double: str | None, single: str | None) -> str:
    """The text between double or else single quotes."""
    return (single or "").replace("''", "'") if double is None else _unescape(double)


def _unescape(text: str) -> str:
    """The text that stands between double quotes; half a surrogate pair is outside."""
    return re.sub(_ESCAPE, _escaped, text) if "\\" in text else text


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    character = chr(int(code, 16)) if code else _ESCAPES.get(match[4])
    if character is None or "\ud800" <= character <= "\udfff":
        raise _Outside
    return character


def _flat_list(inner: str) -> Value:
    """The items of a flow list without nesting, quotes and comments."""
    return [_plain(item.strip(" ")) for item in inner.split(",")] if inner.strip(" ") else []


def _flat_map(inner: str) -> Value:
    """The pairs of a flow map without nesting, quotes and comments."""
    pairs: dict[str, Value] = {}
    for pair in inner.split(",") if inner.strip(" ") else ():
        key, colon, value = pair.strip(" ").partition(": ")
        if not colon or not _IS_KEY(key) or len(key) > 100 or key in pairs or key in _WORDS:
            raise _Outside
        pairs[key] = _plain(value.strip(" "))
    return pairs


def _flow(raw: str, at: int, opening: str, depth: int) -> tuple[Value, int]:
    """The flow list or map whose `opening` bracket stands before `at`, and the position after its end and blanks."""
    if depth <= 0:
        raise _Outside
    items: list[Value] = []
    pairs: dict[str, Value] = {}
    closing = "}" if opening == "{" else "]"
    match = re.compile(_FLOW_TOKEN).match
    token = match(raw, at)
    while token is not None and (token[1] != closing or items or pairs):
        key = token[2] if token[2] is not None or token[3] is None else _unescape(token[3])
        if (key is None) == (opening == "{") or token[2] in _WORDS:
            raise _Outside
        if key is not None:
            token = match(raw, token.end())
        value, at = _flow_item(raw, token, depth)
        if key is None:
            items.append(value)
        elif key in pairs or len(key) > 100:
            raise _Outside
        else:
            pairs[key] = value
        token = match(raw, at)
        if token is not None and token[1] == ",":
            token = match(raw, token.end())
            if token is None or token[1] == closing:
                raise _Outside
        elif token is None or token[1] != closing:
            raise _Outside
        else:
            break
    if token is None:
        raise _Outside
    return pairs if opening == "{" else items, token.end()


def _flow_item(raw: str, token: re.Match[str] | None, depth: int) -> tuple[Value, int]:
    """The item that starts with `token` and the position after it."""
    if token is None or token[2] is not None or token[3] is not None:
        raise _Outside
    if token[1] is not None:
        if token[1] not in "[{":
            raise _Outside
        return _flow(raw, token.end(), token[1], depth - 1)
    if token[6] is None:
        return _quoted(token[4], token[5]), token.end()
    return _plain(token[6].rstrip(" ")), token.end()
