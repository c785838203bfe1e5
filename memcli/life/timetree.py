"""What happened in a day, a week, a month, a year? A tree of summaries, of which one new entry makes only its own path anew; pure.

A node is there where at least LEAST entries lie below it. A day's children are its entries; a week's its days; a month's its weeks (a week belongs to the
month of its Thursday, as ISO 8601 gives it to a year); entries of a child that is too small for a summary count as children themselves. A node is made
anew when the digest of its children's texts changes, so it does not matter when or how often this is done. (After MemForest's time tree, SCIENCE 1.6.)
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from memcli.life import extract
from memcli.life.extract import Quote
from memcli.life.sentences import sentences

LEAST = 4
LEVELS = ("day", "week", "month", "year")
ROOM = {"day": 400, "week": 500, "month": 800, "year": 1_200}  # characters of quotations
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as a summary sees it: `at` is when it happened, `body` its whole text, `sum` a checksum of title and body."""

    id: str
    title: str
    at: date
    body: str
    sum: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A node: its name (`month/2026-11`), title, first day, the day after the last, digest of its children, and what it quotes."""

    node: str
    title: str
    start: date
    end: date
    digest: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A summary as it is in the vault: the digest of its children, and what it quotes."""

    digest: str
    quotes: tuple[Quote, ...]


def grown(told: Iterable[Told], standing: Mapping[str, Standing]) -> tuple[list[Summary], list[str]]:
    """The nodes that have to be made or made anew, and the names of those that have no reason to be there any more."""
    below: dict[str, list[Told]] = defaultdict(list)
    for one in sorted(told, key=lambda one: (one.at, one.id)):
        for node in path_of(one.at):
            below[node].append(one)
    nodes = [node for node in below if len(below[node]) >= LEAST]
    fresh: list[Summary] = []
    now: dict[str, tuple[Quote, ...]] = {}
    for level in LEVELS:
        for node in sorted(node for node in nodes if node.startswith(level)):
            digest, children = _children(node, below[node], now)
            known = standing.get(node)
            if known is not None and known.digest == digest:
                now[node] = known.quotes
                continue
            now[node] = tuple(extract.chosen(_candidates(children, now), ROOM[level]))
            start, end = span(node)
            fresh.append(Summary(node, title(node), start, end, digest, now[node]))
    return fresh, sorted(node for node in standing if node.partition("/")[0] in LEVELS and node not in now)


def path_of(at: date) -> tuple[str, str, str, str]:
    """The nodes above a day, the smallest first."""
    thursday = at + timedelta(days=3 - at.weekday())
    return (f"day/{at}", f"week/{thursday.isocalendar()[0]}-W{thursday.isocalendar()[1]:02}", f"month/{thursday:%Y-%m}", f"year/{thursday.year}")


def span(node: str) -> tuple[date, date]:
    """The first day of a node, and the day after its last. A month and a year are of whole weeks."""
    level, _, name = node.partition("/")
    if level == "day":
        start = date.fromisoformat(name)
        return start, start + timedelta(days=1)
    if level == "week":
        start = date.fromisocalendar(int(name[:4]), int(name[6:]), 1)
        return start, start + timedelta(days=7)
    year, month = int(name[:4]), int(name[5:] or 1)
    after = date(year + 1, 1, 1) if level == "year" else date(year + month // 12, month % 12 + 1, 1)
    return _first_week(date(year, month, 1)), _first_week(after)


def _first_week(first: date) -> date:
    """The Monday of the first week whose Thursday is not before a day."""
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    return thursday - timedelta(days=3)


def title(node: str) -> str:
    """`23 November 2026`, `Week 47 of 2026`, `November 2026`, `2026`."""
    level, _, name = node.partition("/")
    if level == "day":
        return f"{int(name[8:])} {_MONTHS[int(name[5:7]) - 1]} {name[:4]}"
    if level == "week":
        return f"Week {int(name[6:])} of {name[:4]}"
    return name if level == "year" else f"{_MONTHS[int(name[5:]) - 1]} {name[:4]}"


Child = Told | str  # an entry, or the name of a node


def _children(node: str, own: Sequence[Told], now: Mapping[str, tuple[Quote, ...]]) -> tuple[str, list[Child]]:
    """A node's children in the order of time, and the digest of what they say."""
    at = LEVELS.index(node.partition("/")[0]) - 1
    children: list[Child] = []
    for one in own:
        nearest = next((name for name in reversed(path_of(one.at)[:at + 1]) if name in now), None)
        if nearest is None:
            children.append(one)
        elif nearest not in children:
            children.append(nearest)
    said = hashlib.sha256()
    for child in children:
        text = f"{child} {_digest(now[child])}" if isinstance(child, str) else f"{child.id} {child.sum}"
        said.update(f"{text}\n".encode())
    return said.hexdigest()[:24], children


def _digest(quotes: Sequence[Quote]) -> str:
    return hashlib.sha256("\n".join(f"{quote.id} {quote.start} {quote.text}" for quote in quotes).encode("utf-8", "surrogatepass")).hexdigest()


def _candidates(children: Sequence[Child], now: Mapping[str, tuple[Quote, ...]]) -> list[Quote]:
    found: list[Quote] = []
    for child in children:
        found += now[child] if isinstance(child, str) else quotes_of(child)
    return found


def quotes_of(one: Told) -> list[Quote]:
    """Every sentence of an entry."""
    return [Quote(one.id, start, end, one.body[start:end]) for start, end in sentences(one.body)]
