"""How does a change enter git's history? One commit on top of the branch, made by one `git fast-import`.

It takes the files' bytes from us, not from the index or through filters, so a person's staged work, hooks, signing and templates
play no part, and it moves the branch only forward.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from memcli import clock, faults
from memcli.entries.git import FILTERS, Git, refusal
from memcli.errors import UserError

if TYPE_CHECKING:
    import subprocess

_TRIES = 3
_BATCH = 1 << 20


@dataclass(frozen=True, slots=True)
class Change:
    """One path as the commit shall have it; `data` None removes it, unless `blob` names what git holds already."""

    path: str
    data: bytes | None
    mode: str = "100644"
    blob: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A commit's subject, its trailers (`Mem-Verb`, `Mem-Run`, ...), and the commit that it merges in, if it is a merge."""

    subject: str
    trailers: tuple[tuple[str, str], ...]
    merges: str = ""

    def text(self) -> bytes:
        """The whole message. The subject is one line without control characters."""
        subject = " ".join("".join(c if c.isprintable() else " " for c in self.subject).split())[:100]
        return (subject + "\n\n" + "".join(f"{key}: {value}\n" for key, value in self.trailers)).encode("utf-8", "replace")


def branch(root: str) -> str:
    """The full name of the branch that is checked out. Raises UserError on a detached HEAD."""
    try:
        with open(f"{git_folder(root)}/HEAD", encoding="utf-8") as file:
            head = file.read(4096).strip()
    except OSError:
        raise UserError(f"{root} is not a git work tree any more",
                        "mem init brings the history back to life without touching the entries") from None
    if not head.startswith("ref: refs/heads/"):
        raise UserError("the vault is on no branch (detached HEAD), so nothing can be recorded", f"git -C {root} switch -c NAME, or git switch main")
    return head[5:]


def git_folder(root: str) -> str:
    """The repository's own folder, also where `.git` is a file that points to it (a linked work tree)."""
    path = f"{root}/.git"
    if os.path.isfile(path) and not os.path.islink(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            target = file.read(4096).removeprefix("gitdir:").strip()
        return os.path.normpath(os.path.join(root, target))
    return path


def common_folder(root: str) -> str:
    """Where the repository keeps what all its linked work trees share: branches, `packed-refs`, `info`."""
    folder = git_folder(root)
    try:
        with open(f"{folder}/commondir", encoding="utf-8") as file:
            return os.path.normpath(os.path.join(folder, file.read().strip()))
    except OSError:
        return folder


def start_identity(git: Git) -> subprocess.Popen[bytes]:
    """Begin asking git who commits, and which filters there are; `commit` waits for the answer."""
    return git.start(["config", "-z", "--get-regexp", rf"^(user\.(name|email)|{FILTERS})$"])


def _identity(asked: subprocess.Popen[bytes], git: Git) -> bytes:
    out, _ = asked.communicate()
    git.unfilter(out)
    known = dict(row.partition("\n")[::2] for row in out.decode("utf-8", "replace").split("\0"))
    name = git.env.get("GIT_AUTHOR_NAME") or known.get("user.name") or "mem"
    email = git.env.get("GIT_AUTHOR_EMAIL") or known.get("user.email") or "mem@localhost"
    clean = [part.translate({ord(c): None for c in "<>\n\r\0"}).strip() for part in (name, email)]
    return f"{clean[0] or 'mem'} <{clean[1]}>".encode()


def commit(git: Git, asked: subprocess.Popen[bytes], steps: Sequence[tuple[Message, Iterable[Change]]], now: datetime) -> str:
    """Record `steps` as one commit each. Returns the last commit's id (40 or 64 hex digits). `stage` brings git's index after it.

    Each step's changes are streamed, so that a large ingest is never held whole. Raises UserError; then the branch is unmoved.
    """
    target = branch(git.root)
    identity = _identity(asked, git) + b" %d +0000" % int(now.timestamp())
    faults.hit("committing")
    for attempt in range(_TRIES):
        found, err = _import(git, target, identity, steps)
        if found:
            break
        if attempt == _TRIES - 1 or b"lock" not in err:
            raise refusal(git.root, "fast-import", err)
        clock.sleep(0.3)
    faults.hit("committed")
    return found


def _import(git: Git, target: str, identity: bytes, steps: Sequence[tuple[Message, Iterable[Change]]]) -> tuple[str, bytes]:
    process = git.start(["fast-import", "--quiet", "--done", "--date-format=raw"], feed=True)
    assert process.stdin and process.stdout and process.stderr
    buffer: list[bytes] = []
    size = 0
    try:
        base = b"from " + target.encode() + b"^0\n" if _born(git.root, target) else b""
        for message, changes in steps:
            text = message.text()
            buffer.append(b"commit %s\nmark :1\nauthor %s\ncommitter %s\ndata %d\n%s\n%s" % (target.encode(), identity, identity, len(text), text, base))
            if message.merges:
                buffer.append(b"merge %s\n" % message.merges.encode())
            base = b""
            for change in changes:
                buffer.append(_line(change))
                size += len(buffer[-1])
                if size > _BATCH:
                    process.stdin.write(b"".join(buffer))
                    buffer, size = [], 0
        buffer.append(b"get-mark :1\ndone\n")
        process.stdin.write(b"".join(buffer))
        out, err = process.communicate()
    except BrokenPipeError:
        out, err = b"", process.stderr.read()
        process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    return (out.decode().strip() if process.returncode == 0 else ""), err


def _line(change: Change) -> bytes:
    if change.blob:
        return b"M %s %s %s\n" % (change.mode.encode(), change.blob.encode(), quoted(change.path))
    if change.data is None:
        return b"D " + quoted(change.path) + b"\n"
    return b"M %s inline %s\ndata %d\n%s\n" % (change.mode.encode(), quoted(change.path), len(change.data), change.data)


def quoted(path: str) -> bytes:
    """A path as fast-import reads it: quoted in C's way."""
    raw = os.fsencode(path)
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def _born(root: str, target: str) -> bool:
    common = common_folder(root)
    if os.path.exists(f"{common}/{target}"):
        return True
    try:
        with open(f"{common}/packed-refs", encoding="utf-8", errors="replace") as file:
            return any(line.rstrip("\n").endswith(" " + target) for line in file)
    except OSError:
        return False


def advance(git: Git, old: str, new: str, reason: str) -> None:
    """Move the branch from one commit to one that follows from it. Raises UserError, the branch unmoved, when it is not at `old` any more."""
    faults.hit("committing")
    git.call("update-ref", "-m", reason, branch(git.root), new, old)
    faults.hit("committed")


def stage(git: Git, paths: Sequence[str]) -> None:
    """Make git's index agree with the files at `paths`. A lock of another git is waited for; a dead one is the recovery's work."""
    feed = b"".join(os.fsencode(path) + b"\0" for path in paths)
    git.unfilter()
    for _attempt in range(20):
        process = git.start(["update-index", "--add", "--remove", "-z", "--stdin"], feed=True)
        _, err = process.communicate(feed)
        if process.returncode == 0:
            return
        if b"index.lock" not in err:
            raise refusal(git.root, "update-index", err)
        clock.sleep(0.1)
    raise UserError(f"recorded, but git's index is locked by another git: {git_folder(git.root)}/index.lock",
                    "when no git runs there, remove that file; the next command brings the index up to date")
