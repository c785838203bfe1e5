"""How does a plugin run that is a program? In a process group, an empty folder and an environment of its own, within limits, and told of no vault.

What hangs is ended, what floods is cut off, what takes too much memory fails; whatever it does becomes one PluginFailed and costs itself only.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from memcli import clock
from memcli.errors import PluginFailed

LINE_MAX = 16 * 1024 * 1024  # bytes
_PIECE = 1 << 16
_LOOK_S = 0.2  # how often it is looked whether a program has ended, while something it left behind holds its output open
# Bounds memory and core files, then becomes the program: from outside it would be too late for what that starts at once, and between fork and exec nothing of
# ours may run where there are threads. Where a system cannot bound memory, time and output still are.
_BOUND = 'ulimit -c 0 2>/dev/null; ulimit -v "$1" 2>/dev/null; shift; exec "$@"'
_STARTER = "mem-start"  # what the shell calls itself when it cannot
_SAID_MAX = 4096  # bytes of standard error that are kept, the last ones


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plugin may take: seconds of silence before its next line, seconds in all, bytes of memory, bytes of output."""

    silence_s: float = 120.0
    run_s: float = 3600.0
    memory_bytes: int = 1024 * 1024 * 1024
    output_bytes: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Program:
    """What is run: the words of its command, and `files` (name, content, whether it is executable) that are laid into its folder first; a word that
    begins with "./" names one of these."""

    words: tuple[str, ...]
    files: tuple[tuple[str, bytes, bool], ...] = ()


def environment(env: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what leads to a vault or speaks of git, and `more`."""
    return {**{name: value for name, value in env.items() if not name.startswith(("MEM_", "GIT_"))}, **more}


def lines(who: str, program: Program, arguments: Sequence[str], env: Mapping[str, str], stdin: int, limits: Limits) -> Iterator[bytes]:
    """The lines that a program prints, without their ends, as they come. `who` names it in errors, `stdin` is a descriptor it may read.

    Raises PluginFailed, after the lines that were good, for one that passes a limit, fails, or cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="mem-plugin-") as folder:
        process = _start(who, program, arguments, env, stdin, limits, folder)
        said = bytearray()
        try:
            yield from _read(who, process, limits, said)
            status = process.wait(limits.silence_s)
        except subprocess.TimeoutExpired:
            raise PluginFailed(f"{who} closed its output and did not end within {limits.silence_s:g} s", "plugin.timeout_s") from None
        finally:
            _end(process)
        if status:
            last = bytes(said).decode("utf-8", "replace").strip().splitlines()[-1:]
            if status in (126, 127) and last and last[0].startswith(f"{_STARTER}: "):
                raise PluginFailed(f"{who} cannot be started: {last[0].rpartition(': ')[2]}", "mem plugin info tells where it is")
            how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
            raise PluginFailed(f"{who} {how}{': ' + last[0][:200] if last else ''}", "mem plugin test shows what it does")


def _start(who: str, program: Program, arguments: Sequence[str], env: Mapping[str, str], stdin: int, limits: Limits, folder: str) -> subprocess.Popen[bytes]:
    for name, content, runs in program.files:
        fd = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700 if runs else 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
    words = [f"{folder}/{word[2:]}" if word.startswith("./") else word for word in program.words]
    command = ["/bin/sh", "-c", _BOUND, _STARTER, str(limits.memory_bytes // 1024), *words, *arguments]
    try:
        return subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(env), cwd=folder, start_new_session=True)
    except (OSError, ValueError) as error:
        raise PluginFailed(f"{who} cannot be started: {getattr(error, 'strerror', None) or error}", "mem plugin info tells where it is") from None


def _read(who: str, process: subprocess.Popen[bytes], limits: Limits, said: bytearray) -> Iterator[bytes]:
    assert process.stdout and process.stderr
    begun = heard = clock.monotonic_s()
    buffer, total = bytearray(), 0
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        ready.register(process.stderr, selectors.EVENT_READ)
        while process.stdout in (key.fileobj for key in ready.get_map().values()):
            left = min(heard + limits.silence_s, begun + limits.run_s) - clock.monotonic_s()
            if left <= 0:
                over = f"was silent for {limits.silence_s:g} s (plugin.timeout_s)" if heard + limits.silence_s < begun + limits.run_s else \
                    f"ran for more than {limits.run_s:g} s (plugin.run_s)"
                raise PluginFailed(f"{who} {over}, and was ended", "mem config NAME VALUE --user allows more")
            ended = process.poll() is not None
            told = ready.select(min(left, _LOOK_S))
            if ended and not told:
                break  # all that it said is read; a process that it left behind is not waited for
            for key, _ in told:
                data = os.read(key.fd, _PIECE)
                if not data:
                    ready.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    said += data
                    del said[:-_SAID_MAX]
                else:
                    total += len(data)
                    _refuse_flood(who, total, buffer, limits)
                    buffer += data
                    *whole, rest = bytes(buffer).split(b"\n") if b"\n" in data else (bytes(buffer),)
                    if whole:
                        yield from (line for line in whole if line.strip())
                        heard = clock.monotonic_s()  # the time that the reader took is not the plugin's
                        buffer = bytearray(rest)
    if buffer.strip():
        yield bytes(buffer)


def _refuse_flood(who: str, total: int, buffer: bytearray, limits: Limits) -> None:
    if total > limits.output_bytes:
        raise PluginFailed(f"{who} printed more than {limits.output_bytes} bytes (plugin.output_mb), and was ended", "mem config NAME VALUE --user allows more")
    if len(buffer) > LINE_MAX:
        raise PluginFailed(f"{who} printed a line of more than {LINE_MAX} bytes, and was ended")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # nothing of it is left
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
    process.wait()
