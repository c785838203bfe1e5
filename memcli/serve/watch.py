"""How is a vault followed while a person works in it with other programs? A look at what changed, whenever the system tells of a change, until it is ended.

Nothing rests on the system telling of everything: after a sleep, a flood of changes, a new folder, and now and then, every file is looked at; where it does
not tell at all, the files are looked at again and again. While all is well a lock is held that searches of large vaults see; it goes with the process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from memcli import clock
from memcli.entries import vault as vaults
from memcli.entries.lock import Lock
from memcli.errors import Locked, MemError, NoVault, UserError
from memcli.index.following import Noticed
from memcli.output.text import synced
from memcli.serve import noticing
from memcli.serve.noticing import Stop
from memcli.store import Store

FLOOD = 2_000  # paths in one batch: the system may have lost some
EVERY_S = 600.0  # how often every file is looked at though all is well
SCAN_S = 5.0  # how often at least where the system does not tell
SHARE = 20  # and at most one part in so many of the time
AGAIN_S = 1.0  # after a look that another command kept from the index


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a watch: `quiet_s` seconds of rest after which edits are committed (negative: never), `sync_s` between two syncs (0: never), `once`:
    no more than what there is to do now, `scans`: do not rely on the system."""

    quiet_s: float = -1.0
    sync_s: float = 0.0
    once: bool = False
    scans: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `ready` (once it follows, `how` it is told), `indexed`, `recorded`, `synced`, `trouble` (`text`, `hint`)."""

    kind: str
    how: str = ""
    noticed: Noticed = field(default_factory=Noticed)
    paths: tuple[str, ...] = ()
    commit: str = ""
    text: str = ""
    hint: str = ""


class Watch:
    """One run. `opened` opens the vault afresh, `tell` hears what happens."""

    def __init__(self, opened: Callable[[], Store], wish: Wish, tell: Callable[[Event], None], stop: Stop) -> None:
        self._opened, self._wish, self._tell, self._stop = opened, wish, tell, stop
        self._root = opened().vault.root
        self._path, self._vouching = opened().vouched, False
        self._locks, self._vouched = ExitStack(), ExitStack()
        self._folders: frozenset[str] = frozenset()
        self._entries = 0
        self._left: set[str] | None = set()  # what is still to be looked at; None: everything
        self._look_s = self._looked = self._tried = 0.0
        self._dirty = self._synced = -1.0  # when the last change and the last sync were; -1: none
        self._told: set[str] = set()

    def run(self) -> None:
        """Follow the vault until it is to end. Raises Locked while another watcher does, NoVault when it goes."""
        store = self._opened()
        path = store.watched
        with self._locks:
            try:
                self._locks.enter_context(Lock(path, 0.0, "watch", "this vault is watched already"))
            except Locked as error:
                raise Locked(error.message, "one watcher is enough for a vault; end that one to start another") from None
            self._mine = os.stat(path).st_ino
            self._left = None
            noticed = self._look(Noticed())
            if self._wish.once:
                self._tell(Event("ready", "once", noticed))
                self._settle(now=True)
                return
            how = self._how()
            with self._vouched:
                self._tell(Event("ready", how, noticed))
                self._dirty = clock.monotonic_s()
                while not self._stop.is_set():
                    how = self._round(how)

    # -- looking ---------------------------------------------------------------------------------------------------------------

    def _how(self) -> str:
        """Whether the system is relied on: "events", or "scans"."""
        kind = noticing.far(self._root)
        if kind:
            self._trouble(f"{self._root} lies on {kind}, where others can write unseen; every file is looked at now and then instead")
        return "scans" if self._wish.scans or kind else "events"

    def _round(self, how: str) -> str:
        """Follow until the folders have changed, or the system fails, or it is to end; returns how to go on."""
        self._vouch(yes=False)
        try:
            for batch in self._scans() if how == "scans" else self._told_of():
                if self._step(batch) and how == "events":
                    break
        except FileNotFoundError:
            self._left = None  # a folder went before it could be followed
            self._notice()
        except UserError as error:
            self._trouble(f"{error.message}; every file is looked at now and then instead", error.hint)
            return "scans"
        return how

    def _told_of(self) -> Iterator[set[str] | None]:
        """What the system tells, relative paths; None for all files: at first, after a gap, after a flood, and every now and then."""
        watched = [self._root, f"{self._root}/{vaults.MEM}", *(f"{self._root}/{folder}" for folder in self._folders if folder)]
        gap, first = noticing.Clock(), True
        for batch in noticing.batches(filter(noticing.there, watched), self._stop, self._counts, deep=False):
            due = clock.monotonic_s() - self._looked > max(EVERY_S, 1000 * self._look_s)
            yield None if first or gap.slept() or len(batch) > FLOOD or due else {path[len(self._root) + 1:] for path in batch}
            self._vouch(yes=self._left == set())
            gap.mark()
            first = False

    def _scans(self) -> Iterator[set[str] | None]:
        while not self._stop.wait(1.0):
            yield None if clock.monotonic_s() - self._looked > max(SCAN_S, SHARE * self._look_s) else set()

    def _counts(self, path: str) -> bool:
        """Whether a path may be of the vault: not hidden, but for the vault's own settings."""
        relative = path[len(self._root) + 1:]
        return not (relative.startswith(".") or "/." in relative) or relative in (vaults.CONFIG, vaults.ATTRIBUTES)

    def _step(self, batch: set[str] | None) -> bool:
        """Take in a batch. Says whether there are other folders now."""
        self._refuse_gone()
        before = self._folders
        self._left = None if batch is None or self._left is None else self._left | batch
        turned = batch is not None and any(path in before or noticing.there(f"{self._root}/{path}") for path in batch)
        if batch:
            self._dirty = clock.monotonic_s()
        if (self._left is None or self._left) and (batch != set() or clock.monotonic_s() - self._tried > AGAIN_S):
            self._notice()
        self._settle(now=False)
        return turned or self._folders != before

    def _notice(self) -> None:
        """Look, and tell what was seen."""
        noticed = self._look(Noticed())
        if noticed.added or noticed.changed or noticed.gone or noticed.anew:
            self._dirty = clock.monotonic_s()
            self._tell(Event("indexed", "", noticed))

    def _look(self, noticed: Noticed) -> Noticed:
        """Take in what is left to be looked at; what cannot be taken in stays left."""
        began = self._tried = clock.monotonic_s()
        try:
            told = None if self._left is None else {path for path in self._left if vaults.may_be_entry(path)}
            noticed = self._opened().follow(told)
            if self._left is None:
                self._looked, self._look_s = clock.monotonic_s(), clock.monotonic_s() - began
            self._left, self._folders = set(), noticed.folders
        except Locked:
            self._vouch(yes=False)  # somebody writes for long; until then nothing is vouched for
        except MemError as error:
            self._vouch(yes=False)
            self._trouble(error.message, error.hint)
        except OSError as error:
            self._vouch(yes=False)
            self._refuse_gone()
            self._trouble(f"{error.filename or self._root}: {error.strerror}")
        return noticed

    def _vouch(self, *, yes: bool) -> None:
        """Hold the lock that says that the index is exact, or let it go. A search that looks at it just now is waited for until the next tick."""
        if yes and not self._vouching:
            try:
                self._vouched.enter_context(Lock(self._path, 0.0, "watch"))
                self._vouching = True
            except Locked:
                return
        elif not yes:
            self._vouched.close()
            self._vouching = False

    def _refuse_gone(self) -> None:
        try:
            mine = os.stat(f"{self._root}/{vaults.MEM}/state/watch.lock").st_ino == self._mine
        except OSError:
            mine = False
        if not mine:
            raise NoVault(f"{self._root} is gone, or another vault stands in its place; it is watched no more", "mem watch follows what is there now")

    # -- what comes to rest ----------------------------------------------------------------------------------------------------

    def _settle(self, *, now: bool) -> None:
        """Commit edits that have come to rest, and sync when it is time; with `now` at once."""
        at = clock.monotonic_s()
        if self._wish.quiet_s >= 0 and (now or self._dirty >= 0 and at - self._dirty >= self._wish.quiet_s):
            self._dirty = -1.0
            self._guarded(self._record)
        if self._wish.sync_s and (now or self._synced < 0 or at - self._synced >= self._wish.sync_s):
            self._guarded(self._sync)
            self._synced = clock.monotonic_s()

    def _record(self) -> None:
        store = self._opened()
        begun = store.under_way()
        if begun:
            self._dirty = clock.monotonic_s()
            self._trouble(f"nothing is recorded while git is at something ({begun})", "end it with git, and what was edited is recorded then")
            return
        done = store.record_by_hand()
        if done.paths:
            self._told.clear()
            self._tell(Event("recorded", paths=tuple(done.paths), commit=done.commit))
        for error in done.refused:
            self._trouble(error.message, error.hint)

    def _sync(self) -> None:
        done = self._opened().sync()
        if done.away:
            self._trouble(f"nothing was synced: {done.away}")
        elif done.recorded or done.taken or done.given:
            self._told.clear()
            self._tell(Event("synced", paths=tuple(done.changed), commit=done.commit, text=synced(done)))
        for path, reason in done.conflicts:
            self._trouble(f"{path}: {reason}", "mem doctor tells what to do")

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Locked:
            self._dirty = clock.monotonic_s()  # after another rest
        except MemError as error:
            self._trouble(error.message, error.hint)
        except OSError as error:
            self._refuse_gone()
            self._trouble(f"{error.filename or self._root}: {error.strerror}")

    def _trouble(self, text: str, hint: str = "") -> None:
        """Tell what went wrong, once until something goes well."""
        if text not in self._told:
            self._told.add(text)
            self._tell(Event("trouble", text=text, hint=hint))
