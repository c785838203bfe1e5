"""How do the clones of a vault become one again? Record what was edited by hand, fetch, merge by meaning, push; never forced.

One merge is one commit, made as every change of a vault is (memcli.entries.run): a sync that dies half-way never happened or is finished by the
next command. No merge is left open: what cannot be decided is kept in the entry, flagged and listed. When somebody pushes first, it begins anew.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from memcli import clock
from memcli.entries import atomic, commit, history, remote, treewise
from memcli.entries import vault as vaults
from memcli.entries.git import Git
from memcli.entries.lock import Lock
from memcli.entries.remote import Away, Remote
from memcli.entries.run import Run, blob_id
from memcli.entries.treewise import File
from memcli.errors import Refused, UserError
from memcli.life import handwork
from memcli.life.desk import Desk
from memcli.life.names import count

TRIES = 8
_PAUSE_S = 0.2


@dataclass(slots=True)
class Synced:
    """What a sync did. `away` says why nothing could be done, "" when it was; `taken` and `given` count commits; `changed` are paths that came;
    `conflicts` are (path, reason); `commit` is what the branch is at, here and there."""

    remote: str = ""
    away: str = ""
    recorded: int = 0
    taken: int = 0
    given: int = 0
    merges: int = 0
    changed: list[str] = field(default_factory=list)
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    commit: str = ""


def sync(desk: Desk, name: str = "") -> Synced:
    """Make this vault and its remote one. What cannot be reached is told in `away`, and raised as Away only when it was asked for by name."""
    report = Synced()
    with Lock(f"{desk.vault.state}/sync.lock", desk.settings.number("lock.timeout_s"), "sync"):
        git = remote.opened(desk.vault.root, desk.env)
        there = remote.chosen(git, name)
        if there is None:
            report.away = "no remote to sync with"
            return report
        report.remote = there.told
        try:
            _rounds(desk, git, there, report)
        except Away as error:
            if name:
                raise
            report.away = error.message
    return report


def _rounds(desk: Desk, git: Git, there: Remote, report: Synced) -> None:
    """Fetch, merge and push until nobody was quicker."""
    report.recorded = handwork.record(desk)
    for attempt in range(TRIES):
        theirs = remote.fetch(git, there)
        if theirs:
            _take(desk, there, theirs, report)
        report.commit = _head(git)
        if not report.commit:
            raise UserError("this vault has no commit yet", "mem init . makes the first one")
        waiting = _number(git, f"{theirs}..{report.commit}" if theirs else report.commit)
        if not waiting or report.commit == theirs:
            return
        if remote.push(git, there, report.commit):
            report.given += waiting
            return
        clock.sleep(_PAUSE_S * (attempt + random.random()))
    raise UserError(f"{there.told} was changed by others {TRIES} times while this vault was synced", "nothing is lost; mem sync again")


def _head(git: Git) -> str:
    return git.call("rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1, 128)).decode().strip()


def _number(git: Git, span: str) -> int:
    return int(git.call("rev-list", "--count", span))


def _take(desk: Desk, there: Remote, theirs: str, report: Synced) -> None:
    """Bring what the remote has into the vault: the branch moves on to it, or one commit merges it in."""
    with desk.run("sync") as run:
        ours = _head(run.git)
        known = _number(run.git, f"{ours}..{theirs}" if ours else theirs)
        if not known:
            return
        tree = _tree(run.git, theirs)
        if vaults.CONFIG not in tree:
            raise Refused(f"{there.told} is no vault of mem: it has no {vaults.CONFIG}; nothing was changed", f"git -C {desk.vault.root} remote -v")
        report.taken += known
        bases = run.git.call("merge-base", "--all", ours, theirs, accept=(0, 1)).decode().split() if ours else []
        here = _tree(run.git, ours) if ours else {}
        if ours and ours in bases:
            run.lands = (ours, theirs)
            merged = treewise.Outcome(tree)
        else:
            merger = treewise.Merger(lambda wanted: history.blobs(run.git, wanted), lambda data: blob_id(data, len(theirs)), ("here", there.told))
            merged = merger.merged(_base(run.git, bases, merger), here, tree)
            run.merges = theirs
            report.merges += 1
        report.conflicts += merged.conflicts
        _write(desk, run, here, merged.tree, report, there.told)


def _base(git: Git, bases: list[str], merger: treewise.Merger) -> Mapping[str, File]:
    """The tree that both sides came from; of several, their own merge."""
    if not bases:
        return {}
    found = _tree(git, bases[0])
    for other in bases[1:]:
        older = git.call("merge-base", bases[0], other, accept=(0, 1)).decode().strip()
        found = merger.merged(_tree(git, older) if older else {}, found, _tree(git, other)).tree
    return found


def _tree(git: Git, revision: str) -> dict[str, File]:
    """Every file of a revision by path."""
    found: dict[str, File] = {}
    for row in git.call("ls-tree", "-r", "-z", "--full-tree", revision).split(b"\0"):
        head, _, path = row.partition(b"\t")
        if path:
            mode, _, blob = head.decode().split(" ")
            found[os.fsdecode(path)] = File(mode, blob)
    return found


def _write(desk: Desk, run: Run, here: Mapping[str, File], merged: Mapping[str, File], report: Synced, name: str) -> None:
    """Put the merged tree in the place of ours."""
    wanted = {path: merged.get(path) for path in sorted({*here, *merged}) if _as_in_git(here.get(path)) != _as_in_git(merged.get(path))}
    plain = {path: file for path, file in wanted.items() if {one.mode for one in (file, here.get(path)) if one is not None} == {"100644"}}
    special = [path for path in wanted if path not in plain]
    for path in special:
        file = wanted[path]
        run.carried.append(commit.Change(path, None if file is None else file.data, file.mode if file else "", file.blob if file and file.data is None else ""))
        _refuse_other(desk, path, here.get(path))
    changes = _changes(desk, run.git, here, plain)
    report.changed += [path for path in wanted if vaults.may_be_entry(path)]
    subject = f"{count(len(wanted), 'file')} from {name}" + (f", {count(len(report.conflicts), 'conflict')}" if report.conflicts else "")
    report.commit = desk.save(run, changes, subject)
    if special:
        _check_out(run.git, [path for path in special if wanted[path] is not None], [path for path in special if wanted[path] is None])


def _as_in_git(file: File | None) -> tuple[str, str]:
    return ("", "") if file is None else (file.mode, file.blob)


def _changes(desk: Desk, git: Git, here: Mapping[str, File], plain: Mapping[str, File | None]) -> list[tuple[str, bytes | None, bytes | None]]:
    """What is to be written, with what is there now. Raises Refused for a file that is there and not in history."""
    blobs = {here[path].blob for path in plain if path in here} | {file.blob for file in plain.values() if file is not None and file.data is None}
    known = history.blobs(git, sorted(blobs))
    found: list[tuple[str, bytes | None, bytes | None]] = []
    for path, file in plain.items():
        new = None if file is None else file.data if file.data is not None else known[file.blob]
        old = known[here[path].blob] if path in here else _present(desk, path)
        if path not in here and old is not None and old != new:
            raise Refused(f"{path} is here and not in this vault's history, and another file of that name would come", "rename it, then mem sync again")
        found.append((path, old, new))
    return found


def _present(desk: Desk, path: str) -> bytes | None:
    try:
        return atomic.read(desk.vault.at(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"{path} is in the way of what would come: {error.strerror or error}", "rename it, then mem sync again") from None


def _refuse_other(desk: Desk, path: str, old: File | None) -> None:
    """Raise Refused for what lies where a link or a program would come and is not what history has there."""
    full = desk.vault.at(path)
    if os.path.lexists(full) and (old is None or (os.path.islink(full)) != (old.mode == "120000")):
        raise Refused(f"{path} is here and not in this vault's history, and another file of that name would come", "rename it, then mem sync again")


def _check_out(git: Git, come: list[str], gone: list[str]) -> None:
    """Let git put links and programs in place, which it does without following any."""
    git.unfilter()
    if come:
        git.call("checkout", "-q", "--force", "HEAD", "--", *come)
    if gone:
        git.call("rm", "-q", "-f", "--ignore-unmatch", "--", *gone)
