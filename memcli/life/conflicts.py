"""Which values contradict each other, and how does a person settle it? The one that holds ends the others; nothing is deleted."""

from __future__ import annotations

from memcli import clock
from memcli.entries import text
from memcli.entries.model import Value
from memcli.errors import NothingFound, Usage
from memcli.life import supersede
from memcli.life.desk import Changed, Desk
from memcli.life.holding import held
from memcli.life.names import short
from memcli.life.supersede import Change, Dispute
from memcli.memory import events


def conflicts(desk: Desk) -> list[Dispute]:
    """Every open conflict, by slot."""
    return supersede.disputes({one.path: one.data for one in held(desk)})


def resolve(desk: Desk, name: str, session: str) -> Changed:
    """Make the entry called `name` the value of its slot, in one commit: what it was in conflict with ends, as never valid where it began no earlier.

    Raises NothingFound when it is in no conflict, Usage when it has no slot.
    """
    with desk.run("conflicts") as run:
        path, data = desk.locate(name)
        winner = text.read(data, path)
        slot, own = supersede.slot(winner), supersede.claim(winner)
        if not slot or own is None:
            raise Usage(f"{path} is no value of a slot", "mem set ID key=subject/attribute makes it one")
        against = {entry.path: entry for dispute in conflicts(desk) if dispute.slot == slot and winner.id in [one.id for one in dispute.entries]
                   for entry in dispute.entries if entry.id != winner.id}
        if not against:
            raise NothingFound(f"{short(winner.id)} is in no conflict", "mem conflicts lists those that are")
        changes: list[Change] = []
        for at, entry in sorted(against.items()):
            other = supersede.claim(entry)
            assert other is not None  # it has a place in a chain
            fields: dict[str, Value | text.Remove] = {"superseded_by": winner.id, "valid_to": max((other.start, other.stated), (own.start, own.stated))[1]}
            old = desk.bytes_of(at)
            changes.append((at, old, text.edit(old, fields, path=at)))
        commit = desk.save(run, supersede.settled(desk, [*changes, (path, data, data)]), f"{slot}: {short(winner.id)} holds", [("Mem-Entry", winner.id)])
    now = clock.rfc3339(desk.now)
    events.record(desk.vault.state, "contradicted", sorted(entry.id for entry in against.values()), now, session)
    events.record(desk.vault.state, "confirmed", [winner.id], now, session)
    return Changed(((winner.id, path), *((entry.id, at) for at, entry in sorted(against.items()))), commit)
