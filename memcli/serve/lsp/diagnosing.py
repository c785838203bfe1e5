"""What is wrong with a document? What life.proof says of its text, an id that another entry has, and links that lead nowhere or may lead to several."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lsprotocol import types

from memcli.output import terminal
from memcli.serve.lsp.house import House, Room
from memcli.serve.lsp.sheet import Sheet, Spot

SHOWN_MAX = 200
_WEIGHTS = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning, "information": types.DiagnosticSeverity.Information}
_PAST = ("expired", "superseded")


def diagnostics(house: House, uri: str) -> list[types.Diagnostic]:
    """Every finding, in the order of the text; none for what is nobody's."""
    found = house.find(uri)
    if found is None:
        return []
    room, sheet = found
    every = [*_faults(room, sheet), *_double(room, sheet), *_links(room, sheet)]
    return sorted(every, key=lambda one: (one.range.start.line, one.range.start.character))[:SHOWN_MAX]


def _faults(room: Room, sheet: Sheet) -> Iterator[types.Diagnostic]:
    for fault in room.store.proof(sheet.path, sheet.data):
        yield _diagnostic(sheet, fault.code, sheet.places.whole_line(fault.line - 1), f"{fault.message}{f' ({fault.hint})' if fault.hint else ''}",
                          _WEIGHTS[fault.weight])


def _double(room: Room, sheet: Sheet) -> Iterator[types.Diagnostic]:
    others = room.catalog.same_id(sheet.entry.id, sheet.path) if sheet.entry.has_id else []
    if others:
        line = next((number for number in sheet.front if sheet.places.line(number).startswith("id")), 0)
        yield _diagnostic(sheet, "duplicate-id", sheet.places.whole_line(line), f"has the same id as {others[0].path} "
                          "(give one of them another id, or delete the copy)", types.DiagnosticSeverity.Error)


def _links(room: Room, sheet: Sheet) -> Iterator[types.Diagnostic]:
    catalog = room.catalog
    for spot in sheet.spots:
        found = catalog.called(spot.target)
        where = sheet.places.range(spot.start, spot.end)
        if len(found) > 1:
            others = ", ".join(known.path for known in found[1:4])
            yield _diagnostic(sheet, "ambiguous-link", where, f"`{spot.target}` may mean several entries: {found[0].path} is taken, not {others}",
                              types.DiagnosticSeverity.Warning)
        elif not found and (gone := catalog.forgotten(spot.target)) is not None:
            yield _diagnostic(sheet, "forgotten-link", where, f"`{spot.target}` is forgotten (mem restore {gone.id[-6:]} brings it back)",
                              types.DiagnosticSeverity.Information)
        elif not found and dead(room, sheet, spot):
            yield _diagnostic(sheet, "dead-link", where, f"no entry is called `{spot.target}`", types.DiagnosticSeverity.Warning)


def dead(room: Room, sheet: Sheet, spot: Spot) -> bool:
    """Whether a link that leads to no entry should: not where it shows another file, or names one that is there."""
    embedded = spot.wiki and sheet.source[max(spot.start - 3, 0):spot.start].endswith("![[") and "." in spot.target
    if embedded or sheet.entry.id == spot.target.lower():
        return False
    return "\0" in spot.target or not ("/" in spot.target or "." in spot.target) or not os.path.lexists(os.path.join(room.root, spot.target))


def _diagnostic(sheet: Sheet, code: str, where: types.Range, message: str, severity: types.DiagnosticSeverity) -> types.Diagnostic:
    tags = [types.DiagnosticTag.Unnecessary] if code in _PAST else None
    return types.Diagnostic(where, terminal.line(message), severity, code=code, source="mem", tags=tags)
