"""Whose are git's lock files? Those of a git that runs are respected, those of a dead one are removed.

A lock counts as held while a process has it open, or while a git that we did not start runs in the work tree (git closes the file while an
editor is open for it). Where the system does not tell about processes (no /proc), one younger than `FRESH_S` counts as held.
"""

from __future__ import annotations

import os

from memcli import clock
from memcli.entries import atomic, commit
from memcli.entries.git import Git
from memcli.errors import Locked

FRESH_S = 600
_STALE_S = 1.0  # how long a lock that nobody seems to hold is looked at before it goes
_POLL_S = 0.05


def settle(git: Git, timeout_s: float) -> None:
    """Wait for the locks of a living git, remove those of a dead one. Raises Locked when one is still held after `timeout_s` seconds."""
    seen = {path: inode for path in _paths(git.root) if (inode := _inode(path))}
    if not seen:
        return
    deadline = clock.monotonic_s() + timeout_s
    for path, inode in seen.items():
        while _inode(path) == inode and _is_held(path, git.root):
            if clock.monotonic_s() >= deadline:
                raise Locked(f"another git is at work in this vault and holds {path}; nothing was changed",
                             f"try again when it is done; if no git runs there, rm {path}")
            clock.sleep(_POLL_S)
    seen = {path: inode for path, inode in seen.items() if _inode(path) == inode}
    if not seen:
        return
    clock.sleep(_STALE_S)
    for path, inode in seen.items():
        if _inode(path) == inode and not _is_held(path, git.root):
            atomic.discard(path)


def left(root: str) -> list[str]:
    """The locks in a work tree that nobody holds."""
    return [path for path in _paths(root) if _inode(path) and not _is_held(path, root)]


def _paths(root: str) -> list[str]:
    folder, common = commit.git_folder(root), commit.common_folder(root)
    return [f"{folder}/index.lock", f"{folder}/HEAD.lock", f"{common}/packed-refs.lock", f"{common}/{commit.branch(root)}.lock"]


def _inode(path: str) -> int:
    try:
        return os.stat(path, follow_symlinks=False).st_ino
    except OSError:
        return 0


def _is_held(path: str, root: str) -> bool:
    try:
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        processes = []
    if not processes:
        return _age_s(path) < FRESH_S
    return any(_has_open(process, path) or _is_git_in(process, root) for process in processes)


def _age_s(path: str) -> float:
    try:
        return clock.now().timestamp() - os.stat(path, follow_symlinks=False).st_mtime
    except OSError:
        return float("inf")


def _has_open(process: str, path: str) -> bool:
    folder = f"/proc/{process}/fd"
    try:
        return any(_target(f"{folder}/{number}") == path for number in os.listdir(folder))
    except OSError:
        return False  # another user's, or gone


def _is_git_in(process: str, root: str) -> bool:
    """Whether a process is a git at work in the vault that is none of our own children."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            name, _, rest = file.read().partition("(")[2].rpartition(")")
    except OSError:
        return False
    state, parent = rest.split()[:2]
    if not name.startswith("git") or state == "Z" or int(parent) == os.getpid():
        return False
    where = _target(f"/proc/{process}/cwd")
    return where == root or where.startswith(f"{root}/")


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""
