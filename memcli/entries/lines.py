"""How do two changes of one text become one? A three-way merge by lines; pure.

Lines that both sides leave alone tie the texts together, and no line that both have is lost. Between them stands what one side changed, or both in
the same way; what both changed differently is a conflict and is kept twice, between markers as git writes them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MARKER = 7  # characters of a conflict marker, where git asks for no other number
_LINES = re.compile(r"[^\n]*\n").findall
_WORK_MAX = 4_000_000  # pairs of equal lines that are looked at; what has more is taken as one change

Hunk = tuple[int, int, int, int]  # the lines start:end of the base became start:end of a side
Region = tuple[int, int, tuple[int, int], tuple[int, int]]  # lines of the base, and what each side has for them


def merged(base: str, ours: str, theirs: str, labels: tuple[str, str] = ("ours", "theirs"), marker: int = MARKER) -> tuple[str, int]:
    """The merge of two texts that came from `base`, and how many conflicts are in it."""
    if ours == theirs or base == theirs:
        return ours, 0
    if base == ours:
        return theirs, 0
    old, one, other = (_LINES(text) for text in map(_unified, (base, ours, theirs)))
    left, right = _hunks(old, one), _hunks(old, other)
    whole = "".join(_joined(old, one, other, regions := _regions(left, right), labels, marker))
    if {line for line in one if line.strip()} & set(other) - set(_LINES(whole)):  # each side took away another one of equal lines
        start, end = regions[0][0], regions[-1][1]
        regions = [(start, end, (start, regions[-1][2][1]), (start, regions[-1][3][1]))]
        whole = "".join(_joined(old, one, other, regions, labels, marker))
    return whole, sum(_clash(old, one, other, region) for region in regions)


def _joined(old: list[str], one: list[str], other: list[str], regions: list[Region], labels: tuple[str, str], marker: int) -> list[str]:
    """The merged lines."""
    found: list[str] = []
    at = 0
    for region in regions:
        start, end, mine, yours = region
        found += old[at:start]
        at = end
        left, right = one[slice(*mine)], other[slice(*yours)]
        if _clash(old, one, other, region):
            found += _both(left, right, labels, marker)
        else:
            found += right if left == old[start:end] else left
    return found + old[at:]


def _clash(old: list[str], one: list[str], other: list[str], region: Region) -> bool:
    """Whether both sides changed a region, and not in the same way."""
    start, end, mine, yours = region
    left, right, before = one[slice(*mine)], other[slice(*yours)], old[start:end]
    return left != right and before not in (left, right)


def _unified(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _hunks(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Where `new` differs from `old`, in order."""
    from collections import Counter
    from difflib import SequenceMatcher

    head = next((at for at, (one, other) in enumerate(zip(old, new)) if one != other), min(len(old), len(new)))
    room = min(len(old), len(new)) - head
    tail = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    left, right = old[head:len(old) - tail], new[head:len(new) - tail]
    counts = Counter(left)
    if sum(counts[line] for line in right) > _WORK_MAX:
        return [(head, head + len(left), head, head + len(right))]
    codes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return [(head + one, head + two, head + three, head + four) for kind, one, two, three, four in codes if kind != "equal"]


def _regions(ours: list[Hunk], theirs: list[Hunk]) -> list[Region]:
    """The base's lines that a side changed, changes that meet taken together, with the lines that each side has for them."""
    found = []
    sides, drift = (ours, theirs), [0, 0]
    nexts = [0, 0]
    while nexts[0] < len(ours) or nexts[1] < len(theirs):
        start, end = min(side[at][:2] for side, at in zip(sides, nexts) if at < len(side))
        begun = [start + drift[0], start + drift[1]]
        grown = True
        while grown:
            grown = False
            for which, side in enumerate(sides):
                while nexts[which] < len(side) and _meets(side[nexts[which]], start, end):
                    hunk = side[nexts[which]]
                    end = max(end, hunk[1])
                    drift[which] = hunk[3] - hunk[1]
                    nexts[which] += 1
                    grown = True
        found.append((start, end, (begun[0], end + drift[0]), (begun[1], end + drift[1])))
    return found


def _meets(hunk: Hunk, start: int, end: int) -> bool:
    """Whether a change touches the base's lines start:end, or adds something at the very place where something was added."""
    return hunk[0] < end or hunk[0] == hunk[1] == start == end


def _both(ours: list[str], theirs: list[str], labels: tuple[str, str], marker: int) -> list[str]:
    """A conflict: the lines that both sides share at its edges, then what each has, between markers."""
    head = next((at for at, (one, other) in enumerate(zip(ours, theirs)) if one != other), min(len(ours), len(theirs)))
    room = min(len(ours), len(theirs)) - head
    tail = next((at for at in range(room) if ours[-1 - at] != theirs[-1 - at]), room)
    left, right = ours[head:len(ours) - tail], theirs[head:len(theirs) - tail]
    return [*ours[:head], f"{'<' * marker} {labels[0]}\n", *left, f"{'=' * marker}\n", *right, f"{'>' * marker} {labels[1]}\n",
            *ours[len(ours) - tail:]]
