"""What does a plugin read from? A file, a folder or standard input, through which nothing leads out: no link is followed, no device opened."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memcli.errors import PluginFailed, UserError

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_BYTES = 256 * 1024 * 1024  # that are read at once
STREAM_MAX = 16 * 1024 * 1024 * 1024  # bytes that are read piece by piece


@dataclass(frozen=True, slots=True)
class Source:
    """Something to read: a file, a folder, or standard input (`path` ""). Links are never followed, devices never opened.

    `only` narrows `files` to some of a folder's, so that several processes can each read a part. `passed` is a folder below it that is passed over: the
    vault itself, whose entries would otherwise be read into it again by every run.
    """

    path: str
    name: str
    only: tuple[str, ...] | None = None
    passed: str = ""

    @classmethod
    def open(cls, word: str) -> Source:
        """The source meant by a word of the command line; `-` is standard input. Raises UserError when there is none."""
        if word == "-":
            return cls("", "standard input")
        path = os.path.abspath(os.path.expanduser(word))
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            raise UserError(f"{word}: {error.strerror}", "give a file, a folder, or - for standard input") from None
        except ValueError:
            raise UserError("a path holds a NUL", "give a file, a folder, or - for standard input") from None
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise UserError(f"{word} is neither a file nor a folder", "give a file, a folder, or - for standard input")
        return cls(path, os.path.basename(path) or path)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return bool(self.path) and os.path.isdir(self.path)

    def read(self, relative: str = "", limit: int = MAX_BYTES) -> bytes:
        """The bytes of the file (of `relative` in a folder), or of standard input. Raises PluginFailed past `limit` bytes or out of the folder."""
        with self.stream(relative, limit) as file:
            return file.read()

    def stream(self, relative: str = "", limit: int = STREAM_MAX) -> BinaryIO:
        """The same bytes, to be read piece by piece; close it when done. Reading past `limit` bytes raises PluginFailed."""
        shown = relative or self.name
        if not self.path:
            return bounded(sys.stdin.buffer, shown, limit)
        if relative.endswith("/"):
            raise PluginFailed(f"{shown} is a folder that cannot be read")
        where = self._inside(relative) if relative else self.path
        try:
            fd = os.open(where, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (os.O_NOFOLLOW if relative else 0))
        except OSError as error:
            link = bool(relative) and os.path.islink(where)
            raise PluginFailed(f"{shown}: {'a link, never followed' if link else error.strerror}") from None
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            folder = stat.S_ISDIR(os.fstat(fd).st_mode)
            os.close(fd)
            raise PluginFailed(f"{shown} is {'a folder' if folder else 'not a regular file'}")
        return bounded(os.fdopen(fd, "rb"), shown, limit)

    def size(self, relative: str = "") -> int:
        """Bytes of the file, 0 for standard input. Raises PluginFailed."""
        try:
            return os.lstat(self._inside(relative) if relative else self.path).st_size if self.path else 0
        except OSError as error:
            raise PluginFailed(f"{relative or self.name}: {error.strerror}") from None

    def _inside(self, relative: str) -> str:
        """The path of a file of the folder. Raises PluginFailed for one that leads out: absolute, `..`, or through a link."""
        where = self.path
        for part in relative.split("/"):
            if part in ("", ".", "..") or "\0" in part or os.path.islink(where) and where != self.path:
                raise PluginFailed(f"{relative} leads out of {self.name}")
            where = os.path.join(where, part)
        return where

    def files(self, *endings: str, hidden: bool = False) -> Iterator[str]:
        """Relative paths of the files below a folder whose name ends in one of `endings` (all without any), sorted.

        Links to folders are passed over, and hidden names unless `hidden`; `read` refuses files that are links or devices. A folder below that cannot be
        listed is told as a path that ends in a slash, which `read` refuses. Raises PluginFailed when the folder itself cannot be listed.
        """
        if self.only is not None:
            yield from (path for path in self.only if (not endings or path.endswith((*endings, "/"))) and (hidden or not f"/{path}".count("/.")))
            return
        found: list[str] = []
        todo = [""]
        while todo:
            folder = todo.pop()
            try:
                with os.scandir(os.path.join(self.path, folder)) as entries:
                    held = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries if hidden or not entry.name.startswith(".")]
            except OSError as error:
                if not folder:
                    raise PluginFailed(f"{self.name}: {error.strerror}") from None
                found.append(f"{folder}/")
                continue
            for name, is_folder in held:
                relative = f"{folder}/{name}" if folder else name
                if is_folder and relative != self.passed:
                    todo.append(relative)
                elif not is_folder and (not endings or name.endswith(endings)):
                    found.append(relative)
        yield from sorted(found)


def bounded(file: BinaryIO, shown: str, limit: int) -> BinaryIO:
    """A stream of `file` that raises PluginFailed when more than `limit` bytes are read, or when the system cannot read on."""
    return io.BufferedReader(_Bounded(file, shown, limit), 1 << 16)


class _Bounded(io.RawIOBase):
    """The raw side of `bounded`."""

    def __init__(self, file: BinaryIO, shown: str, limit: int) -> None:
        super().__init__()
        self._file, self._shown, self._limit, self._left = file, shown, limit, limit

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Some bytes, 0 at the end."""
        try:
            data = self._file.read(len(buffer))
        except OSError as error:
            raise PluginFailed(f"{self._shown}: {error.strerror or error}") from None
        self._left -= len(data)
        if self._left < 0:
            raise PluginFailed(f"{self._shown} is longer than {self._limit} bytes", "split it")
        buffer[:len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close what is below, but not standard input."""
        if not self.closed and self._file is not getattr(sys.stdin, "buffer", None):
            self._file.close()
        super().close()
