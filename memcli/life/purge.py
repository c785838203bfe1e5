"""How does a text leave history too? Every branch and tag is rewritten without the entry's paths; the only verb that does so.

The stream of `git fast-export --no-data` is copied into `git fast-import --force` with the paths dropped and with the messages of the
commits that touched nothing else replaced, and with the ids in messages of undo made those of the new commits; then reflogs expire
and unreachable objects are pruned.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TYPE_CHECKING

from memcli import faults
from memcli.entries import atomic, commit, history, text
from memcli.entries.commit import Message
from memcli.entries.git import Git, refusal
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
        entries, paths = _meant(desk, git, names)
        _refuse_where_it_stays(git, paths)
        _rewrite(git, paths)
        for _, path in entries:
            atomic.remove(desk.vault.at(path))
        run.git.call("update-index", "--force-remove", "-z", "--stdin", feed=b"".join(os.fsencode(p) + b"\0" for p in sorted(paths)))
        subject = short(entries[0][0]) if len(entries) == 1 else count(len(entries), "entry", "entries")
        message = Message(f"mem(purge): {subject}", (("Mem-Verb", "purge"), ("Mem-Run", run.id)))
        made = commit.commit(git, commit.start_identity(git), [(message, [])], desk.now)
        faults.hit("committed")
        git.call("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
        git.call("gc", "--prune=now", "--quiet")
        atomic.discard(f"{commit.git_folder(git.root)}/COMMIT_EDITMSG")  # the message of a person's last commit
        desk.index.rebuild()
    return Changed(tuple(entries), made)


def _refuse_where_it_stays(git: Git, paths: Iterable[str]) -> None:
    for line in git.call("worktree", "list", "--porcelain").decode("utf-8", "surrogateescape").splitlines():
        word, _, other = line.partition(" ")
        if word != "worktree" or os.path.realpath(other) == git.root:
            continue
        if not os.path.isdir(other):
            raise Refused(f"the work tree {other} is gone, but git still keeps what was in it", f"git -C {git.root} worktree prune, then purge")
        if Git(other, git.env).call("ls-files", "-z", "--", *sorted(paths), accept=(0, 128)):
            raise Refused(f"the work tree {other} of the same repository holds it too", f"git -C {git.root} worktree remove {other}, then purge")


def _meant(desk: Desk, git: Git, names: Sequence[str]) -> tuple[list[tuple[str, str]], set[str]]:
    """The entries as (id, path), and every path at which history ever held one of them."""
    from memcli.life.forgetting import present_or_lost

    entries: list[tuple[str, str]] = []
    paths: set[str] = set()
    for name in names:
        path, data = present_or_lost(desk, name)
        old = data if data is not None else history.last_before_loss(git, path, lambda _: False)
        entry = text.read(old, path)
        if (entry.id, path) not in entries:
            entries.append((entry.id, path))
        paths.add(path)
        if entry.has_id:
            line = r"^id: *[\"']?" + entry.id
            out = git.call("log", "--all", "--format=", "--name-only", "-z", "--no-renames", "--no-textconv", "--text", "-i", "-E", f"-G{line}",
                           accept=(0, 128))
            paths.update(found.strip(b"\n").decode("utf-8", "surrogateescape") for found in out.split(b"\0") if found.strip(b"\n"))
    if not paths:
        raise NothingFound("nothing to purge")
    return entries, paths


def _rewrite(git: Git, paths: Iterable[str]) -> None:
    dropped = {os.fsencode(path) for path in paths}
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


def _filter(source: IO[bytes], target: IO[bytes], dropped: set[bytes], commits: _Commits) -> None:
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


def _copy(block: list[bytes], target: IO[bytes], dropped: set[bytes], commits: _Commits) -> None:
    is_commit = block[0].startswith(b"commit ")
    lines = [_repointed(line, commits.new_id) if is_commit and line.startswith(b"data ") else line for line in _without(block, dropped)]
    target.write(b"".join(lines))
    if is_commit:
        commits.note(block)


def _repointed(message: bytes, new_id: Callable[[bytes], bytes]) -> bytes:
    return re.sub(_UNDOES, lambda found: new_id(found[0]), message)


def _without(block: list[bytes], dropped: set[bytes]) -> list[bytes]:
    """One commit's block without the dropped paths; its message is replaced when it was about them alone."""
    if not block[0].startswith(b"commit "):
        return block
    touched = [line for line in block if line.startswith((b"M ", b"D "))]
    kept = [line for line in touched if _path(line) not in dropped]
    if len(kept) == len(touched):
        return block
    result = []
    for line in block:
        if line.startswith(b"data ") and not kept:
            line = _anonymous(line)
        if not line.startswith((b"M ", b"D ")) or _path(line) not in dropped:
            result.append(line)
    return result


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
