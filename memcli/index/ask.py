"""What is being asked? The query as data, made by `search.query` and answered by `index.keyword`.

Knows nothing of the engine. Clauses are alternatives (a hit matches at least one; each adds to its score), `Not` excludes,
filters must all hold. An `Ask` without any clause but with filters lists what passes them, newest first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Worded:
    """A clause made of text. (One definition for three classes: making a dataclass costs half a millisecond at every start.)"""

    text: str


class Term(_Worded):
    """A word in any of its forms. May hold several words in one, as `fold_log` or a run of Chinese does."""

    __slots__ = ()


class Phrase(_Worded):
    """Words as written, side by side: unstemmed, stop words included."""

    __slots__ = ()


class Prefix(_Worded):
    """Every word that begins so."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field: it `is` the value, begins with it (`prefix`), `contains` it or fits it (`glob`).

    `field` is tag, type, state, title, path, key, source or id. A `title` holds all words of the value whatever the `op`.
    """

    field: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Between:
    """`start <= field < end` in whole seconds since 1970 UTC; None is open. An entry without that date does not match."""

    field: str
    start: int | None
    end: int | None


Positive = Term | Phrase | Prefix
Condition = Filter | Between


@dataclass(frozen=True, slots=True)
class Not:
    """Leaves out what the clause matches."""

    clause: Positive | Condition


@dataclass(frozen=True, slots=True)
class Ask:
    """A whole query. `filters` is a conjunction of alternatives. `dropped` counts words left out or shortened because there was too much."""

    clauses: tuple[Positive | Not, ...]
    filters: tuple[tuple[Condition, ...], ...] = ()
    fuzzy: bool = False
    dropped: int = 0

    @property
    def positive(self) -> tuple[Positive, ...]:
        """The clauses that find something."""
        return tuple(clause for clause in self.clauses if not isinstance(clause, Not))

    @property
    def negative(self) -> tuple[Positive | Condition, ...]:
        """What must not match."""
        return tuple(clause.clause for clause in self.clauses if isinstance(clause, Not))
