"""What does the keyword channel answer? Hits with their score terms, and the order they come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from memcli.index import bm25
from memcli.index.document import Document

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Part:
    """One term of a score: `contribution` = boost * idf * saturation(tf, length, average). `df` 0 stands for adjacent terms."""

    label: str
    field: str
    term: str
    tf: int
    df: int
    idf: float
    length: int
    average: float
    boost: float
    contribution: float


class Hit(NamedTuple):
    """An entry found. `score` is 1.0 for each when a query is nothing but filters. `parts` is empty unless asked for."""

    path: str
    id: str
    title: str
    type: str
    state: str
    created: str
    tags: tuple[str, ...]
    sum: str
    score: float
    parts: tuple[Part, ...] = ()


def total(parts: Iterable[Part]) -> float:
    """The score that the parts make."""
    return sum(part.contribution for part in parts)


_SEPARATOR = "\x1f"


def card(document: Document) -> bytes:
    """What the index keeps of a document, to make its hit from."""
    single = (document.path, document.id, document.title, document.type, document.state, document.created, document.sum)
    return _SEPARATOR.join(field.replace(_SEPARATOR, " ") for field in (*single, *document.tags)).encode("utf-8", "replace")


def from_card(stored: bytes, score: float, parts: tuple[Part, ...] = ()) -> Hit:
    """The hit of what `card` kept. Raises ValueError on anything else."""
    path, id, title, type, state, created, sum, *tags = stored.decode().split(_SEPARATOR)
    return Hit(path, id, title, type, state, created, tuple(tags), sum, score, parts)


def path_of(stored: bytes) -> tuple[str, str]:
    """The path and checksum in what `card` kept."""
    fields = stored.decode().split(_SEPARATOR)
    return fields[0], fields[6]


def in_order(items: list[_Item], score: Callable[[_Item], float], path: Callable[[_Item], str]) -> list[_Item]:
    """Best first; those whose scores differ by no more than rounding, by path."""
    ranked = sorted(items, key=lambda item: (-score(item), path(item)))
    return [item for group in _ties(ranked, score) for item in (group if len(group) == 1 else sorted(group, key=path))]


def _ties(ranked: list[_Item], score: Callable[[_Item], float]) -> Iterator[list[_Item]]:
    group: list[_Item] = []
    for item in ranked:
        if group and not tied(score(group[0]), score(item)):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def tied(higher: float, lower: float) -> bool:
    """Whether two scores are the same but for rounding."""
    return lower >= higher * (1.0 - bm25.TIE)
