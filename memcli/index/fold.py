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

    committed.write(upserts(), [*removed, *waiting.again])
    faults.hit("keyword-committed")
    folders = changes.folder_times(view.manifest, waiting)
    for path in rows:
        folders.setdefault(os.path.dirname(path), changes.UNTRUSTED)
    _publish(vault, rows, folders, view.manifest.keyword)


def rebuild(vault: Vault, limit: int, progress: Progress) -> int:
    """Make the whole index anew from the files. Returns the number of entries."""
    from memcli.index.keyword import KeywordIndex

    scan = vaults.scan(vault.root)
    name = f"keyword-{os.urandom(6).hex()}"
    rows: dict[str, Row] = {}
    atomic.make_folder(vault.index, durable=False)
    KeywordIndex.create(f"{vault.index}/{name}").write(noting(files.documents(vault.root, files.stats_of(scan), limit, progress), rows), [])
    faults.hit("keyword-committed")
    _publish(vault, rows, {folder: changes.trusted(mtime) for folder, mtime in scan.folders.items()}, name)
    return len(rows)


def _publish(vault: Vault, rows: Mapping[str, Row], folders: Mapping[str, int], keyword: str) -> None:
    """Make a generation the one that counts, and clear away the others."""
    generation = os.urandom(6).hex()
    atomic.write(log_path(vault, generation), b"", durable=False)
    manifest.write(manifest_path(vault), [rows[path] for path in sorted(rows)], folders, generation=generation, keyword=keyword,
                   seal=guard.seal(f"{vault.index}/{keyword}"))
    faults.hit("manifest-written")
    for name in os.listdir(vault.index):
        if name.startswith("pending-") and name != f"pending-{generation}":
            atomic.remove(f"{vault.index}/{name}", durable=False)
        elif name.startswith("keyword-") and name != keyword:
            atomic.remove_tree(f"{vault.index}/{name}")
    atomic.sweep(vault.index)
