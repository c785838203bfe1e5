"""How much does a new entry matter, told from its text alone? Rare words that are new to the vault, names, and a few cues; pure.

The raw value is idf mass x novelty x (1 + 0.25 min(names, 4)) x (0.4 for a question) (SCIENCE.md 2.4, the best of the rules measured in 3.2). Its
rank among the vault's own raw values is the prediction, moved by additive cues. A value that a person gave is no business of this module.

A young vault has too few entries to say which words are rare. There is no background table: parsing one (the embedder's vocabulary takes 55 ms)
would cost more than the rest of `mem add`. Instead `rarity` counts as if there were always at least YOUNG entries, in which the known words stand
only where they were seen; so at first a text weighs about as much as it has distinct words, and the vault's own frequencies take over as it grows.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log

YOUNG = 200  # entries below which a vault's own frequencies say little (SCIENCE.md 2.4)
FEW = 20  # values below which a rank says nothing (SCIENCE.md 2.4)
PER_NAME, NAMES_MAX = 0.25, 4
QUESTION = 0.4
LASTING_CUE, BY_HAND_CUE, BOILERPLATE_CUE = 0.15, 0.10, -0.20  # SCIENCE.md 2.4
BOILERPLATE = 0.5  # share of hashes, uuids and times among a text's tokens
LASTING = ("remember", "always", "never", "must", "deadline", "decided", "prefer", "prefers")
_LASTING = re.compile(rf"\b(?:{'|'.join(LASTING)})\b", re.IGNORECASE)
_MACHINE = re.compile(r"(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{7,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
                      r"|\d{4}-\d\d-\d\d(?:[T_]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?Z?|\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?", re.IGNORECASE)
_ENTITY = re.compile(r"https?://[^\s<>)\]]+|(?:~|\.{1,2})?(?:/[\w.\-]+){2,}|\d+(?:[.,:/\-]\d+)*|[^\W\d_][\w'’\-]*")
_ENDS = ".!?\n:"


def rarity(held: Mapping[str, int], entries: int) -> dict[str, float]:
    """The inverse document frequency (above 0) of words, given in how many of so many entries each stands."""
    counted = max(entries, YOUNG)
    return {word: log(1 + (counted - min(count, counted) + 0.5) / (count + 0.5)) for word, count in held.items()}


def raw(words: Collection[str], idf: Mapping[str, float], novelty: float, names: int, question: bool) -> float:
    """The raw importance (0 and more) of a text with these distinct words and so many names, of which `novelty` (0..1) is new. Words that
    `idf` does not hold are in no entry yet, and count as the rarest that it holds."""
    value = _mass(words, idf) * novelty * (1 + PER_NAME * min(names, NAMES_MAX))
    return value * QUESTION if question else value


def novelty(words: Collection[str], others: Iterable[Collection[str]], idf: Mapping[str, float]) -> float:
    """How much of a text (0..1, by idf mass) is not in that other text which holds most of it. `others` are the distinct words of the
    last entries and of those found by its words; with none, or for a text without words, all is new."""
    own = frozenset(words)
    whole = _mass(own, idf)
    if not whole:
        return 1.0
    return max(1 - max((_mass(own.intersection(other), idf) for other in others), default=0.0) / whole, 0.0)


def _mass(words: Iterable[str], idf: Mapping[str, float]) -> float:
    """The sum of the words' rarity; in the order of the words, so that it does not depend on the hash seed."""
    unseen = max(idf.values(), default=1.0)
    return float(sum(idf.get(word, unseen) for word in sorted(words)))


def predicted(raw: float, ranked: Sequence[float], text: str, by_hand: bool) -> float:
    """The importance (0..1, two digits) of a text with this raw value. `ranked` are the vault's raw values or quantiles of them, ascending;
    below FEW of them the rank is 0.5. `by_hand`: a person added it, rather than an import."""
    rank = (bisect_left(ranked, raw) + bisect_right(ranked, raw)) / 2 / len(ranked) if len(ranked) >= FEW else 0.5
    if _LASTING.search(text):
        rank += LASTING_CUE
    if by_hand:
        rank += BY_HAND_CUE
    if boilerplate(text) > BOILERPLATE:
        rank += BOILERPLATE_CUE
    return round(min(max(rank, 0.0), 1.0), 2)


def boilerplate(text: str) -> float:
    """The share (0..1) of a text's tokens that are hashes, uuids, dates or times."""
    tokens = [token.strip("[](){}<>,;\"'`") for token in text.split()]
    return sum(_MACHINE.fullmatch(token) is not None for token in tokens) / len(tokens) if tokens else 0.0


def entities(text: str) -> list[str]:
    """The distinct names in a text, in order: capitalised words within a sentence, numbers and dates, addresses and paths."""
    found: dict[str, None] = {}
    for match in _ENTITY.finditer(text):
        token = match[0].rstrip(".,")
        if not token[0].isalpha() or "://" in token or token[0].isupper() and token != "I" and not _opens(text, match.start()):
            found[token] = None
    return list(found)


def _opens(text: str, start: int) -> bool:
    """Whether a sentence, a line or the text begins at `start`."""
    before = text[max(start - 40, 0):start].rstrip(" \t\"'“‘(*_#>-")
    return not before or before[-1] in _ENDS
