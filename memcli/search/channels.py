"""Which entries does each channel find? Keyword and vector candidates, under one set of filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from memcli.index.ask import Ask, Filter, Not, Term
from memcli.index.chunks import chunks
from memcli.index.coding import Coded, Question, cosines
from memcli.index.hit import Hit as Match
from memcli.index.sync import Index
from memcli.index.view import View

if TYPE_CHECKING:
    from memcli.index.vector import VectorIndex

LEAST = 0.15  # cosine below which a piece that shares no word with the question is no answer to it
KNOWN = 0.51  # share of a question's words that must have a meaning of their own, else only what words found is compared
COLD = (Filter("state", "is", "cold"), Filter("state", "is", "archived"))
ALIKE_MAX = 50  # entries that the vector channel adds


@dataclass(slots=True)
class Alike:
    """What the vector channel knows: the question's vector, and the vectors of entries by path. `warning` says why it is off."""

    question: Question | None = None
    vectors: dict[str, list[Coded]] = field(default_factory=dict)
    found: list[Match] = field(default_factory=list)
    warning: str = ""


def stirred(index: Index, view: View, ask: Ask) -> Ask:
    """The question without cold and archived entries; the very same one where there are none, or it says itself which states it means."""
    if any(getattr(condition, "field", "") == "state" for either in ask.filters for condition in either):
        return ask
    if view.stirred is None:
        view.stirred = bool(index.keyword(view).search(Ask((), (COLD,)), 1, view.overlay))
    if not view.stirred:
        return ask
    return replace(ask, clauses=(*ask.clauses, *map(Not, COLD)))


def keyword(index: Index, view: View, ask: Ask, limit: int, *, explain: bool) -> list[Match]:
    """The best entries by words."""
    return index.keyword(view).search(ask, limit, view.overlay, explain=explain)


def alike(index: Index, view: View, ask: Ask, question: str, known: Sequence[Match]) -> Alike:
    """The entries whose pieces mean something like the question, and the vectors of these and of the `known` ones. Raises IndexUnusable."""
    from memcli.index import opened, static

    outside = index.outside
    if not any(isinstance(clause, Term) for clause in ask.positive) or view.manifest is None or outside and outside.id == "none":
        return Alike()
    try:
        if not outside:
            static.folder()
        vectors = opened.vectors(index.vault.index, view.manifest.vectors, outside)
        found = Alike(vectors.query(question), warning=vectors.warning)
    except static.Missing as error:
        return Alike(warning="" if outside and outside.told else str(error))
    assert found.question is not None
    if not found.question.scale:
        return found
    if vectors.embedder.known_share(question) < KNOWN:
        found.vectors = vectors.of({match.path: match.sum for match in known})
        return found
    best = _nearest(vectors, view, found)
    seen = {match.path for match in known}
    wanted = sorted((path for path, cosine in best.items() if cosine >= LEAST and path not in seen), key=lambda path: (-best[path], path))[:ALIKE_MAX]
    found.found = among(index, view, ask, "path", wanted, len(wanted))
    sums = {match.path: match.sum for match in (*known, *found.found) if match.path not in found.vectors}
    held = vectors.of(sums)
    found.vectors.update(held)
    found.found = [match for match in found.found if match.path in found.vectors]
    return found


def _nearest(vectors: VectorIndex, view: View, found: Alike) -> dict[str, float]:
    """The best cosine of entries by path; what is not in the index yet is embedded for it."""
    from memcli.index import static

    assert found.question is not None
    fresh = {path: document for path, document in view.overlay.items() if document is not None}
    try:
        found.vectors = vectors.embed({path: (document.title, chunks(document.body)) for path, document in fresh.items()})
    except static.Missing as error:
        found.warning = str(error)
    best = {path: max(cosines(rows, found.question)) for path, rows in found.vectors.items()}
    newer = view.overlay
    best.update((path, cosine) for path, cosine in vectors.best(found.question, LEAST).items() if path not in newer)
    found.warning = vectors.warning or found.warning
    return best


def among(index: Index, view: View, ask: Ask, field_: str, values: Sequence[str], limit: int) -> list[Match]:
    """The entries with one of these values in a field that a question's filters and exclusions let pass, `limit` at most."""
    if not values:
        return []
    either = tuple(Filter(field_, "is", value) for value in values)
    only = replace(ask, clauses=tuple(clause for clause in ask.clauses if isinstance(clause, Not)), filters=(*ask.filters, either))
    return index.keyword(view).search(only, limit, view.overlay)
