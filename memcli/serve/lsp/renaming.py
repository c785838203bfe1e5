"""What changes when an entry gets another title? The title itself and every link that names it so; the id and the file stay, as with mem set.

Nothing is written here: the client gets the edits with the versions of its buffers, and a person saves them.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher

from lsprotocol import types

from memcli.entries import fields, text
from memcli.entries.model import Value
from memcli.errors import Usage
from memcli.index import graph
from memcli.life.catalog import Known
from memcli.serve.lsp.house import House, Room
from memcli.serve.lsp.looking import meant, sources
from memcli.serve.lsp.sheet import Sheet, Spot

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./()-]*[\w./()])?")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off")


def prepare(house: House, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """What would be renamed: the entry that the link under the cursor leads to, or on its title the entry itself."""
    found = _target(house, params.text_document.uri, params.position)
    return None if found is None else types.PrepareRenamePlaceholder(found[2], found[1].entry.title)


def rename(house: House, params: types.RenameParams) -> list[types.TextDocumentEdit]:
    """The edits. Raises Usage for a title that cannot be, or that another entry has."""
    found = _target(house, params.text_document.uri, params.position)
    if found is None:
        raise Usage("only an entry can be renamed", "put the cursor on its title or on a link to it")
    room, sheet, _ = found
    title = " ".join(params.new_name.split())
    if not title or len(title) > fields.TITLE_LENGTH or not title.isprintable():
        raise Usage(f"a title has 1 to {fields.TITLE_LENGTH} characters, all of which can be seen", "give another one")
    room.store.readable(sheet.path, sheet.data)
    others = [known for known in room.catalog.called(title) if known.path != sheet.path]
    if others:
        raise Usage(f"{others[0].path} is called {title!r} already", "give another title, or rename that one first")
    old = house.known(room, sheet)
    return [edit for path in sources(house, room, old) if (other := house.sheet(room, path)) is not None
            and (edit := _edited(room, other, old, title, own=other.path == sheet.path)) is not None]


def _target(house: House, uri: str, position: types.Position) -> tuple[Room, Sheet, types.Range] | None:
    """The entry that is meant, and where it is named."""
    found = house.find(uri)
    if found is None:
        return None
    room, sheet = found
    offset = sheet.places.offset(position)
    spot = sheet.spot_at(offset)
    if spot is not None:
        known = meant(room, sheet, spot)
        other = house.sheet(room, known.path) if known else None
        return None if other is None else (room, other, sheet.places.range(spot.start, spot.end))
    spans = [sheet.title_span(), *((start, end) for _, words, start, end in sheet.headings if words == sheet.entry.title)]
    span = next((span for span in spans if span[0] <= offset <= span[1]), None)
    return None if span is None else (room, sheet, sheet.places.range(*span))


def _edited(room: Room, sheet: Sheet, old: Known, title: str, *, own: bool) -> types.TextDocumentEdit | None:
    """The edit of one document, None where nothing changes."""
    new = _relinked(room, sheet, old, title)
    if own:
        new = _retitled(new, sheet, old, title)
    if new == sheet.source:
        return None
    if text.read(new.encode(), sheet.path).problem is not None and sheet.entry.problem is None:
        raise Usage(f"{sheet.path}: a link in the front matter cannot be changed to this title", "change it there by hand first")
    return types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(sheet.uri, sheet.version), edits(sheet, new))


def _relinked(room: Room, sheet: Sheet, old: Known, title: str) -> str:
    """The text with every link that names the title naming the new one."""
    kept = set(graph.names(old.id, title, old.path, old.aliases))
    pieces, at = [], 0
    for spot in sheet.spots:
        key, leads = graph.key(spot.target), room.catalog.called(spot.target)
        if key != graph.key(old.title) or key in kept or leads and leads[0].path != old.path or spot.start < at:
            continue
        pieces += [sheet.source[at:spot.start], _written(sheet, spot, old, title)]
        at = spot.end
    return "".join((*pieces, sheet.source[at:]))


def _written(sheet: Sheet, spot: Spot, old: Known, title: str) -> str:
    """The new title as it may stand in a link, else the path, which is a name as well."""
    if spot.wiki:
        return title if set("[]|#^").isdisjoint(title) else old.path.removesuffix(".md")
    quote = sheet.source[spot.start - 1:spot.start]
    if quote == '"':
        return json.dumps(title, ensure_ascii=False)[1:-1]
    if quote == "'":
        return title.replace("'", "''")
    return title if _PLAIN.fullmatch(title) and title.lower() not in _WORDS else json.dumps(title, ensure_ascii=False)


def _retitled(new: str, sheet: Sheet, old: Known, title: str) -> str:
    """The text with its title changed: the field, and a heading of level one that says the same; where neither is, the field is added."""
    mark = re.compile(rf"^(#[ \t]+){re.escape(old.title)}(?=[ \t]*#*[ \t]*\r?$)", re.MULTILINE)
    headed = any(level == 1 and words == old.title for level, words, _, _ in sheet.headings)
    if headed:
        new = mark.sub(lambda match: match[1] + title, new, count=1)
    if "title" in sheet.entry.meta or not headed:
        fields_: dict[str, Value | text.Remove] = {"title": title}
        new = rewritten(new, fields_, sheet.path)
    return new


def rewritten(source: str, changes: dict[str, Value | text.Remove], path: str) -> str:
    """A text with fields of its front matter changed as mem would, and the line ends that it had."""
    done = text.edit(source.encode(), changes, path=path).decode()
    return done.replace("\n", "\r\n") if "\r\n" in source else done


def edits(sheet: Sheet, new: str) -> list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]:
    """What turns a document into another text, line by line."""
    old_lines, new_lines = sheet.source.splitlines(keepends=True), new.splitlines(keepends=True)
    offsets = [0]
    for line in old_lines:
        offsets.append(offsets[-1] + len(line))
    codes = SequenceMatcher(None, old_lines, new_lines, autojunk=False).get_opcodes() if len(old_lines) < 5_000 else [("replace", 0, len(old_lines), 0, -1)]
    return [types.TextEdit(sheet.places.range(offsets[one], offsets[two]), "".join(new_lines[three:four] if four >= 0 else new_lines))
            for kind, one, two, three, four in codes if kind != "equal"]
