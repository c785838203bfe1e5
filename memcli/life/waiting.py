"""What waits that said nothing new? Texts that the gate held back: kept on this machine for a while, outside of history, listed, taken in or let go.

`.mem/state/waiting.jsonl` has a line each: the entry as it would be written, where from, until when. `.mem/state/absorbed.log` names the pieces that
said what another entry says already, so that a second run does not count them again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from memcli import clock
from memcli.entries import atomic, text
from memcli.entries.ids import is_id
from memcli.errors import NothingFound, Usage
from memcli.life.desk import Changed, Desk
from memcli.life.names import count


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text that waits: its entry's id, path and bytes (as text), the plugin and position it came from, how new it was (0..1), and until when (RFC 3339)."""

    id: str
    path: str
    text: str
    plugin: str
    position: str
    novelty: float
    until: str

    @property
    def title(self) -> str:
        """The entry's title."""
        return text.read(self.text.encode(), self.path).title


def _file(desk: Desk) -> str:
    return f"{desk.vault.state}/waiting.jsonl"


def _absorbed(desk: Desk) -> str:
    return f"{desk.vault.state}/absorbed.log"


def read(desk: Desk) -> list[Waiting]:
    """All that waits and has not expired, in the order in which it came."""
    return [one for one in _all(desk) if one.until > clock.rfc3339(desk.now)]


def _all(desk: Desk) -> list[Waiting]:
    try:
        lines = atomic.read(_file(desk)).splitlines()
    except OSError:
        return []
    found = {}
    for line in lines:
        try:
            row = Waiting(**json.loads(line))
        except (ValueError, TypeError, RecursionError):
            continue  # the torn last line of a killed command
        if is_id(str(row.id)):
            found[row.id] = row
    return list(found.values())


def until(desk: Desk) -> str:
    """When what begins to wait now expires."""
    return clock.rfc3339(desk.now + timedelta(days=desk.settings.number("ingest.waiting_days")))


def note(desk: Desk, new: Sequence[Waiting], absorbed: Iterable[tuple[str, str]]) -> int:
    """Keep what waits from now on, and (piece, entry) of what was absorbed; let go what has expired. Returns how many did. Under the vault's lock."""
    before = _all(desk)
    stay = [one for one in before if one.until > clock.rfc3339(desk.now)]
    if len(stay) < len(before):
        _write(desk, [*stay, *new])
    elif new:
        atomic.make_folder(desk.vault.state, durable=False)
        atomic.append(_file(desk), b"".join(_line(one) for one in new))
    lines = "".join(f"{piece} {entry}\n" for piece, entry in absorbed)
    if lines:
        atomic.make_folder(desk.vault.state, durable=False)
        atomic.append(_absorbed(desk), lines.encode())
    return len(before) - len(stay)


def absorbed(desk: Desk) -> set[str]:
    """The ids of pieces that said what an entry says already."""
    try:
        return {line[:26].decode("ascii", "replace") for line in atomic.read(_absorbed(desk)).splitlines()}
    except OSError:
        return set()


def _line(one: Waiting) -> bytes:
    return json.dumps(asdict(one)).encode() + b"\n"


def _write(desk: Desk, rows: Iterable[Waiting]) -> None:
    atomic.write(_file(desk), b"".join(map(_line, rows)), durable=False)


def chosen(desk: Desk, names: Collection[str], *, every: bool) -> list[Waiting]:
    """What is meant by ends or beginnings of ids. Raises Usage, NothingFound."""
    there = read(desk)
    if every:
        return there
    found: list[Waiting] = []
    for name in names:
        part = name.lower()
        near = [one for one in there if len(part) >= 4 and (one.id.startswith(part) or one.id.endswith(part))]
        if not near:
            raise NothingFound(f"nothing waits with an id like {name!r}", "mem waiting lists what does")
        if len(near) > 1:
            raise Usage(f"{name!r} is ambiguous: {', '.join(one.id for one in near[:5])}", "give more of the id")
        found += [one for one in near if one not in found]
    return found


def keep(desk: Desk, names: Collection[str], *, every: bool) -> Changed:
    """Make entries of what waits, in one commit."""
    with desk.run("ingest") as run:
        taken = chosen(desk, names, every=every)
        changes: list[tuple[str, bytes | None, bytes | None]] = []
        paths: set[str] = set()
        for one in taken:
            path = free(desk, one.path, one.id, paths)
            paths.add(path)
            changes.append((path, None, one.text.encode("utf-8", "surrogatepass")))
        commit = desk.save(run, changes, f"{count(len(changes), 'entry', 'entries')} that waited") if changes else ""
        gone = {one.id for one in taken}
        _write(desk, [one for one in _all(desk) if one.id not in gone])
    return Changed(tuple((one.id, path) for one, (path, _, _) in zip(taken, changes)), commit)


def drop(desk: Desk, names: Collection[str], *, every: bool) -> list[Waiting]:
    """Let go what waits. It is not asked about again: its ids are noted as absorbed by nothing."""
    with desk.run("ingest"):
        gone = chosen(desk, names, every=every)
        ids = {one.id for one in gone}
        note(desk, (), ((id_, "-" * 26) for id_ in sorted(ids)))
        _write(desk, [one for one in _all(desk) if one.id not in ids])
    return gone


def free(desk: Desk, path: str, id_: str, taken: Collection[str]) -> str:
    """A path for a new entry: its own, or one with its whole id where that is taken."""
    import os

    if path in taken or os.path.lexists(desk.vault.at(path)):
        return f"{path.removesuffix('.md')[:-6]}{id_}.md"
    return path
