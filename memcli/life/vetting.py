"""May these texts enter the history of a vault? For the pre-commit hook, and for files by themselves: front matter, conflict markers, secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from memcli.config import Settings
from memcli.entries import atomic, history, text
from memcli.entries import vault as vaults
from memcli.entries.git import Git
from memcli.errors import UserError
from memcli.life import doctor, screening
from memcli.life.desk import Desk
from memcli.life.doctor import Problem

_GRAVE = frozenset(("entry-invalid", "field-invalid", "front-matter-cut", "merge-conflict"))


def files(settings: Settings, paths: Sequence[str]) -> list[Problem]:
    """What is wrong with markdown files, as entries. Raises UserError for one that cannot be read."""
    found: list[Problem] = []
    for path in paths:
        try:
            data = atomic.read(path, settings.whole("entry.max_bytes"))
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}", "name markdown files") from None
        found += _vetted(settings, path, data, b"")
    return found


def staged(desk: Desk) -> list[Problem]:
    """What is wrong with the entries that are about to be committed, as they are staged; in a hook by the index that git commits from."""
    git = desk.git()
    index = desk.env.get("GIT_INDEX_FILE", "")
    if index:  # `git commit -a` and `git commit PATH` have one of their own
        git.env["GIT_INDEX_FILE"] = os.path.join(desk.vault.root, index)
    found: list[Problem] = []
    blobs = dict(_staged(git))
    texts = history.blobs(git, sorted(set(blobs.values())))
    for path, blob in blobs.items():
        found += _vetted(desk.settings, path, texts[blob], history.content(git, "HEAD", path) or b"")
    return found


def _staged(git: Git) -> Iterator[tuple[str, str]]:
    """The changed entries with the blobs that are staged."""
    born = bool(git.call("rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1)))
    base = "HEAD" if born else git.call("hash-object", "-t", "tree", "--stdin", feed=b"").decode().strip()
    rows = git.call("diff-index", "--cached", "-z", "--no-renames", "--diff-filter=AM", base).split(b"\0")
    for head, path in zip(rows[::2], map(os.fsdecode, rows[1::2])):
        words = head.decode().split(" ")
        if vaults.may_be_entry(path) and words[1].startswith("100"):
            yield path, words[3]


def _vetted(settings: Settings, path: str, data: bytes, old: bytes) -> Iterable[Problem]:
    known = {problem.message for problem in doctor.of_entry(text.read(old, path), old)} if old else set()
    found = [problem for problem in doctor.of_entry(text.read(data, path), data) if problem.code in _GRAVE and problem.message not in known
             and (problem.code != "merge-conflict" or "markers" in problem.message)]
    secret = screening.remarks(settings, path, data)
    if secret and secret != screening.remarks(settings, path, old) and settings.text("safety.secrets") == "refuse":
        found.append(Problem("secret", path, secret, "take it out; or allow it by the line `flags: [secret]` in the front matter"))
    return found
