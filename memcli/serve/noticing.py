"""What is being changed below some folders right now? Batches of paths as the system tells of them, and where it cannot be relied on to tell.

The one door to watchfiles for what follows a vault or the sources of mem ingest. Links are followed by the system's walk of a tree, so that one who must
not be led astray names the folders one by one (`deep=False`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from memcli import clock
from memcli.errors import UserError

STEP_MS = 50  # changes that come closer together are one batch
TICK_MS = 200  # after so long without any an empty batch is handed on
GAP_S = 5.0  # a tick that took so much longer: the machine slept, or we were stopped
FAR = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "gfs2", "glusterfs", "lustre", "ocfs2", "vboxsf", "prl_fs", "drvfs", "fuse.sshfs",
       "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.vmhgfs-fuse", "fuse.gvfsd-fuse", "davfs", "fuse.davfs2")  # where others write unseen
_ODD = "rename what has a name that is not UTF-8, and start it again; mem doctor names what is passed over"
_MOUNTS = "/proc/self/mountinfo"


class Stop:
    """Asks a watch to end, from a signal's handler."""

    def __init__(self) -> None:
        self._asked = False

    def set(self, *_: object) -> None:
        """End."""
        self._asked = True

    def is_set(self) -> bool:
        """Whether it is to end."""
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is to end; says whether it is."""
        until = clock.monotonic_s() + seconds
        while not self._asked and (left := until - clock.monotonic_s()) > 0:
            clock.sleep(min(left, TICK_MS / 1000))
        return self._asked


def batches(paths: Iterable[str], stop: Stop, keep: Callable[[str], bool], *, deep: bool, most_ms: int = 500, tick: bool = True) -> Iterator[set[str]]:
    """Sets of absolute paths that were changed, those that `keep` wants; with `tick` an empty set now and then, the first as soon as the watch holds.

    In a tree (`deep`) what cannot be followed is passed over: watchfiles is silent about it. Else raises UserError where the system's means do not suffice,
    FileNotFoundError when one of `paths` is not there.
    """
    from watchfiles import watch

    try:
        for batch in watch(*paths, watch_filter=lambda _, path: keep(path), stop_event=stop, debounce=most_ms, step=min(STEP_MS, most_ms), rust_timeout=TICK_MS,
                           yield_on_timeout=tick, recursive=deep, ignore_permission_denied=deep, force_polling=None if deep else False):
            yield {path for _, path in batch}
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError) as error:
        hint = _ODD if "decode path" in str(error) else "sysctl fs.inotify.max_user_watches and fs.inotify.max_user_instances may be too low"
        raise UserError(f"the system cannot tell of changes ({_short(error)})", hint) from None


def _short(error: Exception) -> str:
    return str(error).partition(" about ")[0].removeprefix("Error creating recommended watcher: ").rstrip(".")[:200]


def far(path: str) -> str:
    """The kind of file system a path lies on, if others can change it there unseen; "" for one that tells, and where it is not known."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            rows = [row.split(" ") for row in file]
    except OSError:
        return ""
    best, kind = "", ""
    for row in rows:
        where = row[4].encode("latin-1", "surrogateescape").decode("unicode_escape").encode("latin-1", "replace").decode("utf-8", "surrogateescape") \
            if "\\" in row[4] else row[4]
        inside = where == "/" or path == where or path.startswith(f"{where}/")
        if inside and len(where) >= len(best) and "-" in row:
            best, kind = where, row[row.index("-") + 1]
    return kind if kind in FAR else ""


class Clock:
    """Tells a tick that took far too long."""

    def __init__(self) -> None:
        self._last = clock.wall_ns()

    def slept(self) -> bool:
        """Whether much more time went by since the last `mark` than a tick takes, by the wall clock, which goes on while a machine sleeps."""
        return abs(clock.wall_ns() - self._last) > (GAP_S + TICK_MS / 1000) * 1e9

    def mark(self) -> None:
        """From here on."""
        self._last = clock.wall_ns()


def there(path: str) -> bool:
    """Whether a folder is there, is no link, and can be looked into."""
    return os.path.isdir(path) and not os.path.islink(path) and os.access(path, os.R_OK)
