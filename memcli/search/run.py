"""How does a search run, top to bottom? parse -> fresh view -> channels -> pool of pieces -> fused scores -> prior -> gate -> hits with their best line.

The gate asks for a second look, at cold and archived entries too, when the answer without them is not good enough.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from memcli.index.ask import Ask
from memcli.index.chunks import Chunk
from memcli.index.hit import Hit as Match
from memcli.index.hit import Part
from memcli.index.sync import Index
from memcli.index.view import View
from memcli.memory.prior import Factor, Weights
from memcli.search import channels, fuse, gate, linked
from memcli.search import query as queries
from memcli.search.channels import Alike
from memcli.search.fuse import Scored, Share
from memcli.search.gate import Confidence
from memcli.search.marks import Marker
from memcli.search.pool import Pool, gather, words
from memcli.search.snippet import Snippet, snippet
from memcli.search.variety import REPEATS, varied
from memcli.search.weigh import Priors, priors

if TYPE_CHECKING:
    from memcli.index.past import Past

CLOSELY = 50  # keyword matches whose text is looked at, at least
CLOSELY_MAX = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry or a piece of one found. `line` to `end` count from 1 in the file, 0 when no text matched; `block` is the piece's Obsidian
    block id; `spans` are the marked stretches of `snippet`; `shares` add up to the relevance, which times the
    `factors` of the prior is `score`; `terms` add up to the keyword index's own score."""

    id: str
    title: str
    type: str
    state: str
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
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A search's answer, best first. `scanned` as in View; `dropped` counts words of an overlong query that were left out or shortened; `warning`
    says which channel was off, and why; `confidence` is None for a query of nothing but filters; `meant` says that the first hit has none
    of the words and was found by its meaning, or by a link."""

    hits: list[Hit]
    scanned: str
    dropped: int
    warning: str = ""
    confidence: Confidence | None = None
    meant: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """How to search: the best `limit` entries, or with `chunks` the best pieces. `without` names signals (fuse.SIGNALS) to leave out; with
    1 of `hops` the best evidence does not extend the question; `now` is what "last week" is counted from; `past` the tree to look at
    instead of the present; without `prior` relevance alone is the score."""

    now: datetime
    limit: int = 10
    fuzzy: bool = False
    filters: Sequence[str] = ()
    explain: bool = False
    chunks: bool = False
    without: Collection[str] = ()
    hops: int = 2
    past: Past | None = None
    prior: Weights | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    """A pool, scored: `order` holds its candidates, best first, `matches` what the words found, `alike` what the vectors know."""

    pool: Pool
    scored: Scored
    priors: Priors
    order: list[int]
    matches: list[Match]
    alike: Alike
    confidence: Confidence

    def weighed_pieces(self) -> list[float]:
        """The score of each piece, times its entry's prior."""
        return [score * self.priors.products[piece.entry] for score, piece in zip(self.scored.pieces, self.pool.pieces)]


def search(index: Index, question: str, wish: Wish, scan: str) -> Found:
    """The answer to a question. Raises Usage for one that asks nothing."""
    ask = queries.parse(question, fuzzy=wish.fuzzy, filters=wish.filters)
    marker = Marker(ask)

    def look(view: View) -> Found:
        if wish.past is not None:
            view = wish.past.laid_over(view)
        if not ask.positive:
            listed = channels.keyword(index, view, ask, wish.limit, explain=False)
            return Found([_listed(index, marker, match, wish.past) for match in listed], view.scanned, ask.dropped)
        found = scoring(index, view, ask, wish)
        meant = bool(found.order) and not found.pool.candidates[found.order[0]].keyword
        return Found(_hits(index, found, marker, wish), view.scanned, ask.dropped, found.alike.warning, found.confidence, meant)

    return index.read(look, scan, embedded=True)


def scoring(index: Index, view: View, ask: Ask, wish: Wish) -> Scoring:
    """The pieces that speak to a question with something to find, as far as the gate wants to look."""
    some = channels.stirred(index, view, ask)
    found = _scored(index, view, some, wish, "all" if some is ask else "hot")
    return _scored(index, view, ask, wish, "all") if some is not ask and found.confidence.low else found


