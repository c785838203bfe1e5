"""What does a plan of forgetting look like? Lines for a person, and schemas/plan.schema.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from memcli.output.records import VERSION
from memcli.output.terminal import BOLD, DIM, YELLOW, line, paint

if TYPE_CHECKING:
    from memcli.life.consolidate import Report
    from memcli.life.ladder import Move
    from memcli.life.plan import Plan
    from memcli.store import Changed

_REASONS = 5  # of guards, the most frequent first


def move(one: Move, color: bool) -> str:
    """`6r0wze  short -> cold      Title  (not used for 200 days, need 0.31 < 0.33)`"""
    return (f"{paint(one.id[-6:], YELLOW, color)}  {f'{one.before} -> {one.after}':18}  {paint(line(one.title), BOLD, color)}"
            f"  {paint(f'({line(one.reason)})', DIM, color)}")


def lines(plan: Plan, color: bool, *, everything: bool) -> Iterator[str]:
    """The moves, what guards held back, with `everything` also what the policy keeps, and the count."""
    for one in plan.moves:
        yield move(one, color)
    moved = {one.id for one in plan.moves}
    if everything:
        for id_, verdict in sorted(plan.verdicts.items(), key=lambda pair: (pair[1].value, pair[0])):
            if id_ not in moved:
                yield f"{paint(id_[-6:], YELLOW, color)}  {verdict.action if verdict.action != 'keep' else 'kept':18}  {line(verdict.reason)}"
    for title, _, reason in plan.kept if everything else ():
        yield f"        {'guarded':18}  {line(title)}  {paint(f'({line(reason)})', DIM, color)}"
    held = f", {len(plan.kept)} held back by a guard" if plan.kept else ""
    yield f"{plan.judged} judged by {plan.policy}: {len(plan.moves)} to move, {plan.judged - len(plan.moves)} stay{held}"
    if not everything:
        why = Counter(reason.partition(": ")[2] for _, _, reason in plan.kept)
        often = sorted(why.items(), key=lambda pair: (-pair[1], pair[0]))[:_REASONS]
        yield from (paint(f"  {number:4}  {line(reason)}", DIM, color) for reason, number in often)


def record(plan: Plan, changed: Changed, dry_run: bool) -> dict[str, Any]:
    """schemas/plan.schema.json"""
    moves = [{"id": one.id, "path": one.path, "title": one.title, "before": one.before, "after": one.after, "reason": one.reason,
              "value": None if one.value is None else round(one.value, 6)} for one in plan.moves]
    return {"format_version": VERSION, "policy": plan.policy, "dry_run": dry_run, "judged": plan.judged, "moves": moves,
            "guarded": [{"title": title, "path": path, "reason": reason} for title, path, reason in plan.kept],
            "verdicts": [{"id": id_, "action": one.action, "value": round(one.value, 6), "reason": one.reason}
                         for id_, one in sorted(plan.verdicts.items())],
            "commit": changed.commit or None}


def report_lines(report: Report, color: bool) -> Iterator[str]:
    """What a consolidation did: the moves, a line per step that did something, remarks; in a dry run the diff first."""
    from memcli.life.consolidate import differences

    if report.dry_run:
        yield from (line(text) for text in differences(report.changes))
    for one in report.moves:
        yield move(one, color)
    for step in report.steps:
        if step.edits or step.skipped == "time is over":
            yield f"{step.name:10} {step.skipped or _count(step.edits)}"
    for remark in report.remarks:
        yield line(remark)
    if not report.changes:
        yield "nothing to change"


def _count(number: int) -> str:
    return f"{number} change{'' if number == 1 else 's'}"


def report(one: Report) -> dict[str, Any]:
    """schemas/consolidate.schema.json"""
    return {"format_version": VERSION, "dry_run": one.dry_run,
            "steps": [{"name": step.name, "changes": step.edits, "took_s": round(step.took_s, 3), "skipped": step.skipped or None} for step in one.steps],
            "moves": [{"id": move_.id, "path": move_.path, "title": move_.title, "before": move_.before, "after": move_.after, "reason": move_.reason}
                      for move_ in one.moves],
            "changed": [{"path": path, "reasons": one.reasons.get(path, [])} for path, _, _ in one.changes], "folded_events": one.folded,
            "counts": dict(sorted(one.counts.items())), "remarks": list(one.remarks), "commit": one.commit or None}
