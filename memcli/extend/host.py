"""How does a Python plugin run in a process of its own? By a program that speaks as any plugin's does.

`python -P -m memcli.extend.host KIND HOW WHERE NAME info|read|judge`, where HOW is `module` (WHERE an importable name, perhaps with
`:attribute`) or `file` (WHERE a path). What the plugin prints goes to standard error, so that it cannot be taken for a draft.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import sys
from typing import IO, Any

from memcli import clock
from memcli.errors import MemError, PluginFailed
from memcli.extend import wire
from memcli.extend.contracts import Rejected, Source
from memcli.extend.intake import fault


def main(arguments: list[str]) -> int:
    """Run one function of a plugin. The exit status: 0, or 1 with the reason as the last line on standard error."""
    kind, how, where, name, function = arguments
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        plugin = _loaded(how, where)
        _do(kind, function, plugin, name, out)
        out.flush()
        return 0
    except MemError as error:
        out.flush()
        told = error.message
    except BrokenPipeError:
        return 1
    except MemoryError:
        told = "it needs more memory than plugin.memory_mb allows"
    except Exception as error:  # whatever a plugin raises is told in one line
        with contextlib.suppress(OSError):
            out.flush()
        told = f"{type(error).__name__}: {error}"
    os.write(2, f"\n{' '.join(told.split())}\n".encode("utf-8", "replace"))
    return 1


def _loaded(how: str, where: str) -> Any:
    if how == "module":
        module, _, attribute = where.partition(":")
        found: Any = importlib.import_module(module)
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
        return found
    spec = importlib.util.spec_from_file_location("mem_plugin", where)
    if spec is None or spec.loader is None:
        raise PluginFailed(f"{where} is no Python file", "its name has to end in .py")
    module_ = importlib.util.module_from_spec(spec)
    sys.modules["mem_plugin"] = module_
    spec.loader.exec_module(module_)
    return module_


def _do(kind: str, function: str, plugin: Any, name: str, out: IO[bytes]) -> None:
    from memcli.extend.registry import INGEST, POLICY, checked

    checked(plugin, name, INGEST if kind == "ingest" else POLICY)
    if function == "info":
        told = {"name": plugin.name, "api_version": plugin.api_version, "summary": plugin.summary}
        told.update((flag, True) for flag in ("apart", "bulk") if getattr(plugin, flag, False))
        out.write(json.dumps(told).encode() + b"\n")
        return
    options = json.loads(os.environ.get("MEM_OPTIONS", "{}"))
    if function == "judge":
        entries = [wire.entry(line) for line in sys.stdin.buffer]
        for verdict in plugin.judge(entries, clock.parse(os.environ["MEM_NOW"]), options):
            out.write(wire.verdict_line(verdict))
        return
    for number, piece in enumerate(plugin.read(_source(), options), 1):
        out.write(_line(piece, number))
        out.flush()


def _line(piece: object, number: int) -> bytes:
    """A piece as a line; what is none, or holds what no line can, as a rejection."""
    wrong = "" if isinstance(piece, Rejected) else fault(piece)
    try:
        return wire.piece_line(Rejected(str(getattr(piece, "position", "")) or f"piece {number}", wrong) if wrong else piece)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        return wire.piece_line(Rejected(f"piece {number}", str(error)))


def _source() -> Source:
    """The source that the environment names; of a folder the paths on standard input, if there are any."""
    path = os.environ["MEM_SOURCE"]
    only = None
    if os.environ["MEM_SOURCE_KIND"] == "folder":
        only = tuple(line.decode("utf-8", "surrogateescape").rstrip("\n") for line in sys.stdin.buffer) or None
    return Source(path, os.environ["MEM_SOURCE_NAME"], only)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
