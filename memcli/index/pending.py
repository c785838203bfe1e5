"""What came after the manifest was written? A log of JSON lines that every reader lays over it.

Lines: `{"up": path, "stat": [size, mtime, mark], "doc": {...}}` an entry as it is now; `{"rm": path}` gone;
`{"dir": folder, "mtime": ns}` a folder's time after our own write; `{"again": [paths]}` look at these afresh (they were on
their way into the keyword index). Before each stands its CRC-32. A torn last line is what a killed command did not acknowledge;
freshness finds the file.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from memcli.entries import atomic
from memcli.errors import IndexUnusable
from memcli.index.document import Document
from memcli.index.manifest import Row

SIZE_MAX = 1 << 20  # bytes


@dataclass(slots=True)
class Pending:
    """The log, read. `again` paths count as unknown to the manifest; `begun` tells of a fold that is under way or was killed."""

    rows: dict[str, Row] = field(default_factory=dict)
    documents: dict[str, Document | None] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    begun: bool = False
    size_bytes: int = 0

    def room(self, most: int) -> int:
        """How many more entries the log may take before it is folded: `most` in all; -1 once it is long."""
        return most - len(self.documents) if self.size_bytes < SIZE_MAX else -1

    def up(self, row: Row, document: Document) -> None:
        """Note an entry as it is now."""
        self.rows[row.path] = row
        self.documents[row.path] = document if document.indexable else None
        self.again.discard(row.path)

    def down(self, path: str) -> None:
        """Note that an entry's file is gone."""
        self.rows.pop(path, None)
        self.documents[path] = None
        self.again.discard(path)

    def unknown(self, path: str) -> None:
        """Note that an entry must be looked at afresh."""
        self.rows.pop(path, None)
        self.documents.pop(path, None)
        self.again.add(path)


def row_of(document: Document, size: int, mtime: int, mark: int) -> Row:
    """The manifest's row for a document whose file has this size (bytes), modification time (ns) and mark."""
    return Row(document.path, size, mtime, mark, document.sum, document.id, document.title, document.type, document.state,
               document.created, document.updated, document.tags, document.moment)


def read(path: str) -> Pending:
    """The log at `path`; an absent one is empty. Raises IndexUnusable when a line is not what was written."""
    pending = Pending()
    try:
        data = atomic.read(path)
    except OSError:
        return pending
    pending.size_bytes = len(data)
    for line in data.split(b"\n")[:-1]:
        if line:
            try:
                _take(pending, _proven(line))
            except (ValueError, KeyError, TypeError):
                raise IndexUnusable("the index's log is damaged", "mem index --rebuild makes it anew from the files; nothing is lost") from None
    return pending


def _proven(line: bytes) -> dict[str, Any]:
    if int(line[:8], 16) != zlib.crc32(line[9:]):
        raise ValueError("checksum")
    found: dict[str, Any] = json.loads(line[9:])
    return found


def _take(pending: Pending, line: dict[str, Any]) -> None:
    if "up" in line:
        document = Document.from_row(line["doc"])
        size, mtime, mark = map(int, line["stat"])
        pending.up(row_of(document, size, mtime, mark), document)
    elif "rm" in line:
        pending.down(str(line["rm"]))
    elif "dir" in line:
        pending.folders[str(line["dir"])] = int(line["mtime"])
    elif "again" in line:
        pending.begun = True
        for path in line["again"]:
            pending.unknown(str(path))


def line_up(row: Row, document: Document) -> str:
    """The log's line for an entry as it is now."""
    return json.dumps({"up": row.path, "stat": [row.size, row.mtime, row.mark], "doc": document.to_json_row()})


def line_down(path: str) -> str:
    """The log's line for a file that is gone."""
    return json.dumps({"rm": path})


def line_folder(folder: str, mtime: int) -> str:
    """The log's line for a folder's time after our own write."""
    return json.dumps({"dir": folder, "mtime": mtime})


def line_again(paths: Iterable[str]) -> str:
    """The log's line for entries on their way into the keyword index."""
    return json.dumps({"again": list(paths)})


def append(path: str, lines: Iterable[str]) -> None:
    """Add lines in one write, each on a line of its own whatever a killed writer left before them."""
    made = [b"%08x %s" % (zlib.crc32(text), text) for text in map(str.encode, lines)]
    atomic.append(path, b"\n" + b"\n".join(made) + b"\n")
