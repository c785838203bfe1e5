"""How does a consolidation run on a vault? Lock, read, steps, one commit, and the folded part of the access log put away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from memcli import clock
from memcli.entries import atomic
from memcli.errors import Usage
from memcli.life import consolidating, moving
from memcli.life.consolidating import STEPS, Done, Outcome, Work
from memcli.life.desk import Desk
from memcli.life.holding import held
from memcli.life.ladder import Move
from memcli.memory import events

KEPT_DAYS = 90  # for which folded events stay in the log: after an undo of the consolidation they count again
Change = tuple[str, bytes | None, bytes | None]


@dataclass(slots=True)
class Report:
    """What a run did, or with `dry_run` would do. `changes` are (path, old bytes, new bytes), `folded` the events that no checkpoint had yet."""

    dry_run: bool
    steps: list[Done]
    moves: list[Move]
    changes: list[Change]
    remarks: list[str]
    counts: dict[str, int]
    commit: str = ""
    folded: int = 0
    reasons: dict[str, list[str]] = field(default_factory=dict)


def consolidate(desk: Desk, names: Sequence[str], budget_s: float, *, dry_run: bool) -> Report:
    """Run the steps `names` (all when empty) for at most `budget_s` seconds. Raises Usage for a step that is not one."""
    for name in names:
        if name not in STEPS:
            raise Usage(f"{name!r} is no step of consolidation", "one of " + ", ".join(STEPS))
    wanted = list(names) or list(STEPS)
    if dry_run:
        return _worked(desk, wanted, budget_s, dry_run=True)
    with desk.run("consolidate") as run:
        report = _worked(desk, wanted, budget_s, dry_run=False)
        if report.changes:
            report.commit = desk.save(run, report.changes, _subject(report), [("Mem-Step", f"{done.name} {done.edits}") for done in report.steps if done.edits]
                                      + moving.trailers(report.moves))
        if "fold" in wanted:
            long_ago = clock.rfc3339(desk.now - timedelta(days=KEPT_DAYS))[:10]
            if any(event.at < long_ago for some in events.read(desk.vault.state).values() for event in some):
                events.rotate(desk.vault.state, long_ago, {one.id for one in held(desk, quiet=True) if not one.editable})
        _remember(desk)
    return report


def _worked(desk: Desk, names: Sequence[str], budget_s: float, *, dry_run: bool) -> Report:
    found = held(desk)
    before = {one.path: one.data for one in found}
    work = Work(desk.vault.root, desk.now, desk.settings, {one.path: one for one in found}, events.read(desk.vault.state), desk.around)
    ends_s = clock.monotonic_s() + budget_s
    outcome = consolidating.through(work, names, budget_s, desk.talk.progress)
    if (command := desk.settings.text("consolidate.wording")) and not dry_run:
        from memcli.life import wording

        wording.word(work, outcome, command, desk.env, ends_s)
    changes = list(_changes(desk, before, work))
    return Report(dry_run, outcome.steps, [edit.move for _, edit in outcome.edits if edit.move], changes, work.remarks, work.counts,
                  reasons=_reasons(outcome), folded=sum(len(one.fresh) for one in found if one.editable))


def _changes(desk: Desk, before: dict[str, bytes], work: Work) -> Iterator[Change]:
    """What is different in the end, by path."""
    if work.packed:
        from memcli.life import archive

        packing = {path: work.entries[path].data for path in work.packed}
        for path, _, new in archive.archive_entries(desk.vault, sorted(packing.items()), desk.now):
            yield path, before.get(path), new  # steps before it may have edited what is packed
    for path in sorted(before.keys() | work.entries.keys()):
        if path not in work.packed:
            new = work.entries[path].data if path in work.entries else None
            if before.get(path) != new:
                yield path, before.get(path), new


def _reasons(outcome: Outcome) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, edit in outcome.edits:
        found.setdefault(edit.path, []).append(f"{name}: {edit.reason}")
    return found


def _subject(report: Report) -> str:
    states: dict[str, int] = {}
    for move in report.moves:
        states[move.after] = states.get(move.after, 0) + 1
    done = [f"{step.name} {step.edits}" for step in report.steps if step.edits and step.name not in ("rise", "fade")]
    return ", ".join([*done, *(f"{number} {state}" for state, number in sorted(states.items()))])


def _remember(desk: Desk) -> None:
    """Note when this was, for --if-due."""
    atomic.write(_stamp(desk), clock.rfc3339(desk.now).encode() + b"\n", durable=False)


def _stamp(desk: Desk) -> str:
    return f"{desk.vault.state}/consolidated"


def due(desk: Desk, hours: float) -> bool:
    """Whether the last run is at least so many hours ago. A clock that was set back makes it due."""
    try:
        last = clock.parse(atomic.read(_stamp(desk), 64).decode().strip())
    except (OSError, ValueError):
        return True
    return not 0 <= (desk.now - last).total_seconds() < hours * 3600


def differences(changes: Sequence[Change]) -> Iterator[str]:
    """A unified diff of changes; packs are only named."""
    import difflib

    for path, old, new in changes:
        if path.endswith(".md"):
            before, after = ((data or b"").decode("utf-8", "replace").splitlines() for data in (old, new))
            yield from difflib.unified_diff(before, after, f"a/{path}" if old is not None else "/dev/null", f"b/{path}" if new is not None else "/dev/null",
                                            lineterm="", n=1)
        else:
            yield f"pack {path}: {len(new or b'')} bytes"
