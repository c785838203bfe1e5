"""How does a search run, top to bottom? parse -> fresh view -> channels -> pool of pieces -> fused scores -> hits with their best line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from memcli.index.hit import Hit as Match
from memcli.index.hit import Part
from memcli.index.sync import Index
from memcli.index.view import View
from memcli.search import channels, fuse
from memcli.search import query as queries
from memcli.search.channels import Alike
from memcli.search.fuse import Scored, Share
from memcli.search.marks import Marker
from memcli.search.pool import Pool, gather, words
from memcli.search.snippet import snippet

CLOSELY = 50  # keyword matches whose text is looked at, at least
CLOSELY_MAX = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry or a piece of one found. `line` to `end` count from 1 in the file, 0 when no text matched; `block` is the piece's Obsidian
    block id; `spans` are the marked stretches of `snippet`; `shares` add up to `score`; `terms` to the keyword index's own score."""

    id: str
    title: str
    type: str
    created: str
    path: str
    score: float
    snippet: str
    line: int
    end: int
    block: str
    spans: tuple[tuple[int, int], ...]
    shares: tuple[Share, ...]
    terms: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A search's answer, best first. `scanned` as in View; `dropped` counts words of an overlong query that were left out; `warning`
    says which channel was off, and why."""

    hits: list[Hit]
    scanned: str
    dropped: int
    warning: str = ""


def search(index: Index, question: str, *, limit: int, fuzzy: bool, filters: Sequence[str], explain: bool, scan: str,
           chunks: bool = False, without: Collection[str] = ()) -> Found:
    """The best `limit` entries for a question, or with `chunks` the best pieces. `without` names signals (fuse.WEIGHTS) to leave out.

    Raises Usage for a question that asks nothing.
    """
    ask = queries.parse(question, fuzzy=fuzzy, filters=filters)
    marker = Marker(ask)

    def look(view: View) -> Found:
        if not ask.positive:
            listed = channels.keyword(index, view, ask, limit, explain=False)
            return Found([_listed(index, marker, match) for match in listed], view.scanned, ask.dropped)
        matches = channels.keyword(index, view, ask, max(limit, CLOSELY), explain=explain)
        asked = " ".join(clause.text for clause in ask.positive)
        alike = Alike() if {*fuse.CHANNELS["vector"]} <= {*without} else channels.alike(index, view, ask, asked, matches)
        scores = {match.path: match.score for match in matches}
        closely = max(CLOSELY, min(limit, CLOSELY_MAX))
        pool = gather(index, [*matches[:closely], *alike.found], scores)
        scored = fuse.fuse(pool, asked, words(asked), alike.question, alike.vectors, without)
        hits = _pieces(pool, scored, marker, limit, explain) if chunks else _entries(pool, scored, marker, limit, explain)
        rest = [] if chunks else [_listed(index, marker, match) for match in matches[closely:closely + limit - len(hits)]]
        return Found(hits + rest, view.scanned, ask.dropped, alike.warning)

    return index.read(look, scan)


def _entries(pool: Pool, scored: Scored, marker: Marker, limit: int, explain: bool) -> list[Hit]:
    order = sorted(range(len(pool.candidates)), key=lambda at: (-scored.entries[at], pool.candidates[at].match.path))
    found = []
    for at in order[:limit]:
        candidate = pool.candidates[at]
        piece = pool.pieces[scored.best[at]].chunk
        shown = snippet(piece.text, marker, body_line=piece.start) if piece.start else snippet("", marker)
        found.append(_hit(candidate.match, scored.entries[at], shown.text, shown.line if piece.start else 0, piece.end, piece.block, shown.spans,
                          tuple(scored.entry_shares(at)) if explain else (), candidate.match.parts if explain else ()))
    return found


def _pieces(pool: Pool, scored: Scored, marker: Marker, limit: int, explain: bool) -> list[Hit]:
    order = sorted(range(len(pool.pieces)), key=lambda at: (-scored.pieces[at], pool.candidates[pool.pieces[at].entry].match.path, pool.pieces[at].at))
    found = []
    for at in order[:limit]:
        piece, match = pool.pieces[at].chunk, pool.candidates[pool.pieces[at].entry].match
        shown = snippet(piece.text, marker, body_line=piece.start)
        found.append(_hit(match, scored.pieces[at], shown.text, piece.start, piece.end, piece.block, shown.spans,
                          tuple(scored.shares(at)) if explain else (), ()))
    return found


def _listed(index: Index, marker: Marker, match: Match) -> Hit:
    """A match that is not looked at closely."""
    pool = gather(index, [match], {})
    body = pool.candidates[0].entry if pool.candidates else None
    shown = snippet(body.body, marker, body_line=body.body_line) if body else snippet("", marker)
    return _hit(match, match.score, shown.text, shown.line if body else 0, 0, "", shown.spans, (), match.parts)


def _hit(match: Match, score: float, text: str, line: int, end: int, block: str, spans: tuple[tuple[int, int], ...], shares: tuple[Share, ...],
         terms: tuple[Part, ...]) -> Hit:
    return Hit(match.id, match.title, match.type, match.created, match.path, score, text, line, end, block, spans, shares, terms)
