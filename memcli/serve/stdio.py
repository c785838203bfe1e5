"""How are requests on standard input answered on standard output? One after the other, until the input ends, SIGTERM, or the vault is gone."""

from __future__ import annotations

import os
import select
import signal
from typing import TYPE_CHECKING

from memcli.errors import NoVault
from memcli.serve.ahead import Ahead
from memcli.serve.guest import Caller
from memcli.serve.lines import Lines, answered, hello

if TYPE_CHECKING:
    from memcli.index.warm import Warm

TICK_S = 1.0
_PIECE = 1 << 16


class Ended(BaseException):
    """SIGTERM came while nothing was being done."""


class Ending:
    """Whether it is time to end: a request that is being answered is answered first."""

    def __init__(self) -> None:
        self.working = self.wanted = False
        signal.signal(signal.SIGTERM, self._heard)

    def _heard(self, *_: object) -> None:
        self.wanted = True
        if not self.working:
            raise Ended


class Home:
    """The vault's folder as it was at the start."""

    def __init__(self, root: str) -> None:
        self._path = f"{root}/.mem"
        self._known = self._seen()

    def _seen(self) -> tuple[int, int] | None:
        try:
            info = os.stat(self._path)
        except OSError:
            return None
        return info.st_dev, info.st_ino

    @property
    def gone(self) -> bool:
        """Whether it is no more, or another stands in its place."""
        return self._known is None or self._seen() != self._known


def serve(caller: Caller, warm: Warm) -> int:
    """Answer until there is nothing more to answer. Raises NoVault when the vault goes."""
    ending, home, lines, ahead = Ending(), Home(warm.root), Lines(), Ahead(caller, warm)
    source, sink = os.dup(0), os.dup(1)  # so that nothing a command runs can take what is meant for us, or put anything between
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        _write(sink, hello(warm.root))
        while not home.gone:
            some, line = lines.next()
            if some:
                ending.working = True
                answer = answered(line, caller, warm)
                ending.working = False
                _write(sink, answer)
                if ending.wanted:
                    return 0
            elif select.select([source], [], [], 0.0 if ahead.left else TICK_S)[0]:
                data = os.read(source, _PIECE)
                if not data:
                    return 0
                lines.feed(data)
            elif ahead.left:
                ahead.step()
    except Ended:
        return 0
    except BrokenPipeError:
        return 141
    raise NoVault(f"the vault {warm.root} is gone", "mem serve ends")


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest):]

