"""What is in the vault right now? The manifest with everything newer laid over it: what reading commands work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memcli.index.document import Document
from memcli.index.manifest import Manifest, Row
from memcli.index.pending import Pending

if TYPE_CHECKING:
    from memcli.index.keyword import KeywordIndex


@dataclass(slots=True)
class View:
    """A reading of the index. `scanned`: "files" (each was looked at), "folders" (only their times were), or "none".

    `manifest` is None when the index lives in memory only; then `pending.rows` holds every entry and `memory` finds them.
    """

    manifest: Manifest | None
    pending: Pending = field(default_factory=Pending)
    scanned: str = "none"
    memory: KeywordIndex | None = None
    stirred: bool | None = None  # whether there are cold or archived entries; None: not asked yet

    @property
    def overlay(self) -> Mapping[str, Document | None]:
        """Documents that count instead of the keyword index's, None for removed ones."""
        if not self.pending.again:
            return self.pending.documents
        return {**self.pending.documents, **dict.fromkeys(self.pending.again)}

    @property
    def hidden(self) -> set[str]:
        """Paths of which the manifest's own row no longer holds."""
        return self.pending.documents.keys() | self.pending.again

    def sums(self) -> dict[str, str]:
        """Every entry's checksum by path."""
        known = dict(zip(self.manifest.paths(), self.manifest.sums())) if self.manifest is not None else {}
        for path in self.hidden:
            known.pop(path, None)
        return {**known, **{row.path: row.sum for row in self.pending.rows.values()}}

    def rows(self) -> list[Row]:
        """Every entry, sorted by path."""
        known = self.manifest.rows() if self.manifest is not None else []
        if not self.hidden and self.manifest is not None:
            return known
        hidden = self.hidden
        rows = [row for row in known if row.path not in hidden]
        return sorted([*rows, *self.pending.rows.values()], key=lambda row: row.path)

    def find(self, part: str, limit: int = 20) -> list[tuple[str, str]]:
        """(id, path) of the entries whose id begins or ends with `part` (lower case), sorted by id, at most about `limit`."""
        found = {(row.id, row.path) for row in self.pending.rows.values() if row.id.startswith(part) or row.id.endswith(part)}
        if self.manifest is not None:
            places = self.manifest.find_ids(part, limit + len(self.hidden))
            if places:
                paths, ids, hidden = self.manifest.paths(), self.manifest.ids(), self.hidden
                found.update((ids[at], paths[at]) for at in places if paths[at] not in hidden)
        return sorted(found)[:limit]


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand: entries known, of them in the pending log, changed files not taken in yet, bytes of the index on disk, pieces
    that wait for a vector."""

    entries: int
    pending: int
    unseen: int
    size_bytes: int
    waiting: int
