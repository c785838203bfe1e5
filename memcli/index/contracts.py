"""What do the parts of the index expect of each other? Types only: imported for checking, never at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from memcli.index.chunks import Chunk
from memcli.index.coding import Coded, Question
from memcli.index.plan import Leaf, Plan


class Embedder(Protocol):
    """What turns texts into vectors: `static.Embedder`, and those of `outside`. Each method raises static.Missing when it cannot be had."""

    @property
    def id(self) -> str:
        """What the index remembers it by: vectors of another id are not compared with its own."""

    def sources(self, title: str, pieces: Sequence[Chunk]) -> Sequence[Any]:
        """What the vector of each piece of an entry is made of; of an entry without text one, for its title."""

    def many(self, sources: Sequence[Any]) -> list[Coded]:
        """The vectors of what `sources` gave, in order, all of one length."""

    def query(self, text: str) -> Question:
        """A question as a vector; its scale is 0 when nothing of it means anything."""

    def known_share(self, text: str) -> float:
        """How much of a text (0..1) is in words whose meaning it knows."""


class Cutter(Protocol):
    """A way of cutting text into words, by the name of a tokeniser."""

    def words(self, analyzer: str, text: str) -> list[str]:
        """The tokens of a text."""

    def positions(self, analyzer: str, text: str) -> list[tuple[int, str]]:
        """The tokens of a text with their places."""


class Lexicon(Cutter, Protocol):
    """The words of an index and of what lies beside it."""

    documents: int

    def df(self, field: str, term: str) -> int:
        """How many documents hold the term in the field."""

    def begins(self, field: str, prefix: str, limit: int | None) -> list[tuple[str, int]]:
        """The terms that begin so with the number of documents that hold each, most frequent first."""


class Terms(Protocol):
    """The engine's dictionary."""

    def doc_freq(self, field_name: str, field_value: Any) -> int:
        """Documents that hold the term, deleted ones too."""

    def terms_with_prefix(self, field_name: str, prefix: str, *, limit: int | None = None) -> list[tuple[str, int]]:
        """Terms that begin so, most frequent first, then by spelling."""


class Engine(Terms, Protocol):
    """What ranking needs of the engine. Queries and addresses are the engine's own objects."""

    def look(self, query: Any, limit: int, *, by: str | None = None) -> list[tuple[Any, Any]]:
        """(score, or value of the field `by`; address) of the best matches."""

    def stored(self, address: Any) -> bytes:
        """The card of a match."""

    def explanation(self, query: Any, address: Any) -> Mapping[str, Any] | None:
        """How a document is scored, None where it does not match."""

    def leaf(self, leaf: Leaf) -> Any:
        """The query of one leaf, unboosted."""

    def any_of(self, weighted: Sequence[tuple[Leaf, float]]) -> Any:
        """The query of leaves, each scored times its weight."""

    def within(self, found: Any, plan: Plan) -> Any:
        """A query (all documents for None) as far as filters and bans let it."""
