"""What can be done with a vault? One method per verb; everything outside calls this and nothing below it.

Reads no environment and prints nothing: the caller hands in both. Every method raises `memcli.errors.MemError` and nothing else on
purpose. Heavy parts are imported by the verb that needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from memcli.config import Scalar
from memcli.entries import text
from memcli.entries.model import Entry, Value
from memcli.errors import UserError
from memcli.life.attending import Attending
from memcli.life.desk import Changed, Talk
from memcli.life.editing import Editing
from memcli.life.exchange import Exchange

if TYPE_CHECKING:
    from memcli.entries.history import Record
    from memcli.index.manifest import Row
    from memcli.index.past import Past
    from memcli.life.consolidate import Report as Consolidated
    from memcli.life.doctor import Problem
    from memcli.life.holding import Held
    from memcli.life.plan import Plan
    from memcli.life.review import Deck
    from memcli.life.standing import Standing
    from memcli.life.supersede import Dispute
    from memcli.memory.prior import Weights
    from memcli.search.context import Pack
    from memcli.search.related import Nearby
    from memcli.search.run import Found

__all__ = ["Changed", "Store", "Talk"]


class Store(Exchange, Attending, Editing):
    """One vault, with a method per verb."""

    # -- entries ---------------------------------------------------------------------------------------------------------------

    def add(self, body: str, fields: Mapping[str, Value], *, force: bool = False, allow_secret: bool = False, session: str = "") -> Changed:
        """Write a new entry. Front matter that `body` begins with is kept; `fields` win over it, the usual ones are filled in. What holds in its
        slot already is confirmed instead, unless `force`. Raises Refused for a secret, unless `allow_secret`."""
        from memcli.life import writing

        changed = writing.add(self, body, fields, force=force, allow_secret=allow_secret)
        if not changed.commit:
            self.used([changed.entries[0][1]], "confirmed", session)
        return changed

    def set(self, names: Sequence[str], assignments: Sequence[str]) -> Changed:
        """Change front matter: `key=value`, `key=` removes, `list+=item`, `list-=item`. One commit for all names."""
        from memcli.life import writing

        return writing.assign(self, names, assignments)

    def edit(self, path: str, old: bytes, new: bytes) -> Changed:
        """Replace an entry's whole text by what a person made of it. Raises EntryInvalid when the front matter is broken."""
        from memcli.life import writing

        return writing.replace(self, path, old, new)

    def show(self, name: str, at: str = "") -> tuple[Entry, bytes]:
        """An entry and its bytes, now or as it was at a date or revision."""
        if not at:
            path, data = self.locate(name)
            entry = text.read(data, path)
            if entry.state != "archived":
                return entry, data
            from memcli.entries import archive

            if archive.place(entry)[0]:
                data = archive.original(self.vault.root, entry)
                self.talk.warn(f"{path} is archived; mem restore {entry.id[-6:]} puts it back, a use does at the next mem consolidate")
            return text.read(data, path), data
        from memcli.life import undo

        path, data = undo.as_it_was(self, name, at)
        return text.read(data, path), data

    def rows(self, keep: Callable[[Row], bool]) -> list[Row]:
        """The entries that `keep` says yes to, newest first, then by path."""
        found = [row for row in self.index.read(lambda view: view.rows()) if keep(row)]
        found.sort(key=lambda row: row.path)
        found.sort(key=lambda row: row.created, reverse=True)
        return found

    def search(self, query: str, *, limit: int, fuzzy: bool = False, filters: Sequence[str] = (), explain: bool = False, scan: str = "auto",
               chunks: bool = False, without: Collection[str] = (), hops: int = 2, at: str = "",
               prior: bool = True) -> Found:
        """Ranked hits for a query, entries or with `chunks` pieces of them, now or as the vault was `at` a date or revision; without
        `prior` by relevance alone. No hit is an empty list, not an error."""
        from memcli.search.run import Wish, search

        return search(self.index, query, Wish(self.now, limit, fuzzy, filters, explain, chunks, without, hops, self._past(at) if at else None,
                                                self.weights() if prior else None), scan)

    def weights(self) -> Weights:
        """How far what is known of an entry may move its score."""
        from memcli.memory.prior import Weights

        return Weights(*(self.settings.number(f"prior.{name}") for name in Weights._fields))

    def _past(self, at: str) -> Past:
        """The vault's tree at a date or revision."""
        from memcli.entries import history
        from memcli.index.past import Past

        git = self.git()
        return Past(history.tree(git, history.resolve(git, at)), lambda wanted: history.blobs(git, wanted), self.index.max_bytes)

    def context(self, query: str, budget: int, filters: Sequence[str] = (), scan: str = "auto", *, nonce: str, all_: bool = False) -> Pack:
        """The best evidence for a query and the core entries, packed into `budget` tokens; `nonce` closes the fence. With `all_` flagged entries too."""
        from memcli.search import context
        from memcli.search.run import Wish

        return context.pack(self.index, query, Wish(self.now, context.PIECES_MAX, filters=filters, prior=self.weights()), scan, budget, nonce, all_=all_)

    def offer(self, folder: str, file: str) -> int:
        """Add related entries to the template of a commit message in a working repository."""
        from memcli.life import offering

        return offering.offer(self, folder, file)

    def related(self, name: str, limit: int) -> tuple[Entry, Nearby]:
        """An entry, and what is near to it: linked to it, or alike."""
        from memcli.search import related

        path, data = self.locate(name)
        entry = text.read(data, path)
        return entry, related.related(self.index, entry, text.data_sum(data), limit)

    def timeline(self, query: str = "", filters: Sequence[str] = (), since: str = "", until: str = "") -> tuple[list[Row], str]:
        """Entries in the order in which they happened: all but forgotten ones, or those that a query or filters find. And which channel
        was off when they were looked for, "" for none."""
        from memcli.search import timeline

        rows = self.rows(lambda row: row.state != "forgotten")
        if query or filters:
            found = self.search(query, limit=timeline.FOUND_MAX, filters=filters)
            paths = {hit.path for hit in found.hits}
            return timeline.timeline((row for row in rows if row.path in paths), since, until), found.warning
        return timeline.timeline(rows, since, until), ""

    def forget(self, names: Sequence[str], reason: str = "") -> Changed:
        """Replace entries by tombstones; `restore` brings them back from history."""
        from memcli.life import forgetting

        return forgetting.forget(self, names, reason)

    def fade(self, policy: str, options: Mapping[str, str], *, dry_run: bool = False) -> tuple[Plan, Changed]:
        """Let a forgetting policy judge every entry; what the guards let pass is done in one commit, or with `dry_run` only told."""
        from memcli.life import fading

        return fading.fade(self, policy, options, dry_run=dry_run)

    def consolidate(self, steps: Sequence[str], budget_s: float, *, dry_run: bool = False, if_due_h: float = 0.0) -> Consolidated | None:
        """A night's work: the steps named, in one commit, or with `dry_run` only told. None when the last run is less than `if_due_h` hours ago."""
        from memcli.life import consolidate

        if if_due_h and not consolidate.due(self, if_due_h):
            return None
        return consolidate.consolidate(self, steps, budget_s, dry_run=dry_run)

    def conflicts(self) -> list[Dispute]:
        """Values of one slot that cannot both hold, by slot."""
        from memcli.life import conflicts

        return conflicts.conflicts(self)

    def resolve(self, name: str, session: str) -> Changed:
        """Make an entry the value of its slot; what it was in conflict with ends. One commit."""
        from memcli.life import conflicts

        return conflicts.resolve(self, name, session)

    def deck(self, limit: int) -> Deck:
        """What there is to review: at most `limit` entries that are fading (0: all), pairs that may say the same, conflicts."""
        from memcli.life import review

        return review.deck(self, limit)

    def settle(self, names: Sequence[str], *, merge: bool) -> Changed:
        """Two entries say the same, and become one, or they do not, and are not asked about again."""
        from memcli.life import review

        return review.settle(self, names, merge=merge)

    def dismiss(self, names: Sequence[str]) -> Changed:
        """Let entries that are in conflict stand beside each other. One commit."""
        from memcli.life import conflicts

        return conflicts.dismiss(self, names)

    def used(self, names: Sequence[str], kind: str, session: str, grade: int = 0) -> Changed:
        """Note in the access log that entries were `opened`, `used`, `confirmed` or `missed` (memory.events.KINDS). No file changes."""
        from memcli import clock
        from memcli.memory import events

        found = [(text.read(data, path).id, path) for path, data in self.located(names).items()]
        events.record(self.vault.state, kind, [id_ for id_, _ in found], clock.rfc3339(self.now), session, grade)
        return Changed(tuple(found), "")

    def opened(self, ids: Sequence[str], session: str) -> None:
        """Note that entries were read. A vault that cannot be written is read all the same, and nothing is noted."""
        from memcli import clock
        from memcli.memory import events

        if self.settings.values["memory.log"]:
            try:
                events.record(self.vault.state, "opened", ids, clock.rfc3339(self.now), session)
            except UserError:
                return

    def strengths(self) -> list[Held]:
        """Every entry but tombstones, with how strong it is now."""
        from memcli.life import holding

        return holding.held(self)

    def strength(self, name: str) -> Held:
        """An entry, with how strong it is now."""
        from memcli.life import holding
        from memcli.memory import events

        path, data = self.locate(name)
        id_ = text.read(data, path).id
        return holding.of(data, path, events.read(self.vault.state, {id_}), self.now)

    def standing(self) -> Standing:
        """How the vault stands, and what the year will bring."""
        import os

        from memcli.life import standing

        packs = f"{self.vault.root}/.mem/archive"
        packed = sum(os.lstat(f"{packs}/{name}").st_size for name in os.listdir(packs)) if os.path.isdir(packs) else 0
        return standing.standing(self.strengths(), self.now, packed)

    def restore(self, names: Sequence[str], at: str = "") -> Changed:
        """Bring back forgotten or deleted entries byte for byte, or any entry as it was at a date or revision."""
        from memcli.life import forgetting

        return forgetting.restore(self, names, at)

    def trace(self, name: str) -> str:
        """The path of an entry, of one that was deleted too."""
        from memcli.life import forgetting

        return forgetting.present_or_lost(self, name)[0]

    def purge(self, names: Sequence[str]) -> Changed:
        """Take entries out of the vault and out of its whole history. There is no way back."""
        from memcli.life import purge

        return purge.purge(self, names)

    # -- history ---------------------------------------------------------------------------------------------------------------

    def log(self, name: str = "", limit: int = 0) -> list[Record]:
        """Commits, newest first, of the vault or of one entry, then with its own moves alone."""
        from memcli.entries import history

        if not name:
            return history.records(self.git(), limit=limit)
        path, data = self.locate(name)
        id_ = text.read(data, path).id
        return [history.of_one(record, id_) for record in history.records(self.git(), limit=limit, path=path)]

    def diff(self, name: str = "", old: str = "", new: str = "", *, color: bool = False) -> str:
        """A unified diff between two dates or revisions; without them, what was edited by hand since the last commit."""
        from memcli.entries import history

        git = self.git()
        path = self.locate(name)[0] if name else ""
        return history.diff(git, history.resolve(git, old) if old else "", history.resolve(git, new) if new else "", path, color=color)

    def undo(self, revision: str = "") -> tuple[Record, Changed]:
        """Take back the newest command that is not undone yet, or the one named."""
        from memcli.life import undo

        return undo.undo(self, revision)

    # -- everything at once ----------------------------------------------------------------------------------------------------

    def configure(self, name: str, value: Scalar | None) -> str:
        """Change a setting of this vault (None removes it). Returns the commit's id, "" when it is so already."""
        from memcli.life import configure

        return configure.write_vault(self, name, value)

    def doctor(self, *, deep: bool, fix: bool) -> list[Problem]:
        """What is wrong with the vault, each with what to do; `fix` mends what can be mended without touching a person's text."""
        from memcli.life import doctor

        return doctor.examine(self, deep=deep, fix=fix)
