"""How does one mutating command stay one change? Prepare, commit, apply: the commit is the moment it happens.

1. every new content is written and synced beside its target, its name noted in the journal `.mem/state/journal`;
2. one git commit holds all of it (before it, a commit of what a person had changed by hand in the files concerned);
3. the files are renamed into place and git's index follows; the journal goes.
A command that dies before 2 never happened; one that dies after 2 is finished by the next command that takes the lock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import TracebackType

from memcli import faults
from memcli.entries import atomic, commit, gitlocks, ids
from memcli.entries.git import Git
from memcli.entries.lock import Lock
from memcli.entries.vault import Vault
from memcli.errors import ChangedMeanwhile, Refused, UserError

_BATCH = 200
_ONLY_NEW = ("add", "ingest", "init", "import")  # verbs that change no file that is there


@dataclass(frozen=True, slots=True)
class _Step:
    temporary: str  # a file name beside the target; "" removes the target
    path: str  # relative to the vault
    before: str  # git blob id of what the target held, "" when it was absent


class Run:
    """A mutating command, as a context manager: takes the lock, finishes what a dead one left, gives one commit."""

    def __init__(self, vault: Vault, env: Mapping[str, str], verb: str, now: datetime, timeout_s: float) -> None:
        self.vault = vault
        self.verb = verb
        self.now = now
        self.id = ids.new_id(now)
        self.recovered: list[str] = []
        self.also: list[str] = []  # paths whose present contents enter the commit as they are, gone ones too
        self.carried: list[commit.Change] = []  # what enters the commit and is not put in place: links, programs
        self.merges = ""  # the commit that this one merges in
        self.lands = ("", "")  # instead of a commit of ours: the branch moves from one to one that follows from it
        self._noted = self._committed = False
        self._steps: list[_Step] = []
        self._by_hand: list[commit.Change] = []
        self._lock = Lock(f"{vault.state}/lock", timeout_s, verb)
        self._env = env

    def __enter__(self) -> Run:
        self._lock.__enter__()
        try:
            commit.branch(self.vault.root)  # raises before anything is written
            self.git = Git(self.vault.root, self._env, keep=self._lock.fd)
            self._asked = commit.start_identity(self.git)
            gitlocks.settle(self.git, self._lock.timeout_s)
            self.recovered = recover(self.vault, self.git)
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or not self._committed:  # else the next command finishes what this one could not
            for step in self._steps:
                _drop(self.vault, step)
            if self._noted:
                atomic.remove(self._journal, durable=False)
                faults.hit("journal-removed")
        if self._asked.poll() is None:
            self._asked.communicate()
        self._lock.__exit__(kind, error, trace)

    @property
    def _journal(self) -> str:
        return f"{self.vault.state}/journal"

    @property
    def paths(self) -> list[str]:
        """The paths changed so far, relative to the vault."""
        return [step.path for step in self._steps]

    @property
    def by_hand(self) -> list[tuple[str, bytes]]:
        """What a person had changed in the files concerned, which is committed first: (path, bytes)."""
        return [(change.path, change.data) for change in self._by_hand if change.data is not None]

    def prepare(self, changes: Iterable[tuple[str, bytes | None, bytes | None]]) -> None:
        """Make ready (path, old bytes or None if new, new bytes or None to remove), streaming."""
        source = iter(changes)
        while batch := list(islice(source, _BATCH)):
            self._prepare(batch)

    def _prepare(self, changes: list[tuple[str, bytes | None, bytes | None]]) -> None:
        if self.verb not in _ONLY_NEW or any(old is not None for _, old, _ in changes):
            _refuse_unmerged(self.git, [path for path, _, _ in changes])
        batch: list[tuple[_Step, bytes | None]] = []
        for path, old, new in changes:
            name = os.path.basename(atomic.temporary_for(self.vault.at(path))) if new is not None else ""
            batch.append((_Step(name, path, blob_id(old) if old is not None else ""), new))
        self._note([step for step, _ in batch])
        for step, new in batch:
            self._steps.append(step)
            if new is not None:
                atomic.write_beside(_beside(self.vault, step), new, like=self.vault.at(step.path))
        olds = [(path, old) for path, old, _ in changes if old is not None]
        if olds:
            self._keep_hand_edits(olds)

    def _note(self, steps: list[_Step]) -> None:
        lines = [json.dumps([step.temporary, step.path, step.before]) for step in steps]
        if not self._noted:
            lines.insert(0, json.dumps({"run": self.id, "verb": self.verb, "lands": self.lands[1]}))
        self._noted = True
        atomic.append(self._journal, ("\n".join(lines) + "\n").encode())
        faults.hit("journal-written")

    def _keep_hand_edits(self, olds: list[tuple[str, bytes]]) -> None:
        """What a person changed since the last commit enters history before we change the file again."""
        known = blobs_at(self.git, "HEAD", [path for path, _ in olds])
        self._by_hand += [commit.Change(path, old) for path, old in olds if known.get(path) != blob_id(old, len(known.get(path, "")))]

    def finish(self, subject: str, trailers: Iterable[tuple[str, str]] = ()) -> str:
        """Commit, put the files in place, and answer the commit's id."""
        steps: list[tuple[commit.Message, Iterable[commit.Change]]] = []
        if self._by_hand:
            steps.append((commit.Message(f"mem(record): {_count(len(self._by_hand))} edited by hand", (("Mem-Verb", "record"),)), self._by_hand))
        message = commit.Message(f"mem({self.verb}): {subject}", (("Mem-Verb", self.verb), ("Mem-Run", self.id), *trailers), self.merges)
        steps.append((message, self._contents()))
        for step in self._steps:
            _still(self.vault, step)
        if self.lands[1]:
            self._asked.communicate()
            commit.advance(self.git, *self.lands, f"mem {self.verb}")
            found = self.lands[1]
        else:
            found = commit.commit(self.git, self._asked, steps, self.now)
        self._committed = True
        kept = _apply(self.vault, self._steps)
        commit.stage(self.git, [*self.paths, *self.also])
        faults.hit("staged")
        if kept:
            raise ChangedMeanwhile(f"{kept[0]} was edited while it was being changed; the edit stands, our version is in history",
                                   f"git -C {self.vault.root} diff shows both")
        return found

    def _contents(self) -> Iterator[commit.Change]:
        for step in self._steps:
            yield commit.Change(step.path, atomic.read(_beside(self.vault, step)) if step.temporary else None)
        for path in self.also:
            yield commit.Change(path, _present(self.vault, path))
        yield from self.carried


