"""How does a text leave history too? Every branch and tag is rewritten without the entry's paths; the only verb that does so.

1. what is to go is noted in `.mem/state/purge` (ids, paths and blob ids, no text);
2. history is rewritten (`memcli.life.rewrite`), the files and what git's index holds of them go, one commit says so;
3. reflogs expire, unreachable objects are pruned, the index is made anew; the note goes.
A purge that dies before 1 never happened; one that dies later is finished by the next command that takes the lock, as it was confirmed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from memcli import faults
from memcli.entries import atomic, commit, history, text
from memcli.entries.commit import Message
from memcli.entries.git import Git
from memcli.entries.model import Entry
from memcli.entries.run import blob_id
from memcli.errors import NothingFound, Refused
from memcli.life import copies
from memcli.life.desk import Changed, Desk
from memcli.life.names import count, short
from memcli.life.rewrite import Doomed, rewrite


@dataclass(frozen=True, slots=True)
class _Note:
    """What a purge is about: its run, its subject, the files that are there (blob id by path), and the versions to go."""

    run: str
    subject: str
    present: Mapping[str, str]
    versions: set[tuple[str, str]]


def purge(desk: Desk, names: Sequence[str]) -> Changed:
    """Take entries out of work tree, index and history. Raises Refused while a stash or another work tree holds their text."""
    with desk.run("purge") as run:
        run.git.unfilter()
        _refuse_stash(run.git)
        if os.path.exists(desk.vault.purging):
            raise Refused("an interrupted purge waits to be finished; nothing was changed", "put what is in its way aside, then run the command again")
        entries, present, versions = _meant(desk, run.git, names)
        note = _Note(run.id, short(entries[0][0]) if len(entries) == 1 else count(len(entries), "entry", "entries"), present, versions)
        _refuse_where_it_stays(run.git, {path for path, _ in versions})
        _write(desk, note)
        made = _carry_out(desk, run.git, note)
    return Changed(tuple(entries), made)


def settle(desk: Desk, git: Git) -> None:
    """Finish the purge that a dead command left. When a stash or another work tree is in the way by now, it waits, and a warning says so."""
    note = _read(desk)
    if note is None:
        atomic.discard(desk.vault.purging)
        return
    git.unfilter()
    try:
        _refuse_stash(git)
        _refuse_where_it_stays(git, {path for path, _ in note.versions})
    except Refused as error:
        desk.talk.warn(f"an interrupted purge ({note.subject}) waits to be finished: {error.message}; {error.hint}")
        return
    _carry_out(desk, git, note)
    desk.talk.warn(f"finished the purge that an interrupted command had begun: {note.subject}")


def _write(desk: Desk, note: _Note) -> None:
    """Note what is to go, under its own name at once: a torn note cannot be read, and nothing has happened yet."""
    data = json.dumps([note.run, note.subject, note.present, sorted(note.versions)]).encode()
    atomic.write_beside(desk.vault.purging, data, like=desk.vault.purging)
    atomic.sync_folder(desk.vault.state)
    faults.hit("journal-written")


def _read(desk: Desk) -> _Note | None:
    """The note, None for one that mem cannot have written."""
    try:
        run, subject, present, versions = json.loads(atomic.read(desk.vault.purging))
        note = _Note(str(run), str(subject), dict(present), {(str(path), str(blob)) for path, blob in versions})
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return note if all(map(str.isalnum, (note.run, *(blob for _, blob in note.versions)))) else None


def _carry_out(desk: Desk, git: Git, note: _Note) -> str:
    """Everything after the note; each step may have been done already. Returns the commit's id."""
    made = _commit_of(git, note.run) or _take_out(desk, git, note)
    git.call("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    atomic.discard(f"{commit.common_folder(git.root)}/objects/info/commit-graph")  # names commits that are about to go
    git.call("gc", "--prune=now", "--quiet")
    atomic.discard(f"{commit.git_folder(git.root)}/COMMIT_EDITMSG")  # the message of a person's last commit
    faults.hit("pruned")
    desk.index.rebuild()
    atomic.remove(desk.vault.purging)
    return made


def _commit_of(git: Git, run: str) -> str:
    """The commit of a run among the newest ones, "" when it did not get that far."""
    rows = git.call("log", "-20", "--format=%H %(trailers:key=Mem-Run,valueonly,separator=%x20)", accept=(0, 128)).decode().splitlines()
    return next((row.split()[0] for row in rows if run in row.split()[1:]), "")


def _take_out(desk: Desk, git: Git, note: _Note) -> str:
    doomed = _doomed(git, note.versions)
    before = git.call("for-each-ref")
    try:
        rewrite(git, doomed)
    except BaseException:
        if git.call("for-each-ref") == before:
            atomic.discard(desk.vault.purging)  # nothing has happened, and whoever asked is told so
        raise
    faults.hit("rewritten")
    for path, blob in note.present.items():
        _remove(desk, path, blob)
    staged = _staged(git, doomed)
    git.call("update-index", "--force-remove", "-z", "--stdin", feed=b"".join(os.fsencode(path) + b"\0" for path in staged))
    message = Message(f"mem(purge): {note.subject}", (("Mem-Verb", "purge"), ("Mem-Run", note.run)))
    return commit.commit(git, commit.start_identity(git), [(message, [])], desk.now)


def _remove(desk: Desk, path: str, blob: str) -> None:
    """Remove a file of a purged entry, unless a person has written something else into it since."""
    full = desk.vault.at(path)
    try:
        same = blob_id(atomic.read(full)) == blob
    except FileNotFoundError:
        return
    if same:
        atomic.remove(full)
    else:
        desk.talk.warn(f"{path} was edited after the purge had begun and is kept; purge it again if it is to go")


def _doomed(git: Git, versions: set[tuple[str, str]]) -> Doomed:
    """The versions, with the paths at which history holds nothing else."""
    mixed = {path for path, _ in _versions(git, {path for path, _ in versions}) - versions} if versions else set()
    return Doomed(versions, {os.fsencode(path) for path, _ in versions if path not in mixed})


def _refuse_stash(git: Git) -> None:
    if git.call("rev-parse", "--verify", "--quiet", "refs/stash", accept=(0, 1)).strip():
        raise Refused("a git stash exists, and what it holds cannot be purged safely", f"git -C {git.root} stash drop, or pop it, then purge")


def _staged(git: Git, doomed: Doomed) -> list[str]:
    """The paths at which git's index holds a doomed version."""
    out = git.call("ls-files", "--stage", "-z", "--", *sorted(doomed.paths)) if doomed.versions else b""
    rows = [row.partition(b"\t") for row in out.split(b"\0") if row]
    held = {(os.fsdecode(path), head.split(b" ")[1].decode()) for head, _, path in rows}
    return sorted({path for path, _ in held & doomed.versions})


def _refuse_where_it_stays(git: Git, paths: Iterable[str]) -> None:
    for line in git.call("worktree", "list", "--porcelain").decode("utf-8", "surrogateescape").splitlines():
        word, _, other = line.partition(" ")
        if word != "worktree" or os.path.realpath(other) == git.root:
            continue
        if not os.path.isdir(other):
            raise Refused(f"the work tree {other} is gone, but git still keeps what was in it", f"git -C {git.root} worktree prune, then purge")
        if Git(other, git.env).call("ls-files", "-z", "--", *sorted(paths), accept=(0, 128)):
            raise Refused(f"the work tree {other} of the same repository holds it too", f"git -C {git.root} worktree remove {other}, then purge")


def _meant(desk: Desk, git: Git, names: Sequence[str]) -> tuple[list[tuple[str, str]], dict[str, str], set[tuple[str, str]]]:
    """The entries as (id, path), the files they have now (blob id by path), and every version of them that history ever held."""
    from memcli.life.forgetting import present_or_lost

    entries: list[tuple[str, str]] = []
    present: dict[str, str] = {}
    looked: set[str] = set()
    for name in names:
        path, data = present_or_lost(desk, name)
        entry = text.read(data if data is not None else history.last_before_loss(git, path, lambda _: False), path)
        if (entry.id, path) not in entries:
            entries.append((entry.id, path))
            present.update({path: blob_id(data)} if data is not None else {})
        looked.add(path)
        if entry.has_id:
            line = r"^id: *[\"']?" + entry.id
            out = git.call("log", "--all", "--format=", "--name-only", "-z", "--no-renames", "--no-textconv", "--text", "-i", "-E", f"-G{line}",
                           accept=(0, 128))
            looked.update(found.strip(b"\n").decode("utf-8", "surrogateescape") for found in out.split(b"\0") if found.strip(b"\n"))
    if not looked:
        raise NothingFound("nothing to purge")
    ids = {id_ for id_, _ in entries}
    beside = copies.paths(git, ids)
    versions = _versions(git, looked | beside)
    for path in present:  # as it is now, where that is staged
        versions |= {(path, row.split(b" ")[1].decode()) for row in git.call("ls-files", "--stage", "-z", "--", path).split(b"\0") if row}
    doomed = copies.packed(desk, git, ids, versions)
    versions = {(path, blob) for path, blob in versions if path.endswith(".md")}
    texts = history.blobs(git, sorted({blob for _, blob in versions}))
    doomed |= {(path, blob) for path, blob in versions
               if _is_one(text.read(texts[blob], path), texts[blob], entries) or path in beside and copies.quoting(texts[blob], path, ids)}
    for path in ({path for path, _ in doomed} & beside) - present.keys():
        present.update(_now(desk, path, doomed))
    return entries, present, doomed


def _now(desk: Desk, path: str, doomed: set[tuple[str, str]]) -> dict[str, str]:
    """The file that is there now, if it is one of the versions that go."""
    try:
        blob = blob_id(atomic.read(f"{desk.vault.root}/{path}"))
    except OSError:
        return {}
    return {path: blob} if (path, blob) in doomed else {}


def _versions(git: Git, paths: set[str]) -> set[tuple[str, str]]:
    """Every (path, blob id) that a commit ever put at one of some paths."""
    out = git.call("log", "--all", "--format=", "--raw", "-z", "-m", "--no-renames", "--no-abbrev", "--root", "--", *sorted(paths), accept=(0, 128))
    rows = out.split(b"\0")
    found = set()
    for at, row in enumerate(rows[:-1]):
        words = row.strip(b"\n").split(b" ")
        if len(words) == 5 and words[0].startswith(b":") and words[1] != b"000000":
            found.add((rows[at + 1].decode("utf-8", "surrogateescape"), words[3].decode()))
    return found


def _is_one(version: Entry, data: bytes, entries: list[tuple[str, str]]) -> bool:
    """Whether a version of a file is one of the entries: by its id, without one by its path, and if it cannot be read by what it begins with."""
    if version.has_id:
        return version.id in {id_ for id_, _ in entries}
    head = data[:2048].lower()
    return version.path in {path for _, path in entries} or version.problem is not None and any(b"id: " + id_.encode() in head for id_, _ in entries)
