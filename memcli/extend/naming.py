"""By which name does a note point to another, so that the vault finds it? Titles, [[links]] and `relation:: [[links]]` as memcli.index.graph reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

TITLE_CHARS = 100  # of a title made of a text
_CODE = r"(?P<code>^[ \t]*(?:(?:[-*+>]|\d{1,9}[.)])[ \t]+)*+(?P<fence>`{3,}+|~{3,}+)[^\n]*\n(?:.*?^[ \t>]*(?P=fence)[`~]*[ \t]*$|.*\Z)|`[^`\n]+`)"
_OTHER = str.maketrans({"[": "(", "]": ")", "|": "/", "#": "＃", "^": "＾", "\0": None})  # what ends a link's target
_RELATION = re.compile(r"[^\w -]+|^[\d_ -]+")


def linkable(name: str) -> str:
    """The name as it can stand in a link: itself, unless it holds what a link's target cannot (then it has to be an alias of what it names)."""
    return " ".join(name.translate(_OTHER).split())[:300].rstrip()


def aliases(title: str, others: Iterable[str]) -> tuple[str, ...]:
    """The aliases of an entry: the other names, each once, and the title as it stands in links where that differs."""
    known = {title.casefold(), ""}
    found = []
    for name in (linkable(title), *(form for other in others for form in (" ".join(other.split()), linkable(other)))):
        if name.casefold() not in known:
            known.add(name.casefold())
            found.append(name)
    return tuple(found)


def wikilink(name: str, label: str = "") -> str:
    """`[[Name]]`, or `[[Name|label]]` where the label says something else. Brackets in a label become round ones."""
    target, label = linkable(name), " ".join(label.translate({ord("["): "(", ord("]"): ")"}).split())
    return f"[[{target}|{label}]]" if label and label != target else f"[[{target}]]"


def relation(rel: str, name: str) -> str:
    """A line that says how an entry is related to another: `works at:: [[Name]]`."""
    words = " ".join(_RELATION.sub(" ", rel.replace("_", " ").strip()).split())[:40].strip(" -") or "related to"
    return f"{words}:: {wikilink(name)}"


def short(text: str) -> str:
    """A title for a text that has none: its first line without marks, cut at a word. "" for one without words."""
    line = next((" ".join(bare.split()) for line in text.splitlines() if (bare := line.strip().lstrip("#>*-` ").rstrip("*` "))), "")
    if len(line) <= TITLE_CHARS:
        return line
    cut = line.rfind(" ", 0, TITLE_CHARS)
    return f"{line[:cut if cut > TITLE_CHARS // 2 else TITLE_CHARS - 1].rstrip(' ,;:.-')}…"


def outside_code(text: str, pattern: str, change: Callable[[re.Match[str]], str]) -> str:
    """`text` with each match of `pattern` changed, but for those in code: fences and `spans`. What begins first wins, so that code in a match is part of it."""
    return re.sub(rf"{_CODE}|{pattern}", lambda match: match[0] if match["code"] is not None else change(match), text, flags=re.MULTILINE | re.DOTALL)


def tag(word: str) -> str:
    """A word or two as a tag: `Programming language` is programming-language."""
    return "-".join(re.sub(r"[^\w/ -]", " ", word.lower()).split())[:60].strip("-/")
