"""Does the index equal a rebuild? Compares what it holds with what the files say."""

from __future__ import annotations

from memcli.errors import IndexUnusable
from memcli.index import fold, guard
from memcli.index.document import NEVER_INDEXED
from memcli.index.sync import Index
from memcli.index.view import View


def differences(index: Index, view: View, *, deep: bool) -> list[str]:
    """One line per difference, [] when there is none.

    Always: the keyword index opens and counts as many entries as the manifest says. `deep`: every entry's content sum and catalogue
    fields, in manifest and keyword index, are compared with the file read afresh, and the keyword index's own checksums are.
    """
    keyword = index.keyword(view)
    rows = {row.path: row for row in view.rows()}
    overlay = view.overlay
    searched = {path for path, row in rows.items() if row.state not in NEVER_INDEXED}
    if not deep:
        committed = searched - overlay.keys()
        hidden = keyword.count - len(committed)
        return [f"the keyword index holds {keyword.count} entries, the manifest {len(committed)}"] if hidden < 0 or (not overlay and hidden) else []
    found = [f"the keyword index's file {name} is not what was written" for name in guard.damaged(keyword.folder)] if keyword.folder else []
    held = {path: sum_ for path, sum_ in keyword.sums().items() if path not in overlay}
    held.update((path, document.sum) for path, document in overlay.items() if document is not None)
    actual = dict(index.everything())
    for path in sorted(actual.keys() | rows.keys()):
        row, now = rows.get(path), actual.get(path)
        if row is None or now is None:
            found.append(f"{path} is {'missing from' if row is None else 'gone but still in'} the manifest")
        elif (row.sum, row.id, row.title, row.type, row.state, row.created, row.updated, row.tags) != (
                now.sum, now.id, now.title, now.type, now.state, now.created, now.updated, now.tags):
            found.append(f"{path} differs from what the manifest holds")
        elif path in searched and held.get(path) != now.sum:
            found.append(f"{path} is {'missing from' if path not in held else 'outdated in'} the keyword index")
    if view.manifest is not None and not fold.stale(view.manifest.vectors, index.outside) and not view.manifest.vectors["waiting"]:
        found += _vectors(index, view, {path: row.sum for path, row in rows.items() if path in searched and path not in overlay})
    found += [f"{path} is gone but still in the keyword index" for path in sorted(held.keys() - searched)]
    return found


def _vectors(index: Index, view: View, sums: dict[str, str]) -> list[str]:
    """What the vector index lacks of the entries with these checksums, or that its files are damaged."""
    from memcli.index import static
    from memcli.index.vector import VectorIndex

    assert view.manifest is not None
    try:
        vectors = VectorIndex(index.vault.index, view.manifest.vectors, index.outside)
        vectors.prove()
        vectors.prove_graphs()
    except (IndexUnusable, OSError) as error:
        return [str(error)]
    except static.Missing:
        return []
    held = vectors.of(sums)
    return [f"{path} is missing from the vector index" for path in sorted(sums.keys() - held.keys())]
