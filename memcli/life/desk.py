"""What does every verb work with? A vault with its settings, index, git and lock, opened for one command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from memcli import clock
from memcli.config import Settings
from memcli.entries import archive, atomic, text
from memcli.entries.model import Entry
from memcli.entries.vault import Vault
from memcli.errors import EntryInvalid, MemError, NothingFound, Usage, UserError
from memcli.index.sync import Index

if TYPE_CHECKING:
    from memcli.entries.git import Git
    from memcli.entries.run import Run
    from memcli.extend.registry import Around
    from memcli.index.warm import Warm

LEAST_PART = 4


@dataclass(frozen=True, slots=True)
class Talk:
    """How a store tells what it is doing: `progress(what, done, total)` on long work, `warn(line)` on what a person should know."""

    progress: Callable[[str, int, int], None]
    warn: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a mutating verb did: entries as (id, path), the commit that holds it ("" when nothing had to change), and the id of an entry that says
    the same as a new one ("" for none)."""

    entries: tuple[tuple[str, str], ...]
    commit: str
    twin: str = ""


class Desk:
    """One vault, opened for one command.

    `env` is what git children see, `now` the instant that counts as the present, `folder` where in the vault the caller stands (relative,
    "" for the top or outside), `index` the index to look into where that is kept open between commands.
    """

    def __init__(self, vault: Vault, settings: Settings, env: Mapping[str, str], talk: Talk, now: datetime | None = None, folder: str = "",
                 index: Index | None = None) -> None:
        self.vault = vault
        self.settings = settings
        self.talk = talk
        self.folder = folder
        self.now = now or clock.now()
        self._env = env
        self.index = index or Index(vault, settings, talk.progress, talk.warn, env)

    @staticmethod
    def keeping(root: str) -> Warm:
        """What a process that stays keeps open of the vault at `root`: its `index` is what a desk is given."""
        from memcli.index.warm import Warm

        return Warm(root)

    def prepare(self, count: int) -> bool:
        """Read so many entries ahead of being asked, where the index is kept open; False when there are no more to read."""
        from memcli.search import pool

        return pool.prepare(self.index, count)

    @property
    def env(self) -> Mapping[str, str]:
        """The caller's environment, for programs that are run."""
        return self._env

    @property
    def around(self) -> Around:
        """Where plugins are looked for, and what they may take."""
        from memcli.extend.child import Limits
        from memcli.extend.registry import Around

        limits = Limits(self.settings.number("plugin.timeout_s"), self.settings.number("plugin.run_s"), self.settings.whole("plugin.memory_mb") << 20,
                        self.settings.whole("plugin.output_mb") << 20)
        return Around(self._env, self.vault.root, limits)

    def git(self) -> Git:
        """git for reading commands."""
        from memcli.entries.git import Git

        return Git(self.vault.root, self._env)

    @contextmanager
    def run(self, verb: str) -> Iterator[Run]:
        """A mutating command on this vault: the lock is held until it ends."""
        from memcli.entries.run import Run

        with Run(self.vault, self._env, verb, self.now, self.settings.number("lock.timeout_s")) as run:
            self.index.held = True
            try:
                if os.path.exists(self.vault.purging):
                    from memcli.life import purge

                    purge.settle(self, run.git)
                yield run
            finally:
                self.index.held = False

    def save(self, run: Run, changes: Iterable[tuple[str, bytes | None, bytes | None]], subject: str,
             trailers: Sequence[tuple[str, str]] = ()) -> str:
        """Carry (path, old bytes, new bytes) through a run into history and the index. Returns the commit's id."""
        if run.recovered:
            self.talk.warn(f"finished what an interrupted command had left: {', '.join(run.recovered[:3])}")
            self._indexed(run.recovered, {})
        run.prepare(changes)
        from memcli.life import screening

        for path, data in run.by_hand:
            remark = screening.remarks(self.settings, path, data)
            if remark:
                self.talk.warn(f"{remark}; it was written by hand and is in history now: mem purge takes it out")
        subject = screening.said(self.settings, subject)
        trailers = [(key, screening.said(self.settings, value)) for key, value in trailers]
        before = self.index.folder_times(run.paths)
        commit = run.finish(subject, trailers)
        self._indexed(run.paths, before)
        return commit

    def _indexed(self, paths: list[str], before: Mapping[str, int]) -> None:
        """Tell the index. What it cannot take now, the next reader takes in from the files."""
        try:
            self.index.note(paths, before)
        except MemError as error:
            self.talk.warn(f"the index was not brought up to date ({error.message}); the next search does that")

    def noted(self, paths: list[str]) -> None:
        """Let the index look at files that were not written by us."""
        self._indexed(paths, {})

    def bytes_of(self, path: str) -> bytes:
        """A file of the vault, whole. Raises UserError when it is gone, no regular file or longer than `entry.max_bytes`."""
        limit = self.settings.whole("entry.max_bytes")
        try:
            data = atomic.read(self.vault.at(path), limit + 1)
        except FileNotFoundError:
            raise NothingFound(f"no file {path} in this vault", "mem list shows the entries") from None
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}", "mem doctor tells which files are not entries") from None
        if len(data) > limit:
            raise UserError(f"{path} is longer than entry.max_bytes ({limit})", "raise that setting to work on the file")
        return data

    def named(self, name: str) -> str:
        """A name with its path, if it is one, made relative to the vault: from the caller's folder if it leads to a file, else from the top."""
        if not (name.endswith(".md") or "/" in name):
            return name
        if os.path.isabs(name):
            return name.removeprefix(f"{self.vault.root}/")
        near = os.path.normpath(f"{self.folder}/{name}") if self.folder else ""
        if near and (name.startswith(("./", "../")) or os.path.lexists(f"{self.vault.root}/{near}")):
            return near
        return name.removeprefix("./")

    def locate(self, name: str) -> tuple[str, bytes]:
        """(path, bytes) of the entry meant by a path, or by the beginning or the end of an id (at least four characters)."""
        name = self.named(name)
        if name.endswith(".md") or "/" in name:
            path = self.vault.entry(name)
            return path, self.bytes_of(path)
        part = name.lower()
        if len(part) < LEAST_PART or not part.isalnum():
            raise Usage(f"{name!r} names no entry", "give an id, at least four characters of its beginning or end, or a path; mem list shows them")
        for scan in ("none", "files"):
            found = self.index.read(lambda view: view.find(part), scan)
            good = [(path, data) for id_, path in found if (data := self._still(id_, path)) is not None]
            if len(good) > 1:
                ways = ", ".join(path for path, _ in good[:5])
                raise Usage(f"{name!r} is ambiguous: {ways}{' ...' if len(good) > 5 else ''}", "give more of the id, or a path")
            if good:
                return good[0]
        raise NothingFound(f"no entry with an id like {name!r}", "mem list shows ids; mem list --state forgotten shows tombstones")

    def located(self, names: Iterable[str]) -> dict[str, bytes]:
        """Bytes by path of the entries meant by `names`, each once, however often it is named."""
        return dict(self.locate(name) for name in names)

    def _still(self, id_: str, path: str) -> bytes | None:
        try:
            data = self.bytes_of(path)
        except UserError:
            return None
        except NothingFound:
            return None
        return data if text.read(data, path).id == id_ else None

    def readable(self, path: str, data: bytes) -> Entry:
        """An entry that can be edited. Raises its EntryInvalid when it is damaged or the front matter cannot be read, UserError when it is archived."""
        entry = text.read(data, path)
        problem = text.damage(entry)
        if problem is not None:
            raise EntryInvalid(problem.path, problem.line, problem.reason, problem.hint or "correct the file, then run the command again")
        self.refuse_archived(entry)
        return entry

    def refuse_archived(self, entry: Entry) -> None:
        """Raise UserError for an entry whose file is only a stub: what were changed there would be lost when its text comes back."""
        if archive.place(entry)[0]:
            raise UserError(f"{entry.path} is archived, and its file is only a stub", f"mem restore {entry.id[-6:]} brings it back first")

    def reindex(self) -> int:
        """Make the whole index anew. Returns the number of entries."""
        from memcli.entries.lock import Lock

        with nullcontext() if self.index.held else Lock(f"{self.vault.state}/lock", self.settings.number("lock.timeout_s"), "index"):
            return self.index.rebuild()
