"""Which pieces have no vector, and how do they get one? After another embedder was chosen, or one outside could not be had for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from memcli.errors import IndexUnusable, MemError
from memcli.index import fold
from memcli.index.chunks import chunks
from memcli.index.view import View

if TYPE_CHECKING:
    from memcli.index.sync import Index


def waiting(index: Index, view: View) -> int:
    """How many pieces of the index's entries have no vector though they should. 0 with the embedder `none`."""
    outside = index.outside
    if view.manifest is None or outside and outside.id == "none":
        return 0
    if not fold.stale(view.manifest.vectors, outside):
        return int(str(view.manifest.vectors["waiting"]))
    return sum(max(len(chunks(document.body)), 1) for document in index.documents() if document.indexable)


def broken(index: Index) -> str:
    """What the embedder `static` lacks, "" for nothing or when another is chosen. Reads nothing but the head of its table."""
    from memcli.index import static

    if index.outside:
        return ""
    try:
        static.Table(static.folder())
    except static.Missing as error:
        return str(error)
    return ""


def other(index: Index, view: View) -> View:
    """The view with the vectors of the embedder that is chosen, when the index has those of another and it can be had."""
    assert view.manifest
    outside = index.outside
    before = str(view.manifest.vectors.get("embedder", "none"))
    if not fold.stale(view.manifest.vectors, outside) or outside and outside.id == "none" or not _ready(index, tell=outside is not None):
        return view
    entries = len(view.sums())
    if entries:
        index.warn(f"the embedder is now {outside.name[:80] if outside else 'static'}, the vectors are of {before[:80]}: making those of "
                   f"{entries} entries anew")
    return _folded(index, view, 0.0)


def embed(index: Index, view: View) -> View:
    """The view with a vector for every piece, if the embedder can be had, and a sound graph beside every large segment: what waits is
    folded in. Says what it lacks."""
    assert view.manifest
    outside = index.outside
    if outside and outside.id == "none":
        return view
    kept = view.manifest.vectors
    wanting = fold.stale(kept, outside) or kept["waiting"] or outside and view.hidden or _graphless(index, kept)
    if not wanting or not _ready(index, tell=True):
        return view
    return _folded(index, view, index.patience_s)


def _graphless(index: Index, kept: Mapping[str, object]) -> bool:
    """Whether a graph is missing or damaged that can be made anew."""
    from importlib.util import find_spec

    from memcli.index.vector import graphless

    return graphless(index.vault.index, kept) and find_spec("usearch") is not None


def _ready(index: Index, *, tell: bool) -> bool:
    """Whether the chosen embedder can be had now; outside one question shows it."""
    from memcli.index import static

    try:
        if index.outside:
            index.outside.query("ready?")
        else:
            static.folder()
    except static.Missing as error:
        if tell:
            index.tell(str(error))
        return False
    return True


def _folded(index: Index, view: View, patience_s: float) -> View:
    try:
        with index.lock(patience_s):
            index.fold_now()
            found = index.load()
            found.scanned = view.scanned
            return found
    except IndexUnusable:
        raise
    except MemError as error:
        index.warn(f"no vectors were made ({error.message}); mem index makes them")
        return view
