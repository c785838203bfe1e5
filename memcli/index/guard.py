"""What happens when the engine fails, or its files are not what it wrote? Its exceptions, and the panics of its Rust core, become our
errors, and files that changed behind its back are not handed to it."""

from __future__ import annotations

import os
import zlib
from types import TracebackType

from memcli.errors import IndexUnusable, Locked, Usage

_FOOTER_MAX = 1024  # bytes
_MAGIC = (1337).to_bytes(4, "little")
REBUILD = "rebuild it: mem index --rebuild"


class EngineErrors:
    """`with EngineErrors(folder):` around calls of the engine. Our own errors and interrupts pass through."""

    __slots__ = ("folder",)

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or not (isinstance(error, (ValueError, OSError)) or type(error).__name__ == "PanicException"):
            return
        reason = " ".join(str(error).split())[:200]
        if "LockBusy" in reason:
            raise Locked(f"keyword index {self.folder}: another process is writing it", "try again when it is done") from None
        if "RegexQueryError" in reason:  # our patterns are well-formed, so it is too much of one
            raise Usage("a filter of the query is too long a pattern", "fewer * and ?, or a shorter text") from None
        raise IndexUnusable(f"keyword index {self.folder}: {reason}", REBUILD) from error


def seal(folder: str) -> list[int]:
    """What tells that nothing was changed since: a checksum over the files' names, sizes and times, one of `meta.json`, and one over the
    files' names and their own checksums."""
    return [*_seen(folder), _sum_of_footers(folder)]


def _seen(folder: str) -> list[int]:
    """The part of a seal that is cheap to look at."""
    rows = []
    for entry in os.scandir(folder):
        if not entry.name.startswith("."):
            info = entry.stat(follow_symlinks=False)
            rows.append(f"{entry.name} {info.st_size} {info.st_mtime_ns} {info.st_ctime_ns}")
    return [zlib.crc32("\n".join(sorted(rows)).encode()), _sum_of_meta(folder)]


def prove(folder: str, sealed: list[int], *, committing: bool) -> list[int]:
    """What is seen of the files. Raise IndexUnusable unless they are those that were sealed, or whole by their own checksums.

    `committing`: a fold may have come as far as its commit, so `meta.json` may be newer than the seal.
    """
    with EngineErrors(folder):
        now = _seen(folder)
        if now == sealed[:2]:
            return now
        wrong = damaged(folder)
        if now[1] != sealed[1] and not committing:
            wrong.append("meta.json")
        if not wrong and not committing and _sum_of_footers(folder) != sealed[2]:
            wrong.append("one file, which has the content of another,")
    if wrong:
        raise IndexUnusable(f"keyword index {folder}: {wrong[0]} is not what was written", REBUILD)
    return now


def _sum_of_meta(folder: str) -> int:
    with open(f"{folder}/meta.json", "rb") as file:
        return zlib.crc32(file.read())


def damaged(folder: str) -> list[str]:
    """The index files whose content is not what was written, by the checksum at the end of each. Reads all of them.

    The engine itself does not look at these checksums when it opens a folder; what it opens may answer wrongly, or abort the process.
    """
    return [name for name in _names(folder) if not _sound(os.path.join(folder, name))]


def _names(folder: str) -> list[str]:
    return [name for name in sorted(os.listdir(folder)) if "." in name and not name.startswith((".", "meta.json"))]


def _sum_of_footers(folder: str) -> int:
    """A checksum over the files' names and ends: two files that changed places are sound, each by itself."""
    check = 0
    for name in _names(folder):
        with open(os.path.join(folder, name), "rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - _FOOTER_MAX, 0))
            data = file.read()
        length = int.from_bytes(data[-8:-4], "little")
        check = zlib.crc32(name.encode() + b"\n" + data[-8 - length:], check)
    return check


def _sound(path: str) -> bool:
    """Whether a file ends in `{..., "crc": N}`, the length of that and a magic number, and N is the checksum of the rest."""
    import json

    with open(path, "rb") as file:
        data = file.read()
    length, magic = int.from_bytes(data[-8:-4], "little"), data[-4:]
    try:
        footer = json.loads(data[-8 - length:-8]) if magic == _MAGIC else {}
    except ValueError:
        return False
    return isinstance(footer, dict) and bool(footer.get("crc") == zlib.crc32(data[:-8 - length]))
