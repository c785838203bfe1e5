"""How does a vault look to a model's memory tool? Plain text files below `memories/`, a folder per type: the title, one line of what matters, the text."""

from __future__ import annotations

from memcli.entries import ids
from memcli.entries.model import Entry
from memcli.life.export.book import Book
from memcli.life.export.formats import Pieces, Read


def pieces(read: Read) -> Pieces:
    """A file per entry."""
    book = Book(read(), lambda entry: f"{entry.type}/{ids.slug(entry.title)}")
    places = {path: f"memories/{name.replace(' ', '-')}.md" for path, name in book.names.items()}
    for entry in read():
        body = book.retold(entry, lambda path, place, label: f"{label} (/{places[path]})").strip()
        told = "" if body.startswith("# ") else f"# {entry.title}\n"
        yield places[entry.path], f"{told}{_known(entry)}\n\n{body}\n".encode("utf-8", "replace")


def _known(entry: Entry) -> str:
    """What a model has to know to weigh the text: since when it holds, until when, how sure it is, what it is about."""
    parts = [entry.type]
    if entry.created:
        parts.append(f"noted {entry.created[:10]}")
    for name, words in (("valid_from", "true from"), ("valid_to", "true until")):
        value = entry.meta.get(name)
        if isinstance(value, str) and value:
            parts.append(f"{words} {value[:10]}")
    confidence = entry.meta.get("confidence")
    if isinstance(confidence, (int, float)) and not isinstance(confidence, bool):
        parts.append(f"confidence {confidence:g}")
    if entry.tags:
        parts.append(" ".join(f"#{tag}" for tag in entry.tags))
    return f"({', '.join(parts)})"
