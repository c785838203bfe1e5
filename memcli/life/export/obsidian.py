"""How does an entry look as an Obsidian note? Named by its title, front matter as properties, links by name; all notes in one folder."""

from __future__ import annotations

from urllib.parse import quote

from memcli.entries import text
from memcli.entries.model import Entry, Value
from memcli.errors import EntryInvalid
from memcli.extend.contracts import Rejected
from memcli.index import graph
from memcli.life.export.book import Book, file_name
from memcli.life.export.formats import Pieces, Read

_POINTING = ("supersedes", "superseded_by", "derived_from")  # fields that hold ids
_OURS = ("memory", "links", *_POINTING)


def pieces(read: Read) -> Pieces:
    """A note per entry."""
    book = Book(read(), file_name)
    for entry in read():
        body = book.retold(entry, lambda path, place, label: _link(book.names[path], place, label),
                           lambda path, anchor: f"]({quote(book.names[path])}.md{anchor})")
        try:
            yield f"{book.names[entry.path]}.md", text.render(_properties(entry, book), body)
        except EntryInvalid as error:
            yield Rejected(entry.path, error.reason)


def _link(name: str, place: str, label: str) -> str:
    return f"[[{name}{place}]]" if graph.key(label) == graph.key(name) else f"[[{name}{place}|{label}]]"


def _properties(entry: Entry, book: Book) -> dict[str, Value]:
    """Properties as Obsidian knows them: flat, times without a zone, `tags` and `aliases` as lists, entries as links."""
    found: dict[str, Value] = {"id": entry.id, "type": entry.type, "state": entry.state}
    for name in ("created", "updated"):
        if value := getattr(entry, name):
            found[name] = value.removesuffix("Z")
    if entry.tags:
        found["tags"] = list(entry.tags)
    aliases = entry.meta.get("aliases")
    called: list[Value] = [alias for alias in aliases if isinstance(alias, str)] if isinstance(aliases, list) else []
    if entry.title != book.names[entry.path]:
        called = [entry.title, *(alias for alias in called if alias != entry.title)]
    if called:
        found["aliases"] = called
    for name, value in entry.meta.items():
        if name not in found and name not in _OURS and name not in ("title", "aliases"):
            found[name] = _source(value) if name == "source" else value
    for rel, path in _pointers(entry, book):
        values = found.setdefault(rel, [])
        if isinstance(values, list):
            values.append(f"[[{book.names[path]}]]")
    return found


def _source(value: Value) -> Value:
    """Where it came from, as one text."""
    return value if not isinstance(value, dict) else str(value.get("uri") or value.get("plugin") or "")


def _pointers(entry: Entry, book: Book) -> list[tuple[str, str]]:
    """(property, id) of what the front matter points to."""
    found = book.links(Entry(entry.path, entry.id, True, "", "", "", "", "", (), "", 1, {"links": entry.meta.get("links")}))
    for name in _POINTING:
        value = entry.meta.get(name)
        found += [(name, path) for item in (value if isinstance(value, list) else [value]) if isinstance(item, str) and (path := book.meant(item))]
    return [("related" if rel == graph.PLAIN else rel, path) for rel, path in found]
