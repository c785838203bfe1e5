"""What is each exported entry called over there, and where do its links lead? Every entry gets one name of its own; links are retold in these names."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from memcli.entries.model import Entry
from memcli.index import graph

_CODE = r"(?P<code>^(?P<fence>`{3,}|~{3,})[\s\S]*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)|`[^`\n]+`)"
_WIKI = r"\[\[(?P<target>[^\[\]|#^\n]{1,300})(?P<place>[#^][^\[\]|\n]*)?(?:\|(?P<label>[^\[\]\n]*))?\]\]"
_FILE = r"\]\((?P<file>[^()\s]+\.md)(?P<anchor>#[^()\s]*)?\)"
_LINK = re.compile(f"{_CODE}|{_WIKI}|{_FILE}", re.MULTILINE)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|#^\[\]\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+')
_DEVICE = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$")
NAME_BYTES = 180


class Book:
    """Names by path, each once even where case does not count, and the path that a link's target means. Entries that come first keep the plain name."""

    def __init__(self, entries: Iterable[Entry], spell: Callable[[Entry], str]) -> None:
        self.names: dict[str, str] = {}
        self._targets: dict[str, str] = {}
        taken: set[str] = set()
        for entry in entries:
            name = next(name for name in _tries(spell(entry), entry.id) if _folded(name) not in taken)
            taken.add(_folded(name))
            self.names[entry.path] = name
            aliases = entry.meta.get("aliases")
            called = [str(alias) for alias in aliases if isinstance(alias, (str, int))] if isinstance(aliases, list) else []
            for key in graph.names(entry.id, entry.title, entry.path, called):
                self._targets.setdefault(key, entry.path)

    def meant(self, target: str) -> str:
        """The path of the entry that a link points to, "" when it is none of those exported."""
        return self._targets.get(graph.key(target), "")

    def links(self, entry: Entry) -> list[tuple[str, str]]:
        """(relation, path) of the entry's links to others that are exported, each once."""
        found = ((link.rel, self.meant(link.target)) for link in graph.links(entry))
        return list(dict.fromkeys((rel, path) for rel, path in found if path and path != entry.path))

    def retold(self, entry: Entry, wiki: Callable[[str, str, str], str], file: Callable[[str, str], str] | None = None) -> str:
        """The body with its links in the new names; those in code, and those that lead to nothing exported, stay. `wiki` makes one of
        (path, place in it, label), `file` the end of `[words](other.md)` of (path, anchor)."""

        def link(match: re.Match[str]) -> str:
            if match["target"]:
                path = self.meant(match["target"].strip())
                return wiki(path, match["place"] or "", (match["label"] or match["target"]).strip()) if path else match[0]
            if match["file"] and file is not None and "://" not in match["file"]:
                from urllib.parse import unquote

                path = self.meant(posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), unquote(match["file"]))))
                return file(path, match["anchor"] or "") if path else match[0]
            return match[0]

        return _LINK.sub(link, entry.body)


def file_name(entry: Entry) -> str:
    """The title as the name of a file on any system, without its ending."""
    name = _UNSAFE.sub(" ", unicodedata.normalize("NFC", entry.title).encode("utf-8", "replace").decode())
    name = " ".join(name.split()).strip(". ")
    while len(name.encode()) > NAME_BYTES:
        name = name[: max(len(name) * 3 // 4, 1)].rstrip(". ")
    return f"{name} note" if _DEVICE.match(name) else name or entry.id[-6:]


def _tries(name: str, id_: str) -> Iterator[str]:
    yield name
    yield f"{name} {id_[-6:]}"
    for number in count(2):
        yield f"{name} {id_[-6:]} {number}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