def _refuse_unmerged(git: Git, paths: list[str]) -> None:
    """Raise for a path in the middle of a merge: to stage it would tell git that the conflict is resolved."""
    out = git.call("ls-files", "-u", "-z", "--", *paths)
    if out:
        path = os.fsdecode(out.split(b"\0")[0].partition(b"\t")[2])
        raise Refused(f"{path} is in the middle of a merge; nothing was changed", f"resolve the conflict in it, then git -C {git.root} add {path}")


def _count(number: int) -> str:
    return f"{number} entry" if number == 1 else f"{number} entries"


def _still(vault: Vault, step: _Step) -> None:
    if _blob_now(vault, step.path) != step.before:
        raise ChangedMeanwhile(f"{step.path} changed while it was being edited; nothing was overwritten",
                               "look at the file and run the command again")


def _blob_now(vault: Vault, path: str) -> str:
    data = _present(vault, path)
    return "" if data is None else blob_id(data)


def _present(vault: Vault, path: str) -> bytes | None:
    try:
        return atomic.read(vault.at(path))
    except FileNotFoundError:
        return None


def _apply(vault: Vault, steps: Iterable[_Step]) -> list[str]:
    """Put prepared files in place; returns the paths left alone because a person changed them at the last moment."""
    kept: list[str] = []
    folders: set[str] = set()
    for step in steps:
        target = vault.at(step.path)
        if step.temporary and not os.path.lexists(_beside(vault, step)):
            continue  # already in place
        if _blob_now(vault, step.path) != step.before:
            kept.append(step.path)
            _drop(vault, step)
        elif step.temporary:
            atomic.put(_beside(vault, step), target, None, durable=False)
        else:
            atomic.remove(target, durable=False)
        folders.add(os.path.dirname(target))
    for folder in folders:
        _tidy(vault, folder)
    return kept


def _tidy(vault: Vault, folder: str) -> None:
    """Make a folder's names durable; one that nothing is in any more goes, as git does it."""
    atomic.sync_folder(atomic.remove_empty_folders(folder, vault.root))


def recover(vault: Vault, git: Git) -> list[str]:
    """Finish or undo what a dead command left, under the lock. Returns the paths of what was finished."""
    journal = f"{vault.state}/journal"
    try:
        lines = atomic.read(journal).splitlines()
    except FileNotFoundError:
        return []
    run, lands, steps = _read_journal(vault, lines)
    happened = bool(run) and run in git.call("log", "-20", "--format=%(trailers:key=Mem-Run,valueonly)", accept=(0, 128)).decode().split()
    happened = happened or bool(lands) and lands in git.call("log", "-20", "--format=%H", accept=(0, 128)).decode().split()
    if happened:
        _apply(vault, steps)
        commit.stage(git, [step.path for step in steps])
    for step in steps:
        _drop(vault, step)
    atomic.remove(journal, durable=False)
    return [step.path for step in steps] if happened else []


def _read_journal(vault: Vault, lines: list[bytes]) -> tuple[str, str, list[_Step]]:
    run = lands = ""
    steps: list[_Step] = []
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            break  # the last line of a command that died while noting it: nothing was written for it yet
        if isinstance(row, dict):
            run, lands = str(row.get("run", "")), str(row.get("lands", ""))
        elif isinstance(row, list) and len(row) == 3 and _is_ours(vault, str(row[0]), str(row[1])):
            steps.append(_Step(str(row[0]), str(row[1]), str(row[2])))
    return run, lands, steps


def _is_ours(vault: Vault, temporary: str, path: str) -> bool:
    """Whether mem can have written a journal's line: a temporary of ours for a path inside the vault."""
    try:
        vault.at(path)
    except UserError:
        return False
    return temporary == "" or (temporary.startswith(".") and temporary.endswith(atomic.TEMPORARY) and "/" not in temporary)


def _beside(vault: Vault, step: _Step) -> str:
    return os.path.join(os.path.dirname(vault.at(step.path)), step.temporary)


def _drop(vault: Vault, step: _Step) -> None:
    if step.temporary:
        path = _beside(vault, step)
        atomic.discard(path)
        atomic.remove_empty_folders(os.path.dirname(path), vault.root)


def blob_id(data: bytes, digits: int = 40) -> str:
    """The id git gives these bytes: SHA-1, or SHA-256 where ids have 64 digits."""
    import hashlib

    return hashlib.new("sha256" if digits == 64 else "sha1", b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def blobs_at(git: Git, revision: str, paths: list[str]) -> dict[str, str]:
    """Blob ids by path at a revision; absent paths are absent. An unborn branch has none."""
    found: dict[str, str] = {}
    for start in range(0, len(paths), 500):
        out = git.call("ls-tree", "-z", "--full-tree", revision, "--", *paths[start:start + 500], accept=(0, 128))
        for row in out.split(b"\0"):
            if row:
                head, _, path = row.partition(b"\t")
                found[os.fsdecode(path)] = head.split(b" ")[2].decode()
    return found
