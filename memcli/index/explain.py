"""Where does a score come from? Reads the engine's own explanation and turns occurrences into score terms that add up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from memcli.index import bm25
from memcli.index.hit import Part
from memcli.index.plan import Leaf

Seen = tuple[int, int]  # occurrences, quantised field length
_CONTEXT = re.compile(r'Term=Term\(field=(\d+), type=Str, "(.*)"\)', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def terms_of(explanation: Mapping[str, Any]) -> Iterator[tuple[int, str, Mapping[str, float]]]:
    """Each matched term in an explanation tree: field number, term, and its `freq`, `dl`, `avgdl` and `N`."""
    context = explanation.get("context") or [""]
    match = _CONTEXT.fullmatch(context[0])
    if match:
        yield int(match[1]), _unescaped(match[2]), dict(_figures(explanation))
        return
    for inner in explanation.get("details", ()):
        yield from terms_of(inner)


def figures_of(explanation: Mapping[str, Any]) -> dict[str, float]:
    """The figures of an explanation with one scored leaf."""
    return dict(_figures(explanation))


def part(leaf: Leaf, seen: Seen, idf: float, df: int, average: float) -> Part:
    """The score term of a leaf that occurs `seen` in a document."""
    tf, length = seen
    contribution = leaf.boost * idf * bm25.saturation(tf, length, average)
    return Part(leaf.label, leaf.field, leaf.term, tf, df, idf, length, average, leaf.boost, contribution)


def _figures(explanation: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    name = explanation["description"].split(",")[0]
    if name in ("freq", "dl", "avgdl", "N"):
        yield name, float(explanation["value"])
    for inner in explanation.get("details", ()):
        yield from _figures(inner)


def _unescaped(text: str) -> str:
    """A term as Rust's debug format writes it, read back."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _CONTROL.get(match[2], match[2]), text)
