"""How does a program embed texts? A line {"texts": [...]} to its standard input, a line {"vectors": [[...], ...]} back, as often as needed.

It is started once in a run, without a shell, with the first texts, and ends when its input does.
"""

from __future__ import annotations

import json
import os
import selectors
import shlex
import subprocess
from collections.abc import Mapping, Sequence

from memcli import clock
from memcli.index.outside import Outside
from memcli.index.static import Missing

_ANSWER_MAX = 512 * 1024 * 1024  # bytes
_PIECE = 65_536
_BY_HAND = """echo '{"texts": ["a"]}' | PROGRAM shows what it says"""


class Program(Outside):
    """The embedder `command:PROGRAM ARGUMENTS`."""

    def __init__(self, name: str, env: Mapping[str, str], timeout_s: float, batch: int) -> None:
        super().__init__(name, "", batch)
        self._env = env
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, texts: list[str], *, question: bool) -> Sequence[Sequence[float]]:
        """The vectors of texts. A program that failed is ended."""
        if self._process is None:
            self._process = self._start()
        try:
            answer = _exchange(self._process, json.dumps({"texts": texts}).encode() + b"\n", self._timeout_s)
            vectors = json.loads(answer)["vectors"]
            if not isinstance(vectors, list) or not all(isinstance(vector, list) for vector in vectors):
                raise ValueError("shape")
            return vectors
        except TimeoutError:
            why = f"did not answer within {self._timeout_s:g} s (embedder.timeout_s)"
        except (OSError, EOFError):
            why = "ended without an answer"
        except (ValueError, KeyError, TypeError, RecursionError):
            why = "answered with something other than a line {\"vectors\": [[...]]}"
        self.close()
        raise Missing(f"{why}; {_BY_HAND}")

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            words = shlex.split(self.name.removeprefix("command:"))
            if not words:
                raise ValueError("empty")
            return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(self._env))
        except ValueError as error:
            raise Missing(f"is no command line ({error}); correct embedder.name") from None
        except OSError as error:
            raise Missing(f"cannot be started ({error.strerror}); install it or correct embedder.name") from None

    def close(self) -> None:
        """End the program."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    __del__ = close


def _exchange(process: subprocess.Popen[bytes], line: bytes, timeout_s: float) -> bytes:
    """Write a line and read one, each while the other side is ready. Raises TimeoutError, OSError, EOFError."""
    assert process.stdin and process.stdout
    wait = clock.monotonic_s() + timeout_s
    os.set_blocking(process.stdin.fileno(), False)
    left, answer = memoryview(line), bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdin, selectors.EVENT_WRITE)
        ready.register(process.stdout, selectors.EVENT_READ)
        while not answer.endswith(b"\n"):
            remaining = wait - clock.monotonic_s()
            if remaining <= 0:
                raise TimeoutError
            for key, _ in ready.select(remaining):
                if key.fileobj is process.stdin:
                    left = left[os.write(process.stdin.fileno(), left[:_PIECE]):]
                    if not left:
                        ready.unregister(process.stdin)
                    continue
                piece = os.read(process.stdout.fileno(), _PIECE)
                if not piece:
                    raise EOFError
                answer += piece
                if len(answer) > _ANSWER_MAX:
                    raise ValueError("too long")
    if left:
        raise ValueError("answered before it was asked")
    return bytes(answer)
