"""Who may write now? One writer at a time per vault, by an advisory lock the kernel drops when its holders die.

The lock's descriptor is handed to git children, so a killed command keeps the vault locked until its git has ended too.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from types import TracebackType

from memcli import clock, faults
from memcli.entries import atomic
from memcli.errors import Locked, UserError

_POLL_S = 0.01


class Lock:
    """An exclusive lock on the file `path`, waited for at most `timeout_s` seconds. Use as a context manager."""

    def __init__(self, path: str, timeout_s: float, verb: str, busy: str = "another command is writing to this vault") -> None:
        self._path = path
        self.timeout_s = timeout_s
        self._verb = verb
        self._busy = busy
        self.fd = -1

    def __enter__(self) -> Lock:
        self.fd = self._open()
        deadline = clock.monotonic_s() + self.timeout_s
        while not self._try():
            if clock.monotonic_s() >= deadline:
                holder = self._holder()
                os.close(self.fd)
                raise Locked(f"{self._busy}{holder}", "try again when it is done, or raise lock.timeout_s")
            clock.sleep(_POLL_S)
        note = json.dumps({"pid": os.getpid(), "verb": self._verb, "since": clock.rfc3339(clock.now())}).encode()
        try:
            os.pwrite(self.fd, note.ljust(120) + b"\n", 0)
        except OSError:
            pass  # the note only makes the message of a waiting command kinder; a full disk must not stop a deletion
        faults.hit("locked")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self.fd)

    def _open(self) -> int:
        atomic.make_folder(os.path.dirname(self._path), durable=False)  # a fresh clone of a vault has none
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        except OSError as error:
            if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
                raise UserError(f"this vault cannot be written: {os.path.dirname(self._path)}: {error.strerror}",
                                "reading commands work; check the permissions to write") from error
            raise UserError(f"cannot lock the vault: {self._path}: {error.strerror}", "check that .mem/state is a folder") from error

    def _try(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK):
                return False
            raise UserError(f"this file system cannot lock {self._path}: {error.strerror}", "keep the vault on a local disk") from error
        return True

    def _holder(self) -> str:
        try:
            note = json.loads(os.pread(self.fd, 200, 0))
            return f" (mem {note['verb']}, process {note['pid']}, since {note['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return ""


def holds(path: str) -> bool:
    """Whether a process that runs holds the lock on the file `path`; one that is stopped (by Ctrl-Z) does not count where the system tells of it."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except OSError as error:
        return error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK) and not _stopped(fd)
    finally:
        os.close(fd)


def _stopped(fd: int) -> bool:
    """Whether the holder is stopped, by what the kernel says of the process in the lock's note."""
    try:
        with open(f"/proc/{int(json.loads(os.pread(fd, 200, 0))['pid'])}/stat", "rb") as file:
            return file.read(4096).rpartition(b") ")[2][:1] in (b"T", b"t")
    except (OSError, ValueError, KeyError, TypeError):
        return False
