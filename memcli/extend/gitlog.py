"""What does the history of a repository hold? Its commits one by one, read by `git log` and by nothing that the repository configures.

Only reading: no hook, pager, filter, external diff, text conversion, signature program or transport of the repository or of the user is run, no
replacement or graft believed, no missing object fetched. Git is stopped when the reader stops, and when it says nothing for SILENCE_S seconds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from memcli import clock
from memcli.entries.git import Git
from memcli.errors import PluginFailed
from memcli.extend import moments

if TYPE_CHECKING:
    import subprocess

SILENCE_S = 120.0  # that git may take between two pieces of its answer
FILES_MAX = 1_000  # changed files of a commit that are told one by one
TOKEN_MAX = 1 << 20  # bytes of a message or of a path that are kept
_FIELDS = ("%H", "%P", "%aI", "%at", "%an", "%(trailers:key=Co-authored-by,valueonly,unfold)", "%B")
_BEGIN = re.compile(rb"\n?\x1e([0-9a-f]{40}(?:[0-9a-f]{24})?)\Z")
_COUNTED = re.compile(rb"\n?([0-9]{1,12}|-)\t([0-9]{1,12}|-)\t(.*)\Z", re.DOTALL)
_LOG = ("--no-pager", "log", "-z", "--reverse", "--raw", "--numstat", "--no-abbrev", "-M", "-l1000", "--root", "--full-diff", "--diff-merges=off",
        "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-mailmap", "--no-color", "--no-notes", "--no-decorate", "--no-relative",
        "--submodule=short", "--ignore-submodules=none", "--diff-algorithm=myers", "-O/dev/null", "--format=%x1e" + "%x00".join(_FIELDS) + "%x00")


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to a file. `kind` is A (added), M (modified), D (deleted), R (renamed, from `before`) or T (its type); lines are None in a binary."""

    path: str
    kind: str
    added: int | None = None
    deleted: int | None = None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `at` is its author's date in the author's own zone, None where git holds none; `people` wrote it with the author; `changes` are at
    most FILES_MAX, `more` is how many it has beyond them; a merge has none."""

    id: str
    parents: tuple[str, ...]
    at: datetime | None
    author: str
    people: tuple[str, ...]
    message: str
    changes: tuple[Change, ...] = ()
    more: int = 0


class History:
    """The repository that lies in a folder: its work tree, or a bare one. Folders above are not looked at. Raises PluginFailed where there is none."""

    def __init__(self, folder: str, shown: str) -> None:
        self.shown = shown
        if not os.path.isdir(folder):
            raise PluginFailed(f"{shown} is no folder", "give the folder of a git repository")
        here = os.path.realpath(folder)
        path = os.pathsep.join(place for place in os.get_exec_path() if os.path.isabs(place))
        self._git = Git(here, {"PATH": path})
        self._git.env.update(GIT_CEILING_DIRECTORIES=os.path.dirname(here), GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", GIT_ATTR_NOSYSTEM="1",
                             GIT_NO_REPLACE_OBJECTS="1", GIT_GRAFT_FILE="/dev/null", GIT_NO_LAZY_FETCH="1", XDG_CONFIG_HOME="/dev/null", HOME="/dev/null")

    def root(self) -> str:
        """The first commit behind HEAD, which names the repository wherever it lies. Raises PluginFailed when there is no commit."""
        out = b"".join(self._answer("rev-list", "--max-parents=0", "--first-parent", "-n1", "HEAD"))
        return out.decode("ascii", "replace").strip()

    def remote(self) -> str:
        """The URL of the remote `origin` without anything secret in it, "" when there is none or it is a path of this machine."""
        out = b"".join(self._answer("config", "-z", "--get", "remote.origin.url", accept=(0, 1)))
        return public_url(out.rstrip(b"\0\n").decode("utf-8", "replace"))

    def commits(self, *, since: datetime | None = None, paths: Sequence[str] = (), only: Sequence[str] = ()) -> Iterator[Commit]:
        """The commits behind HEAD, oldest first, those committed from `since` on that touch one of `paths`; or `only` these, by their hashes, in any order.

        Raises PluginFailed, after the good ones, where git fails."""
        which = ["--ignore-missing", "--no-walk", *only] if only else ["HEAD"]
        words = [*_LOG, *([f"--since={clock.rfc3339(since)}"] if since else []), *which, "--", *paths]
        tokens = _tokens(self._answer(*words))
        token = next(tokens, None)
        while token is not None:
            begin = _BEGIN.match(token)
            if begin is None:
                token = next(tokens, None)
                continue
            fields = [next(tokens, b"") for _ in _FIELDS[1:]]
            changes, more, token = _changes(tokens)
            yield _commit(begin[1].decode(), [field.decode("utf-8", "replace") for field in fields], changes, more)

    def _answer(self, *words: str, accept: Sequence[int] = (0,)) -> Iterator[bytes]:
        """What git prints, piece by piece. Raises PluginFailed when it fails or falls silent; ends git in any case."""
        process = self._git.start(words)
        try:
            err = yield from _pieces(process, self.shown)
            if process.wait() not in accept:
                raise self._failure(err)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()

    def _failure(self, err: bytes) -> PluginFailed:
        said = err.decode("utf-8", "replace")
        line = next((line for line in said.splitlines() if line.startswith(("fatal:", "error:"))), "git gave up without a word").partition(": ")[2]
        if "dubious ownership" in said:
            return PluginFailed(f"{self.shown} belongs to another user, so git does not read it", "make a copy that is yours: cp -r")
        if "ot a git repository" in said:
            return PluginFailed(f"{self.shown} is no git repository", "give the folder that holds .git, or a bare repository")
        if "does not have any commits" in said or "bad revision 'HEAD'" in said or "ambiguous argument 'HEAD'" in said:
            return PluginFailed(f"{self.shown} has no commit yet")
        return PluginFailed(f"{self.shown}: git cannot read its history: {line}", "git fsck says what is damaged; what was read is kept")


def public_url(url: str) -> str:
    """A remote's URL without user, password, query and fragment; "" for a path of this machine or what is no URL."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ssh", "git") and parts.hostname:
            return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    except ValueError:
        return ""
    short = re.fullmatch(r"(?:[^@/:\s]+@)?([A-Za-z0-9.-]+):(?!/)([^\s:@?#]+)", url)
    return f"{short[1]}:{short[2]}" if short and "." in short[1] else ""


