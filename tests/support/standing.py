"""How does a test run `mem` without paying each time for Python's start and its imports? A process that has them stands by and forks.

Each command is a process of its own, with the arguments, environment, folder and standard streams it is given: it can be killed, it
leaves nothing in the next one, and its exit status is a process's. It calls what the installed script calls. What is settled when
Python starts (the `PYTHON` variables, the locale, the search path, limits) is the standing process's: where one of them differs, `fits`
says so and the caller starts the installed command itself.
"""

from __future__ import annotations

import array
import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from typing import NoReturn

MEM = os.path.join(os.path.dirname(os.path.abspath(sys.executable)), "mem")
HEAVY = ("git", "numpy", "tantivy", "typer", "typer.core", "typer.main", "yaml", "zstandard")  # what commands import inside functions
FREE = ("HOME", "PWD", "TERM", "TZ", "EDITOR", "VISUAL", "PAGER", "NO_COLOR", "COLUMNS", "LINES", "FIXTURES")  # read when a command runs
_PREFIXES = ("MEM_", "XDG_", "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_")
_LENGTH = struct.Struct("<I")


class Standing:
    """The standing process of one thread; started on first use, ended with the tests."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = dict(env)
        self._socket, theirs = socket.socketpair()
        self._process = subprocess.Popen([sys.executable, os.path.abspath(__file__), str(theirs.fileno())], env=self.env, pass_fds=[theirs.fileno()],
                                         stdin=subprocess.DEVNULL, cwd="/")
        theirs.close()

    def fits(self, env: Mapping[str, str]) -> bool:
        """Whether this environment differs from the standing process's only in what is read when a command runs."""
        return all(env.get(name) == self.env.get(name) or name in FREE or name.startswith(_PREFIXES) for name in {*env, *self.env})

    def run(self, args: tuple[str, ...], data: bytes | None, env: Mapping[str, str], cwd: str, timeout_s: float) -> tuple[int, bytes, bytes]:
        """Exit status (negative: a signal's number), standard output and standard error of `mem ARGS`."""
        given, feed = os.pipe() if data is not None else (os.open(os.devnull, os.O_RDONLY), -1)
        out, to_out = os.pipe()
        err, to_err = os.pipe()
        try:
            told = json.dumps([args, dict(env), cwd]).encode("ascii")
            socket.send_fds(self._socket, [_LENGTH.pack(len(told))], [given, to_out, to_err])
            self._socket.sendall(told)
        finally:
            for number in (given, to_out, to_err):
                os.close(number)
        (child,) = struct.unpack("<i", self._answer())
        try:
            said = _talk(feed, data or b"", out, err, time.monotonic() + timeout_s)
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            self._answer()
            raise subprocess.TimeoutExpired([MEM, *args], timeout_s) from None
        (status,) = struct.unpack("<i", self._answer())
        return status, *said

    def _answer(self) -> bytes:
        found = self._socket.recv(4, socket.MSG_WAITALL)
        assert len(found) == 4, "the standing process is gone"
        return found

    def end(self) -> None:
        """End the process and wait for it, so that its processor time counts."""
        self._socket.close()
        self._process.wait()


_mine = threading.local()
_all: list[Standing] = []


def standing(env: Mapping[str, str]) -> Standing:
    """This thread's standing process; `env` is what it starts with if there is none yet."""
    if not hasattr(_mine, "found"):
        _mine.found = Standing(env)
        _all.append(_mine.found)
    found: Standing = _mine.found
    return found


@atexit.register
def dismiss() -> None:
    """End every standing process."""
    while _all:
        _all.pop().end()
    vars(_mine).clear()


def _talk(feed: int, data: bytes, out: int, err: int, until: float) -> tuple[bytes, bytes]:
    """Feed the one pipe and read the other two to their end, as subprocess does."""
    parts: dict[int, list[bytes]] = {out: [], err: []}
    left = memoryview(data)
    with selectors.DefaultSelector() as chosen:
        for number in parts:
            chosen.register(number, selectors.EVENT_READ)
        if feed >= 0:
            os.set_blocking(feed, False)
            chosen.register(feed, selectors.EVENT_WRITE)
        try:
            while chosen.get_map():
                ready = chosen.select(until - time.monotonic())
                if not ready and time.monotonic() >= until:
                    raise TimeoutError
                for key, _ in ready:
                    if key.fd == feed:
                        left = _fed(feed, left)
                        over = not left
                    else:
                        parts[key.fd].append(os.read(key.fd, 1 << 16))
                        over = not parts[key.fd][-1]
                    if over:
                        chosen.unregister(key.fd)
                        os.close(key.fd)
        finally:
            for key in list(chosen.get_map().values()):
                os.close(key.fd)
    return b"".join(parts[out]), b"".join(parts[err])


def _fed(feed: int, left: memoryview) -> memoryview:
    """What is still to be fed; nothing when no one reads any more."""
    try:
        return left[os.write(feed, left[:1 << 16]):]
    except BrokenPipeError:
        return left[:0]


def _serve(ours: socket.socket) -> None:
    """Fork a child for each request until the tests close their end."""
    _load()
    while head := ours.recvmsg(_LENGTH.size, socket.CMSG_LEN(3 * 4)):
        if not head[0]:
            return
        streams = array.array("i", head[1][0][2][:12])
        wanted = _LENGTH.unpack(head[0])[0]
        told = ours.recv(wanted, socket.MSG_WAITALL)
        child = os.fork()
        if child == 0:
            ours.close()
            _become(streams, *json.loads(told))
        for number in streams:
            os.close(number)
        ours.sendall(struct.pack("<i", child))
        ours.sendall(struct.pack("<i", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


def _load() -> None:
    """Import what commands import, and count it as permanent."""
    sys.path[0] = os.path.dirname(MEM)  # as for the installed script
    import memcli

    for found in pkgutil.walk_packages(memcli.__path__, "memcli."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _become(streams: array.array[int], args: list[str], env: dict[str, str], cwd: str) -> NoReturn:
    """Be the command: never returns."""
    status = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        sys.stdin = _stream(0, "r")
        sys.stdout = _stream(1, "w")
        sys.stderr = _stream(2, "w", "backslashreplace")
        sys.stderr.reconfigure(line_buffering=True)
        sys.argv = [MEM, *args]
        status = _called()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _stream(number: int, mode: str, errors: str = "surrogateescape") -> io.TextIOWrapper:
    """A standard stream as Python opens it in the C.UTF-8 locale."""
    found = os.fdopen(number, mode, encoding="utf-8", errors=errors, closefd=False)
    assert isinstance(found, io.TextIOWrapper)
    return found


def _called() -> int:
    """The exit status of the command, as Python would end it."""
    from memcli.cli.main import main

    status = 0
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            status = status or 120
    return status & 0xFF


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
