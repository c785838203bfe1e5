"""Which values contradict each other, and how does a person settle it? The one that holds ends the others; nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence

from memcli import clock
from memcli.entries import text
from memcli.entries.model import Entry, Value
from memcli.errors import NothingFound, Usage
from memcli.life import supersede
from memcli.life.desk import Changed, Desk
from memcli.life.holding import Held, held
from memcli.life.names import short
from memcli.life.supersede import Change, Dispute
from memcli.memory import events


def conflicts(desk: Desk) -> list[Dispute]:
    """Every open conflict, by slot: those of keys, then those that the texts of entries show."""
    return among(held(desk))


def among(found: Sequence[Held]) -> list[Dispute]:
    """The open conflicts among these entries."""
    from memcli.life.contradict import contradictions

    by_id = {one.id: one.entry for one in reversed(found)}
    implied = [Dispute(one.slot, tuple(by_id[id_] for id_ in one.ids), one.reason, one.values, implied=True) for one in contradictions(found)]
    return supersede.disputes({one.path: one.data for one in found}) + implied


def _of_keys(desk: Desk) -> list[Dispute]:
    return supersede.disputes({one.path: one.data for one in held(desk)})


def dismiss(desk: Desk, names: Sequence[str]) -> Changed:
    """Let the entries stand beside each other, in one commit: values of a key as `cardinality: many`, others by a link that says so.

    Raises Usage for fewer than two, NothingFound when no conflict is among them.
    """
    with desk.run("conflicts") as run:
        files = desk.located(names)
        if len(files) < 2:
            raise Usage("dismissing takes two entries or more", "mem conflicts --dismiss ID ID")
        fields: dict[str, dict[str, Value | text.Remove]] = {}
        for dispute in conflicts(desk):
            about = [entry for entry in dispute.entries if entry.path in files]
            if len(about) > 1:
                for path, more in _beside(dispute, about).items():
                    fields.setdefault(path, {}).update(more)
        if not fields:
            raise NothingFound("there is no conflict among these", "mem conflicts lists those that are")
        stamp = {"updated": clock.rfc3339(desk.now)}
        changes: list[Change] = []
        for path, more in sorted(fields.items()):
            changes.append((path, files[path], text.edit(files[path], {**more, **stamp}, path=path)))
        ids = {path: text.read(data, path).id for path, data in files.items()}
        commit = desk.save(run, changes, f"{' and '.join(short(id_) for id_ in ids.values())} both hold", [("Mem-Entry", id_) for id_ in ids.values()])
    return Changed(tuple((ids[path], path) for path in files), commit)


def _beside(dispute: Dispute, about: Sequence[Entry]) -> dict[str, dict[str, Value | text.Remove]]:
    """The fields by path that say of these entries of a conflict that they hold beside each other; a link stands in the later of two."""
    from memcli.life.contradict import BESIDE

    if not dispute.implied:
        return {entry.path: {"cardinality": "many"} for entry in about}
    fields: dict[str, dict[str, Value | text.Remove]] = {}
    for at, entry in enumerate(about[1:], 1):
        known = entry.meta.get("links")
        links: list[Value] = [*known] if isinstance(known, list) else [] if known is None else [known]
        links += [{"rel": "relates_to", "to": other.id, "why": BESIDE} for other in about[:at]]
        fields[entry.path] = {"links": links, **({} if entry.has_id else {"id": entry.id})}
    return fields


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
        against = {entry.path: entry for dispute in _of_keys(desk) if dispute.slot == slot and winner.id in [one.id for one in dispute.entries]
                   for entry in dispute.entries if entry.id != winner.id}
        if not against:
            raise NothingFound(f"{short(winner.id)} is in no conflict", "mem conflicts lists those that are; a key is given by mem set to those without")
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
