"""What does a night's consolidation do, and in which order? The steps of DESIGN section 8, each a pure function from entries to edits.

A step sees the entries as the steps before it left them and answers with edits; it reads no file and writes none. `run` carries all edits into
one commit; a killed run has happened or not. What needs no edit makes none, so a second run right after changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from memcli import clock
from memcli.config import Settings
from memcli.entries import archive, text
from memcli.entries.model import Value
from memcli.life import holding, names, nightly, summaries
from memcli.life.holding import Held
from memcli.life.ladder import Move
from memcli.memory.events import Event
from memcli.memory.state import checkpoint

if TYPE_CHECKING:
    from memcli.extend.registry import Around

PACK_LEAST = 16  # entries; fewer take more room as stubs and a pack than as they are


@dataclass(frozen=True, slots=True)
class Edit:
    """A file as a step wants it: its new bytes (None: gone), and why. `move` is set where the state changes, `archive` where the text is to be packed."""

    path: str
    data: bytes | None
    reason: str
    move: Move | None = None
    archive: bool = False


@dataclass(slots=True)
class Work:
    """The vault in the hands of the steps: entries by path as they are by now, events by id, and the paths that will be packed.

    `root` is where packs are read from, `around` where policies are looked for. `remarks` are for a person: what was found and not done. `counts` are
    figures for the report.
    """

    root: str
    now: datetime
    settings: Settings
    entries: dict[str, Held]
    events: Mapping[str, list[Event]]
    around: Around
    packed: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def held(self) -> list[Held]:
        """The entries that are not on their way into the archive, by path."""
        return [self.entries[path] for path in sorted(self.entries) if path not in self.packed]

    def body(self, one: Held) -> str:
        """An entry's whole text, an archived one's from its pack."""
        return archive.whole(self.root, one.entry).body if one.entry.state == "archived" else one.entry.body

    def apply(self, edits: Sequence[Edit]) -> None:
        """Take a step's edits in."""
        for edit in edits:
            if edit.archive:
                self.packed[edit.path] = self.entries[edit.path].data
            elif edit.data is None:
                self.entries.pop(edit.path, None)
            else:
                self.entries[edit.path] = holding.of(edit.data, edit.path, dict(self.events), self.now)


Step = Callable[[Work], list[Edit]]


def fold(work: Work) -> list[Edit]:
    """The access log's whole days become each entry's checkpoint."""
    edits = []
    for one in work.held:
        block = checkpoint(one.entry.created, one.entry.meta.get("memory"), one.events, work.now) if one.events and one.editable else None
        if block is not None:
            edits.append(Edit(one.path, _with_memory(one, block), f"{len(one.events)} events"))
    return edits


_BESIDE = ("was", "cooled", "raised", "linked", "apart", "believed")  # what `memory` holds beside the checkpoint


def _with_memory(one: Held, block: Mapping[str, Value]) -> bytes:
    memory = one.entry.meta.get("memory")
    kept = {str(name): value for name, value in memory.items() if name in _BESIDE} if isinstance(memory, Mapping) else {}
    changes: dict[str, Value | text.Remove] = {"memory": {**block, **kept}}
    if not one.entry.has_id:
        changes["id"] = one.entry.id
    return text.edit(one.data, changes, path=one.path)


def conflict(work: Work) -> list[Edit]:
    """Values of one slot get their ends and followers, as writing them does; for those that other programs wrote. What cannot be told is a remark."""
    from memcli.life import conflicts, supersede

    files = {one.path: one.data for one in work.held if one.entry.meta.get("key")}
    work.counts["conflicts"] = len(conflicts.among(work.held))
    if work.counts["conflicts"]:
        work.remarks.append(f"{names.count(work.counts['conflicts'], 'slot')} with values that cannot both hold: mem conflicts lists them")
    keys = {supersede.slot(work.entries[path].entry) for path in files} - {""}
    return [Edit(path, data, "its place among the values of its slot") for path, data in sorted(supersede.followed(files, keys).items())]


def revive(work: Work) -> list[Edit]:
    """What is archived and was used comes back from its pack."""
    from memcli.life import reviving

    return reviving.revived(work)


def rise(work: Work) -> list[Edit]:
    """What is used and important moves up, what was cooled and used again comes back."""
    from memcli.life import ladder, plan

    return [_moved(work, move) for move in ladder.moves(work.held, work.now, plan.supported(work.held))]


def fade(work: Work) -> list[Edit]:
    """What the policy lets go moves down."""
    from memcli.extend import registry
    from memcli.life import plan

    number = work.settings.number
    guards = plan.Guards(number("forget.min_age_days"), number("forget.max_share"), may_forget=False, pack_least=PACK_LEAST)
    made = plan.plan(registry.load_policy(work.settings.text("forget.policy"), work.around), work.held, work.now, {}, guards)
    work.counts["held back by a guard"] = len(made.kept)
    return [_moved(work, move) for move in made.moves]


def _moved(work: Work, move: Move) -> Edit:
    from memcli.life import moving

    one = work.entries[move.path]
    if move.after == "archived":
        return Edit(move.path, one.data, move.reason, move, archive=True)
    return Edit(move.path, moving.state_edit(one, move, work.now), move.reason, move)


STEPS: Mapping[str, Step] = {"fold": fold, "revive": revive, "dedup": nightly.dedup, "conflict": conflict, "link": nightly.link, "confidence": nightly.believe,
                             "importance": nightly.weigh, "rise": rise, "fade": fade, "tree": summaries.tree, "gist": summaries.gist,
                             "verify": summaries.verify}


@dataclass(frozen=True, slots=True)
class Done:
    """What a step did: how many edits it made, and how long it took. `skipped` says why it did not run, "" when it did."""

    name: str
    edits: int
    took_s: float
    skipped: str = ""


@dataclass(slots=True)
class Outcome:
    """All steps, done: `edits` by step, in order."""

    steps: list[Done] = field(default_factory=list)
    edits: list[tuple[str, Edit]] = field(default_factory=list)


def through(work: Work, names: Sequence[str], budget_s: float, tell: Callable[[str, int, int], None]) -> Outcome:
    """Run the steps `names` in the order of STEPS. When `budget_s` seconds are over, the rest waits for the next run."""
    outcome = Outcome()
    began = clock.monotonic_s()
    for number, (name, step) in enumerate(STEPS.items()):
        since = clock.monotonic_s()
        if name not in names or since - began > budget_s:
            outcome.steps.append(Done(name, 0, 0.0, "time is over" if name in names else "switched off"))
            continue
        tell(name, number, len(STEPS))
        edits = step(work)
        work.apply(edits)
        outcome.edits += [(name, edit) for edit in edits]
        outcome.steps.append(Done(name, len(edits), clock.monotonic_s() - since))
    tell("", len(STEPS), len(STEPS))
    return outcome
