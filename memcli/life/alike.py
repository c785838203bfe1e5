"""Which entries say the same? Pairs of which one may go for the other, found by their words, and what merging does to the two front matters; pure.

The oldest stays. A pair is exact when the two texts are the same but for case, spaces and punctuation, and near when the Jaccard index of their sets of
words is at least a level (Jaccard 1912). It is `sure` only when the one that goes says nothing that the other does not: the same numbers, dates,
negations, code and addresses in the same order, the same slot and value, no word of meaning that the other lacks, what both say in one order. All
else is a suggestion for a person. Every entry is held against those that stay only, so a group has one that stays and no chain of likenesses
leads from one end to something else at the other.

Not every pair is looked at. Sure ones share all words of meaning of the one that goes, so its rarest finds them. Of the rest two sets of n and m words
with a Jaccard index of t share at least t n words, so among the n - t n + 1 rarest of each is a common one (prefix filter: Bayardo, Ma and
Srikant 2007).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

from memcli.index.analysis import STOP_WORDS

LEVEL = 0.9  # SCIENCE.md 1.6, result dedup
SHORT = 5  # words below which a text is alike only when it is exactly so
_ROUNDING = 1e-9
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_GUARDED = frozenset([
    "not", "no", "never", "none", "nothing", "nobody", "neither", "nor", "without", "cannot", "stopped", "quit", "former", "formerly", "longer", "except",
    "unless", "only", "before", "after", "above", "below", "more", "less", "most", "least",
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow", "yesterday",
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty", "thirty", "forty", "fifty",
    "hundred", "thousand", "million", "half", "twice", "first", "second", "third", "fourth", "fifth", "last",
])
_TELLING = re.compile(r"```.*?```|`[^`\n]+`|https?://[^\s<>)\]]+|[-+<>=≤≥]*\d+(?:[.,:/\-]\d+)*%?|!=|[<>=≤≥]+", re.DOTALL)
_LITTLE = frozenset(STOP_WORDS)


@dataclass(frozen=True, slots=True)
class Body:
    """What of an entry is compared: its text (title and body), when it was created (RFC 3339, UTC), its slot and the slot's value."""

    text: str
    created: str = ""
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that are alike: `a` stays, `b` would go. `jaccard` is 0..1; `exact`: the same but for case, spaces and punctuation; not `sure`: a
    suggestion, never to be carried out unasked."""

    a: str
    b: str
    jaccard: float
    exact: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging changes in the front matter of the entry that stays and of the one that goes: new values by field."""

    kept: dict[str, Any]
    other: dict[str, Any]


