"""What of an index stays open between the requests of a server? The view, while the files and the index are as they were when it was made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice

from memcli.config import Settings
from memcli.entries.vault import Vault
from memcli.index import fold, opened
from memcli.index.changes import Changes
from memcli.index.files import Progress
from memcli.index.sync import Index, Warn
from memcli.index.view import View
from memcli.index.witness import Witness

Stamp = tuple[int, ...]


class Warm:
    """What is kept of the vault at `root`."""

    def __init__(self, root: str) -> None:
        opened.stay()
        self.root = root
        self.witness = Witness(root)
        self.view: View | None = None
        self.stamp: Stamp = ()
        self.epoch = 0  # counts the looks at the files
        self._coming: Iterator[str] | None = None

    def coming(self, count: int) -> list[str]:
        """So many paths more of the entries there were at first, each once."""
        if self._coming is None:
            self._coming = iter([row.path for row in self.view.rows()] if self.view else [])
        return list(islice(self._coming, count))

    def index(self, vault: Vault, settings: Settings, progress: Progress, warn: Warn, env: Mapping[str, str]) -> WarmIndex:
        """The index for one request."""
        return WarmIndex(self, vault, settings, progress, warn, env)


class WarmIndex(Index):
    """An index that does not look at the files again when nobody has touched them since the last look found nothing new."""

    def __init__(self, warm: Warm, vault: Vault, settings: Settings, progress: Progress, warn: Warn, env: Mapping[str, str]) -> None:
        super().__init__(vault, settings, progress, warn, env)
        self._warm = warm
        self._took = False
        self.epoch = warm.epoch

    def fresh(self, scan: str = "auto") -> View:
        """As Index.fresh, from what is kept where that is sure to be the same."""
        warm = self._warm
        if scan == "none" or self.held:
            return super().fresh(scan)
        if warm.view is not None and self._seen_so(warm.view, scan) and warm.witness.silent and warm.stamp == self._stamp(warm.view):
            self.epoch = warm.epoch
            return warm.view
        warm.view, self._took = None, False
        sure = warm.witness.begin()
        warm.epoch += 1
        self.epoch = warm.epoch if sure else -1
        view = super().fresh(scan)
        if sure and not self._took and view.manifest is not None and not view.pending.begun:
            warm.view, warm.stamp = view, self._stamp(view)
        return view

    def coming(self, count: int) -> list[str]:
        """So many paths of entries that may be asked for; none when there are no more, or what is known of them would not last."""
        return self._warm.coming(count) if self.epoch >= 0 else []

    def _seen_so(self, view: View, scan: str) -> bool:
        """Whether a view was made by the look that is asked for."""
        assert view.manifest
        how = "files" if view.manifest.entries <= self._settings.whole("index.scan_limit") else "folders"
        return view.scanned == (how if scan == "auto" else scan)

    def _take_in(self, view: View, found: Changes, how: str) -> View:
        self._took = True
        return super()._take_in(view, found, how)

    def _stamp(self, view: View) -> Stamp:
        """What tells that nobody has written to the index."""
        assert view.manifest
        stamp: list[int] = []
        for path in (view.manifest.path, fold.log_path(self.vault, view.manifest.generation)):
            try:
                info = os.stat(path)
                stamp += (info.st_ino, info.st_mtime_ns, info.st_ctime_ns, info.st_size)
            except OSError:
                stamp.append(-1)
        return tuple(stamp)
