"""What happens when the engine fails? Its exceptions, and the panics of its Rust core, become our errors."""

from __future__ import annotations

import os
from types import TracebackType

from memcli.errors import IndexUnusable, Locked

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
        raise IndexUnusable(f"keyword index {self.folder}: {reason}", REBUILD) from error


def damaged(folder: str) -> list[str]:
    """The index files whose content is not what was written, by the checksum at the end of each. Reads all of them.

    The engine itself does not look at these checksums when it opens a folder; what it opens may answer wrongly.
    """
    names = [name for name in sorted(os.listdir(folder)) if "." in name and not name.startswith((".", "meta.json"))]
    return [name for name in names if not _sound(os.path.join(folder, name))]


def _sound(path: str) -> bool:
    """Whether a file ends in `{..., "crc": N}`, the length of that and a magic number, and N is the checksum of the rest."""
    import json
    import zlib

    with open(path, "rb") as file:
        data = file.read()
    length, magic = int.from_bytes(data[-8:-4], "little"), data[-4:]
    try:
        footer = json.loads(data[-8 - length:-8]) if magic == _MAGIC else {}
    except ValueError:
        return False
    return bool(footer.get("crc") == zlib.crc32(data[:-8 - length]))
