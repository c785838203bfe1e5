"""Which steps follow each other again and again? Runs of steps that several sessions share, and the episodes that a session falls into; pure.

A step is what was done in a word (`search`, `read`, `edit`, `edit a test`); the same step done again at once is one. A pattern is a run of 3 to 5 steps
that at least SUPPORT sessions hold; of patterns that make the same moves from step to step, the best is kept. Episodes: windows of 5
events are joined, neighbours only, by average linkage while their cosine is at least 0.6, and on until there are at most 5, none of fewer than 3 events
(FileGram, `bench/filegramos/tuning.py`: average linkage, 0.6, at most 5, at least 3).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from memcli.extend.traces.events import LOOK, MAKE, ORDER, OTHER, Event, Session

SUPPORT, LENGTHS, PATTERNS_MAX = 3, (3, 4, 5), 12
STEPS_MAX = 5_000  # of a session that are looked at
WINDOW, WINDOWS_MAX, EPISODES_MAX, EPISODE_EVENTS, COSINE = 5, 400, 5, 3, 0.6
_TEST = re.compile(r"(?:^|/)(?:tests?|spec|__tests__)/|(?:^|/)test_[^/]*$|[._-](?:test|spec)\.[^/.]+$", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:md|rst|txt|adoc|docx?)$", re.IGNORECASE)
_WORDS = {"file_read": "read", "file_search": "search", "file_browse": "look through a folder", "file_rename": "rename", "file_move": "move",
          "dir_create": "make a folder", "file_delete": "delete", "file_copy": "copy"}

_ORDER = ("search", "look through a folder", "read", "read a test", "make a folder", "rename", "move", "copy", "write", "edit", "write a test",
          "edit a test", "write a page", "edit a page", "delete")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps that follow each other, and for each session that holds them the events of the first time, in the order of the sessions."""

    steps: tuple[str, ...]
    seen: Mapping[str, tuple[Event, ...]]


def step(one: Event) -> str:
    """What an event did, in a word; "" for one that is no step."""
    if one.type in OTHER:
        return ""
    if one.type in MAKE:
        what = "a test" if _TEST.search(one.path) else "a page" if _PAGE.search(one.path) else ""
        word = "write" if one.type == "file_write" else "edit"
        return f"{word} {what}" if what else word
    return f"{_WORDS[one.type]} a test" if one.type == "file_read" and _TEST.search(one.path) else _WORDS[one.type]


def patterns(sessions: Sequence[Session]) -> list[Pattern]:
    """The patterns that most sessions share, longer ones first among equals."""
    held: dict[tuple[str, ...], dict[str, tuple[Event, ...]]] = {}
    for session in sessions:
        steps = _steps(session.events)
        for length in LENGTHS:
            for at in range(len(steps) - length + 1):
                run = steps[at:at + length]
                places = held.setdefault(tuple(word for word, _ in run), {})
                if session.id not in places:
                    places[session.id] = tuple(one for _, one in run)
    known = [(words, seen) for words, seen in held.items() if len(seen) >= SUPPORT and len(set(words)) > 2]
    known.sort(key=lambda item: (-len(item[1]) * (len(item[0]) - 1), item[0]))
    chosen: list[Pattern] = []
    for words, seen in known:
        if len(chosen) < PATTERNS_MAX and not any(_alike(words, other.steps) for other in chosen):
            chosen.append(Pattern(words, seen))
    return chosen


def _steps(events: Sequence[Event]) -> list[tuple[str, Event]]:
    """(step, the event it began with), each different from the one before. What happened at the same instant, as in a commit, has no order of its own:
    it is put in one, each step once."""
    found: list[tuple[str, Event]] = []
    for _, together in groupby(events, lambda one: one.at):
        words: dict[str, Event] = {}
        for one in together:
            words.setdefault(step(one), one)
        words.pop("", None)
        for word in sorted(words, key=_ORDER.index):
            if not found or found[-1][0] != word:
                found.append((word, words[word]))
        if len(found) >= STEPS_MAX:
            break
    return found


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the changes from step to step of one are all in the other, going round it."""
    pairs, others = set(zip(one, one[1:])), set(zip(other, other[1:]))
    return pairs <= {*others, (other[-1], other[0])} or others <= {*pairs, (one[-1], one[0])}


def phase(events: Sequence[Event]) -> str:
    """What most of some events are about: "look", "make" or "order"; "make" wins a tie over "order", and that over "look"."""
    counts = {"make": sum(one.type in MAKE for one in events), "order": sum(one.type in ORDER for one in events),
              "look": sum(one.type in LOOK for one in events)}
    return max(counts, key=lambda word: counts[word])


@dataclass(slots=True)
class _Group:
    """Neighbouring windows: their events, how many windows they were, and the sum of the windows' unit vectors."""

    events: tuple[Event, ...]
    windows: int
    sums: dict[str, float]

    def near(self, other: _Group) -> float:
        """The mean cosine of each of its windows with each of the other's."""
        few, many = sorted((self.sums, other.sums), key=len)
        return sum(value * many[word] for word, value in few.items() if word in many) / (self.windows * other.windows)

    def joined(self, other: _Group) -> _Group:
        """Both together."""
        sums = dict(self.sums)
        for word, value in other.sums.items():
            sums[word] = sums.get(word, 0.0) + value
        return _Group(self.events + other.events, self.windows + other.windows, sums)


def episodes(events: Sequence[Event]) -> list[tuple[Event, ...]]:
    """A session in at most EPISODES_MAX parts, in order."""
    window = max(WINDOW, math.ceil(len(events) / WINDOWS_MAX))
    groups = [_Group(tuple(events[at:at + window]), 1, _unit(events[at:at + window])) for at in range(0, len(events), window)]
    near = [left.near(right) for left, right in zip(groups, groups[1:])]
    while near:
        small = next((at for at, group in enumerate(groups) if len(group.events) < EPISODE_EVENTS), None)
        if small is None:
            best = max(range(len(near)), key=lambda at: near[at])
            if near[best] < COSINE and len(groups) <= EPISODES_MAX:
                break
        else:
            best = max((at for at in (small - 1, small) if 0 <= at < len(near)), key=lambda at: near[at])
        groups[best:best + 2] = [groups[best].joined(groups[best + 1])]
        near.pop(best)
        for at in (best - 1, best):
            if 0 <= at < len(near):
                near[at] = groups[at].near(groups[at + 1])
    return [group.events for group in groups]


def _unit(events: Sequence[Event]) -> dict[str, float]:
    """A window as a unit vector over what was done and in which folders and files."""
    words = Counter(word for one in events for word in (f"do {step(one)}", f"in {one.path.rpartition('/')[0]}", f"at {one.path}"))
    length = math.sqrt(sum(value * value for value in words.values())) or 1.0
    return {word: value / length for word, value in words.items()}
