"""How does a text leave history too? Every branch and tag is rewritten without the entry's paths; the only verb that does so.

The stream of `git fast-export --no-data` is copied into `git fast-import --force` with the paths dropped and with the messages of the
commits that touched nothing else replaced, and with the ids in messages of undo made those of the new commits; then reflogs expire
and unreachable objects are pruned.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from memcli import faults
from memcli.entries import atomic, commit, history, text
from memcli.entries.commit import Message
from memcli.entries.git import Git, refusal
from memcli.entries.model import Entry
from memcli.errors import NothingFound, Refused
from memcli.life.desk import Changed, Desk
from memcli.life.names import count, short

if TYPE_CHECKING:
    import subprocess

_UNDOES = rb"(?m)(?<=^Mem-Undoes: )[0-9a-f]{40,64}$"


def purge(desk: Desk, names: Sequence[str]) -> Changed:
    """Take entries out of work tree, index and history. Raises Refused while a stash or another work tree holds their text."""
    with desk.run("purge") as run:
        git = run.git
        git.unfilter()
        if git.call("rev-parse", "--verify", "--quiet", "refs/stash", accept=(0, 1)).strip():
            raise Refused("a git stash exists, and what it holds cannot be purged safely", f"git -C {desk.vault.root} stash drop, or pop it, then purge")
        entries, present, doomed = _meant(desk, git, names)
        _refuse_where_it_stays(git, doomed.paths)
        staged = _staged(git, doomed)
        _rewrite(git, doomed)
        for path in present:
            atomic.remove(desk.vault.at(path))
        git.call("update-index", "--force-remove", "-z", "--stdin", feed=b"".join(os.fsencode(path) + b"\0" for path in staged))
        subject = short(entries[0][0]) if len(entries) == 1 else count(len(entries), "entry", "entries")
        message = Message(f"mem(purge): {subject}", (("Mem-Verb", "purge"), ("Mem-Run", run.id)))
        made = commit.commit(git, commit.start_identity(git), [(message, [])], desk.now)
        faults.hit("committed")
        git.call("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
        atomic.discard(f"{commit.common_folder(git.root)}/objects/info/commit-graph")  # names commits that are about to go
        git.call("gc", "--prune=now", "--quiet")
        atomic.discard(f"{commit.git_folder(git.root)}/COMMIT_EDITMSG")  # the message of a person's last commit
        desk.index.rebuild()
    return Changed(tuple(entries), made)


@dataclass(frozen=True, slots=True)
class _Doomed:
    """The versions of files to be taken out, as (path, blob id). At `whole` paths there never was anything else."""

    versions: set[tuple[str, str]]
    whole: set[bytes]

    @property
    def paths(self) -> set[str]:
        """The paths of the versions."""
        return {path for path, _ in self.versions}


def _staged(git: Git, doomed: _Doomed) -> list[str]:
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


def _meant(desk: Desk, git: Git, names: Sequence[str]) -> tuple[list[tuple[str, str]], list[str], _Doomed]:
    """The entries as (id, path), the paths at which their files are now, and every version of them that history ever held."""
    from memcli.life.forgetting import present_or_lost

    entries: list[tuple[str, str]] = []
    present: list[str] = []
    looked: set[str] = set()
    for name in names:
        path, data = present_or_lost(desk, name)
        entry = text.read(data if data is not None else history.last_before_loss(git, path, lambda _: False), path)
        if (entry.id, path) not in entries:
            entries.append((entry.id, path))
            present += [path] if data is not None else []
        looked.add(path)
        if entry.has_id:
            line = r"^id: *[\"']?" + entry.id
            out = git.call("log", "--all", "--format=", "--name-only", "-z", "--no-renames", "--no-textconv", "--text", "-i", "-E", f"-G{line}",
                           accept=(0, 128))
            looked.update(found.strip(b"\n").decode("utf-8", "surrogateescape") for found in out.split(b"\0") if found.strip(b"\n"))
    if not looked:
        raise NothingFound("nothing to purge")
    versions = _versions(git, looked)
    for path in present:  # as it is now, where that is staged
        versions |= {(path, row.split(b" ")[1].decode()) for row in git.call("ls-files", "--stage", "-z", "--", path).split(b"\0") if row}
    texts = history.blobs(git, sorted({blob for _, blob in versions}))
    doomed = {(path, blob) for path, blob in versions if _is_one(text.read(texts[blob], path), texts[blob], entries)}
    mixed = {path for path, blob in versions - doomed}
    return entries, present, _Doomed(doomed, {os.fsencode(path) for path, _ in doomed if path not in mixed})


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


def _rewrite(git: Git, dropped: _Doomed) -> None:
    source = git.start(["fast-export", "--all", "--no-data", "--reencode=no", "--signed-tags=strip", "--tag-of-filtered-object=rewrite",
                        "--use-done-feature", "--reference-excluded-parents", "--show-original-ids"])
    target = git.start(["fast-import", "--quiet", "--force", "--done", "--date-format=raw-permissive"], feed=True)
    assert source.stdout and source.stderr and target.stdin
    try:
        _filter(source.stdout, target.stdin, dropped, _Commits(target))
    except BrokenPipeError:
        pass  # the importer says why
    said = source.stderr.read()
    if source.wait() != 0:
        target.kill()
        target.communicate()
        raise refusal(git.root, "fast-export", said)
    _, said = target.communicate()
    if target.returncode != 0:
        raise refusal(git.root, "fast-import", said)


class _Commits:
    """The commits written so far: the importer is asked for the new id of one when a message names its old id."""

    def __init__(self, importer: subprocess.Popen[bytes]) -> None:
        self._importer = importer
        self._marks: dict[bytes, bytes] = {}

    def note(self, block: list[bytes]) -> None:
        """Remember a commit's mark by its old id."""
        found = {word: value.strip() for word, _, value in (line.partition(b" ") for line in block[1:3])}
        if b"mark" in found and b"original-oid" in found:
            self._marks[found[b"original-oid"]] = found[b"mark"]

    def new_id(self, old: bytes) -> bytes:
        """The new id, or the old one for a commit that is not among them."""
        assert self._importer.stdin and self._importer.stdout
        if old not in self._marks:
            return old
        self._importer.stdin.write(b"get-mark " + self._marks[old] + b"\n")
        self._importer.stdin.flush()
        return self._importer.stdout.readline().strip() or old


