"""How do files become documents? Reading and parsing, one after the other; nothing is written here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from memcli.entries import archive, atomic, text
from memcli.entries import vault as vaults
from memcli.index import changes, pending
from memcli.index.changes import Stat
from memcli.index.document import Document, of
from memcli.index.manifest import Row

Progress = Callable[[str, int, int], None]  # what is being done, how much is done, of how much
_LONG = 200


def documents(root: str, stats: Mapping[str, Stat], limit: int, progress: Progress) -> Iterator[tuple[Row, Document]]:
    """(row, document) of each path; at most `limit` bytes of a file are read. What vanished or cannot be read is passed over."""
    total = len(stats)
    for number, (path, (size, mtime, mark)) in enumerate(stats.items()):
        if total > _LONG and number % 100 == 0:
            progress("indexing", number, total)
        try:
            data = text.head(atomic.read(f"{root}/{path}", limit), limit)
        except OSError:
            continue  # gone or unreadable since the scan; doctor names the latter
        document = of(archive.whole(root, text.read(data, path)), text.data_sum(data))
        yield pending.row_of(document, size, changes.trusted(mtime), mark), document
    if total > _LONG:
        progress("indexing", total, total)


def stats_of(scan: vaults.Scan) -> dict[str, Stat]:
    """What a scan saw of each path."""
    return dict(zip(scan.paths, zip(scan.sizes, scan.mtimes, scan.marks)))


def stat(root: str, path: str) -> Stat | None:
    """What the file system says of one path now, None when it is gone."""
    try:
        info = os.stat(f"{root}/{path}", follow_symlinks=False)
    except OSError:
        return None
    return info.st_size, info.st_mtime_ns, vaults.mark(info)
