"""Which transcripts wait to be read? `.mem/state/queue.jsonl`: a line per transcript, noted by hooks at once, read by `mem ingest --queued`.

Reading takes the lines over into a second file first, so that what is noted meanwhile waits for the next time and a killed reader loses
nothing: what it had taken over is read again, which adds nothing twice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memcli.entries import atomic
from memcli.errors import MemError, PluginFailed

if TYPE_CHECKING:
    from memcli.life.inbox import Inbox
    from memcli.life.sifting import Report

QUEUE, TAKEN = "queue.jsonl", "queue-taken.jsonl"
SIZE_MAX = 4 << 20  # bytes of a queue that nobody reads; what comes then is noted no more, its transcript stays where it is
PATH_MAX = 4096


@dataclass(frozen=True, slots=True)
class Queued:
    """A transcript that waits: for which plugin, where it is, of which session, since when (RFC 3339)."""

    plugin: str
    path: str
    session: str
    at: str


@dataclass(slots=True)
class Worked:
    """What became of the queue: a report per run of a plugin, transcripts that are no longer there, and those that stay, with the reason."""

    reports: list[Report] = field(default_factory=list)
    gone: list[Queued] = field(default_factory=list)
    left: list[tuple[Queued, str]] = field(default_factory=list)


def add(state: str, plugin: str, path: str, session: str, at: str) -> bool:
    """Note a transcript, an absolute path of a .jsonl file; False when it is none, waits already, or the queue is full."""
    if not os.path.isabs(path) or "\0" in path or len(path) > PATH_MAX or not path.endswith(".jsonl") or not os.path.isfile(path):
        return False
    queue = f"{state}/{QUEUE}"
    if os.path.lexists(queue) and (os.path.getsize(queue) > SIZE_MAX or any(one.path == path and one.plugin == plugin for one in _lines([queue]))):
        return False
    atomic.make_folder(state, durable=False)  # a fresh clone of a vault has none
    line = json.dumps({"plugin": plugin, "path": path, "session": session[:200], "at": at})
    atomic.note(queue, line.encode() + b"\n")
    return True


def read(state: str) -> list[Queued]:
    """What waits, in the order in which it came."""
    return list(_lines([f"{state}/{TAKEN}", f"{state}/{QUEUE}"]))


def _lines(files: Iterable[str]) -> Iterable[Queued]:
    """Each transcript once; a line that is none of ours is passed over."""
    seen: dict[tuple[str, str], Queued] = {}
    for file in files:
        if not os.path.lexists(file):
            continue
        for line in atomic.read(file).splitlines():
            try:
                given = json.loads(line)
                one = Queued(*(str(given[name]) for name in ("plugin", "path", "session", "at")))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            seen.setdefault((one.plugin, one.path), one)
    return seen.values()


def work(desk: Inbox) -> Worked:
    """Read what waits, plugin by plugin. Raises Locked while another process does."""
    from memcli.entries.lock import Lock

    state, worked = desk.vault.state, Worked()
    queue, taken = f"{state}/{QUEUE}", f"{state}/{TAKEN}"
    if not os.path.lexists(queue) and not os.path.lexists(taken):
        return worked
    with Lock(f"{state}/queue.lock", 0, "ingest --queued"):
        atomic.divide(queue, taken, lambda line: False)
        plugins: dict[str, list[Queued]] = {}
        for one in _lines([taken]):
            if os.path.isfile(one.path):
                plugins.setdefault(one.plugin, []).append(one)
            else:
                worked.gone.append(one)
        for plugin, found in plugins.items():
            _read(desk, plugin, found, worked)
        stay = b"".join(json.dumps({"plugin": one.plugin, "path": one.path, "session": one.session, "at": one.at}).encode() + b"\n" for one, _ in worked.left)
        if stay:
            atomic.write(taken, stay)
        else:
            atomic.remove(taken)
            if os.path.lexists(queue) and not os.path.getsize(queue):
                atomic.remove(queue, expect=b"")
    return worked


def _read(desk: Inbox, plugin: str, found: list[Queued], worked: Worked) -> None:
    """One plugin's transcripts: all in one commit, and one by one when that fails, so that none stands in the others' way. One that the plugin
    can make nothing of is refused, and done with."""
    from memcli.extend import registry
    from memcli.life.intake import Wish
    from memcli.life.sifting import Report

    try:
        registry.load(plugin, desk.around)
    except MemError as error:
        worked.left += [(one, error.message) for one in found]
        return
    try:
        worked.reports.append(desk.ingest(plugin, [one.path for one in found], Wish({})))
    except MemError as error:
        if len(found) > 1:
            for one in found:
                _read(desk, plugin, [one], worked)
        elif isinstance(error, PluginFailed):
            worked.reports.append(Report(refused=[(found[0].path, error.message)]))
        else:
            worked.left.append((found[0], error.message))