def _filter(source: IO[bytes], target: IO[bytes], dropped: _Doomed, commits: _Commits) -> None:
    """Copy a stream commit by commit."""
    held: list[bytes] = []
    for line in iter(source.readline, b""):
        if line.startswith(b"data "):
            size = int(line[5:])
            held.append(line + source.read(size))
            continue
        if line.startswith((b"commit ", b"tag ", b"reset ", b"done")) and held:
            _copy(held, target, dropped, commits)
            held = []
        held.append(line)
    _copy(held, target, dropped, commits)


def _copy(block: list[bytes], target: IO[bytes], dropped: _Doomed, commits: _Commits) -> None:
    is_commit = block[0].startswith(b"commit ")
    lines = [_repointed(line, commits.new_id) if is_commit and line.startswith(b"data ") else line for line in _without(block, dropped)]
    target.write(b"".join(lines))
    if is_commit:
        commits.note(block)


def _repointed(message: bytes, new_id: Callable[[bytes], bytes]) -> bytes:
    return re.sub(_UNDOES, lambda found: new_id(found[0]), message)


def _without(block: list[bytes], dropped: _Doomed) -> list[bytes]:
    """One commit's block without the dropped versions; its message is replaced when it was about them alone."""
    if not block[0].startswith(b"commit "):
        return block
    touched = [line for line in block if line.startswith((b"M ", b"D "))]
    kept = [line for line in touched if not _is_dropped(line, dropped)]
    if len(kept) == len(touched):
        return block
    result = []
    for line in block:
        if line.startswith(b"data ") and not kept:
            line = _anonymous(line)
        if not line.startswith((b"M ", b"D ")) or not _is_dropped(line, dropped):
            result.append(line)
        elif line.startswith(b"M ") and _path(line) not in dropped.whole:
            result.append(b"D " + line.split(b" ", 3)[3])  # what stood there before was another entry, which it replaced
    return result


def _is_dropped(line: bytes, dropped: _Doomed) -> bool:
    path = _path(line)
    return path in dropped.whole or line.startswith(b"M ") and (os.fsdecode(path), line.split(b" ", 3)[2].decode()) in dropped.versions


def _path(line: bytes) -> bytes:
    path = line.rstrip(b"\n").split(b" ", 3 if line.startswith(b"M ") else 1)[-1]
    if path.startswith(b'"'):
        path = path[1:-1].decode("unicode_escape").encode("latin-1")
    return path


def _anonymous(data: bytes) -> bytes:
    lines = data.partition(b"\n")[2].splitlines()
    kept = [line for line in lines if line.startswith((b"Mem-Verb: ", b"Mem-Run: ", b"Mem-Undoes: "))]
    verb = next((line[10:] for line in kept if line.startswith(b"Mem-Verb: ")), b"commit")
    message = b"mem(" + verb + b"): of a purged entry\n\n" + b"\n".join(kept) + b"\n"
    return b"data %d\n%s" % (len(message), message)
