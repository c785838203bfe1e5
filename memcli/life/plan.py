"""What will a policy's verdicts do? The plan: moves down the ladder that the guards let pass, printable, applicable once; pure.

The guards are ours, whatever a policy says: pinned, core and working entries, those with `policy: never`, what is younger than the minimum age,
what consolidation made, the last current holder of a slot, what a long or core entry rests on; and of all entries no more than a share may move
within half a day, those of the least worth first. One run moves an entry one rung: what is to be archived is cold first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from memcli.extend import judging
from memcli.extend.policy import Policy, Verdict
from memcli.life.holding import Held, moment, remembered
from memcli.life.ladder import Move

WINDOW_H = 12.0
_NEXT = {"cool": "cold", "archive": "archived", "forget": "forgotten"}
_RUNGS = ("forgotten", "archived", "cold", "short", "long", "core")


@dataclass(frozen=True, slots=True)
class Guards:
    """What no policy may pass: the minimum age in days since an entry came or was last changed, the largest share (0..1) of all entries that may
    move within WINDOW_H hours, whether anything may be forgotten at all, and how many entries are worth a pack of the archive."""

    min_age_days: float = 30.0
    max_share: float = 0.25
    may_forget: bool = False
    pack_least: int = 1


@dataclass(slots=True)
class Plan:
    """What will happen: `moves` by path, `kept` (title, path, reason) what a guard held back, `judged` how many entries were looked at."""

    policy: str
    moves: list[Move] = field(default_factory=list)
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    judged: int = 0


def plan(policy: Policy, found: Sequence[Held], now: datetime, options: Mapping[str, str], guards: Guards) -> Plan:
    """The plan of one run. Raises PluginFailed for a policy that breaks the contract."""
    named = Counter(one.id for one in found)
    judged = [one for one in found if one.entry.state in ("short", "long", "cold", "core", "archived") and not one.derived and named[one.id] == 1]
    seen = list(remembered(judged, now, words=policy.name not in _WORDLESS))
    result = Plan(policy.name, judged=len(judged))
    result.kept = [(one.entry.title, one.path, "not judged: another file has its id; mem doctor names both") for one in found if named[one.id] > 1]
    holders = Counter(key for one in judged if (key := _slot(one, now)))
    needed = supported(judged)
    due = []
    for one, verdict in zip(judged, judging.verdicts(policy, seen, now, options)):
        result.verdicts[one.id] = verdict
        after = _after(one.entry.state, verdict.action)
        if not after:
            continue
        why = _guard(one, after, now, guards, holders, needed)
        if why:
            result.kept.append((one.entry.title, one.path, f"{verdict.action} refused: {why}"))
        else:
            due.append(Move(one.id, one.path, one.entry.title, one.entry.state, after, verdict.reason, verdict.value))
    packing = sum(move.after == "archived" for move in due)
    if packing < guards.pack_least:
        later = f"archived later: {packing} of {guards.pack_least} that fill a pack"
        result.kept += [(move.title, move.path, later) for move in due if move.after == "archived"]
        due = [move for move in due if move.after != "archived"]
    due.sort(key=lambda move: (move.value, move.path))
    most = max(int(guards.max_share * len(judged)), 1)
    left = max(most - sum(_moved_lately(one, now) for one in judged), 0)
    result.kept += [(move.title, move.path, f"{move.after} refused: {most} of {len(judged)} entries may move in {WINDOW_H:g} hours") for move in due[left:]]
    result.moves = sorted(due[:left], key=lambda move: move.path)
    return result


def _moved_lately(one: Held, now: datetime) -> bool:
    """Whether an entry went down a rung just before: a second run right after has no allowance of its own."""
    meta = one.entry.meta
    stamps = [block.get(name) for block, name in ((meta.get("memory"), "cooled"), (meta.get("archive"), "at")) if isinstance(block, Mapping)]
    return any(at is not None and timedelta() <= now - at < timedelta(hours=WINDOW_H) for at in map(moment, stamps))


_WORDLESS = ("actr", "fsrs", "ebbinghaus", "akl", "lru", "lfu", "ttl", "never", "random")  # policies of ours that look at no words


def supported(found: Sequence[Held]) -> dict[str, str]:
    """For the ids that a `long` or `core` entry rests on, or that support one, the title of that entry."""
    from memcli.index import graph
    from memcli.search import linked

    names = {name: one for one in found for name in linked.names(one.entry)}
    needed: dict[str, str] = {}
    for one in found:
        for link in graph.links(one.entry):
            other = names.get(graph.key(link.target))
            if other is None or other is one:
                continue
            if link.rel in ("requires", "derived_from") and one.entry.state in ("long", "core"):
                needed.setdefault(other.id, one.entry.title)
            if link.rel == "supports" and other.entry.state in ("long", "core"):
                needed.setdefault(one.id, other.entry.title)
    return needed


def _after(state: str, action: str) -> str:
    """The state that an action leads to from here, one rung down at most unless it is forgotten; "" for no move."""
    if action == "keep":
        return ""
    wanted = _NEXT[action]
    if wanted == "forgotten":
        return wanted
    if wanted == "archived" and state in ("short", "long", "core"):
        wanted = "cold"
    return wanted if _RUNGS.index(wanted) < _RUNGS.index(state) else ""


def _guard(one: Held, after: str, now: datetime, guards: Guards, holders: Counter[str], needed: Mapping[str, str]) -> str:
    """Why an entry stays, "" when it may go."""
    meta = one.entry.meta
    if one.pinned:
        return "it is pinned"
    if one.entry.state == "core":
        return "it is core"
    if meta.get("policy") == "never":
        return "it says policy: never"
    if not one.editable:
        return "its front matter cannot be read"
    since = max(one.strength.created, moment(meta.get("updated")) or one.strength.created)
    age = (now - since).total_seconds() / 86400
    if age < guards.min_age_days and not (one.entry.state == "cold" and after == "archived"):
        return f"it came or was changed {age:.0f} days ago, less than {guards.min_age_days:g}"
    if after in ("archived", "forgotten") and _slot(one, now) and holders[_slot(one, now)] == 1:
        return f"it alone holds {meta['key']}"
    if after in ("archived", "forgotten") and one.id in needed:
        return f"{needed[one.id]} rests on it"
    if after == "forgotten" and not guards.may_forget:
        return "forget.allow is false"
    return ""


def _slot(one: Held, now: datetime) -> str:
    """The slot that an entry is a current holder of, "" for none."""
    meta = one.entry.meta
    key = meta.get("key")
    if not isinstance(key, str) or meta.get("superseded_by"):
        return ""
    until = moment(meta.get("valid_to"))
    return key.strip().lower() if until is None or until > now else ""
