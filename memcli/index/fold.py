"""How is the index written? Folding the pending log into it, and making it anew. The vault's lock is held.

Order of a fold: `again` line in the log, keyword commit, empty new log, manifest renamed, old log removed. A process killed anywhere
in between leaves something the next reader understands. Vectors follow the keyword commit; what an embedder outside cannot give now waits.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from memcli import faults
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.entries.vault import Vault
from memcli.index import changes, files, guard, manifest, opened, pending
from memcli.index.document import Document
from memcli.index.files import Progress
from memcli.index.manifest import Row
from memcli.index.view import View

if TYPE_CHECKING:
    from memcli.index.builder import Builder
    from memcli.index.keyword import KeywordIndex
    from memcli.index.outside import Outside


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
    assert view.manifest
    folder = f"{vault.index}/{view.manifest.keyword}"
    return opened.keyword(folder, guard.prove(folder, view.manifest.seal, committing=view.pending.begun))


def fold(vault: Vault, view: View, limit: int, progress: Progress, outside: Outside | None = None) -> None:
    """Move what is pending in `view` into the keyword index and a new manifest. `outside` is the embedder, None for `static`."""
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

    kept = view.manifest.vectors
    builder = _builder(vault, kept, outside) if not stale(kept, outside) else None
    committed.write(builder.watching(upserts()) if builder is not None else upserts(), [*removed, *waiting.again])
    faults.hit("keyword-committed")
    vectors = _extended(vault, kept, builder, outside, rows, limit, progress)
    folders = changes.folder_times(view.manifest, waiting)
    for path in rows:
        folders.setdefault(os.path.dirname(path), changes.UNTRUSTED)
    _publish(vault, rows, folders, view.manifest.keyword, vectors, progress)


def rebuild(vault: Vault, limit: int, progress: Progress, outside: Outside | None = None) -> int:
    """Make the whole index anew from the files. Returns the number of entries."""
    from memcli.index.keyword import KeywordIndex

    scan = vaults.scan(vault.root)
    name = f"keyword-{os.urandom(6).hex()}"
    rows: dict[str, Row] = {}
    atomic.make_folder(vault.index, durable=False)
    builder = _builder(vault, {}, outside)
    documents = noting(files.documents(vault.root, files.stats_of(scan), limit, progress), rows)
    KeywordIndex.create(f"{vault.index}/{name}").write(builder.watching(documents) if builder is not None else documents, [])
    faults.hit("keyword-committed")
    vectors = builder.write(vault.index, progress) if builder is not None else {}
    _publish(vault, rows, {folder: changes.trusted(mtime) for folder, mtime in scan.folders.items()}, name, vectors, progress)
    return len(rows)


def stale(kept: Mapping[str, object], outside: Outside | None) -> bool:
    """Whether a manifest keeps no vectors of the embedder that is chosen."""
    return kept.get("embedder", "") != (outside.id if outside else "static")


def _builder(vault: Vault, kept: Mapping[str, object], outside: Outside | None) -> Builder | None:
    """What takes in the vectors of documents; None when there shall be none, or the token vectors are not installed, which search says."""
    from memcli.index import static
    from memcli.index.builder import Builder

    try:
        if outside:
            return None if outside.id == "none" else Builder(outside=outside)
        return Builder(static.Lexicon.read(f"{vault.index}/{kept['lexicon']}") if kept else None)
    except static.Missing:
        return None


def _extended(vault: Vault, kept: Mapping[str, object], builder: Builder | None, outside: Outside | None, rows: Mapping[str, Row], limit: int,
              progress: Progress) -> Mapping[str, object]:
    """The vector index with a builder's documents added. One of another embedder, or that has outgrown its frequencies, is made anew from
    the files; one whose entries wait for an embedder that works again gets these too."""
    from memcli.index import vector
    from memcli.index.builder import GROWTH

    if builder is None:
        return _anew(vault, kept, outside, rows.values(), limit, progress)
    chunks, counted = int(str(kept["chunks"])), int(str(kept["counted"]))
    if not outside and chunks + len(builder) > GROWTH * counted:
        if chunks:
            builder.forget()
            return _anew(vault, {}, None, rows.values(), limit, progress)
        builder.afresh()  # all there is was just taken in
        return builder.write(vault.index, progress)
    made = builder.write(vault.index, progress)
    joined = _joined(kept, made)
    if outside and not joined:  # other dimensions than before
        return _anew(vault, kept, outside, rows.values(), limit, progress)
    if outside and joined["waiting"] and not outside.failure:
        held = vector.held(vault.index, joined, {path: row.sum for path, row in rows.items()})
        more = _anew(vault, {}, outside, [row for path, row in rows.items() if path not in held], limit, progress)
        joined = {**_joined(joined, more), "waiting": more["waiting"]}
    if len(vector.segments(joined)) > vector.SEGMENTS_MAX:
        return vector.merge(vault.index, joined, {path: row.sum for path, row in rows.items()})
    return joined


def _joined(kept: Mapping[str, object], made: Mapping[str, object]) -> dict[str, object]:
    """What a manifest keeps of two parts of a vector index; {} when their vectors differ in length."""
    from memcli.index import vector

    sizes = {int(str(size)) for size in (kept["dimensions"], made["dimensions"]) if size}
    if len(sizes) > 1:
        return {}
    sums = {name: int(str(kept[name])) + int(str(made[name])) for name in ("chunks", "waiting")}
    return {**kept, **sums, "segments": [*vector.segments(kept), *vector.segments(made)], "dimensions": max(sizes, default=0)}


def _anew(vault: Vault, kept: Mapping[str, object], outside: Outside | None, rows: Iterable[Row], limit: int, progress: Progress) -> Mapping[str, object]:
    """The vectors of some entries, from the files. When the embedder gives none of them, `kept` stays."""
    builder = _builder(vault, {}, outside)
    if builder is None:
        return {}
    stats = {row.path: (row.size, row.mtime, row.mark) for row in rows}
    for _, document in files.documents(vault.root, stats, limit, progress):
        builder.take(document)
    made = builder.write(vault.index, progress)
    return kept if kept and made["waiting"] and not made["chunks"] else made


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
