"""How does a byte reach the disk? The only module that writes, renames or removes files of a vault.

A file appears under its name whole and synced, or not at all: same-directory temporary with a random name, write, fsync, check that
the target still is what the caller read, rename, fsync the directory. Temporaries end in `.mem-tmp` and begin with a dot, so
nothing ever reads one as an entry.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable

from memcli import faults
from memcli.errors import ChangedMeanwhile, UserError

Buffer = bytes | bytearray | memoryview
TEMPORARY = ".mem-tmp"
ABSENT = ""  # as `expect`: the target must not exist


def write(path: str, data: bytes | Iterable[Buffer], *, expect: bytes | str | None = None, durable: bool = True, executable: bool = False) -> None:
    """Make `path` hold `data`, given whole or in parts, atomically. Creates missing folders.

    `expect`: the bytes the target held when the caller read it, `ABSENT` if it must be new, None for no check.
    `durable` False skips the syncs (derived files only). Raises ChangedMeanwhile, or UserError when the system refuses.
    """
    temporary = temporary_for(path)
    write_beside(temporary, data, like=path, durable=durable)
    if executable:
        os.chmod(temporary, 0o755)
    try:
        put(temporary, path, expect, durable=durable)
    finally:
        discard(temporary)


def temporary_for(path: str) -> str:
    """A random name beside `path` for its next content."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}{TEMPORARY}")


def put(temporary: str, path: str, expect: bytes | str | None, *, durable: bool = True) -> None:
    """Rename a written temporary to its final name, if that still holds what the caller read."""
    try:
        _check(path, expect)
        faults.hit("rename")
        os.rename(temporary, path)
        faults.hit("file-renamed")
        if durable:
            sync_folder(os.path.dirname(path))
    except OSError as error:
        raise _refusal(error, path) from error


def write_beside(temporary: str, data: bytes | Iterable[Buffer], *, like: str, durable: bool = True) -> None:
    """Write a new temporary whole, with the permissions of `like` if that exists. Nothing is left behind on failure."""
    make_folder(os.path.dirname(temporary), durable=durable)
    try:
        faults.hit("open")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _mode_of(like))
        try:
            for part in (data,) if isinstance(data, bytes) else data:
                _write_all(fd, part)
            if durable:
                faults.hit("fsync")
                os.fsync(fd)
        except BaseException:
            discard(temporary)
            raise
        finally:
            os.close(fd)
    except OSError as error:
        raise _refusal(error, like) from error
    faults.hit("temporary-written")


def _mode_of(path: str) -> int:
    try:
        return os.lstat(path).st_mode & 0o777
    except OSError:
        return 0o666


def _write_all(fd: int, data: Buffer) -> None:
    view = memoryview(data).cast("B")
    while True:
        faults.hit("write")
        view = view[os.write(fd, view):]
        if not view:
            return


def _check(path: str, expect: bytes | str | None) -> None:
    if expect is None:
        return
    try:
        now: bytes | str = read(path)
    except FileNotFoundError:
        now = ABSENT
    if now != expect:
        raise ChangedMeanwhile(f"{path} changed while it was being edited; nothing was overwritten", "look at the file and run the command again")


