"""What belongs to one story and is fading? Clusters of entries of a few days that share names, each to be told in a few sentences; pure.

A cluster has LEAST to MOST entries that were written within WINDOW of another one of it and share at least SHARED rare names with that, and all of which are
needed less than NEED (SCIENCE 1.6, gist clusters). A gist that was made once stays while LEAST of its members do, so that use and age do not reshuffle it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from memcli.life import extract
from memcli.life.timetree import Standing, Summary, Told, quotes_of
from memcli.memory import importance

LEAST, MOST, SHARED = 3, 20, 2
WINDOW = timedelta(days=7)
NEED = 0.5
ROOM = 500  # characters of quotations
_RARE_LEAST, _RARE_SHARE = 20, 0.02  # a name that more entries have says nothing


def gists(told: Sequence[Told], fading: Mapping[str, float], standing: Mapping[str, Standing]) -> tuple[list[Summary], list[str]]:
    """The gists to be made, and the names of those to go. `fading` is the need (0..1) of each entry by id."""
    by_id = {one.id: one for one in told}
    members = {node: {quote.id for quote in known.quotes} for node, known in standing.items() if node.startswith("gist/")}
    gone = sorted(node for node, ids in members.items() if not ids <= by_id.keys())
    covered = set().union(*(ids for node, ids in members.items() if node not in gone)) if members else set()
    fresh = []
    for cluster in clusters([one for one in told if fading.get(one.id, 1.0) < NEED]):
        if covered.isdisjoint(one.id for one in cluster):
            found = _gist(cluster)
            if found.quotes and found.node not in standing:
                fresh.append(found)
    return fresh, gone


def clusters(told: Sequence[Told]) -> list[list[Told]]:
    """The clusters among these entries, each and all in the order of time."""
    ordered = sorted(told, key=lambda one: (one.at, one.id))
    names = [_names(one) for one in ordered]
    held = Counter(name for own in names for name in own)
    most = max(_RARE_LEAST, _RARE_SHARE * len(ordered))
    holders: dict[str, list[int]] = defaultdict(list)
    for at, own in enumerate(names):
        for name in own:
            if 1 < held[name] <= most:
                holders[name].append(at)
    root = list(range(len(ordered)))
    for one, own in enumerate(names):
        for other in _meeting(one, own, ordered, holders):
            root[_root(root, other)] = _root(root, one)
    groups: dict[int, list[Told]] = defaultdict(list)
    for at, entry in enumerate(ordered):
        groups[_root(root, at)].append(entry)
    return [group for group in groups.values() if LEAST <= len(group) <= MOST]


def _names(one: Told) -> frozenset[str]:
    """The names in an entry's sentences (what cannot be quoted makes no story, and one endless line is not searched); a number or a date is no name."""
    return frozenset(name for quote in quotes_of(one) for name in importance.names(quote.text) if name[0].isalpha() and len(name) > 2)


def _meeting(one: int, names: frozenset[str], ordered: Sequence[Told], holders: Mapping[str, list[int]]) -> list[int]:
    """The later entries of the window that share enough rare names with one. Entry by entry, as all pairs of a large import do not fit into memory."""
    shared: Counter[int] = Counter()
    for name in names:
        places = holders.get(name, [])
        for other in places[bisect_right(places, one):]:
            if ordered[other].at - ordered[one].at > WINDOW:
                break
            shared[other] += 1
    return sorted(other for other, number in shared.items() if number >= SHARED)


def _root(root: list[int], at: int) -> int:
    while root[at] != at:
        root[at] = root[root[at]]
        at = root[at]
    return at


def _gist(cluster: Sequence[Told]) -> Summary:
    digest = hashlib.sha256("\n".join(f"{one.id} {one.sum}" for one in cluster).encode()).hexdigest()[:24]
    quotes = tuple(extract.chosen([quote for one in cluster for quote in quotes_of(one)], ROOM))
    spread = Counter(name for one in cluster for name in _names(one))
    shared = [name for name, number in sorted(spread.items(), key=lambda pair: (-pair[1], pair[0])) if number >= SHARED][:3]
    days = " to ".join(dict.fromkeys(f"{one.at}" for one in (cluster[0], cluster[-1])))
    return Summary(f"gist/{cluster[0].at}-{digest[:8]}", f"{', '.join(shared)[:90]}, {days}", cluster[0].at,
                   cluster[-1].at + timedelta(days=1), digest, quotes)
