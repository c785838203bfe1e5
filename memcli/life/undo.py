"""How is a command taken back? Each path it changed returns to what it was before, unless it was changed again since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.entries import history, text
from memcli.entries.run import blob_id
from memcli.errors import ChangedMeanwhile, NothingFound, Refused, Usage
from memcli.life.desk import Changed, Desk
from memcli.life.names import count

if TYPE_CHECKING:
    from memcli.entries.history import Record


def undo(desk: Desk, revision: str) -> tuple[Record, Changed]:
    """Take back one command in one commit. Raises ChangedMeanwhile naming the first path that was changed since."""
    with desk.run("undo") as run:
        git = desk.git()
        record = history.undo_target(git, revision)
        if record.verb in ("init", ""):
            raise Usage(f"{record.commit[:10]} ({record.subject}) is not a command of mem that can be undone", "mem log marks those that can")
        if record.verb == "purge":
            raise Refused(f"{record.commit[:10]} was a purge, which cannot be taken back", "mem undo REVISION takes back an earlier command")
        if record.verb == "sync":
            parent = f"{record.commit[:10]}^"
            raise Refused(f"{record.commit[:10]} brought in what others did; to take all of that back would take it from them at the next mem sync",
                          f"git -C {desk.vault.root} log {parent}..{record.commit[:10]} lists it; mem undo REVISION takes back one of those commands")
        deltas = history.deltas(git, record.commit)
        old = history.blobs(git, sorted({delta.before for delta in deltas if delta.before}))
        changes: list[tuple[str, bytes | None, bytes | None]] = []
        entries = []
        for delta in deltas:
            present = _present(desk, delta.path)
            wanted = old[delta.before] if delta.before else None
            if present == wanted:
                continue
            if (blob_id(present, len(delta.after or delta.before)) if present is not None else "") != delta.after:
                raise ChangedMeanwhile(f"{delta.path} was changed after {record.commit[:10]}; undoing would lose that",
                                       f"mem diff --from {record.commit[:10]} {delta.path} shows it; undo the later command first")
            changes.append((delta.path, present, wanted))
            shown = wanted if wanted is not None else present or b""
            entries.append((text.read(shown, delta.path).id, delta.path))
        if not changes:
            raise NothingFound(f"nothing left to undo of {record.commit[:10]} ({record.subject})", "mem log shows what came after")
        subject = f"{record.verb} of {record.date[:10]} ({count(len(changes), 'file')})"
        commit = desk.save(run, changes, subject, [("Mem-Undoes", record.commit)])
    return record, Changed(tuple(entries), commit)


def _present(desk: Desk, path: str) -> bytes | None:
    from memcli.entries import atomic

    try:
        return atomic.read(desk.vault.at(path))
    except FileNotFoundError:
        return None


def as_it_was(desk: Desk, name: str, at: str) -> tuple[str, bytes]:
    """(path, bytes) of an entry at a date or revision: at its present path, or wherever its id was then."""
    git = desk.git()
    revision = history.resolve(git, at)
    name = desk.named(name)
    try:
        path, data = desk.locate(name)
        wanted = text.read(data, path).id
    except NothingFound:
        path, wanted = name, name.lower()
    old = history.content(git, revision, path)
    if old is not None:
        return path, old
    tree = history.tree(git, revision)
    for start in range(0, len(tree), 1000):
        part = dict(list(tree.items())[start:start + 1000])
        found = history.blobs(git, list(part.values()))
        for then, blob in part.items():
            id_ = text.read(found[blob], then).id
            if id_ == wanted or (len(wanted) >= 4 and (id_.startswith(wanted) or id_.endswith(wanted))):
                return then, found[blob]
    raise NothingFound(f"no entry {name!r} at {at}", "mem log shows when it came")