def read(path: str, limit: int = -1) -> bytes:
    """The bytes of a regular file (at most `limit` when not negative). Never follows a link, never waits on a pipe.

    Raises FileNotFoundError, or OSError for anything that is not a regular file.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        info = os.fstat(fd)
        if info.st_mode & 0o170000 != 0o100000:
            raise OSError(errno.EINVAL, "not a regular file", path)
        want = info.st_size + 1 if limit < 0 else min(limit, info.st_size + 1)
        parts = []
        while want > 0 and (part := os.read(fd, want)):
            parts.append(part)
            want = (limit - sum(map(len, parts))) if limit >= 0 else 1 << 20
        return parts[0] if len(parts) == 1 else b"".join(parts)
    finally:
        os.close(fd)


def append(path: str, data: bytes) -> None:
    """Add lines to the end of a log, all or none, in one write (derived or recoverable files: not synced; under the lock). A torn last line is cut off."""
    try:
        faults.hit("append")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            size = _whole_lines(fd)
            try:
                _write_all(fd, data)
            except OSError:
                os.ftruncate(fd, size)
                raise
        finally:
            os.close(fd)
    except OSError as error:
        raise _refusal(error, path) from error


def note(path: str, data: bytes) -> None:
    """Add whole lines to a log that several processes append to, without the vault's lock and without a sync.

    They follow a line that a killed writer left torn, which stays as it is; a log that is replaced meanwhile is opened again.
    """
    import fcntl

    try:
        while True:
            faults.hit("append")
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(fd, fcntl.LOCK_SH)
                size = os.fstat(fd).st_size
                if os.fstat(fd).st_ino != os.stat(path).st_ino:
                    continue
                _write_all(fd, (b"\n" if size and os.pread(fd, 1, size - 1) != b"\n" else b"") + data)
                return
            finally:
                os.close(fd)
    except OSError as error:
        raise _refusal(error, path) from error


def divide(path: str, older: str, keep: Callable[[bytes], bool]) -> int:
    """Move the lines of a log that `keep` says no to into the log `older`; returns how many. Who appends meanwhile waits or goes on in the new log.

    A crash in between leaves lines in both logs, never in none; the next call finds them at the end of the older and does not add them again.
    """
    import fcntl

    if not os.path.lexists(path):
        return 0
    fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        lines = [line for line in read(path).split(b"\n") if line]
        gone = [line for line in lines if not keep(line)]
        if gone:
            note(older, b"".join(line + b"\n" for line in gone[_repeated(older, gone):]))
            write(path, b"".join(line + b"\n" for line in lines if keep(line)), durable=False)
        return len(gone)
    finally:
        os.close(fd)


def _repeated(path: str, lines: list[bytes]) -> int:
    """How many of the first of these lines are the last ones of a log already."""
    last = read(path).split(b"\n")[-len(lines) - 1:-1] if os.path.lexists(path) else []
    return next(count for count in range(len(last), -1, -1) if last[len(last) - count:] == lines[:count])


def _whole_lines(fd: int) -> int:
    """Cut a file after its last line end; returns its size in bytes."""
    size = end = os.fstat(fd).st_size
    while end and os.pread(fd, 1, end - 1) != b"\n":
        end = max(end - 65536, 0) + os.pread(fd, min(end, 65536), max(end - 65536, 0)).rfind(b"\n") + 1
    if end != size:
        os.ftruncate(fd, end)
    return end


def remove(path: str, *, expect: bytes | None = None, durable: bool = True) -> None:
    """Remove a file; gone already is fine. `expect` as in `write`."""
    try:
        if expect is not None:
            _check(path, expect)
        faults.hit("unlink")
        os.unlink(path)
        if durable:
            sync_folder(os.path.dirname(path))
    except FileNotFoundError:
        return
    except OSError as error:
        raise _refusal(error, path) from error


def remove_empty_folders(folder: str, top: str) -> str:
    """Remove a folder below `top` that nothing is in any more, then its parents likewise; returns the first that stays."""
    while folder != top:
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            pass
        except OSError:
            break
        folder = os.path.dirname(folder)
    return folder


def remove_tree(path: str) -> None:
    """Remove a derived folder with all that is in it; links inside are removed, never followed."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)


def make_folder(path: str, *, durable: bool = True) -> None:
    """Create a folder and its parents; a new one is synced into its parent."""
    if not path or os.path.isdir(path):
        return
    make_folder(os.path.dirname(path), durable=durable)
    try:
        faults.hit("mkdir")
        os.mkdir(path)
        if durable:
            sync_folder(os.path.dirname(path))
    except FileExistsError:
        if not os.path.isdir(path):
            raise UserError(f"{path} is in the way: a folder is needed there", "rename that file") from None
    except OSError as error:
        raise _refusal(error, path) from error


def sweep(folder: str) -> list[str]:
    """Remove temporaries that a dead process left in `folder`; returns their paths. Only under the vault's lock."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    stale = [os.path.join(folder, name) for name in names if name.startswith(".") and name.endswith(TEMPORARY)]
    for path in stale:
        discard(path)
    return stale


def discard(path: str) -> None:
    """Remove a temporary, if it is there."""
    try:
        os.unlink(path)
    except OSError:
        return


def sync_folder(path: str) -> None:
    """Make the names in a folder durable. Raises UserError when the system cannot."""
    try:
        faults.hit("fsync")
        fd = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as error:
        raise UserError(f"cannot make the names in {path} durable: {os.strerror(error.errno or 0)}",
                        "check the disk; mem log shows what is in history") from error


def _refusal(error: OSError, path: str) -> UserError:
    """One clear line for what the system refused."""
    name = error.filename if isinstance(error.filename, str) and os.path.isabs(error.filename) else path
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(f"no space left to write {name}; nothing was changed there", "free some space and run the command again")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return UserError(f"cannot write {name}: {os.strerror(error.errno)}", "check the permissions of the vault")
    return UserError(f"cannot write {name}: {error.strerror or error}", "nothing was changed there; run the command again")
