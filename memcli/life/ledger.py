"""Which files did a run read, and as what? Noted for this machine, so that the next run with `--since last` reads only those that changed.

`.mem/state/ingest.json`: by plugin and source, the size and time of each file. Nothing depends on it but speed: without it, everything is read again, and
what is known is not added twice.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace

from memcli.entries import atomic
from memcli.extend.contracts import Source
from memcli.life.desk import Desk

Marks = dict[str, list[int]]


def _path(desk: Desk) -> str:
    return f"{desk.vault.state}/ingest.json"


def read(desk: Desk) -> dict[str, Marks]:
    """The marks of all sources; none where they cannot be read."""
    try:
        data = json.loads(atomic.read(_path(desk)))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) and all(isinstance(marks, dict) for marks in data.values()) else {}


def key(plugin: str, source: Source) -> str:
    """The name of a source of a plugin, "" for standard input, which has no marks."""
    return f"{plugin} {source.path}" if source.path else ""


def marks(source: Source) -> Marks:
    """Size and time of each file of a source, as they are now."""
    found = {}
    for relative in source.files(hidden=True) if source.is_folder else [""]:
        try:
            info = os.lstat(os.path.join(source.path, relative) if relative else source.path)
        except OSError:
            continue
        found[relative] = [info.st_size, info.st_mtime_ns]
    return found


def changed(source: Source, before: Marks, now: Marks, *, apart: bool) -> Source | None:
    """What of a source is to be read again: only files that changed where each can be read `apart`, else all of it; None when nothing changed."""
    news = [relative for relative, mark in now.items() if before.get(relative) != mark]
    if not news and before.keys() <= now.keys() | {""}:
        return None
    return replace(source, only=tuple(sorted(news))) if apart and source.is_folder and before else source


def write(desk: Desk, marks: dict[str, Marks]) -> None:
    """Note what was read. Under the vault's lock."""
    atomic.make_folder(desk.vault.state, durable=False)
    atomic.write(_path(desk), json.dumps({**read(desk), **marks}).encode() + b"\n", durable=False)


def chosen(desk: Desk) -> dict[str, bool]:
    """Which sources a person has said yes or no to, by plugin and path."""
    try:
        data = json.loads(atomic.read(f"{desk.vault.state}/sources.json"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {name: yes for name, yes in data.items() if isinstance(yes, bool)} if isinstance(data, dict) else {}


def choose(desk: Desk, choices: dict[str, bool]) -> None:
    """Remember what a person has said."""
    atomic.make_folder(desk.vault.state, durable=False)
    atomic.write(f"{desk.vault.state}/sources.json", json.dumps({**chosen(desk), **choices}, indent=1).encode() + b"\n", durable=False)
