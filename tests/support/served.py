"""A `mem serve` for tests: on a pipe, or on a socket in a folder with a short name."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from box import MEM, Box

from memcli.serve.ask import socket_path


class Pipe:
    """A server on a pipe."""

    def __init__(self, box: Box, env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen([MEM, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=box.vault,
                                        env={**box.env, **(env or {})})
        self.hello = self.line()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self) -> Any:
        """The next answer."""
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def ask(self, op: str, id_: object = None, **args: object) -> Any:
        """One request and its answer."""
        self.send(json.dumps({"op": op, "args": args, "id": id_}).encode() + b"\n")
        return self.line()

    def end(self) -> tuple[int, str]:
        """Close its input; exit status and standard error."""
        assert self.process.stdin and self.process.stderr and self.process.stdout
        self.process.stdin.close()
        said = self.process.stderr.read().decode()
        status = self.process.wait(30)
        self.process.stdout.close()
        self.process.stderr.close()
        return status, said


class Socket:
    """A server on a socket. `path` is where it is, `env` what a client needs to find it."""

    def __init__(self, box: Box, runtime: str, env: Mapping[str, str]) -> None:
        self.env = {"XDG_RUNTIME_DIR": runtime}
        self.path = socket_path(os.path.realpath(box.vault), self.env)
        self.process = subprocess.Popen([MEM, "serve", "--socket"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        cwd=box.vault, env={**box.env, **self.env, **env})
        assert self.process.stderr
        self.said = self.process.stderr.readline().decode()

    def connect(self) -> socket.socket:
        """A client that has read nothing yet."""
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(30)
        client.connect(self.path)
        return client

    def kill(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def serving(box: Box, env: Mapping[str, str] | None = None) -> Iterator[Socket]:
    """A server on a socket until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="mem-") as runtime:
        found = Socket(box, runtime, env or {})
        try:
            yield found
        finally:
            if found.process.poll() is None:
                found.kill()
            assert found.process.stderr
            found.process.stderr.close()


def until(true: Any, timeout_s: float = 20.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)
