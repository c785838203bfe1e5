"""Where does a score come from? Reads the engine's own explanation and turns occurrences into score terms that add up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from memcli.index import bm25
from memcli.index.hit import Part
from memcli.index.plan import Leaf

Seen = tuple[int, int]  # occurrences, quantised field length
_CONTEXT = re.compile(r'Term=Term\(field=(\d+), type=Str, "(.*)"\)', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def terms_of(node: Mapping[str, Any]) -> Iterator[tuple[int, str, Seen]]:
    """Each matched term in an explanation tree: field number, term, and how it was seen."""
    context = node.get("context")
    match = _CONTEXT.fullmatch(context[0]) if context else None
    if match:
        yield int(match[1]), _unescaped(match[2]), seen_in(node)
        return
    for inner in node.get("details", ()):
        yield from terms_of(inner)


def seen_in(node: Mapping[str, Any]) -> Seen:
    """How one scored leaf was seen: its `freq` and `dl`."""
    figures = _figures(node)
    return int(figures[0]["value"]), int(figures[3]["value"])


def average_in(node: Mapping[str, Any]) -> float:
    """The average field length that one scored leaf was weighed by: its `avgdl`."""
    return float(_figures(node)[4]["value"])


def part(leaf: Leaf, seen: Seen, idf: float, df: int, average: float) -> Part:
    """The score term of a leaf that occurs `seen` in a document."""
    tf, length = seen
    contribution = leaf.boost * idf * bm25.saturation(tf, length, average)
    return Part(leaf.label, leaf.field, leaf.term, tf, df, idf, length, average, leaf.boost, contribution)


def _figures(node: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The nodes freq, k1, b, dl and avgdl of one scored leaf: the last factor of the product, within what wraps it."""
    while len(details := node["details"]) == 1:
        node = details[0]
    found: Sequence[Mapping[str, Any]] = details[-1]["details"]
    if len(found) != 5 or not found[0]["description"].startswith("freq"):
        raise ValueError("the engine explains its scores in another way than this version knows")
    return found


def _unescaped(text: str) -> str:
    """A term as Rust's debug format writes it, read back."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _CONTROL.get(match[2], match[2]), text)
