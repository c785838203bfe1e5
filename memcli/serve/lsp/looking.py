"""What is under the cursor, where does it lead, and what leads here? Hover, definition, references, links of a document, and symbols."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from lsprotocol import types

from memcli.errors import MemError
from memcli.index import graph
from memcli.life.catalog import Known
from memcli.life.standing import COLD_BELOW
from memcli.output import strength, terminal
from memcli.serve.lsp.house import House, Room, uri_of
from memcli.serve.lsp.sheet import Sheet, Spot

LINES, CHARS = 12, 1_200  # of a text that a hover shows
SYMBOLS_MAX, REFERENCES_MAX = 50, 1_000
_STRENGTHS = ((0.9, "fresh"), (0.7, "well remembered"), (0.5, "fading"), (0.2, "faint"), (0.0, "nearly lost"))
_KINDS = {"note": types.SymbolKind.File, "fact": types.SymbolKind.Constant, "event": types.SymbolKind.Event, "procedure": types.SymbolKind.Function,
          "task": types.SymbolKind.Boolean, "concept": types.SymbolKind.Class, "profile": types.SymbolKind.Object, "summary": types.SymbolKind.Package}


def meant(room: Room, sheet: Sheet, spot: Spot) -> Known | None:
    """The entry that a link leads to."""
    found = room.catalog.called(spot.target)
    return found[0] if found else None


# -- hover -----------------------------------------------------------------------------------------------------------------------------


def hover(house: House, params: types.HoverParams) -> types.Hover | None:
    """The entry that a link leads to; on the title or in the front matter, the entry itself."""
    found = house.find(params.text_document.uri)
    if found is None:
        return None
    room, sheet = found
    offset = sheet.places.offset(params.position)
    spot = sheet.spot_at(offset)
    if spot is not None:
        known = meant(room, sheet, spot)
        other = house.sheet(room, known.path) if known else None
        return _card(room, other, sheet.places.range(spot.start, spot.end)) if other else None
    start, end = sheet.title_span()
    if params.position.line in sheet.front or start <= offset <= end:
        return _card(room, sheet, None)
    return None


def _card(room: Room, sheet: Sheet, where: types.Range | None) -> types.Hover:
    """An entry in a few lines of markdown in which nothing of its own acts: its text stands in a block of code."""
    entry = sheet.entry
    facts = " · ".join(filter(None, (entry.type, entry.state, entry.created[:10], " ".join(f"#{tag}" for tag in entry.tags[:8]))))
    lines = entry.body.strip("\n").split("\n", LINES)
    text = terminal.clean("\n".join(lines[:LINES]))[:CHARS].rstrip()
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`{3,}", text))])
    parts = [f"**{_plain(entry.title)}**", _plain(facts), *_fade(room, sheet), f"{fence}markdown\n{text}\n{fence}" if text else ""]
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(filter(None, parts))), where)


def _fade(room: Room, sheet: Sheet) -> Iterator[str]:
    """How well it is remembered, and how it will fade."""
    try:
        store = room.store
        held = store.strength(sheet.path)
    except MemError:
        return  # not saved yet
    share = held.strength.retrievability(store.now)
    word = next(word for least, word in _STRENGTHS if share >= least)
    yield f"{word} (retrievability {share:.2f}); {strength.fate(held, store.now, COLD_BELOW)}"


def _plain(words: str) -> str:
    """Words on one line, with nothing that markdown or a terminal would take for more."""
    return re.sub(r"([\\`*_\[\]<>#!|])", r"\\\1", terminal.line(words))


# -- where a link leads, and what links here -----------------------------------------------------------------------------------------------


def definition(house: House, params: types.DefinitionParams) -> types.Location | None:
    """The entry that the link under the cursor leads to, at the heading that it names."""
    found = house.find(params.text_document.uri)
    if found is None:
        return None
    room, sheet = found
    spot = sheet.spot_at(sheet.places.offset(params.position))
    known = meant(room, sheet, spot) if spot else None
    other = house.sheet(room, known.path) if known else None
    if spot is None or known is None or other is None:
        return None
    wanted = graph.key(sheet.anchor(spot))
    start, end = next(((start, end) for _, words, start, end in other.headings if wanted and graph.key(words) == wanted), other.title_span())
    return types.Location(other.uri, other.places.range(start, end))


def references(house: House, params: types.ReferenceParams) -> list[types.Location] | None:
    """Every link to the entry that the link under the cursor leads to; without one, to the entry that the cursor is in."""
    found = house.find(params.text_document.uri)
    if found is None:
        return None
    room, sheet = found
    spot = sheet.spot_at(sheet.places.offset(params.position))
    known = meant(room, sheet, spot) if spot else house.known(room, sheet)
    if known is None:
        return None
    places = [types.Location(other.uri, other.places.range(one.start, one.end)) for other, one in pointing(house, room, known)]
    own = house.sheet(room, known.path) if params.context.include_declaration else None
    return [*([types.Location(own.uri, own.places.range(*own.title_span()))] if own else []), *places][:REFERENCES_MAX]


def pointing(house: House, room: Room, known: Known) -> Iterator[tuple[Sheet, Spot]]:
    """Every link to an entry, as it stands in open buffers and else in files."""
    for path in sources(house, room, known):
        other = house.sheet(room, path)
        for spot in other.spots if other else ():
            leads = room.catalog.called(spot.target)
            if leads and leads[0].path == known.path:
                assert other
                yield other, spot


def sources(house: House, room: Room, known: Known) -> list[str]:
    """The paths of what may link to an entry, open or not."""
    saved = room.catalog.entries.get(known.path, known)
    paths = set(room.store.pointing(saved)) | {known.path}
    for uri in house.opened():
        found = house.find(uri)
        if found is not None and found[0] is room:
            paths.add(found[1].path)
    return sorted(paths)


def links(house: House, params: types.DocumentLinkParams) -> list[types.DocumentLink] | None:
    """The links of a document that lead to an entry."""
    found = house.find(params.text_document.uri)
    if found is None:
        return None
    room, sheet = found
    led = [(spot, known) for spot in sheet.spots if (known := meant(room, sheet, spot)) is not None]
    return [types.DocumentLink(sheet.places.range(spot.start, spot.end), target=house.uri(room, known.path), tooltip=terminal.line(known.title))
            for spot, known in led]


# -- symbols -------------------------------------------------------------------------------------------------------------------------------


def outline(house: House, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
    """The headings of a document, each with what stands below it."""
    found = house.find(params.text_document.uri)
    if found is None:
        return None
    _, sheet = found
    top: list[types.DocumentSymbol] = []
    over: list[tuple[int, list[types.DocumentSymbol]]] = [(0, top)]
    headings = sheet.headings
    for number, (level, words, start, end) in enumerate(headings):
        until = next((other[2] for other in headings[number + 1:number + 500] if other[0] <= level), len(sheet.source))
        below: list[types.DocumentSymbol] = []
        where = sheet.places.range(start, until), sheet.places.range(start, end)
        while over[-1][0] >= level:
            over.pop()
        over[-1][1].append(types.DocumentSymbol(terminal.line(words) or "-", types.SymbolKind.String, *where, children=below))
        over.append((level, below))
    return top


def symbols(house: House, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol] | None:
    """What mem search finds, best first; without words the newest entries."""
    room = house.main()
    if room is None:
        return None
    store = room.store
    words = params.query.strip()
    if words:
        found = [(hit.title, hit.path, hit.type, hit.state) for hit in store.search(words, limit=SYMBOLS_MAX).hits]
    else:
        found = [(row.title, row.path, row.type, row.state) for row in store.rows(lambda row: row.state != "forgotten")[:SYMBOLS_MAX]]
    zero = types.Range(types.Position(0, 0), types.Position(0, 0))
    return [types.WorkspaceSymbol(location=types.Location(uri_of(os.path.join(room.root, path)), zero), name=terminal.line(title),
                                  kind=_KINDS.get(type_, types.SymbolKind.File), container_name=f"{type_} · {state}") for title, path, type_, state in found]
