"""What happens when the engine fails? Its exceptions, and the panics of its Rust core, become our errors."""

from __future__ import annotations

from types import TracebackType

from memcli.errors import IndexUnusable, Locked

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
