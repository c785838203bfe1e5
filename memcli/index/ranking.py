"""Which hits come first, committed or not? Finds candidates in the engine, adds those beside it, scores all by the same figures.

With nothing beside, the engine's scores stand. With documents beside, each leaf's weight is corrected to the joint document
frequencies. Average field lengths can only be corrected by scoring anew, which is done while the documents beside are more than
one in DRIFT; in a larger index they move by two percent at most and are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from memcli.index import bm25
from memcli.index.ask import Ask
from memcli.index.dictionary import View
from memcli.index.document import Document
from memcli.index.explain import Seen, average_in, part, seen_in, terms_of
from memcli.index.filters import seconds
from memcli.index.hit import Hit, Part, card, from_card, in_order, tied, total
from memcli.index.overlay import admitted
from memcli.index.plan import ANALYZERS, Leaf, build, idf

if TYPE_CHECKING:
    from memcli.index.contracts import Cutter, Engine

DRIFT = 50
SLACK = 8  # fetched beyond the limit, to see whether the cut goes through a tie
MARGIN = 16  # fetched beyond the limit when scores are worked out anew
TIED_MAX = 1_024  # the most that is fetched to order a tie; a larger one is cut as the engine has it
_RARE = ("q", "z", "x", "j", "")
_FIELDS = tuple(ANALYZERS)


class Ranking:
    """One search. `averages` are the committed fields' average lengths, filled in as they become known."""

    def __init__(
        self, engine: Engine, cutter: Cutter, ask: Ask, beside: Mapping[str, Document | None], averages: dict[str, float]
    ) -> None:
        self._engine = engine
        self._view = View(engine, cutter, beside)
        self._ask = ask
        self._plan = build(ask, self._view)
        self._known_averages = averages
        hidden = self._view.overlay.hidden
        self._hidden = sum(engine.doc_freq("path", path) > 0 for path in hidden)
        self._anew = len(self._view.overlay.cards) * DRIFT > self._view.committed

    def hits(self, limit: int, *, explain: bool) -> list[Hit]:
        """The best hits in order."""
        if not self._ask.positive:
            return self._listing(limit)
        if not self._plan.leaves:
            return []
        found = [*self._committed(limit, explain=explain), *self._beside(explain=explain)]
        return in_order(found, lambda hit: hit.score, lambda hit: hit.path)[:limit]

    def _listing(self, limit: int) -> list[Hit]:
        """What passes the filters, newest first, then by path; what has no date comes last."""
        query = self._engine.within(None, self._plan)
        found = [(value, hit) for value, hit, _ in self._fetched(query, limit, "created")]
        found += [
            (seconds(kept.document.created), from_card(card(kept.document), 1.0))
            for kept in self._view.overlay.cards if admitted(kept, self._plan, self._view)
        ]
        found.sort(key=lambda item: (item[0] is None, -(item[0] or 0), item[1].path))
        return [hit for _, hit in found[:limit]]

    def _fetched(self, query: Any, limit: int, by: str | None = None) -> Iterator[tuple[Any, Hit, Any]]:
        """(value, hit, address) of the first `limit` that are not hidden, and of all that tie with the last of them."""
        for value, address in self._candidates(query, limit + self._hidden, by):
            hit = from_card(self._engine.stored(address), 1.0 if by else value)
            if hit.path not in self._view.overlay.hidden:
                yield value, hit, address

    def _candidates(self, query: Any, limit: int, by: str | None = None) -> list[tuple[Any, Any]]:
        size = limit + SLACK
        found = self._engine.look(query, size, by=by)
        while len(found) == size and _same(found[limit - 1][0], found[-1][0]) and size < TIED_MAX:
            size = min(size * 4, TIED_MAX)
            found = self._engine.look(query, size, by=by)
        return [item for at, item in enumerate(found) if at < limit or _same(found[limit - 1][0], item[0])]

    def _committed(self, limit: int, *, explain: bool) -> Iterator[Hit]:
        weighted = [(leaf, weight) for leaf in self._plan.leaves if (weight := self._weight(leaf))]
        if not weighted:
            return
        text = self._engine.any_of(weighted)
        query = self._engine.within(text, self._plan)
        anew = self._anew and bool(self._view.overlay.cards)
        wanted = limit + (MARGIN if anew else 0)
        found = [(hit, address) for _, hit, address in self._fetched(query, wanted)]
        for hit, address in in_order(found, lambda item: item[0].score, lambda item: item[0].path)[:wanted]:
            parts = tuple(self._parts(text, address)) if anew or explain else ()
            yield hit._replace(score=total(parts) if anew else hit.score, parts=parts if explain else ()) if parts else hit

    def _beside(self, *, explain: bool) -> Iterator[Hit]:
        for kept in self._view.overlay.cards:
            seen = [(leaf, tf) for leaf in self._plan.leaves if (tf := kept.tf(leaf))]
            if seen and admitted(kept, self._plan, self._view):
                parts = tuple(self._part(leaf, (tf, bm25.quantised(kept.length(leaf.field)))) for leaf, tf in seen)
                yield from_card(card(kept.document), total(parts), parts if explain else ())

    def _weight(self, leaf: Leaf) -> float:
        """The boost that makes the engine score a leaf by the joint frequencies; 0 where it holds nothing of it."""
        view = self._view
        held = [view.committed_df(leaf.field, term) for _, term in leaf.terms]
        if not all(held):
            return 0.0
        if not (leaf.shared or view.overlay.cards):
            return leaf.boost
        return leaf.boost * idf(leaf, view) / sum(bm25.idf(view.committed, df) for df in held)

    def _parts(self, text: Any, address: Any) -> Iterator[Part]:
        """The score terms of a committed document."""
        tree = self._engine.explanation(text, address) or {}
        single = {(_FIELDS[number], term): seen for number, term, seen in terms_of(tree)}
        for leaf in self._plan.leaves:
            seen = single.get((leaf.field, leaf.term)) if len(leaf.terms) == 1 else self._adjacent(leaf, address)
            if seen:
                yield self._part(leaf, seen)

    def _adjacent(self, leaf: Leaf, address: Any) -> Seen | None:
        explanation = self._engine.explanation(self._engine.leaf(leaf), address) if self._weight(leaf) else None
        return seen_in(explanation) if explanation else None

    def _part(self, leaf: Leaf, seen: Seen) -> Part:
        df = self._view.df(leaf.field, leaf.term) if len(leaf.terms) == 1 else 0
        return part(leaf, seen, idf(leaf, self._view), leaf.shared or df, self._average(leaf.field))

    def _average(self, field: str) -> float:
        """The average tokens of a field, over both sides while that matters."""
        committed = self._committed_average(field)
        overlay, view = self._view.overlay, self._view
        if committed and not self._anew:
            return committed
        return (committed * view.committed + overlay.tokens(field)) / max(view.documents, 1)

    def _committed_average(self, field: str) -> float:
        """The engine's average, which it tells only in the explanation of some term's score; 0.0 for a field without terms."""
        known = self._known_averages.get(field)
        if known is None:
            known = self._known_averages[field] = next(self._told_averages(field), 0.0)
        return known

    def _told_averages(self, field: str) -> Iterator[float]:
        for term in self._some_terms(field):
            query = self._engine.leaf(Leaf("", field, ((0, term),), 1.0))
            for _, address in self._engine.look(query, 1):
                explanation = self._engine.explanation(query, address)
                if explanation:
                    yield average_in(explanation)

    def _some_terms(self, field: str) -> Iterator[str]:
        single = [leaf for leaf in self._plan.leaves if leaf.field == field and len(leaf.terms) == 1]
        yield from (leaf.term for leaf in single if self._weight(leaf))
        for prefix in _RARE:
            yield from (term for term, _ in self._engine.terms_with_prefix(field, prefix, limit=4))


def _same(one: Any, other: Any) -> bool:
    """Whether two sort values tie: scores but for rounding, dates when equal."""
    return tied(one, other) if isinstance(one, float) else bool(one == other)
