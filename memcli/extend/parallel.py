"""How do several processes read the files of one folder? Each a run of files, in order; the pieces come out as one process would give them.

The folder's files are cut into runs of about the same number of bytes. As many processes as there are jobs read at once, into bounded queues, and the queues
are emptied in the order of the files.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace

from memcli.errors import PluginFailed
from memcli.extend import registry
from memcli.extend.contracts import Draft, Ingest, Rejected, Source
from memcli.extend.registry import INGEST, Around

RUNS = 4  # runs of files per job, so that one with slow files does not hold up the rest
LEAST_BYTES = 4 * 1024 * 1024  # below which one process is quicker than two
_AHEAD = 256  # pieces read ahead of what is taken
Item = Draft | Rejected | Exception | None


def reads(plugin: Ingest, source: Source, options: Mapping[str, str], around: Around, jobs: int) -> Iterator[Draft | Rejected]:
    """What the plugin says of a source: side by side where it can be read apart and is large enough for that to pay."""
    apart = jobs > 1 and getattr(plugin, "apart", False) and source.is_folder
    runs = _runs(source, jobs * RUNS) if apart else []
    if len(runs) < 2:
        return plugin.read(source, options)
    return _together(plugin, [replace(source, only=run) for run in runs], options, around, jobs)


def _runs(source: Source, count: int) -> list[tuple[str, ...]]:
    """The files of a folder in `count` runs of about as many bytes; one run when they are too small to share."""
    sizes = []
    for relative in source.files(hidden=True):
        size = 0  # of what is gone, or the plugin will refuse
        with contextlib.suppress(PluginFailed):
            size = source.size(relative)
        sizes.append((relative, size))
    total = sum(size for _, size in sizes)
    if total < LEAST_BYTES or any("\n" in relative for relative, _ in sizes):  # paths are handed over as lines
        return []
    runs: list[list[str]] = [[]]
    size = 0
    for relative, own in sizes:
        if runs[-1] and size + own > total / count:
            runs.append([])
            size = 0
        runs[-1].append(relative)
        size += own
    return [tuple(run) for run in runs]


def _together(plugin: Ingest, parts: list[Source], options: Mapping[str, str], around: Around, jobs: int) -> Iterator[Draft | Rejected]:
    stop = threading.Event()
    waiting, reading = deque(parts), deque[queue.Queue[Item]]()
    try:
        while waiting or reading:
            while waiting and len(reading) < jobs:
                line: queue.Queue[Item] = queue.Queue(_AHEAD)
                threading.Thread(target=_read, args=(plugin, waiting.popleft(), options, around, line, stop), daemon=True).start()
                reading.append(line)
            while (one := reading[0].get()) is not None:
                if isinstance(one, Exception):
                    raise one
                yield one
            reading.popleft()
    finally:
        stop.set()


def _read(plugin: Ingest, part: Source, options: Mapping[str, str], around: Around, line: queue.Queue[Item], stop: threading.Event) -> None:
    """In a thread: run the plugin in a process of its own, and put what it says in line; None at the end."""
    try:
        there = plugin if not _is_built_in(plugin) else registry.outside(
            INGEST, plugin.name, registry.hosted(INGEST, plugin.name, "module", registry.module(plugin.name, INGEST)), around)
        for piece in there.read(part, options):
            if not _put(line, piece, stop):
                return
        _put(line, None, stop)
    except Exception as error:  # raised again where the pieces are taken
        _put(line, error, stop)


def _is_built_in(plugin: Ingest) -> bool:
    return getattr(plugin, "__name__", "").startswith("memcli_plugins.")


def _put(line: queue.Queue[Item], one: Item, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            line.put(one, timeout=0.2)
            return True
        except queue.Full:
            continue
    return False
