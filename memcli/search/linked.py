"""Which entries belong to a good one by a link? The links channel: an entry gains by what points to it and by what it points to.

A name that several candidates have means the one with the shortest path. What an entry passes on is divided by the root of the number of
those that it is linked with, so that a list of links to everything lifts nothing. Measured on the questions of fixtures/eval/notes whose
answer lies behind a link, nDCG at 10: 0.48 -> 0.66 on six that the weight was chosen on, 0.50 -> 0.63 on eight that it was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memcli.entries.model import Entry
from memcli.index import graph
from memcli.index.ask import Ask
from memcli.index.hit import Hit as Match
from memcli.index.sync import Index
from memcli.index.view import View
from memcli.search.channels import among
from memcli.search.pool import Candidate, Pool, gather

if TYPE_CHECKING:
    from memcli.index.past import Past

FROM = 3  # candidates of words, and as many of likeness, whose links are followed out of the pool
FOLLOWED = 20  # entries at most that come in so


def widen(index: Index, view: View, ask: Ask, pool: Pool, matches: Sequence[Match], past: Past | None) -> None:
    """Take into a pool what its first candidates point to, as far as the question's filters and exclusions let it pass; not what is among
    the `matches` of its words, which have a place already."""
    first = [*[one for one in pool.candidates if one.keyword][:FROM], *[one for one in pool.candidates if not one.keyword][:FROM]]
    wanted = dict.fromkeys(key for one in first for key in _targets(one))
    if wanted:
        known = {name for one in pool.candidates for name in names(one.entry)}
        held = {match.path for match in (*matches, *(one.match for one in pool.candidates))}
        found = among(index, view, ask, "called", [key for key in wanted if key not in known], FOLLOWED)
        gather(index, [match for match in found if match.path not in held], {}, past, pool)


def lifted(pool: Pool, scores: Sequence[float]) -> list[float]:
    """For each candidate the best that a linked one passes on to it: a share of its score."""
    found = [0.0] * len(scores)
    both = sorted({pair for one, other in _pairs(pool) for pair in ((one, other), (other, one))})
    degree = [0] * len(scores)
    for one, _ in both:
        degree[one] += 1
    for one, other in both:
        found[other] = max(found[other], scores[one] / degree[one] ** 0.5)
    return found


def names(entry: Entry) -> list[str]:
    """The keys by which an entry can be pointed to."""
    aliases = entry.meta.get("aliases")
    return graph.names(entry.id, entry.title, entry.path, [str(item) for item in (aliases if isinstance(aliases, list) else [aliases]) if item])


def _pairs(pool: Pool) -> list[tuple[int, int]]:
    """Which candidate points to which."""
    targets = [(at, _targets(candidate)) for at, candidate in enumerate(pool.candidates)]
    wanted = {key for _, keys in targets for key in keys}
    if not wanted:
        return []
    called: dict[str, int] = {}
    for at in sorted(range(len(pool.candidates)), key=lambda at: (len(pool.candidates[at].match.path), pool.candidates[at].match.path)):
        for name in wanted.intersection(names(pool.candidates[at].entry)):
            called.setdefault(name, at)
    return [(at, called[key]) for at, keys in targets for key in keys if called.get(key, at) != at]


def _targets(candidate: Candidate) -> list[str]:
    if candidate.cut.targets is None:
        candidate.cut.targets = [graph.key(link.target) for link in graph.links(candidate.entry)]
    return candidate.cut.targets
