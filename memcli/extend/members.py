"""Which files does an export hold, be it a zip, a folder or one file? Nothing is unpacked to disk; what an archive claims is not believed but counted."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from memcli.errors import PluginFailed
from memcli.extend.source import Source, bounded

if TYPE_CHECKING:
    from typing import BinaryIO

MEMBERS_MAX = 100_000
MEMBER_MAX = 8 * 1024 * 1024 * 1024  # bytes that one file may unpack to
RATIO_MAX, RATIO_FROM = 250, 16 * 1024 * 1024  # a file that unpacks to more than RATIO_FROM bytes may not be more than RATIO_MAX times its packed size


class Members:
    """The files of a source by name. `names` are sorted; a lone file has one, its own."""

    def __init__(self, source: Source, archive: zipfile.ZipFile | None) -> None:
        self._source, self._archive = source, archive
        self._infos = _checked(source, archive) if archive else {}
        self._lone = archive is None and not source.is_folder

    def names(self, *endings: str) -> list[str]:
        """The files whose name ends in one of `endings` (all without any)."""
        if self._archive is not None:
            return sorted(name for name in self._infos if not endings or name.endswith(endings))
        return [self._source.name] if self._lone else list(self._source.files(*endings))

    def stream(self, name: str) -> BinaryIO:
        """A file's bytes, piece by piece; close it when done. Raises PluginFailed, also while it is read, for what is damaged or too large."""
        if self._archive is None:
            return self._source.stream("" if self._lone else name)
        info = self._infos[name]
        shown = f"{self._source.name}: {name}"
        limit = max(RATIO_FROM, min(MEMBER_MAX, RATIO_MAX * max(info.compress_size, 1)))
        try:
            return bounded(io.BufferedReader(_Member(self._archive.open(info), shown)), shown, limit)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise PluginFailed(f"{shown} cannot be unpacked: {error}") from None

    def read(self, name: str, limit: int = 256 * 1024 * 1024) -> bytes:
        """A whole file of at most `limit` bytes. Raises PluginFailed."""
        with self.stream(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise PluginFailed(f"{name} is longer than {limit} bytes")
        return data


@contextmanager
def members(source: Source) -> Iterator[Members]:
    """The files of a source: those of a zip, of a folder, or the one file itself. Raises PluginFailed."""
    if source.is_folder or not source.path:
        yield Members(source, None)
        return
    with source.stream() as stream:
        zipped = stream.read(4) in (b"PK\3\4", b"PK\5\6")
    if not zipped:
        yield Members(source, None)
        return
    try:
        archive = zipfile.ZipFile(source.path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise PluginFailed(f"{source.name} is no whole zip: {error}", "download it again") from None
    with archive:
        yield Members(source, archive)


def unzipped(stream: BinaryIO, shown: str) -> BinaryIO:
    """The bytes that a gzip file unpacks to, piece by piece. Reading raises PluginFailed for what is damaged or unpacks to too much."""
    import gzip

    packed = _Counted(stream)
    return io.BufferedReader(_Member(gzip.GzipFile(fileobj=cast("BinaryIO", packed)), shown, packed), 1 << 16)


class _Counted:
    """A stream that counts what is read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.bytes = stream, 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        self.bytes += len(data)
        return data


def _checked(source: Source, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The regular files of an archive by name; those that would lead out of a folder, links and encrypted ones are left out or refused."""
    infos = archive.infolist()
    if len(infos) > MEMBERS_MAX:
        raise PluginFailed(f"{source.name} holds {len(infos)} files, more than {MEMBERS_MAX}")
    found = {}
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or kind not in (0, stat.S_IFREG) or info.filename.startswith("/") or ".." in info.filename.split("/"):
            continue
        if info.flag_bits & 1:
            raise PluginFailed(f"{source.name}: {info.filename} is encrypted", "unpack it first")
        found[info.filename] = info
    return found


class _Member(io.RawIOBase):
    """A member as a raw stream whose damage is a PluginFailed. `packed`, where there is one, counts what it is unpacked from."""

    def __init__(self, file: object, shown: str, packed: _Counted | None = None) -> None:
        super().__init__()
        self._file, self._shown, self._packed, self._unpacked = file, shown, packed, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Some bytes, 0 at the end."""
        try:
            data: bytes = self._file.read1(len(buffer))  # type: ignore[attr-defined]  # what is good before damage is given first
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise PluginFailed(f"{self._shown} is damaged: {error}", "download it again") from None
        self._unpacked += len(data)
        if self._packed is not None and self._unpacked > max(RATIO_FROM, min(MEMBER_MAX, RATIO_MAX * self._packed.bytes)):
            raise PluginFailed(f"{self._shown} unpacks to more than {RATIO_MAX} times its size")
        buffer[:len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the member."""
        if not self.closed:
            self._file.close()  # type: ignore[attr-defined]
        super().close()
