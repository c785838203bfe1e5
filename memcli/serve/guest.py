"""How does a command run inside a server? In a session of its own, with the caller's environment, folder and terminal, its output kept."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memcli import clock
from memcli.cli import main, session
from memcli.cli.session import Session
from memcli.entries.vault import Vault
from memcli.errors import BUG, MemError, UserError
from memcli.store import Store, Talk

if TYPE_CHECKING:
    from memcli.index.warm import Warm


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: environment, present folder, whether standard output is a terminal, and that terminal's columns and lines (0: unknown)."""

    env: Mapping[str, str]
    cwd: str
    tty: bool = False
    columns: int = 0
    lines: int = 0


@dataclass(slots=True)
class Outcome:
    """How a command ended. `pager` is the pager that `out` is meant for, "" for none; `error` what was raised: code, message, hint, status."""

    status: int = 0
    out: bytes = b""
    err: str = ""
    pager: str = ""
    error: tuple[str, str, str, int] | None = None


class _Stream(io.TextIOWrapper):
    """A standard stream that keeps what is written, and is a terminal if the caller's is one."""

    def __init__(self, data: bytes = b"", *, tty: bool = False) -> None:
        self.kept = io.BytesIO(data)
        super().__init__(self.kept, encoding="utf-8", errors="surrogatepass", newline="\n", write_through=True)
        self.tty = tty

    def isatty(self) -> bool:
        """Whether the caller's is a terminal."""
        return self.tty


class Guest(Session):
    """A session in a server, which keeps the index of its vault open in `warm`."""

    def __init__(self, caller: Caller, warm: Warm | None) -> None:
        super().__init__()
        self._caller = caller
        self._warm = warm
        self.pager = ""

    def opened(self, vault: Vault, folder: str) -> Store:
        """The store of a vault, with the index that is kept open if it is the server's own."""
        settings, talk = self.load_settings(vault), Talk(self.progress, self.warn)
        kept = self._warm.index(vault, settings, talk.progress, talk.warn, self.env) if self._warm and self._warm.root == vault.root else None
        return Store(vault, settings, self.env, talk, folder=folder, index=kept)

    def paged(self, pager: str, text: str) -> bool:
        """Leave the pager to the caller."""
        self.pager = pager
        return False

    def _size(self) -> tuple[int, int]:
        """As shutil.get_terminal_size, of the caller's terminal."""
        def told(name: str) -> int:
            try:
                return int(self.env[name])
            except (KeyError, ValueError):
                return 0

        columns, lines = told("COLUMNS"), told("LINES")
        return (columns if columns > 0 else self._caller.columns or 80), (lines if lines > 0 else self._caller.lines or 24)


@dataclass(slots=True)
class _Held:
    """What a process has one of, put back when a command has ended."""

    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    streams: tuple[object, ...] = field(default_factory=lambda: (sys.stdin, sys.stdout, sys.stderr))

    def back(self) -> None:
        """Put it back."""
        session.use(None)
        session.chosen = ""
        clock.freeze(None)
        sys.stdin, sys.stdout, sys.stderr = self.streams
        _surround(self.env)
        os.chdir("/")


def _surround(env: Mapping[str, str]) -> None:
    """Make this the process's environment; most of it usually is."""
    present = dict(os.environ)
    if present != env:
        for name in present.keys() - env.keys():
            del os.environ[name]
        os.environ.update((name, value) for name, value in env.items() if present.get(name) != value)


def call(caller: Caller, work: Callable[[], object], warm: Warm | None, *, stdin: bytes = b"", tell: list[str] | None = None) -> Outcome:
    """Do a command's work for a caller. `tell` is the command line by whose manners an error is told among what was said, None to leave that out."""
    held, found = _Held(), Outcome()
    out, err = _Stream(tty=caller.tty), _Stream()
    try:
        _surround(caller.env)
        sys.stdin, sys.stdout, sys.stderr = _Stream(stdin), out, err
        _work(caller, work, warm, found)
        if found.error and tell is not None:
            main.tell(*found.error, tell)
    finally:
        held.back()
    found.out, found.err = out.kept.getvalue(), err.kept.getvalue().decode("utf-8", "surrogatepass")
    return found


def _work(caller: Caller, work: Callable[[], object], warm: Warm | None, found: Outcome) -> None:
    try:
        try:
            os.chdir(caller.cwd)
        except OSError as error:
            raise UserError(f"{caller.cwd}: {error.strerror}", "start it again in a folder that is there") from None
        here = Guest(caller, warm)
        session.use(here)
        status = work()
        found.status, found.pager = status if isinstance(status, int) else 0, here.pager
    except MemError as error:
        found.error = error.code, error.message, error.hint, error.exit_status
    except Exception as error:
        found.error = "bug", *main.bug(error), BUG
    if found.error:
        found.status = found.error[3]
