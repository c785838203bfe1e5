"""How do entries come to be and change by hand: add, set, edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from memcli import clock, plainyaml
from memcli.entries import fields, ids, layout, text
from memcli.entries.model import Entry, Value
from memcli.errors import EntryInvalid, Usage
from memcli.life import screening
from memcli.life.desk import Changed, Desk
from memcli.life.names import short

Change = tuple[str, bytes | None, bytes | None]
_TEXT_FIELDS = ("title", "key", "created", "updated", "valid_from", "valid_to", "expires", "type", "state")
_LIST_FIELDS = ("tags", "aliases", "supersedes", "links")
_FIXED = ("id", "memory", "source")


def add(desk: Desk, body: str, fields: Mapping[str, Value], *, force: bool = False, allow_secret: bool = False) -> Changed:
    """One new entry in one commit, first in what is returned, then the ones that it supersedes. Front matter that `body` begins with is kept byte
    for byte; `fields` win over it. What says of its slot what holds already is not written, unless `force`: then that entry is returned, and no commit.

    Raises Usage for an empty one or a field out of range, EntryInvalid for front matter that cannot be read, Refused for a secret.
    """
    given, kept = _given(desk, body, fields, allow_secret=allow_secret)
    fields = _with_trust(kept.meta, fields)
    known = {**kept.meta, **fields}
    if not kept.body.strip() and not known.get("title"):
        raise Usage("nothing to add: the text is empty", 'mem add "some text", or mem add - < file')
    stamp = clock.rfc3339(desk.now)
    id_ = _own_id(desk, known.get("id"))
    title = str(known.get("title") or kept.title)
    usual: dict[str, Value] = {"title": title, "type": desk.settings.text("add.type"), "state": "short", "created": stamp, "updated": stamp}
    missing = {name: value for name, value in usual.items() if not known.get(name)}
    wanted = {**missing, **fields, "id": id_}
    new = text.edit(given, wanted, path="the text") if kept.meta else text.render(wanted, kept.body)
    new = screening.kept(desk, new, "the text", allow=allow_secret)
    made = text.read(new, "new.md")
    path = layout.path_for(made.type, desk.now, screening.said(desk.settings, made.title), id_)
    _refuse_bad(new, path)
    with desk.run("add") as run:
        if known.get("id") is not None:
            _refuse_taken(desk, id_, "files")  # again, as another command may have used it meanwhile
        changes: list[Change] = [(path, None, new)]
        if known.get("key"):
            from memcli.life import supersede

            holds = None if force else supersede.same(desk, new, path)
            if holds is not None:
                return Changed(((holds.id, holds.path),), "")
            changes = supersede.settled(desk, changes)
        commit = desk.save(run, changes, made.title, [("Mem-Entry", id_)])
    twin = "" if force or known.get("key") else _told_double(desk, new, path)
    closed = [text.read(data, at) for at, old, data in changes if old is not None and data is not None]
    return Changed(((id_, path), *((entry.id, entry.path) for entry in closed if entry.meta.get("superseded_by") == id_)), commit, twin)


def _given(desk: Desk, body: str, fields: Mapping[str, Value], *, allow_secret: bool) -> tuple[bytes, Entry]:
    """A new text as it may be kept, and what its front matter says."""
    given = body.encode("utf-8", "surrogatepass")
    kept = text.read(given, "the text")
    if kept.problem is not None:
        raise kept.problem
    if not allow_secret:
        screening.refuse_fields(desk.settings, fields, "the entry")
        given = screening.clean(desk, given, "the text", add=True)
        kept = text.read(given, "the text")
    return given, kept


def _with_trust(meta: Mapping[str, Value], fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """The fields, with what the front matter says of its source beside what they say."""
    stated, given = meta.get("source"), fields.get("source")
    return {**fields, "source": {**stated, **given}} if isinstance(stated, dict) and isinstance(given, dict) else fields


def _told_double(desk: Desk, new: bytes, path: str) -> str:
    """Say that the same text was there already, and under which id. It is written all the same: nothing that was acknowledged is lost."""
    from memcli.life.double import double

    other = double(desk, new, path)
    if other is None:
        return ""
    desk.talk.warn(f"{short(other.id)} says the same already: mem undo takes this one back, mem used {short(other.id)} --confirm notes that it still holds")
    return other.id


def _own_id(desk: Desk, given: Value) -> str:
    if given is None:
        return ids.new_id(desk.now)
    if not ids.is_id(str(given)):
        raise Usage(f"{given!r} is not an id (26 characters of a ULID)", "leave it out and one is made")
    id_ = ids.normalise(str(given))
    _refuse_taken(desk, id_, "auto")
    return id_


def _refuse_taken(desk: Desk, id_: str, scan: str) -> None:
    if desk.index.read(lambda view: view.find(id_), scan):
        raise Usage(f"an entry {id_} exists already", f"mem edit {short(id_)} changes it; leave the id out to add another one")


def _refuse_bad(data: bytes, path: str, changed: Iterable[str] | None = None) -> None:
    """Raise for a field that is not what it should be; only for those in `changed` where that is given."""
    entry = text.read(data, path)
    damage = text.damage(entry)
    if damage is not None:
        raise damage
    for problem in text.check(entry):
        if changed is None or any(f"`{name}`" in problem.reason for name in changed):
            raise Usage(problem.reason, problem.hint or "mem man entry")


def assign(desk: Desk, names: Sequence[str], assignments: Sequence[str]) -> Changed:
    """Apply `key=value` words to the front matter of entries; one commit, or none when all is so already."""
    if not assignments:
        raise Usage("nothing to set", "mem set ID key=value tags+=word tags-=word key=")
    changes: list[Change] = []
    entries = []
    near: dict[str, str] = {}
    with desk.run("set") as run:
        for path, old in desk.located(names).items():
            entry = desk.readable(path, old)
            wanted = _wanted(entry.meta, assignments)
            entries.append((entry.id, path))
            near.update((name, field) for name in wanted if name not in entry.meta and (field := fields.near(name)))
            if not wanted:
                continue
            if not entry.has_id:
                wanted["id"] = entry.id
            if "updated" in entry.meta and "updated" not in wanted:
                wanted["updated"] = clock.rfc3339(desk.now)
            new = screening.kept(desk, text.edit(old, wanted, path=path), path, old)
            _refuse_bad(new, path, wanted)
            if new != old:
                changes.append((path, old, new))
        changes = _chained(desk, changes)
        words = " ".join(assignments)
        commit = desk.save(run, changes, f"{_which(entries)} {words}") if changes else ""
    for name, field in near.items():
        desk.talk.warn(f"{name} was set as it stands, a field of your own; did you mean {field}?")
    return Changed(tuple(entries), commit)


def _chained(desk: Desk, changes: list[Change]) -> list[Change]:
    """The changes, with what follows from them for the slots that they are about."""
    if not any(b"\nkey:" in data for _, old, new in changes for data in (old, new) if data is not None):
        return changes
    from memcli.life import supersede

    return supersede.settled(desk, changes)


def _which(entries: list[tuple[str, str]]) -> str:
    return short(entries[0][0]) if len(entries) == 1 else f"{len(entries)} entries"


def _wanted(meta: Mapping[str, Value], assignments: Sequence[str]) -> dict[str, Value | text.Remove]:
    wanted: dict[str, Value | text.Remove] = {}
    for word in assignments:
        head, equals, value = word.partition("=")
        op = head[-1:] if head[-1:] in "+-" else ""
        key = head.removesuffix(op) if op else head
        if not equals or not key or not key.replace("_", "a").replace("-", "a").isalnum():
            raise Usage(f"{word!r} is not an assignment", "key=value, key= removes, tags+=word, tags-=word")
        if key in _FIXED:
            raise Usage(f"{key} belongs to mem and cannot be set", "mem edit opens the whole file")
        present = wanted.get(key, meta.get(key))
        if op:
            wanted[key] = _changed_list(key, None if isinstance(present, text.Remove) else present, op, value)
        elif value == "":
            wanted[key] = text.REMOVE
        else:
            wanted[key] = _value(key, value)
    return {key: value for key, value in wanted.items()
            if (value is not text.REMOVE and (key not in meta or meta[key] != value)) or (value is text.REMOVE and key in meta)}


def _changed_list(key: str, present: Value, op: str, value: str) -> list[Value]:
    items: list[Value] = list(present) if isinstance(present, list) else [] if present is None else [present]
    if isinstance(present, str) and key in _LIST_FIELDS:
        items = list(present.replace(",", " ").split())
    if key in ("tags", "supersedes") and len(words := value.replace(",", " ").split()) > 1:  # neither holds a comma or a space
        for word in words:
            items = _changed_list(key, items, op, word)
        return items
    item: Value = value.lstrip("#") if key == "tags" else _value("", value) if key not in _LIST_FIELDS else value
    if not item and item != 0:
        raise Usage(f"{key}{op}= needs a word", f"mem set ID {key}{op}=word")
    if op == "+":
        return items if item in items else [*items, item]
    return [present_item for present_item in items if present_item != item]


def _value(key: str, value: str) -> Value:
    if key in _TEXT_FIELDS:
        return value
    if key in _LIST_FIELDS and not value.startswith("["):
        return list(value.replace(",", " ").split())
    data = plainyaml.load(f"value: {value}")
    return value if data is None else data["value"]


def replace(desk: Desk, path: str, old: bytes, new: bytes) -> Changed:
    """Put an edited text in the place of the old one, with `updated` moved on unless the person set it.

    Raises EntryInvalid for text that cannot be read and for a bad field, Refused for a secret, unless the old text had it just so.
    """
    before, entry = text.read(old, path), desk.readable(path, new)
    for problem in _new_faults(before, entry):
        raise EntryInvalid(path, problem.line, problem.reason, problem.hint)
    if before.has_id and entry.id != before.id:
        raise Usage(f"{path}: the id was changed from {before.id}; an id never changes", "put it back; mem add makes a new entry")
    if new == old:
        return Changed(((entry.id, path),), "")
    new = screening.kept(desk, new, path, old)
    entry = text.read(new, path)
    if "updated" in entry.meta and entry.meta["updated"] == before.meta.get("updated"):
        new = text.edit(new, {"updated": clock.rfc3339(desk.now)}, path=path)
    with desk.run("edit") as run:
        commit = desk.save(run, _chained(desk, [(path, old, new)]), entry.title, [("Mem-Entry", entry.id)])
    return Changed(((entry.id, path),), commit)


def _new_faults(before: Entry, after: Entry) -> list[EntryInvalid]:
    """What is wrong with the fields of `after` and was not so in `before`: an old fault whose value stayed is none of this edit's doing."""
    known = {problem.reason for problem in text.check(before)}
    changed = [name for name, value in after.meta.items() if name not in before.meta or before.meta[name] != value]
    return [problem for problem in text.check(after) if problem.reason not in known or any(f"`{name}`" in problem.reason for name in changed)]
