"""What does a new value of a slot do to the ones before it? Their front matter gets an end and a follower, in the same commit; no text is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memcli import clock
from memcli.entries import text
from memcli.entries.model import Entry, Value
from memcli.index.filters import fold
from memcli.life.desk import Desk
from memcli.life.names import short
from memcli.memory import prior, slots
from memcli.memory.slots import Claim, Closing

Change = tuple[str, bytes | None, bytes | None]
HOLDERS_MAX = 10_000  # of one slot


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict of a slot, with the entries that it is about."""

    slot: str
    entries: tuple[Entry, ...]
    reason: str


def slot(entry: Entry) -> str:
    """The slot that an entry is a value of, "" for none: folded, as it is compared."""
    key = entry.meta.get("key")
    single = entry.meta.get("cardinality") != "many"
    gone = entry.state == "forgotten" or entry.problem is not None or bool(entry.meta.get("retracted"))
    return fold(key.strip()) if isinstance(key, str) and "/" in key and single and not gone else ""


def said(entry: Entry) -> str:
    """The value that an entry gives its slot: `value`, else its text, else its title; as it is compared."""
    value = entry.meta.get("value")
    return slots.normal(str(value) if value is not None else entry.body.strip() or entry.title)


def claim(entry: Entry) -> Claim | None:
    """What an entry says of its slot; None where no field tells since when."""
    start = next(((at, str(entry.meta[name])) for name in ("valid_from", "event_time", "created") if (at := _moment(entry.meta.get(name)))), None)
    if start is None:
        return None
    by = entry.meta.get("superseded_by")
    follower = str(by[0]) if isinstance(by, list) and by else by if isinstance(by, str) else ""
    return Claim(entry.id, said(entry), start[0], start[1], _moment(entry.meta.get("valid_to")), follower, prior.confidence(entry.meta))


def settled(desk: Desk, changes: Sequence[Change]) -> list[Change]:
    """The changes of a command, and what follows from them for the slots that they touch. A conflict is told, and keeps both."""
    wanted = {slot(text.read(new, path)) for path, _, new in changes if new is not None} - {""}
    if not wanted:
        return list(changes)
    files: dict[str, bytes] = dict(_holders(desk, wanted))
    before = _conflicts(files, wanted)
    old = {**files, **{path: data for path, data, _ in changes if data is not None}}
    files.update((path, new) for path, _, new in changes if new is not None)
    done: dict[str, Change] = {path: (path, data, new) for path, data, new in changes}
    for path, new in followed(files, wanted).items():
        done[path] = (path, done[path][1] if path in done else old[path], new)
    told = _conflicts({**files, **{path: new for path, _, new in done.values() if new is not None}}, wanted)
    for dispute in told:
        if {entry.id for entry in dispute.entries} not in [{entry.id for entry in known.entries} for known in before]:
            desk.talk.warn(f"{dispute.slot}: {' and '.join(short(entry.id) for entry in dispute.entries)} cannot both hold ({dispute.reason}); "
                           "both are kept, mem conflicts settles it")
    return list(done.values())


def followed(files: Mapping[str, bytes], wanted: Iterable[str]) -> dict[str, bytes]:
    """The new bytes by path of the entries whose place in the chain of their slot is not written as it is."""
    changed: dict[str, bytes] = {}
    for _, entries in sorted(_by_slot(files, wanted).items()):
        closings, _ = slots.chain([known for entry in entries if (known := claim(entry)) is not None])
        after: dict[str, list[str]] = {}
        for closing in closings:
            after.setdefault(closing.by, []).append(closing.id)
        ends = {closing.id: closing for closing in closings}
        ids = {entry.id for entry in entries}
        for entry in entries:
            told = [other.id for other in entries if other.meta.get("superseded_by") == entry.id and other.id not in ends]  # as a person settled it
            fields = _fields(entry, ends.get(entry.id), sorted([*after.get(entry.id, []), *told]), ids)
            if fields and entry.has_id and text.damage(entry) is None:
                changed[entry.path] = text.edit(files[entry.path], fields, path=entry.path)
    return changed


def disputes(files: Mapping[str, bytes]) -> list[Dispute]:
    """Every conflict among these files, by slot."""
    return _conflicts(files, None)


def _conflicts(files: Mapping[str, bytes], wanted: Iterable[str] | None) -> list[Dispute]:
    found = []
    for name, entries in sorted(_by_slot(files, wanted).items()):
        by_id = {entry.id: entry for entry in entries}
        _, conflicts = slots.chain([known for entry in entries if (known := claim(entry)) is not None])
        found += [Dispute(name, tuple(by_id[id_] for id_ in conflict.ids), conflict.reason) for conflict in conflicts]
    return found


def _by_slot(files: Mapping[str, bytes], wanted: Iterable[str] | None) -> dict[str, list[Entry]]:
    keys = None if wanted is None else set(wanted)
    found: dict[str, list[Entry]] = {}
    for path in sorted(files):
        entry = text.read(files[path], path)
        name = slot(entry)
        if name and (keys is None or name in keys):
            found.setdefault(name, []).append(entry)
    return found


def _fields(entry: Entry, closing: Closing | None, before: list[str], ids: set[str]) -> dict[str, Value | text.Remove]:
    """What has to be written into an entry so that it says its place; nothing where it says so already."""
    wanted: dict[str, Value | text.Remove] = {}
    if closing is not None:
        if entry.meta.get("superseded_by") not in (closing.by, [closing.by]):
            wanted["superseded_by"] = closing.by
        if closing.until and entry.meta.get("valid_to") != closing.until:
            wanted["valid_to"] = closing.until
    stated = entry.meta.get("supersedes")
    known = [str(item) for item in stated] if isinstance(stated, list) else [stated] if isinstance(stated, str) else []
    own = [item for item in known if item not in ids or item in before] + [item for item in before if item not in known]
    if own != known:
        wanted["supersedes"] = [*own] if own else text.REMOVE
    return wanted


def _holders(desk: Desk, wanted: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    """The files of the entries that are values of these slots, found by the index, read from the disk."""
    from memcli.index.ask import Ask
    from memcli.search.channels import among

    found = desk.index.read(lambda view: among(desk.index, view, Ask(()), "key", sorted(wanted), HOLDERS_MAX), "auto")
    for match in found:
        data = desk.bytes_of(match.path)
        if slot(text.read(data, match.path)) in wanted:
            yield match.path, data


def same(desk: Desk, data: bytes, path: str) -> Entry | None:
    """The entry that holds its slot now and says the same as this new text; None where there is none, or where the text says since when."""
    new = text.read(data, path)
    name = slot(new)
    if not name or any(name_ in new.meta for name_ in ("valid_from", "event_time", "valid_to")):
        return None
    entries = [text.read(held, at) for at, held in _holders(desk, {name})]
    current = [entry for entry in entries if (known := claim(entry)) and not known.superseded and known.start <= desk.now
               and (known.end is None or known.end > desk.now)]
    return next((entry for entry in current if said(entry) == said(new)), None) if len({said(entry) for entry in current}) == 1 else None


def _moment(value: object) -> datetime | None:
    try:
        return clock.parse(value) if isinstance(value, str) and value else None
    except ValueError:
        return None

