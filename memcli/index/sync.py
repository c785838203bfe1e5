"""How does the index stay true to the files? Loading it, noticing what changed, taking that in. The files are the truth."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeVar

from memcli import faults
from memcli.config import Settings
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.entries.lock import Lock
from memcli.entries.vault import Vault
from memcli.errors import IndexUnusable, MemError
from memcli.index import changes, files, fold, pending
from memcli.index.changes import Changes, Stat
from memcli.index.document import Document
from memcli.index.files import Progress
from memcli.index.manifest import Manifest, Row
from memcli.index.pending import Pending
from memcli.index.view import Status, View

if TYPE_CHECKING:
    from memcli.index.keyword import KeywordIndex
    from memcli.index.outside import Outside

Warn = Callable[[str], None]
T = TypeVar("T")


class Index:
    """The index of one vault. `progress` and `warn` are how it talks; `env` is what a program that embeds sees."""

    def __init__(self, vault: Vault, settings: Settings, progress: Progress, warn: Warn, env: Mapping[str, str]) -> None:
        self.vault = vault
        self._settings = settings
        self._progress = progress
        self.warn = warn
        self._env = env
        self._outside: Outside | None = None
        self._path = f"{vault.index}/manifest"
        self.held = False  # the vault's lock is held by the command we work for
        self.epoch = -1  # where files are watched: counts the times that they were touched

    @property
    def max_bytes(self) -> int:
        """How much of one file is read."""
        return self._settings.whole("entry.max_bytes")

    @property
    def patience_s(self) -> float:
        """How long the lock is waited for."""
        return self._settings.number("lock.timeout_s")

    @property
    def outside(self) -> Outside | None:
        """The embedder that is chosen; None for `static`, which needs no module of its own."""
        if self._outside is None and self._settings.text("embedder.name") != "static":
            from memcli.index import outside

            self._outside = outside.named(self._settings, self._env)
        return self._outside

    # -- reading ---------------------------------------------------------------------------------------------------------------

    def load(self) -> View:
        """The index as written, without looking at the files. Raises IndexUnusable."""
        for _ in range(5):
            found = Manifest(self._path)
            log = fold.log_path(self.vault, found.generation)
            if os.path.exists(log):
                return View(found, pending.read(log))
            found.close()  # folded between the two reads: look again
        raise IndexUnusable("the index's log is missing", "mem index --rebuild makes it anew from the files; nothing is lost")

    def fresh(self, scan: str = "auto") -> View:
        """The index with every change to the files taken in. `scan`: "auto", "files", "folders" or "none"."""
        try:
            view = self.load()
            if scan == "none":
                return view
            assert view.manifest
            how = scan
            if scan == "auto":
                how = "files" if view.manifest.entries <= self._settings.whole("index.scan_limit") else "folders"
            look = changes.by_file if how == "files" else changes.by_folder
            found = look(self.vault.root, view.manifest, view.pending)
            if found.changed or found.gone or found.folders or view.pending.begun:
                view = self._take_in(view, found, how)
        except IndexUnusable as error:
            return self._anew(error)
        view.scanned = how
        return view

    def read(self, look: Callable[[View], T], scan: str = "auto", *, embedded: bool = False) -> T:
        """What `look` sees in a fresh view, whose vectors are those of the chosen embedder with `embedded`. An index that proves unusable
        under it is looked at again, as another process may have replaced it, and then made anew."""
        try:
            return look(self._embedded(self.fresh(scan)) if embedded else self.fresh(scan))
        except IndexUnusable:
            pass
        try:
            return look(self._embedded(self.fresh(scan)) if embedded else self.fresh(scan))
        except IndexUnusable as error:
            return look(self._anew(error))

    def _embedded(self, view: View) -> View:
        if view.manifest is None or view.scanned == "none" or not fold.stale(view.manifest.vectors, self.outside):
            return view
        from memcli.index import catchup

        return catchup.other(self, view)

    def status(self, *, take_in: bool) -> Status:
        """How things stand; `take_in` first takes in every change to the files. Raises IndexUnusable when there is nothing to look at."""
        from memcli.index import catchup

        if take_in:
            def whole(view: View) -> tuple[View, list[Row]]:
                view = catchup.embed(self, view) if view.manifest else view
                return view, view.rows()

            view, rows = self.read(whole, "files")
        else:
            view = self.load()
            rows = view.rows()
        unseen = 0
        if not take_in and view.manifest:
            found = changes.by_file(self.vault.root, view.manifest, view.pending)
            known = {row.path: row.sum for row in view.rows() if row.path in found.changed}
            unseen = len(found.gone) + sum(row.sum != known.get(path) for path, (row, _) in self._read(found.changed).items())
        size = sum(entry.stat(follow_symlinks=False).st_size for folder, _, _ in os.walk(self.vault.index) for entry in os.scandir(folder) if entry.is_file())
        return Status(len(rows), len(view.pending.documents), unseen, size, catchup.waiting(self, view))

    def keyword(self, view: View) -> KeywordIndex:
        """The keyword index that belongs to a view. Raises IndexUnusable."""
        return view.memory if view.memory is not None else fold.keyword(self.vault, view)

    def _take_in(self, view: View, found: Changes, how: str) -> View:
        documents = self._read(found.changed)
        lines = self._overlay(view, found, documents)
        full = view.pending.room(self._settings.whole("index.pending_max")) < 0
        if not full and not view.pending.begun:
            self._persist(view, lines)
            return view
        try:
            with self.lock(self.patience_s if full else 0.0):
                current = self.load()
                assert current.manifest and view.manifest
                if current.manifest.generation == view.manifest.generation:
                    pending.append(fold.log_path(self.vault, current.manifest.generation), lines)
                    self.fold_now()
                    return self.load()
        except IndexUnusable:
            raise
        except MemError as error:
            if full:
                self.warn(f"{len(documents)} changed files are not in the index yet ({error.message}); searching them one by one")
            return view
        return self.fresh(how)  # another command folded what it saw, which may be less than we did

    def _overlay(self, view: View, found: Changes, documents: dict[str, tuple[Row, Document]]) -> list[str]:
        """Lay changes over the view; returns the log's lines for them."""
        lines = []
        for row, document in documents.values():
            view.pending.up(row, document)
            lines.append(pending.line_up(row, document))
        for path in [*found.gone, *(view.pending.again - documents.keys())]:
            view.pending.down(path)
            lines.append(pending.line_down(path))
        view.pending.folders.update(found.folders)
        return lines + [pending.line_folder(folder, mtime) for folder, mtime in found.folders.items()]

    def _persist(self, view: View, lines: list[str]) -> None:
        """Keep what was noticed, if nobody else is writing and the vault can be written; else the next reader notices it again."""
        assert view.manifest
        try:
            with self.lock(0.0):
                log = fold.log_path(self.vault, view.manifest.generation)
                if os.path.exists(log):
                    pending.append(log, lines)
        except MemError:
            return

    def lock(self, timeout_s: float) -> AbstractContextManager[object]:
        """The vault's lock, unless the command we work for holds it."""
        return nullcontext() if self.held else Lock(f"{self.vault.state}/lock", timeout_s, "index")

    def _read(self, stats: Mapping[str, Stat]) -> dict[str, tuple[Row, Document]]:
        return {row.path: (row, document) for row, document in files.documents(self.vault.root, stats, self.max_bytes, self._progress)}

    # -- writing; the vault's lock is held -------------------------------------------------------------------------------------

    def folder_times(self, paths: Iterable[str]) -> dict[str, int]:
        """The present times (ns) of every folder on the way to `paths`: to be handed to `note` after the write."""
        times: dict[str, int] = {}
        for path in paths:
            folder = os.path.dirname(path)
            while folder not in times:
                try:
                    times[folder] = os.stat(f"{self.vault.root}/{folder}").st_mtime_ns
                except OSError:
                    times[folder] = changes.UNTRUSTED
                folder = os.path.dirname(folder)
        return times

    def note(self, paths: list[str], before: Mapping[str, int]) -> None:
        """Take in our own write to `paths`. An index that cannot be read is left for the next reader to make anew."""
        atomic.sweep(self.vault.index)
        paths = [path for path in paths if vaults.may_be_entry(path) and vaults.readable_name(path)]
        try:
            view = self.load()
        except IndexUnusable:
            return
        assert view.manifest
        stats = {path: stat for path in paths if (stat := files.stat(self.vault.root, path))}
        log = fold.log_path(self.vault, view.manifest.generation)
        if len(paths) > view.pending.room(self._settings.whole("index.pending_max")):
            fold.keyword(self.vault, view)  # what is damaged must show before the fold, which leaves it newer than its seal
            pending.append(log, [pending.line_again(paths[at:at + 1000]) for at in range(0, len(paths), 1000)])
            self.fold_now()
            return
        lines = self._overlay(view, Changes(stats, [path for path in paths if path not in stats]), self._read(stats))
        if view.manifest.entries > self._settings.whole("index.scan_limit"):
            known = changes.folder_times(view.manifest, view.pending)
            ours = [folder for folder, mtime in before.items() if known.get(folder, changes.UNTRUSTED) == mtime]
            lines += [pending.line_folder(folder, mtime) for folder, mtime in self.folder_times(f"{folder}/x" for folder in ours).items() if folder in ours]
        pending.append(log, lines)
        faults.hit("pending-appended")

    # -- from nothing ----------------------------------------------------------------------------------------------------------

    def rebuild(self) -> int:
        """Make the whole index anew from the files (lock held). Returns the number of entries."""
        try:
            return fold.rebuild(self.vault, self.max_bytes, self._progress, self.outside)
        finally:
            self._tell_failure()

    def fold_now(self) -> None:
        """Move what is pending into the index (lock held). Raises IndexUnusable."""
        fold.fold(self.vault, self.load(), self.max_bytes, self._progress, self.outside)
        self._tell_failure()

    def _tell_failure(self) -> None:
        if self._outside and self._outside.failure:
            self.tell(self._outside.failure)

    def tell(self, why: str) -> None:
        """Say once what the embedder lacks."""
        if self._outside is None or not self._outside.told:
            self.warn(why)
        if self._outside:
            self._outside.told = True

    def coming(self, count: int) -> list[str]:
        """So many paths of entries that may be asked for: none, in a process that ends with its command."""
        return []

    def documents(self) -> Iterator[Document]:
        """Every entry, read afresh from the files."""
        return (document for _, document in self._documents())

    def everything(self) -> Iterator[tuple[str, Row]]:
        """(path, row) of every entry, read afresh from the files."""
        for row, _ in self._documents():
            yield row.path, row

    def _documents(self) -> Iterator[tuple[Row, Document]]:
        return files.documents(self.vault.root, files.stats_of(vaults.scan(self.vault.root)), self.max_bytes, self._progress)

    def _anew(self, why: IndexUnusable) -> View:
        """Rebuild because the index is absent or unusable; in memory when it cannot be written."""
        if os.path.exists(self._path):
            self.warn(f"{why.message}; making it anew from the files")
        try:
            with self.lock(self.patience_s):
                self.rebuild()
                view = self.load()
        except MemError as error:
            self.warn(f"the index cannot be written ({error.message}); searching without it")
            from memcli.index.keyword import KeywordIndex

            rows: dict[str, Row] = {}
            memory = KeywordIndex.in_memory()
            memory.write(fold.noting(self._documents(), rows), [])
            view = View(None, Pending(rows=rows), memory=memory)
        view.scanned = "files"
        return view
