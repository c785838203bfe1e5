"""How does a program that acts for the user change the vault? Each call one commit, worked out under the lock, screened, and marked as its work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from memcli import clock
from memcli.entries import archive, text
from memcli.entries.model import Entry, Value
from memcli.errors import Usage
from memcli.life import screening, writing
from memcli.life.desk import Changed, Desk
from memcli.life.names import short

Change = tuple[str, bytes | None, bytes | None]  # path, what it held (None: nothing), what it shall hold (None: it goes)
Edits = dict[str, Value | text.Remove]


def source(entry: Entry | None, plugin: str, trust: str = "agent") -> dict[str, Value]:
    """Where the text of an entry comes from once a program has written in it. What was trusted less before stays so."""
    stated = entry.meta.get("source") if entry is not None else None
    if not isinstance(stated, dict):
        return {"plugin": plugin, "trust": trust}
    known = stated.get("trust") or ("import" if stated.get("plugin") else "user")
    return stated if known in ("agent", "import", "web") and stated.get("trust") else {**stated, "trust": trust if known == "user" else known}


def update(desk: Desk, name: str, fields: Mapping[str, Value | text.Remove], rewrite: Callable[[str], str] | None, plugin: str) -> Changed:
    """Change fields of an entry, and its body as `rewrite` says. Raises Usage for a tombstone, UserError for one that is archived."""
    path, old = desk.locate(name)
    entry = desk.readable(path, old)
    if entry.state == "forgotten":
        raise Usage(f"{path} is forgotten", f"mem restore {short(entry.id)} brings it back")
    body = None if rewrite is None else rewrite(entry.body)
    if body is not None and not body.strip():
        raise Usage("nothing would be left of the text", "forget takes an entry away")
    changes: Edits = dict(fields)
    if body is not None or "title" in fields:
        changes["source"] = source(entry, plugin)
    if not entry.has_id:
        changes["id"] = entry.id
    return writing.replace(desk, path, old, text.edit(old, changes, body, path))


def link(desk: Desk, start: str, rel: str, end: str, *, remove: bool = False) -> Changed:
    """Say in one entry's front matter how it is related to another, or no more. A commit of "" when it is so already."""
    target, own = (text.read(data, path).id for path, data in (desk.locate(end), desk.locate(start)))

    def changed() -> Iterable[Change]:
        path, old = desk.locate(start)
        entry = desk.readable(path, old)
        if entry.id == target:
            raise Usage(f"{path} cannot be linked to itself")
        yield path, old, relinked(entry, old, [] if remove else [(rel, target)], [(rel, target)] if remove else [])

    return batch(desk, "link", f"{short(own)} {rel} {short(target)}", changed)


def relinked(entry: Entry, data: bytes, more: Sequence[tuple[str, str]], less: Iterable[tuple[str, str]] = ()) -> bytes:
    """An entry's bytes with (relation, target) links added to and taken from its front matter; `data` itself when nothing changes."""
    gone = set(less)
    stated = entry.meta.get("links")
    listed: list[Value] = list(stated) if isinstance(stated, list) else [] if stated is None else [stated]
    kept = [item for item in listed if _pair(item) not in gone]
    known = {_pair(item) for item in kept}
    kept += [{"rel": rel, "to": to} for rel, to in dict.fromkeys(more) if (rel, to) not in known]
    if kept == listed:
        return data
    changes: Edits = {"links": kept or text.REMOVE}
    if not entry.has_id:
        changes["id"] = entry.id
    return text.edit(data, changes, path=entry.path)


def _pair(item: Value) -> tuple[str, str]:
    return (str(item.get("rel") or "link"), str(item.get("to"))) if isinstance(item, dict) else ("link", str(item))


def batch(desk: Desk, verb: str, subject: str, plan: Callable[[], Iterable[Change]]) -> Changed:
    """Carry out what `plan`, called under the lock, says; one commit, "" when nothing changes. Raises Refused for a secret, EntryInvalid or Usage
    for what is no entry."""
    with desk.run(verb) as run:
        changes = [_fit(desk, path, old, new) for path, old, new in plan() if old != new]
        commit = desk.save(run, changes, screening.said(desk.settings, subject)) if changes else ""
    return Changed(tuple((text.read(new or old or b"", path).id, path) for path, old, new in changes), commit)


def _fit(desk: Desk, path: str, old: bytes | None, new: bytes | None) -> Change:
    """A change as it may be written."""
    desk.vault.entry(path)
    if new is None:
        return path, old, None
    new = screening.kept(desk, new, path, old or b"")
    before, entry = text.read(old or b"", path), text.read(new, path)
    damage = text.damage(entry)
    if damage is not None:
        raise damage
    if len(new) > desk.settings.whole("entry.max_bytes"):
        raise Usage(f"{path} would be longer than entry.max_bytes ({desk.settings.whole('entry.max_bytes')})", "write it as several entries")
    known = {problem.reason for problem in text.check(before)}
    for problem in text.check(entry):
        if problem.reason not in known:
            raise Usage(problem.reason, problem.hint or "mem man entry")
    if old is not None and entry.state != "forgotten" and before.meta.get("updated") == entry.meta.get("updated") and "updated" in entry.meta:
        new = text.edit(new, {"updated": clock.rfc3339(desk.now)}, path=path)
    return path, old, new


def whole(desk: Desk, path: str) -> tuple[bytes, bytes]:
    """What an entry's file holds, and the text that it stands for: of an archived one that which was packed."""
    data = desk.bytes_of(path)
    entry = text.read(data, path)
    return data, archive.original(desk.vault.root, entry) if entry.state == "archived" and archive.place(entry)[0] else data
