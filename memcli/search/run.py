"""How does a search run, top to bottom? parse -> fresh view -> keyword channel -> hits with their best line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memcli.entries import atomic, text
from memcli.index.hit import Hit as Match
from memcli.index.hit import Part
from memcli.index.sync import Index
from memcli.index.view import View
from memcli.search import query as queries
from memcli.search.marks import Marker
from memcli.search.snippet import snippet


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found. `line` counts from 1 in the file, 0 when no text matched; `spans` are the marked pieces of `snippet`."""

    id: str
    title: str
    type: str
    created: str
    path: str
    score: float
    snippet: str
    line: int
    spans: tuple[tuple[int, int], ...]
    terms: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A search's answer, best first. `scanned` as in View; `dropped` counts words of an overlong query that were left out."""

    hits: list[Hit]
    scanned: str
    dropped: int


def search(index: Index, question: str, *, limit: int, fuzzy: bool, filters: Sequence[str], explain: bool, scan: str) -> Found:
    """The best `limit` entries for a question. Raises Usage for one that asks nothing."""
    ask = queries.parse(question, fuzzy=fuzzy, filters=filters)

    def look(view: View) -> tuple[list[Match], str]:
        return index.keyword(view).search(ask, limit, view.overlay, explain=explain), view.scanned

    matches, scanned = index.read(look, scan)
    marker = Marker(ask)
    return Found([_hit(index, marker, match) for match in matches], scanned, ask.dropped)


def _hit(index: Index, marker: Marker, match: Match) -> Hit:
    """A match with its best line, read from the file itself."""
    try:
        data = atomic.read(f"{index.vault.root}/{match.path}", index.max_bytes)
        entry = text.read(text.head(data, index.max_bytes), match.path)
        best = snippet(entry.body, marker, body_line=entry.body_line)
        shown, line, spans = best.text, best.line, best.spans
    except OSError:
        shown, line, spans = "", 0, ()
    return Hit(match.id, match.title, match.type, match.created, match.path, match.score, shown, line, spans, match.parts)
