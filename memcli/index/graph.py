"""Which entries does an entry point to, and by which names can it be pointed to? Links as Obsidian and Zettelkasten notes write them.

In the text: [[Title]], [[folder/note#heading|label]], ![[embedded]], `relation:: [[Title]]` lines and [words](other.md), none of them in
code. In the front matter: `links` (each `{rel, to}` or a bare target), `supersedes`, and [[...]] inside any other text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from memcli.entries.model import Entry, Value

LINKS_MAX = 500  # of one entry
PLAIN = "link"  # the relation of a link that states none
_CODE = re.compile(r"^(?P<fence>`{3,}|~{3,}).*?(?:^(?P=fence)[`~]*\s*$|\Z)|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_NO_BREAK = re.compile(r"[^\n]")
_WIKI = r"\[\[(?P<target>[^\[\]|#^\n]{1,300})(?:[#^][^\[\]|\n]*)?(?:\|[^\[\]\n]*)?\]\]"
_IN_TEXT = re.compile(rf"(?:^[ \t]*(?:[-*+] )?(?P<rel>[^\W\d][\w -]{{0,40}})::[ \t]*)?{_WIKI}|\]\((?P<file>[^()\s]+\.md)(?:#[^()\s]*)?\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as written: its relation (PLAIN where none is stated) and its target: an id, title, alias or path, with `.md` or without."""

    rel: str
    target: str


def links(entry: Entry) -> tuple[Link, ...]:
    """The links of an entry in order, each once."""
    found = [*_of_front_matter(entry.meta), *_of_text(entry.body, posixpath.dirname(entry.path))]
    return tuple(dict.fromkeys(link for link in found if link.target))[:LINKS_MAX]


def key(target: str) -> str:
    """One spelling of a target, for comparing."""
    from memcli.index.filters import fold

    return fold(" ".join(target.split())).removesuffix(".md")


def names(id_: str, title: str, path: str, aliases: Sequence[str]) -> list[str]:
    """The keys by which an entry can be pointed to: id, title, aliases, and its path with and without the folders it lies in."""
    parts = path.split("/")
    return list(dict.fromkeys(filter(None, map(key, (id_, title, *aliases, *("/".join(parts[at:]) for at in range(len(parts))))))))


def placed(body: str, folder: str) -> Iterator[tuple[Link, int, int]]:
    """The links of a text that lies in `folder`, each as often as it stands there: (link, start, end) of what is written as its target."""
    if "[[" not in body and ".md" not in body:
        return
    for match in _IN_TEXT.finditer(without_code(body)):
        if match["file"]:
            if "://" not in match["file"]:
                yield Link(PLAIN, posixpath.normpath(posixpath.join(folder, _unquoted(match["file"])))), match.start("file"), match.end("file")
        else:
            target = match["target"].rstrip("\\ ")  # in a table the bar is written \|
            start = match.start("target") + len(target) - len(target.lstrip())
            yield Link((match["rel"] or PLAIN).strip().replace("_", " "), target.lstrip()), start, match.start("target") + len(target)


def without_code(body: str) -> str:
    """A text with blanks in the place of code: as long, on as many lines."""
    return _CODE.sub(_blank, body)


def _of_text(body: str, folder: str) -> Iterator[Link]:
    for link, _, _ in placed(body, folder):
        yield link


def _blank(code: re.Match[str]) -> str:
    """As many blanks as the code is long, on as many lines."""
    return _NO_BREAK.sub(" ", code[0])


def _of_front_matter(meta: Mapping[str, Value]) -> Iterator[Link]:
    for name, value in meta.items():
        for item in value if isinstance(value, list) else [value]:
            if name == "links" and isinstance(item, dict):
                yield Link(str(item.get("rel") or PLAIN).replace("_", " "), _target(item.get("to")))
            elif name in ("links", "supersedes"):
                yield Link(PLAIN if name == "links" else name, _target(item))
            elif isinstance(item, str) and "[[" in item:
                yield from _of_text(item, "")


def _target(value: Value) -> str:
    if not isinstance(value, str):
        return ""
    match = re.fullmatch(rf"\s*{_WIKI}\s*", value)
    return (match["target"] if match else value).strip()


def _unquoted(path: str) -> str:
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)
