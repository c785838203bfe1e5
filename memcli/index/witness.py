"""Has anything in the vault's folders been touched since it was last looked at? The kernel tells (inotify), at once and without a look at a file.

What it cannot tell is never taken for silence: another system, a file system that others write to beside this kernel, too many folders, an
overrun queue. A file that is also written under another name, outside the vault, is noticed when AGAIN_S have passed.
"""

from __future__ import annotations

import os
from typing import Any

from memcli import clock

AGAIN_S = 30.0
_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED, _CREATE, _DELETE, _SELF = 0x2, 0x4, 0x8, 0xC0, 0x100, 0x200, 0xC00
_WANTED = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED | _CREATE | _DELETE | _SELF | 0x01000000 | 0x02000000  # folders only, links not followed
_FOLDER, _OVERRUN, _IGNORED = 0x40000000, 0x4000, 0x8000
_LOCAL = {0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630, 0xF2F52010, 0x2FC12FC1, 0xCA451A4E, 0x3153464A}
# ext2-4, xfs, btrfs, tmpfs, overlay, f2fs, zfs, bcachefs, jfs: nobody writes to these but through this kernel


class Witness:
    """Watches the folders below `root` from the first `begin` on."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._fd = -1
        self._libc: Any = None
        self._unseen = True  # folders may be there that are not watched
        self._touched = True
        self._since_s = 0.0
        self._able = self._open()

    def _open(self) -> bool:
        import ctypes

        try:
            self._libc = ctypes.CDLL(None, use_errno=True)
            about = ctypes.create_string_buffer(256)
            if self._libc.statfs(os.fsencode(self._root), about) or int.from_bytes(about.raw[:4], "little") not in _LOCAL:
                return False
            self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError, TypeError):
            return False
        return self._fd >= 0

    def begin(self) -> bool:
        """Say that the vault is looked at now: what is touched from here on counts. False when nothing can be promised."""
        if not self._able:
            return False
        self._drain()
        self._touched = False
        self._since_s = clock.monotonic_s()
        if self._unseen and not self._watch():
            self._able = False
            os.close(self._fd)
        return self._able

    @property
    def silent(self) -> bool:
        """Whether nothing was touched since `begin`."""
        if self._able:
            self._drain()
        return self._able and not self._touched and clock.monotonic_s() - self._since_s < AGAIN_S

    def touched(self) -> None:
        """Say that a look is needed, whatever was seen."""
        self._touched = True

    def _watch(self) -> bool:
        """Watch every folder that may hold entries. One that is made meanwhile shows in its parent, which is watched first."""
        self._unseen = False
        todo = [self._root]
        while todo:
            folder = todo.pop()
            if self._libc.inotify_add_watch(self._fd, os.fsencode(folder), _WANTED) < 0:
                if os.path.isdir(folder):
                    return False
                continue
            try:
                with os.scandir(folder) as found:
                    todo.extend(entry.path for entry in found if entry.name[0] != "." and entry.is_dir(follow_symlinks=False))
            except OSError:
                self._touched = True
        return True

    def _drain(self) -> None:
        while True:
            try:
                data = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                mask, size = int.from_bytes(data[at + 4:at + 8], "little"), int.from_bytes(data[at + 12:at + 16], "little")
                self._touched = True
                self._unseen |= bool(mask & (_FOLDER | _OVERRUN | _IGNORED | _SELF))
                at += 16 + size
