"""Which of the files that a watcher was told of does the index not know yet? They are taken in, so that no search has to look for them.

Nothing is believed on the watcher's word: what it names is compared by size, times and inode as a search would do it, and folders are looked at as well.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from memcli.errors import IndexUnusable, UserError
from memcli.index import changes, files, fold, pending
from memcli.index.changes import Changes, Stat
from memcli.index.sync import Index
from memcli.index.view import View


@dataclass(slots=True)
class Noticed:
    """What a look took in: paths of entries, each sorted. `anew`: the index had to be made anew. `folders` are those that may hold entries, `entries` how
    many there are."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    anew: bool = False
    folders: frozenset[str] = frozenset()
    entries: int = 0


def follow(index: Index, told: Iterable[str] | None) -> Noticed:
    """Take in what changed among the paths `told` and in every folder whose time differs; None looks at every file. Raises Locked."""
    with index.lock(index.patience_s):
        held, index.held = index.held, True
        try:
            return _take_in(index, told)
        except IndexUnusable as error:
            index.warn(f"{error.message}; making it anew from the files")
            index.rebuild()
            return _whole(index.load(), Noticed(anew=True))
        finally:
            index.held = held


def _take_in(index: Index, told: Iterable[str] | None) -> Noticed:
    view = index.load()
    assert view.manifest
    found = changes.by_folder(index.vault.root, view.manifest, view.pending)
    if told is None:
        whole = changes.by_file(index.vault.root, view.manifest, view.pending)
        found = Changes(whole.changed, whole.gone, {**found.folders, **whole.folders})
    else:
        found = _named(index, view, set(told), found)
    paths = sorted({*found.changed, *found.gone, *view.pending.again})
    before = _sums(view, paths)
    if paths:
        index.note(paths, {})
    if found.folders:
        log = fold.log_path(index.vault, index.load().manifest.generation)  # type: ignore[union-attr]
        pending.append(log, [pending.line_folder(folder, mtime) for folder, mtime in found.folders.items()])
    view = index.load() if paths or found.folders else view
    after = _sums(view, paths)
    return _whole(view, Noticed([path for path in paths if path not in before and path in after],
                                [path for path in paths if path in before and path in after and before[path] != after[path]],
                                [path for path in paths if path in before and path not in after]))


def _whole(view: View, noticed: Noticed) -> Noticed:
    assert view.manifest
    noticed.folders = frozenset(changes.folder_times(view.manifest, view.pending))
    known = view.manifest.paths()
    noticed.entries = len(known) - sum(_place(known, path) >= 0 for path in view.hidden) + len(view.pending.rows)
    return noticed


def _named(index: Index, view: View, told: set[str], found: Changes) -> Changes:
    """What folders' times tell, and what is to be seen of the files that were named: those rewritten in place."""
    for path in told - found.changed.keys():
        known, now = _known(view, path), _now(index, path)
        if now is not None and now != known:
            found.changed[path] = now
        elif now is None and known is not None and path not in found.gone:
            found.gone.append(path)
    return found


def _now(index: Index, path: str) -> Stat | None:
    """A file's size and times, None where a walk would find no entry."""
    try:
        return files.stat(index.vault.root, index.vault.entry(path)) if os.path.lexists(f"{index.vault.root}/{path}") else None
    except UserError:
        return None


def _known(view: View, path: str) -> Stat | None:
    row = view.pending.rows.get(path)
    if row is not None:
        return row.size, row.mtime, row.mark
    assert view.manifest
    at = -1 if path in view.hidden else _place(view.manifest.paths(), path)
    if at < 0:
        return None
    sizes, mtimes, marks = view.manifest.stats()
    return sizes[at], mtimes[at], marks[at]


def _sums(view: View, paths: list[str]) -> dict[str, str]:
    """Checksums of some entries, by path; those that are none are absent."""
    found = {path: view.pending.rows[path].sum for path in paths if path in view.pending.rows}
    assert view.manifest
    known, sums, hidden = view.manifest.paths(), view.manifest.sums(), view.hidden - view.pending.again
    for path in paths:
        if path not in found and path not in hidden and (at := _place(known, path)) >= 0:
            found[path] = sums[at]
    return found


def _place(known: list[str], path: str) -> int:
    at = bisect_left(known, path)
    return at if at < len(known) and known[at] == path else -1