def _scored(index: Index, view: View, ask: Ask, wish: Wish, rung: str) -> Scoring:
    matches = channels.keyword(index, view, ask, max(wish.limit, CLOSELY), explain=wish.explain)
    asked = " ".join(clause.text for clause in ask.positive)
    alike = Alike() if {*fuse.CHANNELS["vector"]} <= {*wish.without} else channels.alike(index, view, ask, asked, matches)
    scores = {match.path: match.score for match in matches}
    pool = gather(index, [*matches[:_closely(wish)], *alike.found], scores, wish.past)
    if "links" not in wish.without:
        linked.widen(index, view, ask, pool, matches, wish.past)
    terms, today = words(asked), wish.now.date()
    scored = fuse.fuse(pool, asked, terms, alike.question, alike.vectors, wish.without, wish.hops, today)
    known = priors(pool, index.vault.state, wish.now, wish.prior)
    weighed = [score * factor for score, factor in zip(scored.entries, known.products)]
    order = sorted((at for at, score in enumerate(weighed) if score), key=lambda at: (-weighed[at], pool.candidates[at].match.path))
    return Scoring(pool, scored, known, order, matches, alike, gate.judged(pool, order, weighed, asked, terms, today, rung))


def _closely(wish: Wish) -> int:
    return max(CLOSELY, min(wish.limit, CLOSELY_MAX))


def pieces(found: Scoring, wish: Wish) -> list[tuple[int, float]]:
    """The best pieces of a scored pool, each with how much it repeats one before it."""
    return varied(found.pool, found.weighed_pieces(), {} if "repeats" in wish.without else found.alike.vectors, wish.limit)


def _hits(index: Index, found: Scoring, marker: Marker, wish: Wish) -> list[Hit]:
    if wish.chunks:
        return [_piece(found, marker, number, repeats, wish.explain) for number, repeats in pieces(found, wish)]
    hits = [_entry(found, marker, at, wish.explain) for at in found.order[:wish.limit]]
    start = _closely(wish)
    return hits + [_listed(index, marker, match, wish.past) for match in found.matches[start:start + wish.limit - len(hits)]]


def _entry(found: Scoring, marker: Marker, at: int, explain: bool) -> Hit:
    candidate, scored = found.pool.candidates[at], found.scored
    piece = found.pool.pieces[scored.best[at]].chunk
    shown = snippet(piece.text, marker, body_line=piece.start) if piece.start else snippet("", marker)
    more = (tuple(scored.entry_shares(at)), candidate.match.parts, tuple(found.priors.factors[at])) if explain else ((), (), ())
    return _hit(candidate.match, scored.entries[at] * found.priors.products[at], shown, shown.line if piece.start else 0, piece, *more)


def _piece(found: Scoring, marker: Marker, number: int, repeats: float, explain: bool) -> Hit:
    piece, at = found.pool.pieces[number].chunk, found.pool.pieces[number].entry
    prior = found.priors.products[at]
    lost = REPEATS * repeats / prior if prior else 0.0
    shares = [*found.scored.shares(number), *([Share("repeats", -REPEATS, lost / REPEATS, -lost)] if lost else [])] if explain else []
    return _hit(found.pool.candidates[at].match, found.scored.pieces[number] * prior - REPEATS * repeats,
                snippet(piece.text, marker, body_line=piece.start), piece.start, piece, tuple(shares), (),
                tuple(found.priors.factors[at]) if explain else ())


def _listed(index: Index, marker: Marker, match: Match, past: Past | None) -> Hit:
    """A match that is not looked at closely."""
    pool = gather(index, [match], {}, past)
    body = pool.candidates[0].entry if pool.candidates else None
    shown = snippet(body.body, marker, body_line=body.body_line) if body else snippet("", marker)
    return _hit(match, match.score, shown, shown.line if body else 0, Chunk("", 0, 0), (), match.parts)


def _hit(match: Match, score: float, shown: Snippet, line: int, piece: Chunk, shares: tuple[Share, ...], terms: tuple[Part, ...],
         factors: tuple[Factor, ...] = ()) -> Hit:
    return Hit(match.id, match.title, match.type, match.state, match.created, match.path, score, shown.text, line, piece.end, piece.block, shown.spans,
               shares, terms, factors)
