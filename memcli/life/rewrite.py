"""How is history made anew without some versions of some files? Every branch and tag is rewritten.

The stream of `git fast-export --no-data` is copied into `git fast-import --force` with those versions dropped and with the messages of
the commits that touched nothing else replaced, and with the ids in messages of undo made those of the new commits.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from memcli.entries.git import Git, refusal

if TYPE_CHECKING:
    import subprocess

_UNDOES = rb"(?m)(?<=^Mem-Undoes: )[0-9a-f]{40,64}$"


@dataclass(frozen=True, slots=True)
class Doomed:
    """The versions of files to be taken out, as (path, blob id). At `whole` paths there never was anything else."""

    versions: set[tuple[str, str]]
    whole: set[bytes]

    @property
    def paths(self) -> set[str]:
        """The paths of the versions."""
        return {path for path, _ in self.versions}


def rewrite(git: Git, dropped: Doomed) -> None:
    """Move every branch and tag to a history without the dropped versions; one without any of them becomes just what it was."""
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


def _filter(source: IO[bytes], target: IO[bytes], dropped: Doomed, commits: _Commits) -> None:
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


def _copy(block: list[bytes], target: IO[bytes], dropped: Doomed, commits: _Commits) -> None:
    is_commit = block[0].startswith(b"commit ")
    lines = [_repointed(line, commits.new_id) if is_commit and line.startswith(b"data ") else line for line in _without(block, dropped)]
    target.write(b"".join(lines))
    if is_commit:
        commits.note(block)


def _repointed(message: bytes, new_id: Callable[[bytes], bytes]) -> bytes:
    return re.sub(_UNDOES, lambda found: new_id(found[0]), message)


def _without(block: list[bytes], dropped: Doomed) -> list[bytes]:
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


def _is_dropped(line: bytes, dropped: Doomed) -> bool:
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
