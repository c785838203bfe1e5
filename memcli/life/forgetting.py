"""How is an entry forgotten and brought back? A tombstone keeps its id and title in place; the text stays in history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memcli import clock
from memcli.entries import archive, history, text
from memcli.entries.model import Entry, Value
from memcli.entries.run import blobs_at
from memcli.errors import NothingFound, Usage
from memcli.life import screening
from memcli.life.desk import Changed, Desk
from memcli.life.names import count, short

if TYPE_CHECKING:
    from memcli.entries.git import Git


def forget(desk: Desk, names: Sequence[str], reason: str) -> Changed:
    """Put tombstones in the place of entries, in one commit. Raises Usage when one is a tombstone already, Refused for a secret in the reason.

    An entry that is only marked as forgotten and still has its text becomes one like any other.
    """
    changes: list[tuple[str, bytes | None, bytes | None]] = []
    entries = []
    reason = screening.words(desk, reason, "the reason")
    with desk.run("forget") as run:
        for path, old in desk.located(names).items():
            entry = text.read(old, path)
            if _is_tombstone(entry):
                raise Usage(f"{path} is forgotten already", f"mem restore {short(entry.id)} brings it back")
            changes.append((path, old, tombstone(desk, entry, reason)))
            entries.append((entry.id, path))
        subject = short(entries[0][0]) if len(entries) == 1 else count(len(entries), "entry", "entries")
        commit = desk.save(run, changes, subject, [("Mem-Reason", reason)] if reason else [])
    return Changed(tuple(entries), commit)


def tombstone(desk: Desk, entry: Entry, reason: str) -> bytes:
    """What stays in the file of a forgotten entry: who it was and when it went, no text."""
    fields: dict[str, Value] = {"id": entry.id, "title": entry.title, "type": entry.type, "state": "forgotten"}
    if entry.created:
        fields["created"] = entry.created
    fields["updated"] = clock.rfc3339(desk.now)
    if reason:
        fields["reason"] = reason
    source = entry.meta.get("source")
    if isinstance(source, dict):
        fields["source"] = source
    return text.render(fields, "")


def is_tombstone(data: bytes) -> bool:
    """Whether a file's bytes are a tombstone: forgotten, and without a text."""
    return _is_tombstone(text.read(data, "x.md"))


def _is_tombstone(entry: Entry) -> bool:
    return entry.state == "forgotten" and not entry.body.strip()


def restore(desk: Desk, names: Sequence[str], at: str) -> Changed:
    """Bring texts back byte for byte, in one commit; nothing to do is a commit of "" and no error.

    Of a forgotten entry that holds a text, by whose hand ever, that text stays, and only the state changes.
    """
    changes: list[tuple[str, bytes | None, bytes | None]] = []
    entries = []
    with desk.run("restore") as run:
        git = desk.git()
        for path, old in dict(present_or_lost(desk, name) for name in names).items():
            if at:
                revision = history.resolve(git, at)
                new = history.content(git, revision, path)
                if new is None:
                    raise NothingFound(f"{path} did not exist at {at}", f"mem log {path} shows its history")
            else:
                new = _recalled(desk, git, path, old)
            entries.append((text.read(new, path).id, path))
            if new != old:
                changes.append((path, old, new))
        subject = short(entries[0][0]) if len(entries) == 1 else count(len(entries), "entry", "entries")
        commit = desk.save(run, changes, subject) if changes else ""
    return Changed(tuple(entries), commit)


def _recalled(desk: Desk, git: Git, path: str, old: bytes | None) -> bytes:
    """The text to bring back: what the file holds, else the newest in history. Raises Usage when it is not lost at all."""
    if old is None or is_tombstone(old):
        return _remembered(history.last_before_loss(git, path, is_tombstone), path)
    entry = text.read(old, path)
    if archive.place(entry)[0]:
        return archive.original(desk.vault.root, entry)
    earlier = f"mem restore {short(entry.id)} --at DATE brings back an earlier text"
    if entry.state != "forgotten":
        raise Usage(f"{path} is neither forgotten nor deleted", earlier)
    desk.talk.warn(f"{path} keeps the text that is in it; {earlier}")
    return _remembered(old, path)


def _remembered(data: bytes, path: str) -> bytes:
    """A text with nothing changed but a state of `forgotten`, and the reason for that."""
    entry = text.read(data, path)
    if entry.state != "forgotten":
        return data
    return text.edit(data, {"state": "short", **({"reason": text.REMOVE} if "reason" in entry.meta else {})}, path=path)


def present_or_lost(desk: Desk, name: str) -> tuple[str, bytes | None]:
    """The path meant by a name and its bytes, None when the file was deleted but history knows it."""
    name = desk.named(name)
    try:
        return desk.locate(name)
    except NothingFound as error:
        git = desk.git()
        found = _deleted_by_hand(git, name) or _deleted_in_history(git, name)
        if len(found) != 1:
            raise error
        return found[0], None


def _deleted_by_hand(git: Git, name: str) -> list[str]:
    """Paths of the last commit whose files are gone, by path or id."""
    gone = [path.decode("utf-8", "surrogateescape") for path in git.call("ls-files", "--deleted", "-z").split(b"\0") if path.endswith(b".md")]
    known = blobs_at(git, "HEAD", gone)
    texts = history.blobs(git, list(known.values()))
    part = name.lower()
    return [path for path, blob in known.items() if path == name or (id_ := text.read(texts[blob], path).id).startswith(part) or id_.endswith(part)]


def _deleted_in_history(git: Git, name: str) -> list[str]:
    """Paths that a commit deleted, by path or by the end of the id in the file's name."""
    out = git.call("log", "--diff-filter=D", "--no-renames", "--format=", "--name-only", "-z", "HEAD", accept=(0, 128))
    lost = {path.decode("utf-8", "surrogateescape").strip("\n") for path in out.split(b"\0")}
    return sorted(path for path in lost if path.endswith(".md") and (path == name or path.endswith(f"-{name[-6:].lower()}.md")))
