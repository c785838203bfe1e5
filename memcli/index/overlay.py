"""How do entries newer than the committed index take part in a search? They are cut and matched here as the engine would.

Holds a few dozen documents at most. Each field is cut only when a query needs it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from memcli.index import analysis, filters
from memcli.index.ask import Condition
from memcli.index.document import Document
from memcli.index.plan import ANALYZERS, Leaf, Plan

if TYPE_CHECKING:
    from memcli.index.contracts import Cutter


class Card:
    """One document beside the index, cut into words on demand."""

    __slots__ = ("_counts", "_cutter", "_places", "_texts", "document")

    def __init__(self, document: Document, cutter: Cutter) -> None:
        self.document = document
        self._cutter = cutter
        self._texts: dict[str, str] | None = None
        self._counts: dict[str, Counter[str]] = {}
        self._places: dict[str, dict[str, set[int]]] = {}

    def counts(self, field: str) -> Counter[str]:
        """How often each term stands in the field."""
        found = self._counts.get(field)
        if found is None:
            found = self._counts[field] = Counter()
            for text in self._values(field):
                found.update(self._cutter.words(ANALYZERS[field], text))
        return found

    def length(self, field: str) -> int:
        """The tokens of the field."""
        return self.counts(field).total()

    def tf(self, leaf: Leaf) -> int:
        """How often the leaf occurs: a term, or terms side by side."""
        counts = self.counts(leaf.field)
        if any(term not in counts for _, term in leaf.terms):
            return 0
        if len(leaf.terms) == 1:
            return counts[leaf.terms[0][1]]
        places = self._places_of(leaf.field)
        starts = [{place - at for place in places[term]} for at, term in leaf.terms]
        return len(set.intersection(*starts))

    def _values(self, field: str) -> list[str]:
        if field == "code":
            return [analysis.code_text(self.document)]
        if field == "grams":
            return [analysis.gram_text(self.document)]
        if self._texts is None:
            self._texts = analysis.texts(self.document)
        return list(self._texts.values()) if field == "plain" else [self._texts[field]]

    def _places_of(self, field: str) -> dict[str, set[int]]:
        places = self._places.get(field)
        if places is None:
            places = self._places[field] = {}
            start = 0
            for text in self._values(field):
                found = self._cutter.positions(ANALYZERS[field], text)
                for at, term in found:
                    places.setdefault(term, set()).add(start + at)
                start += found[-1][0] + 2 if found else 0  # one free place, as between the values of a field
        return places


class Overlay:
    """The documents beside the index. `hidden` are the paths whose committed version no longer counts."""

    __slots__ = ("cards", "hidden")

    def __init__(self, documents: Mapping[str, Document | None], cutter: Cutter) -> None:
        self.hidden = frozenset(documents)
        self.cards = [Card(found, cutter) for found in documents.values() if found is not None and found.indexable]

    def df(self, field: str, term: str) -> int:
        """How many of them hold the term."""
        return sum(term in card.counts(field) for card in self.cards)

    def begins(self, field: str, prefix: str) -> Counter[str]:
        """Their terms that begin so, with how many hold each."""
        return Counter(term for card in self.cards for term in card.counts(field) if term.startswith(prefix))

    def tokens(self, field: str) -> int:
        """The tokens of the field in all of them."""
        return sum(card.length(field) for card in self.cards)


def admitted(card: Card, plan: Plan, cutter: Cutter) -> bool:
    """Whether nothing in the plan leaves the document out."""

    def holds(condition: Condition) -> bool:
        return filters.passes(card.document, condition, cutter.words)

    if any(card.tf(leaf) for leaf in plan.bans) or any(holds(condition) for condition in plan.banned):
        return False
    if any(term.startswith(prefix) for field, prefix in plan.banned_prefixes for term in card.counts(field)):
        return False
    return all(any(holds(condition) for condition in either) for either in plan.filters)
