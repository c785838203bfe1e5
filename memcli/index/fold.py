"""How is the index written? Folding the pending log into it, and making it anew. The vault's lock is held.

Order of a fold: `again` line in the log, keyword commit, empty new log, manifest renamed, old log removed. A process killed anywhere
in between leaves something the next reader understands.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from memcli import faults
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.entries.vault import Vault
from memcli.index import changes, files, guard, manifest, pending
from memcli.index.document import Document
from memcli.index.files import Progress
from memcli.index.manifest import Row
from memcli.index.view import View

if TYPE_CHECKING:
    from memcli.index.keyword import KeywordIndex
    from memcli.index.vector import Builder


def manifest_path(vault: Vault) -> str:
    """Where the manifest is."""
    return f"{vault.index}/manifest"


def log_path(vault: Vault, generation: str) -> str:
    """Where the pending log of a manifest's generation is."""
    return f"{vault.index}/pending-{generation}"


def noting(found: Iterable[tuple[Row, Document]], rows: dict[str, Row]) -> Iterator[Document]:
    """The documents, while `rows` takes in their rows."""
    for row, document in found:
        rows[row.path] = row
        yield document


def keyword(vault: Vault, view: View) -> KeywordIndex:
    """The keyword index that belongs to a view of the manifest. Raises IndexUnusable when its files are not what was written."""
    from memcli.index.keyword import KeywordIndex

    assert view.manifest
    folder = f"{vault.index}/{view.manifest.keyword}"
    guard.prove(folder, view.manifest.seal, committing=view.pending.begun)
    return KeywordIndex.open(folder)


def fold(vault: Vault, view: View, limit: int, progress: Progress) -> None:
    """Move what is pending in `view` into the keyword index and a new manifest."""
    assert view.manifest
    committed = keyword(vault, view)
    waiting = view.pending
    stats = {path: stat for path in sorted(waiting.again) if (stat := files.stat(vault.root, path))}
    removed = [path for path, document in waiting.documents.items() if document is None]
    pending.append(log_path(vault, view.manifest.generation), [pending.line_again(waiting.documents)])
    rows = {row.path: row for row in view.manifest.rows() if row.path not in view.hidden}
    rows.update(waiting.rows)

    def upserts() -> Iterator[Document]:
        yield from (document for document in waiting.documents.values() if document is not None)
        yield from noting(files.documents(vault.root, stats, limit, progress), rows)

    builder = _builder(vault, view.manifest.vectors)
    committed.write(builder.watching(upserts()) if builder else upserts(), [*removed, *waiting.again])
    faults.hit("keyword-committed")
    vectors = _extended(vault, view.manifest.vectors, builder, rows, limit, progress) if builder else {}
    folders = changes.folder_times(view.manifest, waiting)
    for path in rows:
        folders.setdefault(os.path.dirname(path), changes.UNTRUSTED)
    _publish(vault, rows, folders, view.manifest.keyword, vectors, progress)


def rebuild(vault: Vault, limit: int, progress: Progress) -> int:
    """Make the whole index anew from the files. Returns the number of entries."""
    from memcli.index.keyword import KeywordIndex

    scan = vaults.scan(vault.root)
    name = f"keyword-{os.urandom(6).hex()}"
    rows: dict[str, Row] = {}
    atomic.make_folder(vault.index, durable=False)
    builder = _builder(vault, {})
    documents = noting(files.documents(vault.root, files.stats_of(scan), limit, progress), rows)
    KeywordIndex.create(f"{vault.index}/{name}").write(builder.watching(documents) if builder else documents, [])
    faults.hit("keyword-committed")
    vectors = builder.write(vault.index) if builder else {}
    _publish(vault, rows, {folder: changes.trusted(mtime) for folder, mtime in scan.folders.items()}, name, vectors, progress)
    return len(rows)


def _builder(vault: Vault, kept: Mapping[str, object]) -> Builder | None:
    """What takes in the vectors of documents; None when the token vectors are not installed, which search says."""
    from memcli.index import static
    from memcli.index.vector import Builder

    try:
        return Builder(static.Lexicon.read(f"{vault.index}/{kept['lexicon']}") if kept else None)
    except static.Missing:
        return None


def _extended(vault: Vault, kept: Mapping[str, object], builder: Builder, rows: Mapping[str, Row], limit: int,
              progress: Progress) -> dict[str, object]:
    """The vector index with a builder's documents added. One that has outgrown its frequencies is made anew from the files."""
    from memcli.index import vector

    made = builder.write(vault.index)
    if not kept:
        return made
    counted, held = int(str(kept["counted"])), int(str(kept["chunks"])) + int(str(made["chunks"]))
    if held > vector.GROWTH * counted:
        anew = vector.Builder()
        stats = {path: (row.size, row.mtime, row.mark) for path, row in rows.items()}
        for _, document in files.documents(vault.root, stats, limit, progress):
            anew.take(document)
        return anew.write(vault.index)
    names = [*vector.segments(kept), *vector.segments(made)]
    joined = {**kept, "segments": names, "chunks": held}
    return vector.merge(vault.index, joined, {path: row.sum for path, row in rows.items()}) if len(names) > vector.SEGMENTS_MAX else joined


def _publish(vault: Vault, rows: Mapping[str, Row], folders: Mapping[str, int], keyword: str, vectors: Mapping[str, object],
             progress: Progress) -> None:
    """Make a generation the one that counts, and clear away the others."""
    generation = os.urandom(6).hex()
    atomic.write(log_path(vault, generation), b"", durable=False)
    from memcli.index import vector

    vectors = {**vector.with_graphs(vault.index, vectors, progress), "seal": vector.seal(vault.index, vectors)} if vectors else {}
    manifest.write(manifest_path(vault), [rows[path] for path in sorted(rows)], folders, generation=generation, keyword=keyword,
                   seal=guard.seal(f"{vault.index}/{keyword}"), vectors=vectors)
    faults.hit("manifest-written")
    for name in os.listdir(vault.index):
        if name.startswith("pending-") and name != f"pending-{generation}":
            atomic.remove(f"{vault.index}/{name}", durable=False)
        elif name.startswith("keyword-") and name != keyword:
            atomic.remove_tree(f"{vault.index}/{name}")
    vector.sweep(vault.index, vectors)
    atomic.sweep(vault.index)
