"""What is being done to the files of a folder right now? A live recorder on watchfiles, which hands on events in the form that `events` reads.

Watching tells that a file was made, changed or is gone, not that it was read. What a file holds is never kept: of a text of at most TEXT_MAX bytes its
sum and its number of lines, so that a move can be told from a deletion and a change from a touch. Hidden names, and folders that are built and not written,
are passed over; links are not followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed

if TYPE_CHECKING:
    from threading import Event as Stop

TEXT_MAX = 1 << 20
FILES_MAX = 200_000  # that are known before watching begins
BUILT = frozenset(("node_modules", "__pycache__", "build", "dist", "target", "venv", "env", "site-packages", "htmlcov", "_build", "out", "coverage"))
_TEMPORARY = ("~", ".swp", ".swx", ".tmp", ".part", ".crdownload", ".mem-tmp")
SETTLE_MS = 300  # changes that come closer together are one batch, so that a file saved by renaming is one event


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a file or folder: which one it is, its size in bytes, and of a text its sum and lines; of what is larger when it was touched."""

    inode: int
    size: int
    folder: bool
    sum: str = ""
    lines: int = 0
    touched: int = 0


def record(folder: str, out: Callable[[dict[str, Any]], None], stop: Stop, now: Callable[[], datetime], *, session: str = "", profile: str = "") -> None:
    """Hand an event to `out` for each change below `folder` until `stop` is set. `session` is the day where none is given. Raises PluginFailed."""
    import watchfiles

    root = os.path.realpath(folder)
    if not os.path.isdir(root):
        raise PluginFailed(f"{folder} is no folder", "give the folder that is to be watched")
    known = dict(survey(root))
    try:
        number, first = 0, True
        for batch in watchfiles.watch(root, watch_filter=lambda _, path: watched(root, path), stop_event=stop, debounce=SETTLE_MS, step=50, rust_timeout=200,
                                      yield_on_timeout=True, ignore_permission_denied=True, raise_interrupt=False):
            paths = {path for _, path in batch if path != root}
            if first:  # what happened after the survey and before the watch began
                first, paths = False, paths | {os.path.join(root, path) for path in {**known, **dict(survey(root))}}
            at = now()
            for one in told(known, {os.path.relpath(path, root): look(path) for path in _whole(root, known, paths)}):
                number += 1
                ms = int(at.timestamp() * 1000)
                out({"event_id": f"{ms}-{number:06}", "timestamp": ms, "session_id": session or at.date().isoformat(), "profile_id": profile, **one})
    except OSError as error:
        raise PluginFailed(f"{folder} cannot be watched: {error.strerror or error}", "sysctl fs.inotify.max_user_watches may be too low") from None


def watched(root: str, path: str) -> bool:
    """Whether a path below `root` is one to tell of: nothing hidden, built or temporary."""
    parts = os.path.relpath(path, root).split(os.sep)
    return not any(part.startswith(".") or part in BUILT for part in parts) and not parts[-1].endswith(_TEMPORARY)


def survey(root: str) -> Iterator[tuple[str, Seen]]:
    """(relative path, what is known) of everything below a folder. Raises PluginFailed for more than FILES_MAX."""
    count, todo = 0, [root]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                found = [entry.path for entry in entries if watched(root, entry.path)]
        except OSError:
            continue  # a folder that may not be read, or that is gone by now, has nothing to tell
        for path in found:
            seen = look(path)
            if seen is not None:
                count += 1
                if count > FILES_MAX:
                    raise PluginFailed(f"{root} holds more than {FILES_MAX} files", "watch a folder further down")
                yield os.path.relpath(path, root), seen
                if seen.folder:
                    todo.append(path)


def look(path: str) -> Seen | None:
    """What can be known of a path without keeping what it holds; None when it is gone, a link or a device."""
    try:
        info = os.lstat(path)
        if stat.S_ISDIR(info.st_mode):
            return Seen(info.st_ino, 0, True)
        if not stat.S_ISREG(info.st_mode):
            return None
        if info.st_size > TEXT_MAX:
            return Seen(info.st_ino, info.st_size, False, touched=info.st_mtime_ns)
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            data = file.read(TEXT_MAX)
    except OSError:
        return None
    lines = 0 if b"\0" in data else data.count(b"\n") + (data[-1:] not in (b"", b"\n"))
    return Seen(info.st_ino, len(data), False, hashlib.sha256(data).hexdigest()[:16], lines)


