"""What is near to an entry? What it links to, what links to it, and what is alike: in its rare words, and in meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from memcli.entries.model import Entry
from memcli.index import analysis, graph, static
from memcli.index.ask import Ask, Term
from memcli.index.chunks import chunks
from memcli.index.coding import question
from memcli.index.hit import Hit as Match
from memcli.index.sync import Index
from memcli.index.vector import VectorIndex
from memcli.index.view import View
from memcli.search import linked
from memcli.search.channels import among
from memcli.search.pool import gather

WORDS, SHOWN = 60, 3  # of an entry that are looked for, and of those shared that are named
ALIKE, SHARE = 0.25, 0.4  # the cosine, and the share of the best keyword score, below which entries are not called alike
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class Related:
    """An entry near to another. `reasons` in words; `score` 0..2: the cosine and the share of the best keyword score, added; `linked` entries
    come first whatever it is."""

    match: Match
    linked: bool = False
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Nearby:
    """What is near to an entry. `warning` says what likeness in meaning lacked, and why; "" for nothing."""

    found: list[Related]
    warning: str


def related(index: Index, entry: Entry, sum_: str, limit: int) -> Nearby:
    """The nearest `limit` entries: linked ones in the order of the links, then those that link to it, then the alike ones, best first."""

    def look(view: View) -> Nearby:
        found: dict[str, Related] = {}
        for match, reason in (*pointed_to(index, view, entry), *pointing(index, view, entry)):
            one = found.setdefault(match.path, Related(match, linked=True))
            one.reasons.append(reason)
        alike, warning = _by_meaning(index, view, entry, sum_)
        for match, score, reason in (*_by_words(index, view, entry), *alike):
            one = found.setdefault(match.path, Related(match))
            one.score += score
            one.reasons.append(reason)
        found.pop(entry.path, None)
        ranked = sorted(found.values(), key=lambda one: (not one.linked, 0.0 if one.linked else -one.score))
        return Nearby(ranked[:limit], warning)

    return index.read(look, embedded=True)


def pointed_to(index: Index, view: View, entry: Entry) -> Iterator[tuple[Match, str]]:
    """The entries that an entry links to, in its order, with the relation. A name that several have means the one with the shortest path."""
    wanted = {graph.key(link.target): link.rel for link in reversed(graph.links(entry))}
    called: dict[str, Match] = {}
    for match, other in _entries(index, view, "called", list(wanted)):
        for name in linked.names(other):
            known = called.get(name)
            if known is None or (len(match.path), match.path) < (len(known.path), known.path):
                called[name] = match
    for link in graph.links(entry):
        key = graph.key(link.target)
        if key in called and called[key].path != entry.path:
            yield called[key], f"-> {wanted[key]}"


def pointing(index: Index, view: View, entry: Entry) -> Iterator[tuple[Match, str]]:
    """The entries that link to an entry, by path, with the relation."""
    names = {*linked.names(entry)}
    for match, other in _entries(index, view, "links", sorted(names)):
        rel = next((link.rel for link in graph.links(other) if graph.key(link.target) in names), graph.PLAIN)
        yield match, f"<- {rel}"


def _entries(index: Index, view: View, field_: str, values: Sequence[str]) -> list[tuple[Match, Entry]]:
    """The entries with one of these values in a field, by path."""
    found = gather(index, among(index, view, Ask(()), field_, values, graph.LINKS_MAX), {})
    return sorted(((candidate.match, candidate.entry) for candidate in found.candidates), key=lambda pair: pair[0].path)


def _by_words(index: Index, view: View, entry: Entry) -> Iterator[tuple[Match, float, str]]:
    stop = frozenset(analysis.STOP_WORDS)
    counts = Counter(word.lower() for word in _WORD.findall(f"{entry.title}\n{entry.body}") if word.lower() not in stop)
    words = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORDS]]
    if not words:
        return
    matches = [match for match in index.keyword(view).search(Ask(tuple(map(Term, words))), 50, view.overlay, explain=True) if match.path != entry.path]
    for match in matches:
        share = match.score / matches[0].score
        if share >= SHARE:
            told = sorted(match.parts, key=lambda part: (-part.contribution, part.label))
            yield match, share, "shares " + ", ".join(list(dict.fromkeys(part.label for part in told))[:SHOWN])


def _by_meaning(index: Index, view: View, entry: Entry, sum_: str) -> tuple[list[tuple[Match, float, str]], str]:
    """The entries whose pieces are alike in meaning, best first, and what the vectors lack, "" for nothing."""
    outside = index.outside
    if view.manifest is None or outside and outside.id == "none":
        return [], ""
    try:
        if not outside:
            static.folder()
        vectors = VectorIndex(index.vault.index, view.manifest.vectors, outside)
        best = _cosines(vectors, view, entry, sum_)
    except static.Missing as error:
        return [], "" if outside and outside.told else str(error)
    paths = sorted(best, key=lambda path: (-best[path], path))[:50]
    matches = among(index, view, Ask(()), "path", paths, len(paths))
    return [(match, best[match.path], f"alike {best[match.path]:.2f}") for match in matches], vectors.warning


def _cosines(vectors: VectorIndex, view: View, entry: Entry, sum_: str) -> dict[str, float]:
    """The best cosine of each alike entry, by path; what is not in the index yet is embedded for it. Raises static.Missing."""
    fresh = {path: (document.title, chunks(document.body)) for path, document in view.overlay.items() if document is not None}
    own = vectors.of({entry.path: sum_}).get(entry.path) or vectors.embed({entry.path: (entry.title, chunks(entry.body))}).get(entry.path)
    if not own:
        return {}
    whole = question([sum(column) for column in zip(*([row.scale * number for number in row.numbers] for row in own))])
    best = {path: max(row.cosine(whole.numbers, whole.scale) for row in rows) for path, rows in vectors.embed(fresh).items()}
    for near in vectors.nearest(whole):
        if near.path not in view.overlay:
            best[near.path] = max(best.get(near.path, 0.0), near.cosine)
    return {path: cosine for path, cosine in best.items() if cosine >= ALIKE and path != entry.path}
