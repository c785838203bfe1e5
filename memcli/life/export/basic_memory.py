"""How does an entry look as a note of basic-memory? `title`, `type`, `permalink`, `tags`; short facts as observations `- [fact] text #tag`, links as
relations `- supports [[Other]]`. A folder per type."""

from __future__ import annotations

import re

from memcli.entries import ids, text
from memcli.entries.model import Entry, Value
from memcli.errors import EntryInvalid
from memcli.extend.contracts import Rejected
from memcli.index import graph
from memcli.life.export.book import Book, file_name
from memcli.life.export.formats import Pieces, Read

_OBSERVED = ("fact", "profile", "concept")
_OBSERVATION_MAX = 400  # characters of one paragraph


def pieces(read: Read) -> Pieces:
    """A note per entry."""
    book = Book(read(), file_name)
    permalinks = Book(read(), lambda entry: f"{entry.type}/{ids.slug(entry.title)}")
    for entry in read():
        name = book.names[entry.path]
        fields: dict[str, Value] = {"title": name, "type": entry.type, "permalink": permalinks.names[entry.path].replace(" ", "-"), "tags": list(entry.tags)}
        fields.update({field: value for field, value in (("created", entry.created), ("modified", entry.updated)) if value})
        try:
            yield f"{entry.type}/{name}.md", text.render(fields, _body(entry, book))
        except EntryInvalid as error:
            yield Rejected(entry.path, error.reason)


def _body(entry: Entry, book: Book) -> str:
    """The text under its title, then what it is related to."""
    inline: set[str] = set()

    def wiki(path: str, place: str, label: str) -> str:
        inline.add(path)
        return f"[[{book.names[path]}]]"

    told = book.retold(entry, wiki).strip()
    heading = "" if told.startswith("# ") else f"# {book.names[entry.path]}\n\n"
    if entry.type in _OBSERVED and told and len(told) <= _OBSERVATION_MAX and not re.search(r"\n|^(?:[-*+>#|`]|\d+[.)])", told):
        tags = "".join(f" #{tag}" for tag in entry.tags)
        told = f"## Observations\n- [{entry.type}] {told}{tags}"
    related = [(rel.replace(" ", "_"), path) for rel, path in book.links(entry) if rel != graph.PLAIN or path not in inline]
    lines = "".join(f"- {'links_to' if rel == graph.PLAIN else rel} [[{book.names[path]}]]\n" for rel, path in related)
    return f"{heading}{told}\n" + (f"\n## Relations\n{lines}" if lines else "")
