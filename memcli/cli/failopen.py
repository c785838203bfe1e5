"""How can work be done that must never hold up or fail whoever waits for it? In a child that is given some time, and whose end nobody minds."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable

from memcli import clock

PATIENCE_S = 1.6  # from our start; Python's own comes before


def in_time(work: Callable[[], bytes], debug: Callable[[BaseException], None]) -> bytes:
    """What `work` says, if it says it whole and in time, else nothing. A crash or a hang of it, even in native code, is its child's alone."""
    until = clock.monotonic_s() + PATIENCE_S
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        _work(work, theirs, debug)
    os.close(theirs)
    parts: list[bytes] = []
    while select.select([ours], [], [], max(until - clock.monotonic_s(), 0))[0]:
        part = os.read(ours, 65536)
        if not part:
            return b"".join(parts) if os.waitpid(child, 0)[1] == 0 else b""
        parts.append(part)
    os.kill(child, signal.SIGKILL)  # not waited for yet, so its number is still its own
    return b""


def _work(work: Callable[[], bytes], pipe: int, debug: Callable[[BaseException], None]) -> None:
    """The child's life: work, say it into the pipe, end. Standard error is the debugger's alone."""
    status = 1
    try:
        if not os.environ.get("MEM_DEBUG"):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        out = work()
        while out:
            out = out[os.write(pipe, out):]
        status = 0
    except BaseException as error:
        debug(error)
    finally:
        os._exit(status)
