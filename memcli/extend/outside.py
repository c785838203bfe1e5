"""What is a plugin in another process to the rest of mem? The same as any other: something with `read` or `judge`, that keeps the contract of its kind."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import IO, Any

from memcli import clock
from memcli.errors import PluginFailed
from memcli.extend import wire
from memcli.extend.child import Limits, Program, environment, lines
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.policy import Remembered, Verdict

REJECTED_MAX = 1_000  # pieces of one source


class Outside:
    """A plugin that is a program. What it says of itself is asked when it is first needed, by running it with `info`."""

    function = ""

    def __init__(self, name: str, kind: str, program: Program, env: Mapping[str, str], limits: Limits) -> None:
        self.name = name
        self._who = f"{kind} {name}"
        self._program, self._env, self._limits = program, env, limits
        self._told: dict[str, Any] | None = None

    def _info(self) -> dict[str, Any]:
        if self._told is None:
            with open(os.devnull, "rb") as nothing:
                said = list(lines(self._who, self._program, ["info"], environment(self._env, {}), nothing.fileno(), self._limits))
            try:
                told = json.loads(said[0]) if len(said) == 1 else None
            except (ValueError, RecursionError):
                told = None
            if not isinstance(told, dict):
                raise PluginFailed(f"{self._who} does not say what it is: `info` has to print one line such as {{\"api_version\": 1, \"summary\": \"...\"}}",
                                   "mem man plugins")
            self._told = told
        return self._told

    @property
    def api_version(self) -> int:
        """The version of the contract that it speaks, 0 when it does not say."""
        value = self._info().get("api_version")
        return value if isinstance(value, int) else 0

    @property
    def summary(self) -> str:
        """What it says of itself, on one line."""
        return " ".join(str(self._info().get("summary", "")).split())[:200]

    def _lines(self, more: Mapping[str, str], options: Mapping[str, str], stdin: IO[bytes]) -> Iterator[bytes]:
        told = {f"MEM_OPTION_{key.upper().replace('-', '_').replace('.', '_')}": value for key, value in options.items()}
        env = environment(self._env, {**told, **more, "MEM_API": str(API_VERSION), "MEM_OPTIONS": json.dumps(dict(options))})
        return lines(self._who, self._program, [self.function], env, stdin.fileno(), self._limits)


class OutsideIngest(Outside):
    """An ingest plugin that is a program."""

    function = "read"

    @property
    def apart(self) -> bool:
        """Whether each file of a folder can be read by itself."""
        return self._info().get("apart") is True

    @property
    def bulk(self) -> bool:
        """Whether what says nothing new waits."""
        return self._info().get("bulk") is True

    def read(self, source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
        """What the program says of a source: it has the bytes of a file or of standard input on its own standard input, of a folder the path."""
        kind = "folder" if source.is_folder else "file" if source.path else "stdin"
        with _given(source, kind) as given:
            bad = 0
            for number, line in enumerate(self._lines({"MEM_SOURCE": source.path, "MEM_SOURCE_NAME": source.name, "MEM_SOURCE_KIND": kind}, options, given), 1):
                piece = wire.piece(line, number)
                bad += isinstance(piece, Rejected)
                if bad > REJECTED_MAX:
                    raise PluginFailed(f"{self._who} refused or said wrongly more than {REJECTED_MAX} pieces, and was ended",
                                       "mem plugin test shows what is wrong")
                yield piece


def _given(source: Source, kind: str) -> IO[bytes]:
    """What a program reads on its standard input. A folder's: the paths it is to read, if not all, one per line; none where a name would be two lines."""
    if kind == "folder":
        listed = list(source.files(hidden=True)) if source.passed else source.only or ()
        return _file(f"{path}\n".encode("utf-8", "surrogateescape") for path in listed if not any("\n" in path for path in listed))
    if kind == "file":
        source.stream().close()  # raises for what is no regular file
        return open(source.path, "rb")
    with source.stream() as stream:
        return _file(iter(lambda: stream.read(1 << 16), b""))


def _file(pieces: Iterator[bytes]) -> IO[bytes]:
    """An unnamed file that holds the pieces, at its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    for data in pieces:
        file.write(data)
    file.seek(0)
    return file


class OutsidePolicy(Outside):
    """A policy that is a program."""

    function = "judge"

    def judge(self, entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
        """Its verdicts: it is given the entries as lines on its standard input, the instant as $MEM_NOW."""
        with _file(chain(wire.entry_line(entry) for entry in entries)) as given:
            for line in self._lines({"MEM_NOW": clock.rfc3339(now)}, options, given):
                try:
                    yield wire.verdict(line)
                except ValueError as error:
                    raise PluginFailed(f"{self._who} says {error}", "mem man policies explains the contract") from None