@dataclass(frozen=True)
class Text:
    """A text as it is compared. `order` are its distinct words as they come, `sum` tells two that are the same but for case and punctuation, `telling` what
    must not differ (numbers, negations, code, slot and value); `age` (when it was created, id) says which of two is the older."""

    id: str
    age: tuple[str, str]
    order: tuple[str, ...]
    sum: bytes
    telling: bytes
    short: bool

    @classmethod
    def of(cls, id_: str, body: Body) -> Text:
        """The text of an entry."""
        spoken = [word.replace("’", "'") for word in _WORD.findall(body.text.casefold())]
        telling = (body.key.casefold(), " ".join(body.value.casefold().split()), *_TELLING.findall(body.text),
                   *(word for word in spoken if word in _GUARDED or word.endswith("n't")))
        return cls(id_, (body.created, id_), tuple(dict.fromkeys(spoken)), _sum(" ".join(spoken)) if spoken else body.text.encode("utf-8", "surrogatepass"),
                   _sum("\0".join(telling)), len(spoken) < SHORT)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its distinct words."""
        return frozenset(self.order)

    @cached_property
    def meaning(self) -> frozenset[str]:
        """Those that say something."""
        return self.words - _LITTLE

    @property
    def key(self) -> tuple[object, ...]:
        """What two texts share that are surely the same words in the same order."""
        return self.sum, self.telling


def telling(text: str) -> frozenset[str]:
    """What in a text must not differ where two say the same: its numbers and dates, code, addresses, negations and words of order and amount."""
    folded = text.casefold()
    return frozenset(_TELLING.findall(folded)) | {word for word in _WORD.findall(folded) if word in _GUARDED or word.endswith(("n't", "n’t"))}


def _sum(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def duplicates(texts: Mapping[str, Body], level: float = LEVEL) -> list[Pair]:
    """For each entry that says what another does, the pair with that other: the oldest that says exactly the same, else the most alike of those
    that surely say it, else the most alike at all; ties go to the older, then the smaller id. A group of n entries gives n - 1 pairs. Sorted by
    `a`, then `b`. `level` is the least Jaccard index, above 0 and at most 1."""
    ordered = [Text.of(id_, texts[id_]) for id_ in sorted(texts, key=lambda id_: (texts[id_].created, id_))]
    held = Counter(word for text in ordered for word in text.words)
    left, pairs = _sure(ordered, level)
    return sorted([*pairs, *_suggested(left, held, level)], key=lambda pair: (pair.a, pair.b))


def near(new: Body, candidates: Mapping[str, Body], level: float = LEVEL) -> str | None:
    """The id of the candidate that surely says what a new text says: one that says exactly the same, else the most alike; None for none."""
    text = Text.of("", new)
    found = [(not pair.exact, -pair.jaccard, candidates[pair.a].created, pair.a) for id_, body in candidates.items()
             if (pair := judged(Text.of(id_, body), text, level)) and pair.sure]
    return min(found)[-1] if found else None


def merge(kept: Mapping[str, Any], other: Mapping[str, Any], other_sum: str) -> Merged:
    """What changes in two entries' front matter (of which `kept` stays) when `other`, a file of this SHA-256 (hex), is merged into it. Lists are
    united, importance is the larger, uses are added; the other is told from where it went and is cold, and nothing of it is deleted. Only fields
    that change are in it, so that merging again changes nothing."""
    wanted: dict[str, Any] = {name: _united(kept.get(name), other.get(name)) for name in ("tags", "aliases")}
    ends = (kept["id"], other["id"])
    wanted["links"] = _united(kept.get("links"), [link for link in other.get("links") or [] if not isinstance(link, Mapping) or link.get("to") not in ends])
    wanted["importance"] = max((front["importance"] for front in (kept, other) if front.get("importance") is not None), default=None)
    provenance = kept.get("derived_from") or []
    if all(not isinstance(one, Mapping) or one.get("id") != other["id"] for one in provenance):
        wanted["derived_from"] = [*provenance, {"id": other["id"], "sha256": other_sum}]
        uses = int((other.get("memory") or {}).get("uses", 0))
        if uses:
            wanted["memory"] = {**(kept.get("memory") or {}), "uses": int((kept.get("memory") or {}).get("uses", 0)) + uses}
    gone = {"superseded_by": kept["id"], "state": "cold"}
    return Merged({name: value for name, value in wanted.items() if value and value != kept.get(name)},
                  {name: value for name, value in gone.items() if other.get(name) != value})


def _united(one: Sequence[Any] | None, other: Sequence[Any] | None) -> list[Any]:
    """The items of two lists, each once, in order."""
    found = list(one or [])
    found += [item for item in other or [] if item not in found]
    return found


def _sure(ordered: Iterable[Text], level: float) -> tuple[list[Text], list[Pair]]:
    """The entries that stay, oldest first, and the sure pairs of the others with these."""
    stay: list[Text] = []
    pairs: list[Pair] = []
    same: dict[tuple[object, ...], Text] = {}
    telling_same: dict[bytes, dict[str, list[Text]]] = {}
    none: list[Text] = []
    for text in ordered:
        exact = same.get(text.key)
        by_word = telling_same.setdefault(text.telling, {})
        lists = [by_word.get(word, none) for word in text.meaning] if exact is None and not text.short else []
        pair = judged(exact, text, level) if exact else _best(sorted(lists, key=len)[0] if lists else none, text, level, sure=True)
        if pair:
            pairs.append(pair)
            continue
        stay.append(text)
        same[text.key] = text
        for word in () if text.short else text.meaning:
            by_word.setdefault(word, []).append(text)
    return stay, pairs


def _suggested(ordered: Iterable[Text], held: Mapping[str, int], level: float) -> list[Pair]:
    """The pairs of entries, oldest first, that are alike and differ in something."""
    pairs: list[Pair] = []
    same: dict[bytes, Text] = {}
    by_word: dict[str, list[Text]] = {}
    for text in ordered:
        exact = same.get(text.sum)
        prefix = _prefix(text, held, level) if exact is None and not text.short else []
        met = {id(other): other for word in prefix for other in by_word.get(word, ()) if _sizes_fit(text, other, level)}
        pair = judged(exact, text, level) if exact else _best(sorted(met.values(), key=lambda other: other.age), text, level, sure=False)
        if pair:
            pairs.append(pair)
            continue
        same[text.sum] = text
        for word in prefix:
            by_word.setdefault(word, []).append(text)
    return pairs


def _prefix(text: Text, held: Mapping[str, int], level: float) -> Sequence[str]:
    """The rarest words of a text, of which it shares one with every text that is alike."""
    rarest = sorted(text.words, key=lambda word: (held[word], word))
    return rarest[:len(rarest) - ceil(level * len(rarest) - _ROUNDING) + 1]


def _sizes_fit(one: Text, other: Text, level: float) -> bool:
    small, large = sorted((len(one.words), len(other.words)))
    return small >= level * large - _ROUNDING


def _best(others: Iterable[Text], text: Text, level: float, sure: bool) -> Pair | None:
    """The most alike of older entries, the first of equals; only a sure one when `sure`."""
    best: Pair | None = None
    for other in others:
        if sure and not text.meaning <= other.meaning:
            continue
        pair = judged(other, text, level)
        if pair and (pair.sure or not sure) and (best is None or pair.jaccard > best.jaccard):
            best = pair
    return best


def judged(kept: Text, other: Text, level: float) -> Pair | None:
    """The pair of two entries, None when they are not alike."""
    exact = kept.sum == other.sum
    if not exact and (kept.short or other.short):
        return None
    common = len(kept.words & other.words)
    jaccard = common / ((len(kept.words) + len(other.words) - common) or 1) if not exact else 1.0
    if jaccard < level - _ROUNDING:
        return None
    sure = kept.telling == other.telling and (exact or other.meaning <= kept.meaning and _one_order(kept, other))
    return Pair(kept.id, other.id, jaccard, exact, sure)


def _one_order(one: Text, other: Text) -> bool:
    """Whether the words that two texts share come in one order."""
    return [word for word in one.order if word in other.words] == [word for word in other.order if word in one.words]
