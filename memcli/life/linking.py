"""Which entries should be linked that nobody linked? Those alike in meaning that share rare words or a name, and those used together; pure.

Likeness alone links everything with everything of its kind, so it takes both a likeness by words that random pairs do not reach and something rare that
both mention (SCIENCE.md 2.8, step 4). The likeness is the cosine of the entries' idf vectors: it follows from the files alone, so that two clones link
alike. Use together is counted as in Hebb's rule: w += 0.1 (1 - w/10), idle 0.98 a day, nothing below 0.1 (SCIENCE.md 1.5).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, log, sqrt

NEIGHBOURS, LINKS_MAX = 5, 3  # looked at, and given, of one entry
COSINE_LEAST = 0.1  # of idf vectors; of the sample vault's 741 pairs eleven reach it, and all of these belong together
SHARED, RARE_LEAST, RARE_SHARE = 2, 3, 0.005  # words that two must share; held by at most so many entries, or this share of them
GAIN, STRONGEST, IDLE, PRUNED = 0.1, 10.0, 0.98, 0.1
TOGETHER_S = 3600.0
RECENT = 20  # entries of a session that a use is held against, so that a listing of everything does not join everything
HOLDERS_MAX = 24  # a word that more entries hold leads to no neighbour
_DAY_S = 86_400.0
_TOLD = 3  # words and names in `why`
Pairs = Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Node:
    """An entry as linking sees it: when it was created (RFC 3339, UTC), its type, its distinct words without stop words, its names, and whether it only
    counts for how rare a word is (an archived one): what is packed may not change what the others share."""

    created: str
    type: str
    words: frozenset[str]
    names: frozenset[str] = frozenset()
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link to be written into entry `a` (the newer) to `b`; `weight` 0..1, two digits; `why` in words for a person."""

    a: str
    b: str
    weight: float
    why: str


def neighbours(entries: Mapping[str, Node], k: int = NEIGHBOURS) -> dict[str, list[tuple[str, float]]]:
    """The `k` entries most alike to each by words, of those that share SHARED rare ones with it: (id, cosine of idf vectors, two digits), best first."""
    held = Counter(word for node in entries.values() for word in node.words)
    idf = {word: log((1 + len(entries)) / number) for word, number in held.items()}
    length = {id_: sqrt(fsum(idf[word] ** 2 for word in node.words)) or 1.0 for id_, node in entries.items()}
    holders: dict[str, list[str]] = defaultdict(list)
    for id_ in sorted(entries):
        for word in entries[id_].words:
            if 1 < held[word] <= HOLDERS_MAX:
                holders[word].append(id_)
    found: dict[str, list[tuple[str, float]]] = {}
    for id_ in sorted(entries):
        words = entries[id_].words
        shared = Counter(other for word in words if word in holders for other in holders[word])
        met = [other for other, number in shared.items() if number >= SHARED and other != id_]
        alike = ((other, round(fsum(idf[word] ** 2 for word in words & entries[other].words) / (length[id_] * length[other]), 2)) for other in met)
        best = sorted(((other, cosine) for other, cosine in alike if cosine >= COSINE_LEAST), key=lambda pair: (-pair[1], pair[0]))[:k]
        if best:
            found[id_] = best
    return found


def links(entries: Mapping[str, Node], neighbours: Mapping[str, Sequence[tuple[str, float]]], coaccess: Mapping[tuple[str, str], float],
          existing: Pairs, automatic: Pairs = (), refused: Pairs = ()) -> list[Link]:
    """The links to add, strongest first, then by `a` and `b`; an entry is an end of at most LINKS_MAX automatic ones.

    `neighbours` are each entry's nearest with their cosines, best first; `coaccess` is what `together` gave; `existing` are the pairs linked
    already, either way, `automatic` those of them that this function once gave: they count against the most, so that a second run gives
    nothing; `refused` those that it once gave and a person deleted.
    """
    done = {_pair(*pair) for pair in (*existing, *automatic, *refused)}
    ends = Counter(end for pair in {_pair(*pair) for pair in automatic} for end in pair)
    best: dict[tuple[str, str], Link] = {}
    for link in (*_alike(entries, neighbours), *_used(entries, coaccess)):
        pair = _pair(link.a, link.b)
        if pair not in done and (pair not in best or link.weight > best[pair].weight):
            best[pair] = link
    found = []
    for link in sorted(best.values(), key=lambda link: (-link.weight, link.a, link.b)):
        if ends[link.a] < LINKS_MAX and ends[link.b] < LINKS_MAX:
            ends.update((link.a, link.b))
            found.append(link)
    return found


