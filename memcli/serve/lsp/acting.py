"""What can be done with an entry from an editor? A new entry for a dead link, pin and unpin, forget, and a successor.

What changes a file does so through the store, in one commit, and a client that watches its files sees it. A buffer that is not saved is a person's own:
there pin and unpin become an edit of the buffer, which is saved with the rest, and what would replace the file is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from memcli.entries import text
from memcli.entries.model import Value
from memcli.errors import Usage
from memcli.life.names import short
from memcli.serve.lsp.diagnosing import dead
from memcli.serve.lsp.house import House, Room, uri_of
from memcli.serve.lsp.renaming import edits, rewritten
from memcli.serve.lsp.sheet import Sheet

_NEW_MAX = 5  # dead links in a selection for which an entry is offered
_SOURCE = f"{types.CodeActionKind.Source.value}.mem"


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did: words for a person, a document to show, edits of a buffer."""

    said: str
    show: str = ""
    edit: types.TextDocumentEdit | None = None


def actions(house: House, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """What is offered at a place of a document."""
    found = house.find(params.text_document.uri)
    if found is None:
        return None
    room, sheet = found
    uri = params.text_document.uri
    offered = []
    start, end = sheet.places.offset(params.range.start), sheet.places.offset(params.range.end)
    near = [spot for spot in sheet.spots if spot.start <= max(start, end) and spot.end >= min(start, end)]
    lost = dict.fromkeys(spot.target for spot in near if not room.catalog.called(spot.target) and dead(room, sheet, spot) and spot.wiki)
    for target in list(lost)[:_NEW_MAX]:
        broken = [one for one in params.context.diagnostics if one.code == "dead-link" and f"`{target}`" in one.message]
        offered.append(types.CodeAction(f"New entry “{target}”", types.CodeActionKind.QuickFix, diagnostics=broken or None, is_preferred=True,
                                        command=types.Command("New entry", "mem.new", arguments=[uri, target])))
    if sheet.entry.state != "forgotten":
        pinned = sheet.entry.meta.get("pinned") is True
        offers = [("Unpin this entry", "mem.unpin") if pinned else ("Pin this entry: it does not fade", "mem.pin"), ("Forget this entry", "mem.forget")]
        offers += [] if sheet.entry.meta.get("superseded_by") else [("Supersede this entry by a new one", "mem.supersede")]
        offered += [types.CodeAction(title, f"{_SOURCE}.{name.removeprefix('mem.')}", command=types.Command(title, name, arguments=[uri]))
                    for title, name in offers]
    only = [kind.value if isinstance(kind, types.CodeActionKind) else str(kind) for kind in params.context.only or ()]
    return [one for one in offered if not only or any(f"{_kind(one)}.".startswith(f"{kind}.") or not kind for kind in only)]


def _kind(one: types.CodeAction) -> str:
    return one.kind.value if isinstance(one.kind, types.CodeActionKind) else str(one.kind)


def run(house: House, name: str, arguments: tuple[Any, ...]) -> Done:
    """Carry out a command of COMMANDS. Raises MemError, and has done nothing then."""
    uri = arguments[0] if arguments and isinstance(arguments[0], str) else ""
    found = house.find(uri)
    if found is None:
        raise Usage(f"{uri or 'nothing'} is no entry of a vault", "open one, and save it")
    room, sheet = found
    words = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], str) else ""
    try:
        return COMMANDS[name](house, room, sheet, words)
    finally:
        room.stale()


def _new(house: House, room: Room, sheet: Sheet, words: str) -> Done:
    title = " ".join(words.split())
    if not title:
        raise Usage("a new entry needs a title", 'for example mem.new with ["file:///...", "Title"]')
    changed = room.store.add("", {"title": title})
    path = changed.entries[0][1]
    return Done(f"new entry {path}", uri_of(f"{room.root}/{path}"))


def _pin(house: House, room: Room, sheet: Sheet, words: str) -> Done:
    return _pinned(house, room, sheet, on=True)


def _unpin(house: House, room: Room, sheet: Sheet, words: str) -> Done:
    return _pinned(house, room, sheet, on=False)


def _pinned(house: House, room: Room, sheet: Sheet, *, on: bool) -> Done:
    word = "pinned" if on else "unpinned"
    if not house.unsaved(room, sheet):
        room.store.set([sheet.path], ["pinned=true" if on else "pinned="])
        return Done(f"{word} {short(sheet.entry.id)}")
    room.store.readable(sheet.path, sheet.data)
    changes: dict[str, Value | text.Remove] = {} if sheet.entry.has_id else {"id": sheet.entry.id}
    if on or "pinned" in sheet.entry.meta:
        changes["pinned"] = True if on else text.REMOVE
    new = rewritten(sheet.source, changes, sheet.path) if changes else sheet.source
    edit = types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(sheet.uri, sheet.version), edits(sheet, new))
    return Done(f"{word} {short(sheet.entry.id)}, once the file is saved", edit=edit)


def _forget(house: House, room: Room, sheet: Sheet, words: str) -> Done:
    _refuse_unsaved(house, room, sheet)
    room.store.forget([sheet.path])
    return Done(f"forgot {short(sheet.entry.id)}; mem restore {short(sheet.entry.id)} brings it back")


def _supersede(house: House, room: Room, sheet: Sheet, words: str) -> Done:
    _refuse_unsaved(house, room, sheet)
    changed = room.store.succeed(sheet.path)
    path = changed.entries[0][1]
    return Done(f"{path} stands in the place of {short(sheet.entry.id)} from now on: write there what is so now", uri_of(f"{room.root}/{path}"))


def _refuse_unsaved(house: House, room: Room, sheet: Sheet) -> None:
    if house.unsaved(room, sheet):
        raise Usage(f"{sheet.path} has changes that are not saved", "save it or undo them, then again")


COMMANDS: dict[str, Callable[[House, Room, Sheet, str], Done]] = {
    "mem.new": _new, "mem.pin": _pin, "mem.unpin": _unpin, "mem.forget": _forget, "mem.supersede": _supersede,
}
