"""Which words are there, committed or not? The dictionary of one search: the engine's terms and those of the documents beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from memcli.index.document import Document
from memcli.index.overlay import Overlay

if TYPE_CHECKING:
    from memcli.index.contracts import Cutter, Terms

EVERY = ("every", "1")  # a term that every committed document holds, deleted ones included: its df is the engine's N


class View:
    """One search's `plan.Lexicon`. `committed` is the engine's N, `documents` that plus what lies beside."""

    __slots__ = ("_committed_df", "_cutter", "_df", "_terms", "committed", "documents", "overlay")

    def __init__(self, terms: Terms, cutter: Cutter, beside: Mapping[str, Document | None]) -> None:
        self._terms = terms
        self._cutter = cutter
        self._committed_df: dict[tuple[str, str], int] = {}
        self._df: dict[tuple[str, str], int] = {}
        self.overlay = Overlay(beside, cutter)
        self.committed = terms.doc_freq(*EVERY)
        self.documents = self.committed + len(self.overlay.cards)

    def words(self, analyzer: str, text: str) -> list[str]:
        """The tokens of a text."""
        return self._cutter.words(analyzer, text)

    def positions(self, analyzer: str, text: str) -> list[tuple[int, str]]:
        """The tokens of a text with their places."""
        return self._cutter.positions(analyzer, text)

    def committed_df(self, field: str, term: str) -> int:
        """How many committed documents hold the term."""
        found = self._committed_df.get((field, term))
        if found is None:
            found = self._committed_df[field, term] = self._terms.doc_freq(field, term)
        return found

    def df(self, field: str, term: str) -> int:
        """How many documents hold the term."""
        if not self.overlay.cards:
            return self.committed_df(field, term)
        found = self._df.get((field, term))
        if found is None:
            found = self._df[field, term] = self.committed_df(field, term) + self.overlay.df(field, term)
        return found

    def begins(self, field: str, prefix: str, limit: int | None) -> list[tuple[str, int]]:
        """The terms that begin so, most frequent first, then by spelling."""
        beside = self.overlay.begins(field, prefix) if self.overlay.cards else Counter[str]()
        if not beside:
            return self._terms.terms_with_prefix(field, prefix, limit=limit)
        together = Counter(dict(self._terms.terms_with_prefix(field, prefix, limit=limit and limit + len(beside))))
        together.update(beside)
        return sorted(together.items(), key=lambda item: (-item[1], item[0]))[:limit]