def together(uses: Iterable[tuple[float, str, str]], now: float) -> dict[tuple[str, str], float]:
    """How strongly two entries are used together (PRUNED to 10), by pair of ids in order, from uses (seconds, id, session) up to `now` (seconds).

    Two count as used together when both were within an hour in one session, once in each session; uses without a session say nothing.
    """
    at: dict[tuple[str, str], float] = {}
    weight: dict[tuple[str, str], float] = {}
    for moment, pair in sorted(_meetings(uses, now)):
        known = weight.get(pair, 0.0) * IDLE ** ((moment - at.get(pair, moment)) / _DAY_S)
        at[pair], weight[pair] = moment, known + GAIN * (1 - known / STRONGEST)
    faded = {pair: weight[pair] * IDLE ** ((now - at[pair]) / _DAY_S) for pair in sorted(weight)}
    return {pair: value for pair, value in faded.items() if value >= PRUNED}


def _meetings(uses: Iterable[tuple[float, str, str]], now: float) -> Iterator[tuple[float, tuple[str, str]]]:
    """When two entries were first used within an hour in a session."""
    sessions: dict[str, dict[str, float]] = defaultdict(dict)
    met: set[tuple[str, tuple[str, str]]] = set()
    for moment, id_, session in sorted(use for use in uses if use[2] and use[0] <= now):
        last = sessions[session]
        last.pop(id_, None)
        for other in list(last)[-RECENT:]:
            pair = _pair(id_, other)
            if moment - last[other] <= TOGETHER_S and (session, pair) not in met:
                met.add((session, pair))
                yield moment, pair
        last[id_] = moment


def _alike(entries: Mapping[str, Node], neighbours: Mapping[str, Sequence[tuple[str, float]]]) -> Iterator[Link]:
    """The links of entries that are alike and share something rare."""
    held = Counter(word for node in entries.values() for word in node.words)
    named = Counter(name for node in entries.values() for name in node.names)
    most = max(RARE_LEAST, RARE_SHARE * len(entries))
    for id_ in sorted(neighbours):
        for other, cosine in neighbours[id_][:NEIGHBOURS]:
            if cosine < COSINE_LEAST or not _linkable(entries, id_, other):
                continue
            words = sorted((word for word in entries[id_].words & entries[other].words if held[word] <= most), key=lambda word: (held[word], word))
            names = sorted(entries[id_].names & entries[other].names, key=lambda name: (named[name], name))
            if names or len(words) >= SHARED:
                lower = {name.casefold() for name in names}
                told = ", ".join([*names, *(word for word in words if word.casefold() not in lower)][:_TOLD])
                yield _link(entries, id_, other, cosine, f"alike {cosine:.2f}; both mention {told}")


def _used(entries: Mapping[str, Node], coaccess: Mapping[tuple[str, str], float]) -> Iterator[Link]:
    """The links of entries that are used together."""
    for (one, other), weight in sorted(coaccess.items()):
        if weight >= PRUNED and _linkable(entries, one, other):
            yield _link(entries, one, other, weight / STRONGEST, f"used together, strength {weight:.2f} of {STRONGEST:.0f}")


def _linkable(entries: Mapping[str, Node], one: str, other: str) -> bool:
    return one != other and all(id_ in entries and entries[id_].type != "summary" and not entries[id_].packed for id_ in (one, other))


def _link(entries: Mapping[str, Node], one: str, other: str, weight: float, why: str) -> Link:
    """The link from the newer of two entries to the older."""
    older, newer = sorted((one, other), key=lambda id_: (entries[id_].created, id_))
    return Link(newer, older, round(min(max(weight, 0.0), 1.0), 2), why)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)
