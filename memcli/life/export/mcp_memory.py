"""How does a vault look to the MCP memory server? A line per entity (an entry, its paragraphs as observations), then a line per relation (a link)."""

from __future__ import annotations

import json
import re

from memcli.index import graph
from memcli.life.export.book import Book
from memcli.life.export.formats import Pieces, Read


def pieces(read: Read) -> Pieces:
    """The lines of one file."""
    book = Book(read(), lambda entry: entry.title)
    for entry in read():
        told = book.retold(entry, lambda path, place, label: book.names[path])
        observations = [part.strip() for part in re.split(r"\n\s*\n", told) if part.strip()]
        yield "", _line({"type": "entity", "name": book.names[entry.path], "entityType": entry.type, "observations": observations})
    for entry in read():
        for rel, path in book.links(entry):
            verb = "links_to" if rel == graph.PLAIN else rel.replace(" ", "_")
            yield "", _line({"type": "relation", "from": book.names[entry.path], "to": book.names[path], "relationType": verb})


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
