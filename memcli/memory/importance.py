"""How much may a text matter? A prediction at write time, from what it says that its vault does not know yet; pure.

raw = idf mass x novelty x (1 + NAMED min(names, NAMES_MAX)), x QUESTION if it is a question, x ANSWER if it follows one in its session. The
idf mass is the sum of the inverse document frequencies of its distinct words, each a share of the highest possible (0..1); novelty is the part of that
mass which the likest other text lacks. The prediction is the share of known texts whose raw value is lower, moved by cues (SCIENCE 2.4). ANSWER is from
LoCoMo's development conversations: of the turns that questions ask for, the 75 % (53 %) of bytes that it keeps hold 0.940 (0.797), without it
0.903 (0.715). A person's value is never replaced.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

NAMED, NAMES_MAX, QUESTION, ANSWER = 0.25, 4, 0.4, 2.5
LASTING_BONUS, BY_HAND_BONUS, BOILERPLATE_LOSS = 0.15, 0.10, 0.20
KNOWN_MIN = 20  # texts below which nothing can be said
UNKNOWN = 0.5
RECENT = 50  # texts before it that a new one is compared with
_WORD = re.compile(r"[^\W_]{2,}")
_NAME = re.compile(r"(?<=[^\s.?!:*] )(?!I['’])[A-Z][\w'’-]*\w|https?://\S+|\b\d[\d.,:/-]*\b|(?<![\w.-])[\w.-]*+/[\w./-]+")
_ASKS = re.compile(r"\?[\s*_\"'’)]*(?:\[image:[^\]]*\]\s*)?$")
_DAYS = re.compile(r"\b(?:yesterday|today|tonight|tomorrow|last|next|ago|week|month|year|weekend|recently|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.I)
_LASTING = re.compile(r"\b(?:remember|always|never|must|deadline|decided|prefers?)\b", re.IGNORECASE)
_NOISE = re.compile(r"\b(?:[0-9a-f]{7,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]*|\d\d:\d\d(?::\d\d)?|\d{4,})\b")


def words(text: str, stop: frozenset[str]) -> frozenset[str]:
    """The distinct words of a text in lower case, without those of `stop`."""
    return frozenset(_WORD.findall(text.lower())) - stop


def rarity(known: int, holding: int) -> float:
    """The inverse document frequency of a word that `holding` of `known` texts have, as a share (0..1) of the highest there is."""
    return math.log(1 + (known - holding + 0.5) / (holding + 0.5)) / math.log(2 * known + 2)


def mass(found: Iterable[str], idf: Callable[[str], float]) -> float:
    """The idf mass of words; summed in the order of the words, so that it does not depend on a set's."""
    return sum(map(idf, sorted(found)))


def novelty(found: frozenset[str], others: Iterable[frozenset[str]], idf: Callable[[str], float]) -> float:
    """The part (0..1) of a text's mass that the likest of the others lacks; 1 without others."""
    return likest(found, others, idf)[0]


def likest(found: frozenset[str], others: Iterable[frozenset[str]], idf: Callable[[str], float]) -> tuple[float, frozenset[str]]:
    """A text's novelty, and the words of the one that shares the most of its mass with it; none where none shares any."""
    own = mass(found, idf)
    if not own:
        return 0.0, found
    most, best = 0.0, frozenset[str]()
    for other in others:
        if (common := found & other) and (shared := mass(common, idf)) > most:
            most, best = shared, other
    return max(1.0 - most / own, 0.0), best


def named(text: str) -> int:
    """How many names, numbers, dates (relative ones too) and addresses a text holds."""
    return len(names(text) | {match[0].lower() for match in _DAYS.finditer(text)})


def names(text: str) -> frozenset[str]:
    """The names (capital letters within a sentence), numbers, dates and addresses that a text holds."""
    return frozenset(match[0] for match in _NAME.finditer(text))


def asks(text: str) -> bool:
    """Whether a text ends with a question."""
    return bool(_ASKS.search(text))


def raw(text: str, found: frozenset[str], others: Iterable[frozenset[str]], idf: Callable[[str], float], *, answers: bool = False) -> float:
    """What a text brings, on no scale of its own (see above); `answers` says that it follows a question."""
    return brought(text, mass(found, idf), novelty(found, others, idf), answers=answers)


def brought(text: str, weight: float, fresh: float, *, answers: bool) -> float:
    """The same of a text whose mass and novelty are known."""
    question = (QUESTION if asks(text) else 1.0) * (ANSWER if answers else 1.0)
    return weight * fresh * (1 + NAMED * min(named(text), NAMES_MAX)) * question


def predicted(value: float, ranked: Sequence[float], text: str, *, by_hand: bool) -> float:
    """The importance (0..1, two digits) of a text whose raw value is `value`, among the raw values of known ones in order."""
    share = bisect_left(ranked, value) / len(ranked) if len(ranked) >= KNOWN_MIN else UNKNOWN
    if _LASTING.search(text):
        share += LASTING_BONUS
    if by_hand:
        share += BY_HAND_BONUS
    if boilerplate(text):
        share -= BOILERPLATE_LOSS
    return round(min(max(share, 0.0), 1.0), 2)


def boilerplate(text: str) -> bool:
    """Whether more than half of a text is hashes, numbers and times, as in a log."""
    bare = text.strip()
    return bool(bare) and sum(len(match[0]) for match in _NOISE.finditer(bare)) > len(bare) / 2


def frequencies(texts: Iterable[frozenset[str]]) -> tuple[int, Mapping[str, int]]:
    """How many texts there are, and how many of them hold each word."""
    spread: dict[str, int] = {}
    known = 0
    for found in texts:
        known += 1
        for word in found:
            spread[word] = spread.get(word, 0) + 1
    return known, spread