def _whole(root: str, known: Mapping[str, Seen], paths: set[str]) -> list[str]:
    """Some paths with what lies below a folder that has come or gone, as the system tells of the folder alone."""
    for path in list(paths):
        relative = os.path.relpath(path, root)
        if relative not in known and os.path.isdir(path) and not os.path.islink(path):
            paths.update(os.path.join(path, below) for below, _ in survey(path))
        elif relative in known and known[relative].folder:
            paths.update(os.path.join(root, other) for other in known if other.startswith(f"{relative}/"))
    return sorted(paths)


def told(known: dict[str, Seen], changed: Mapping[str, Seen | None]) -> Iterator[dict[str, Any]]:
    """The events that explain how what was `known` became what it is now, which it is brought up to date with: moves and renames (the same file, or the
    same contents, gone there and come here), new folders, files made or changed, deletions."""
    gone = {path: known.pop(path) for path, now in changed.items() if now is None and path in known}
    came_from = {trait: path for path, was in gone.items() for trait in _traits(was)}
    fresh = {path: now for path, now in changed.items() if now is not None and path not in known}
    for path, now in fresh.items():
        known[path] = now
        before = next((came_from[trait] for trait in _traits(now) if came_from.get(trait) in gone), None)
        if before is not None:
            gone.pop(before)
            if not _with_folder(path, before, changed):
                yield _moved(before, path)
        elif now.folder:
            yield {"event_type": "dir_create", "dir_path": path, "depth": path.count("/") + 1}
        else:
            yield _written(path, now, "create", None)
    for path, found in changed.items():
        was = known.get(path)
        if found is None or was is None or path in fresh:
            continue
        known[path] = found
        if not found.folder and (was.sum, was.size, was.touched) != (found.sum, found.size, found.touched):
            yield _edited(path, was, found) if was.sum and found.sum else _written(path, found, "overwrite", was)
    for path, was in gone.items():
        if not was.folder:
            yield {"event_type": "file_delete", "file_path": path}


def _traits(seen: Seen) -> list[tuple[object, ...]]:
    """By what a thing is known again elsewhere: a folder by its inode, a file by inode and size, or by its sum when it holds something."""
    return [(seen.folder, seen.inode, seen.size), *([(seen.sum,)] if seen.sum and seen.size else [])]


def _with_folder(path: str, before: str, changed: Mapping[str, Seen | None]) -> bool:
    """Whether a thing moved only because the folder it lies in did, which is told by itself."""
    folder, old = os.path.dirname(path), os.path.dirname(before)
    return folder != old and os.path.basename(path) == os.path.basename(before) and folder in changed and old in changed and changed[old] is None


def _moved(before: str, path: str) -> dict[str, Any]:
    if os.path.dirname(before) == os.path.dirname(path):
        return {"event_type": "file_rename", "old_path": before, "new_path": path}
    return {"event_type": "file_move", "old_path": before, "new_path": path, "destination_directory_depth": path.count("/")}


def _written(path: str, now: Seen, operation: str, was: Seen | None) -> dict[str, Any]:
    return {"event_type": "file_write", "file_path": path, "file_type": os.path.splitext(path)[1].lstrip("."), "directory_depth": path.count("/"),
            "operation": operation, "content_length": now.size, "before_hash": was.sum or None if was else None, "after_hash": now.sum or None}


def _edited(path: str, was: Seen, now: Seen) -> dict[str, Any]:
    """Without contents an edit is known by its lines before and after: those that came or went; at least one changed."""
    more = now.lines - was.lines
    return {"event_type": "file_edit", "file_path": path, "file_type": os.path.splitext(path)[1].lstrip("."), "edit_tool": "", "lines_added": max(more, 0),
            "lines_deleted": max(-more, 0), "lines_modified": 0 if more else 1, "before_hash": was.sum, "after_hash": now.sum}
