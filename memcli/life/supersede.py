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
from memcli.memory import prior, slots, statements
from memcli.memory.slots import Claim, Closing
from memcli.memory.statements import Slot

Change = tuple[str, bytes | None, bytes | None]
HOLDERS_MAX = 10_000  # of one slot


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict of a slot, with the entries that it is about and the value of each; `implied` where no key but their texts give the slot."""

    slot: str
    entries: tuple[Entry, ...]
    reason: str
    values: tuple[str, ...]
    implied: bool = False

    @property
    def run(self) -> str:
        """The command that settles it."""
        ids = [short(entry.id) for entry in self.entries]
        if not self.implied:
            return f"mem conflicts --resolve {ids[-1]}"
        other = any(entry.meta.get("key") and statements.normal_key(str(entry.meta["key"])) != self.slot for entry in self.entries)
        return f"mem conflicts --dismiss {' '.join(ids)}" if other else f"mem set {' '.join(ids)} key={self.slot}"


def slot(entry: Entry) -> str:
    """The slot that an entry is a value of, "" for none: folded, as it is compared."""
    key = entry.meta.get("key")
    single = entry.meta.get("cardinality") != "many"
    gone = entry.state == "forgotten" or entry.problem is not None or bool(entry.meta.get("retracted"))
    return fold(key.strip()) if isinstance(key, str) and "/" in key and single and not gone else ""


def said(entry: Entry) -> str:
    """The value that an entry gives its slot: `value`, else what its text says of the slot in plain words, else its text, its title; as compared."""
    value = entry.meta.get("value")
    if value is None:
        found = stated(entry)
        value = found.value if found else entry.body.strip() or entry.title
    return slots.normal_value(str(value))


def stated(entry: Entry) -> Slot | None:
    """What the text of an entry says of the slot that its `key` names; None where no rule reads it."""
    name = statements.normal_key(str(entry.meta.get("key")))
    rules = statements.english().knowing(name.rpartition("/")[2])
    return next((one for one in statements.slots_of(entry.body if entry.body.strip() else entry.title, entry.title, rules) if one.key == name), None)


def _no_more(new: Entry, old: Entry) -> bool:
    """Whether the text of a new entry says nothing but its value, or just what the old one's does."""
    body = new.body
    found = stated(new)
    rest = slots.normal(body[:found.start] + body[found.end:]) if found and new.meta.get("value") is None else slots.normal(body)
    return not rest or slots.normal(body) == slots.normal(old.body)


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
        for conflict in conflicts:
            torn = tuple(by_id[id_] for id_ in conflict.ids)
            found.append(Dispute(name, torn, conflict.reason, tuple(map(said, torn))))
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
    """The entry that holds its slot now and says the same as this new text; None where there is none, or it says more or since when."""
    new = text.read(data, path)
    name = slot(new)
    if not name or any(name_ in new.meta for name_ in ("valid_from", "event_time", "valid_to")):
        return None
    entries = [text.read(held, at) for at, held in _holders(desk, {name})]
    current = [entry for entry in entries if (known := claim(entry)) and not known.superseded and known.start <= desk.now
               and (known.end is None or known.end > desk.now)]
    if {said(entry) for entry in current} != {said(new)}:
        return None
    return next((entry for entry in current if _no_more(new, entry)), None)


def _moment(value: object) -> datetime | None:
    try:
        return clock.parse(value) if isinstance(value, str) and value else None
    except ValueError:
        return None