def _pieces(process: subprocess.Popen[bytes], shown: str) -> Generator[bytes, None, bytes]:
    """Standard output as it comes; returns the beginning of standard error."""
    import selectors

    assert process.stdout is not None and process.stderr is not None
    err = b""
    with selectors.DefaultSelector() as both:
        both.register(process.stdout, selectors.EVENT_READ)
        both.register(process.stderr, selectors.EVENT_READ)
        while both.get_map():
            ready = both.select(SILENCE_S)
            if not ready:
                raise PluginFailed(f"{shown}: git said nothing for {SILENCE_S:g} seconds and was stopped", "what was read is kept")
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                if not data:
                    both.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    yield data
                else:
                    err = (err + data)[:4096]
    return err


def _tokens(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What stands between NULs; of each at most TOKEN_MAX bytes."""
    held = b""
    for piece in pieces:
        first, *others = piece.split(b"\0")
        held = (held + first)[:TOKEN_MAX]
        for other in others:
            yield held
            held = other
    if held:
        yield held


def _changes(tokens: Iterator[bytes]) -> tuple[list[Change], int, bytes | None]:
    """The changes of a commit, how many more it has, and the token that begins the next commit. Paths are taken by count, so no name can feign one."""
    kinds: dict[str, tuple[str, str]] = {}
    changes: list[Change] = []
    more = 0
    for token in tokens:
        if _BEGIN.match(token):
            return changes, more, token
        if token.lstrip(b"\n").startswith(b":"):
            kind = token[token.rfind(b" ") + 1:].decode("ascii", "replace")[:1]
            before = _path(next(tokens, b"")) if kind in "RC" else ""
            path = _path(next(tokens, b""))
            if len(kinds) < FILES_MAX:
                kinds[path] = (kind, before)
        elif counted := _COUNTED.match(token):
            path = _path(counted[3])
            if not counted[3]:
                next(tokens, b"")
                path = _path(next(tokens, b""))
            if path not in kinds:
                more += 1
                continue
            kind, before = kinds[path]
            changes.append(Change(path, kind, _count(counted[1]), _count(counted[2]), before))
    return changes, more, None


def _count(digits: bytes) -> int | None:
    return None if digits == b"-" else int(digits)


def _path(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _commit(id_: str, fields: list[str], changes: list[Change], more: int) -> Commit:
    parents, at, epoch, author, together, message = fields
    try:
        when: datetime | None = datetime.fromisoformat(at)
    except ValueError:
        when = moments.epoch(epoch)
    people = tuple(dict.fromkeys(name for line in together.splitlines() if (name := line.partition("<")[0].strip()) and name != author))
    return Commit(id_, tuple(parents.split()), when, author.strip(), people, message.strip("\n"), tuple(changes), more)
