"""What should a person look at? What is fading and matters, what may be said twice, what contradicts each other; and what becomes of their answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memcli.entries import text
from memcli.errors import Usage
from memcli.life import alike, conflicts, nightly
from memcli.life.alike import Pair
from memcli.life.desk import Changed, Desk
from memcli.life.holding import Held, held
from memcli.life.names import short
from memcli.life.supersede import Change, Dispute

RETENTION = 0.9  # FSRS: what is less sure to be known is due
_STATES = ("short", "long", "core")


@dataclass(frozen=True, slots=True)
class Deck:
    """What there is to review: entries that are due, the most important and most forgotten first; pairs that may say the same, the older first, with their
    Jaccard index; conflicts."""

    due: list[Held]
    doubles: list[tuple[Held, Held, float]]
    disputes: list[Dispute]


def deck(desk: Desk, limit: int) -> Deck:
    """At most `limit` entries that are due (0: all), and everything that waits for an answer."""
    found = held(desk)
    due = [one for one in found if one.entry.state in _STATES and not one.derived and one.entry.has_id and one.strength.retrievability(desk.now) < RETENTION]
    due.sort(key=lambda one: (-(0.25 + one.importance) * (1 - one.strength.retrievability(desk.now)), one.path))
    by_id = nightly.comparable(found)
    doubles = [(by_id[pair.a], by_id[pair.b], pair.jaccard) for pair in nightly.pairs(by_id) if not _surely(pair, by_id[pair.b])]
    return Deck(due[:limit or None], doubles, conflicts.among(found))


def _surely(pair: Pair, other: Held) -> bool:
    """Whether consolidation joins the pair by itself."""
    return pair.sure and not other.pinned and other.entry.state != "core"


def settle(desk: Desk, names: Sequence[str], *, merge: bool) -> Changed:
    """Two entries say the same: the older takes the other in, which goes cold and names it; or they do not, and are not asked about again. One commit.

    Raises Usage unless `names` are two entries with ids.
    """
    with desk.run("review") as run:
        files = desk.located(names)
        if len(files) != 2:
            raise Usage("give two entries", "mem review --merge ID ID, or --apart ID ID")
        entries = sorted((desk.readable(path, data) for path, data in files.items()), key=lambda entry: (entry.created, entry.id))
        older, younger = entries
        for entry in entries:
            if not entry.has_id:
                raise Usage(f"{entry.path} has no id in its front matter yet", f"mem set {entry.path} importance=0.5 gives it one")
        old, new = files[older.path], files[younger.path]
        if merge:
            made = alike.merge(older.meta, younger.meta, text.data_sum(new))
            changes: list[Change] = [(older.path, old, text.edit(old, made.kept, path=older.path)),
                                     (younger.path, new, text.edit(new, made.other, path=younger.path))]
        else:
            memory = younger.meta.get("memory")
            block = {str(name): value for name, value in memory.items()} if isinstance(memory, dict) else {}
            apart = block.get("apart")
            block["apart"] = sorted({*(map(str, apart) if isinstance(apart, list) else ()), older.id})
            changes = [(younger.path, new, text.edit(new, {"memory": block}, path=younger.path))]
        changes = [change for change in changes if change[1] != change[2]]
        subject = f"{short(younger.id)} {'says the same as' if merge else 'is another than'} {short(older.id)}"
        commit = desk.save(run, changes, subject) if changes else ""
    return Changed(((older.id, older.path), (younger.id, younger.path)), commit)
