"""What can be written here? Names of entries after `[[`, tags after `#`, and fields and their values in front matter, from the schema."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from lsprotocol import types

from memcli import clock, schemas
from memcli.life.catalog import NAMED_MAX, Known
from memcli.memory.confidence import FACTORS
from memcli.serve.lsp.house import House, Room
from memcli.serve.lsp.sheet import Sheet

TRIGGERS = ["[", "#", ":", " "]
_LINK = re.compile(r"\[\[([^\[\]|#^\n]{0,300})$")
_TAG = re.compile(r"(?:(?<=[\s(,;])|^)#([\w/-]{0,100})$")
_NAME = re.compile(r"[\w-]{0,60}$")
_WORD = re.compile(r"[^\s,\[\]{}\"']*$")
_INNER = re.compile(r"(?:^|[\s,{])(rel|to):[ \t]*[\"']?([^\"',{}]*)$")
_IDS = ("supersedes", "superseded_by", "derived_from", "links")
_MOMENTS = ("created", "updated", "valid_from", "valid_to", "retracted", "expires")
Kind = types.CompletionItemKind


def complete(house: House, params: types.CompletionParams) -> types.CompletionList | None:
    """What fits before the cursor; `isIncomplete` when there is more than is told."""
    found = house.find(params.text_document.uri)
    if found is None:
        return None
    room, sheet = found
    offset = sheet.places.offset(params.position)
    number = sheet.places.number(offset)
    before = sheet.places.line(number)[:offset - sheet.places.start(number)]
    link = _LINK.search(before)
    if link:
        return _links(room, sheet, link[1], offset)
    if number in sheet.front:
        return _in_front(room, sheet, number, before, offset)
    tag = _TAG.search(before)
    if tag and (tag[1] or tag.start()) and not sheet.source[sheet.places.start(number):offset].startswith("    "):
        return _tags(room, sheet, tag[1], offset)
    return None


def _links(room: Room, sheet: Sheet, typed: str, offset: int) -> types.CompletionList:
    catalog = room.catalog
    names, whole = catalog.matching(typed.lstrip())
    after = sheet.source[offset:offset + 2]
    close = "" if after == "]]" else "]" if after[:1] == "]" else "]]"
    items = []
    for number, (known, name) in enumerate(names):
        target = catalog.target(known, name)
        label = "" if target == name else "|" + re.sub(r"[\[\]|\n]", " ", name)
        items.append(_item(sheet, number, name, f"{target}{label}{close}", len(typed), offset, typed, detail=_detail(known), kind=Kind.Reference))
    return types.CompletionList(is_incomplete=not whole, items=items)


def _tags(room: Room, sheet: Sheet, typed: str, offset: int) -> types.CompletionList:
    names, whole = room.catalog.tags(typed)
    items = [_item(sheet, number, name, name, len(typed), offset, typed, detail=f"{count} entr{'y' if count == 1 else 'ies'}", kind=Kind.Keyword)
             for number, (name, count) in enumerate(names) if re.fullmatch(r"\S+", name)]
    return types.CompletionList(is_incomplete=not whole, items=items)


def _in_front(room: Room, sheet: Sheet, number: int, before: str, offset: int) -> types.CompletionList | None:
    if _NAME.match(before) and not before.startswith("-"):
        stated = {name for name in sheet.fields if name}
        names = [(name, about) for name, about in _fields() if name not in stated and name.startswith(before)]
        return _listed(sheet, before, offset, ((name, f"{name}: ", about) for name, about in names), Kind.Property)
    field = sheet.fields[number]
    value = re.sub(r"^[^:]*:", "", before, count=1) if re.match(r"[^\s-]", before) else before
    inner = _INNER.search(before) if field == "links" else None
    if inner and inner[1] == "rel":
        return _listed(sheet, inner[2], offset, ((rel, rel, "") for rel in FACTORS if rel.startswith(inner[2])), Kind.EnumMember)
    if field in _IDS:
        return _ids(room, sheet, inner[2] if inner else _typed(value), offset)
    typed = _typed(value)
    if field == "tags":
        return _tags(room, sheet, typed.lstrip("#"), offset)
    words = [now_of(room)] if field in _MOMENTS else _values(field)
    fitting = [word for word in words if word.startswith(typed)]
    return _listed(sheet, typed, offset, ((word, word, "") for word in fitting), Kind.EnumMember) if fitting else None


def _typed(value: str) -> str:
    found = _WORD.search(value)
    return found[0] if found else ""


def now_of(room: Room) -> str:
    """The present, as it is written in front matter."""
    return clock.rfc3339(room.store.now)


def _ids(room: Room, sheet: Sheet, typed: str, offset: int) -> types.CompletionList:
    """Ids, found by title."""
    names, whole = room.catalog.matching(typed)
    items = [_item(sheet, number, name, known.id, len(typed), offset, typed, detail=_detail(known), kind=Kind.Reference)
             for number, (known, name) in enumerate(names)]
    return types.CompletionList(is_incomplete=not whole, items=items)


def _listed(sheet: Sheet, typed: str, offset: int, words: Iterable[tuple[str, str, str]], kind: types.CompletionItemKind) -> types.CompletionList:
    items = [_item(sheet, number, label, text, len(typed), offset, typed, detail=detail, kind=kind) for number, (label, text, detail) in enumerate(words)]
    return types.CompletionList(is_incomplete=False, items=items[:NAMED_MAX])


def _item(sheet: Sheet, number: int, label: str, text: str, typed: int, offset: int, filter_: str, *, detail: str,
          kind: types.CompletionItemKind) -> types.CompletionItem:
    """An item that takes the place of the last `typed` characters. It is sorted as we sort, and no client's own filter drops it."""
    fits = label if filter_.casefold() in label.casefold() else f"{filter_} {label}"
    return types.CompletionItem(label=" ".join(label.split()), kind=kind, detail=detail or None, sort_text=f"{number:04}", filter_text=fits,
                                text_edit=types.TextEdit(sheet.places.range(offset - typed, offset), text))


def _detail(known: Known) -> str:
    return " · ".join(filter(None, (known.type, known.state, known.created[:10])))


@cache
def _schema() -> dict[str, Any]:
    with open(os.path.join(next(iter(schemas.__path__)), "entry.schema.json"), encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)["properties"]
    return found


def _fields() -> Iterator[tuple[str, str]]:
    """(name, what it is) of the fields that an entry may state."""
    for name, about in _schema().items():
        yield name, str(about.get("description") or "")


def _values(field: str) -> list[str]:
    """The words that a field takes."""
    about = _schema().get(field, {})
    return ["true", "false"] if about.get("type") == "boolean" else [str(word) for word in about.get("enum", ())]
