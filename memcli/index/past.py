"""How was the index at an earlier tree of the vault's history? The present one, with what differs laid over it.

A checksum of an entry is the beginning of the id that git gives its bytes, so that comparing names and checksums tells what differs, hand
edits that no commit holds among it; only that is read, from git. Nothing is written. The cost: one look at every name, and reading,
indexing and embedding in memory each entry that changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from memcli.entries import text
from memcli.entries import vault as vaults
from memcli.index.document import Document, of
from memcli.index.hit import Hit
from memcli.index.manifest import Row
from memcli.index.pending import Pending, row_of
from memcli.index.view import View

Blobs = Callable[[list[str]], dict[str, bytes]]  # bytes by id


class Past:
    """An earlier tree: blob ids by path. `blobs` reads them; at most `limit` bytes of one are looked at."""

    def __init__(self, tree: Mapping[str, str], blobs: Blobs, limit: int) -> None:
        self._tree = {path: blob for path, blob in tree.items() if vaults.may_be_entry(path) and vaults.readable_name(path)}
        self._blobs = blobs
        self._limit = limit
        self._texts: dict[str, bytes] = {}

    def laid_over(self, view: View) -> View:
        """The view as it would be, had the vault this tree."""
        present = view.sums()
        changed = {path: blob for path, blob in self._tree.items() if present.get(path) != text.blob_sum(blob)}
        found = self._blobs(sorted(set(changed.values())))
        pending = Pending(dict(view.pending.rows), dict(view.overlay))
        for path in present.keys() - self._tree.keys():
            pending.down(path)
        for path, blob in sorted(changed.items()):
            data = self._texts[path] = text.head(found[blob], self._limit)
            row, document = _read(data, path, blob)
            pending.up(row, document)
        return View(view.manifest, pending, view.scanned, view.memory)

    def text(self, match: Hit, data: bytes) -> bytes:
        """What an entry said: `data`, which was read from its file now, if that is still the same."""
        if match.path in self._texts:
            return self._texts[match.path]
        blob = self._tree.get(match.path, "")
        if not blob or text.data_sum(data) == text.blob_sum(blob):
            return data
        return text.head(self._blobs([blob])[blob], self._limit)


def _read(data: bytes, path: str, blob: str) -> tuple[Row, Document]:
    document = of(text.read(data, path), text.blob_sum(blob))
    return row_of(document, len(data), 0, 0), document
