"""What does the index know of one entry? The plain record that is indexed, logged as pending and scored beside the index."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memcli import clock
from memcli.entries.model import Entry, Value

NEVER_INDEXED = ("forgotten",)
_BLOCK_ID = re.compile(r"[ \t]+\^[A-Za-z0-9-]+[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One entry, as the index sees it.

    `created` and `updated` are RFC 3339 text or ""; `moment` is when it happened where that is not when it was created, else "". `links` are
    the keys (graph.key) of what it points to. `body` is without block ids. `sum` is the file's checksum (text.data_sum).
    """

    path: str
    id: str
    title: str
    type: str
    state: str
    created: str
    updated: str
    moment: str
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    links: tuple[str, ...]
    key: str
    source: str
    body: str
    sum: str

    @property
    def indexable(self) -> bool:
        """Whether this belongs in the index at all: what is forgotten does not."""
        return self.state not in NEVER_INDEXED

    def to_json_row(self) -> list[str | list[str]]:
        """The fields as a list of plain data: the texts, then tags, aliases and links."""
        return [
            self.path, self.id, self.title, self.type, self.state, self.created, self.updated, self.moment, self.key, self.source, self.body,
            self.sum, list(self.tags), list(self.aliases), list(self.links),
        ]

    @classmethod
    def from_row(cls, row: object) -> Document:
        """The document of a row that `to_json_row` made. Raises ValueError on anything else."""
        if not (isinstance(row, list) and len(row) == 15 and all(isinstance(item, str) for item in row[:12])):
            raise ValueError("not a document row")
        path, id, title, type, state, created, updated, moment, key, source, body, sum, tags, aliases, links = row
        if not (_strings(tags) and _strings(aliases) and _strings(links)):
            raise ValueError("not a document row")
        return cls(path, id, title, type, state, created, updated, moment, tuple(tags), tuple(aliases), tuple(links), key, source, body, sum)


def of(entry: Entry, sum: str) -> Document:
    """The document of an entry whose file has the checksum `sum`."""
    from memcli.index import graph

    return Document(
        path=entry.path, id=entry.id, title=entry.title, type=entry.type, state=entry.state, created=entry.created,
        updated=entry.updated, moment=moment_of(entry), tags=entry.tags, aliases=_words(entry.meta.get("aliases")),
        links=tuple(dict.fromkeys(graph.key(link.target) for link in graph.links(entry))), key=_text(entry.meta.get("key")),
        source=_source(entry.meta), body=without_block_ids(entry.body), sum=sum,
    )


def moment_of(entry: Entry) -> str:
    """`event_time`, else `valid_from`, where one of them is a date; of an interval its beginning."""
    for name in ("event_time", "valid_from"):
        value = entry.meta.get(name)
        if isinstance(value, str) and value:
            try:
                return clock.rfc3339(clock.parse(value.split("/")[0].strip()))
            except ValueError:
                continue
    return ""


def without_block_ids(body: str) -> str:
    """The text without the ` ^d1-3` anchors at line ends: they are addresses, not words."""
    return _BLOCK_ID.sub("", body) if "^" in body else body


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _text(value: Value) -> str:
    return "" if value is None or isinstance(value, (list, dict)) else str(value)


def _words(value: Value) -> tuple[str, ...]:
    items: Sequence[Value] = value if isinstance(value, list) else [value]
    return tuple(text for item in items if (text := _text(item)))


def _source(meta: Mapping[str, Value]) -> str:
    """The plugin an entry came from, else its address; a plain text is taken as it stands."""
    source = meta.get("source")
    if isinstance(source, dict):
        return _text(source.get("plugin")) or _text(source.get("uri"))
    return _text(source)
