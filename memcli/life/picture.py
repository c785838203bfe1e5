"""What does a picture of the vault show? Its entries as they may be sent on, how they stand, and how they are linked; what the report is drawn from.

Nothing in it is a secret: what is recognised as one is masked before texts are cut, so that no half of it stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memcli import clock
from memcli.index import document, graph
from memcli.life import screening, standing
from memcli.life.desk import Desk
from memcli.life.holding import Held, held
from memcli.life.review import RETENTION
from memcli.life.standing import COLD_BELOW, Standing
from memcli.memory import forecast
from memcli.search import linked, timeline

LISTED_MAX, LINKS_MAX = 20_000, 50_000  # entries and links in a picture; what is more is counted
TEXT_MAX, TEXTS_MAX = 2_000, 4_000_000  # characters of one text, and of all
_TITLE, _TAG, _TAGS, _PATH = 300, 60, 20, 300


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries: of one of these types, with all of these tags, in one of these states, found by a query, that happened between two dates."""

    types: Sequence[str] = ()
    tags: Sequence[str] = ()
    states: Sequence[str] = ()
    query: str = ""
    since: str = ""
    until: str = ""

    @property
    def words(self) -> str:
        """What was chosen, in words; "" for everything."""
        parts = (("type", self.types), ("tag", self.tags), ("state", self.states), ("found by", [self.query]), ("since", [self.since]), ("until", [self.until]))
        return "; ".join(f"{name} {', '.join(values)}" for name, values in parts if any(values))


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as it may be sent on. `at` is when it happened ("" where it does not say); `need`, `retrievability` and `importance` 0..1; `last` its
    last use or creation; `cold_days` until its need is too low, None where it does not fade; `cut` tells that `text` is not all of it."""

    id: str
    path: str
    title: str
    type: str
    state: str
    at: str
    tags: tuple[str, ...]
    need: float
    retrievability: float
    importance: float
    uses: int
    last: datetime
    cold_days: float | None
    uri: str
    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A vault at one instant. `shown` newest first, at most LISTED_MAX; `links` as (from, to, relation), places in `shown`; `entries` counts all that
    were chosen, `masked` those whose secrets were masked; `cut_at` is how long a text may be (characters), `filters` what was chosen, in
    words; `twins` the titles that several have."""

    name: str
    now: datetime
    entries: int
    shown: list[Shown]
    links: list[tuple[int, int, str]]
    standing: Standing
    masked: int
    cut_at: int
    filters: str
    twins: frozenset[str]

    @property
    def fading(self) -> list[int]:
        """Places in `shown` of the entries that fade and are less sure to be known than they should be, those that matter most and are most
        forgotten first, as mem review has them."""
        due = [at for at, one in enumerate(self.shown) if one.cold_days is not None and one.retrievability < RETENTION]
        return sorted(due, key=lambda at: (-(0.25 + self.shown[at].importance) * (1 - self.shown[at].retrievability), self.shown[at].path))


def picture(desk: Desk, choice: Choice, *, texts: bool) -> Picture:
    """The picture of the chosen entries, tombstones left out; without `texts` their titles alone."""
    chosen = _chosen(desk, choice)
    chosen.sort(key=lambda one: one.path)
    chosen.sort(key=lambda one: _moment(one), reverse=True)
    some = chosen[:LISTED_MAX]
    masked, whole = 0, list[Shown]()
    for number, one in enumerate(some):
        desk.talk.progress("drawing", number + 1, len(some))
        shown, hidden = _shown(desk, one, texts=texts)
        masked += hidden
        whole.append(shown)
    cut_at = _fair([len(one.text) for one in whole])
    listed = [replace(one, text=one.text[:cut_at], cut=True) if len(one.text) > cut_at else one for one in whole]
    titles = Counter(one.title for one in listed)
    return Picture(screening.shareable(desk.settings, desk.vault.root.rsplit("/", 1)[-1]), desk.now, len(chosen), listed, _links(desk, some),
                   standing.standing(chosen, desk.now, 0), masked, cut_at, screening.shareable(desk.settings, choice.words),
                   frozenset(title for title, often in titles.items() if often > 1))


def _chosen(desk: Desk, choice: Choice) -> list[Held]:
    start, end = timeline.bound("--since", choice.since, first=True), timeline.bound("--until", choice.until, first=False)
    found = None
    if choice.query:
        from memcli.search.run import Wish, search

        hits = search(desk.index, choice.query, Wish(desk.now, LISTED_MAX), "auto").hits
        found = {hit.path for hit in hits}

    def good(one: Held) -> bool:
        entry = one.entry
        if choice.types and entry.type not in choice.types or choice.states and entry.state not in choice.states or found is not None and one.path not in found:
            return False
        return all(tag.lstrip("#") in entry.tags for tag in choice.tags) and _within(_moment(one), start, end)

    return [one for one in held(desk) if good(one)]


def _moment(one: Held) -> str:
    """When an entry happened, RFC 3339 in UTC, "" where it does not say."""
    at = document.moment_of(one.entry) or one.entry.created
    return clock.rfc3339(clock.parse(at)) if at else ""


def _within(at: str, start: datetime | None, end: datetime | None) -> bool:
    if start is None and end is None:
        return True
    if not at:
        return False
    moment = clock.parse(at)
    return (start is None or moment >= start) and (end is None or moment < end)


def _shown(desk: Desk, one: Held, *, texts: bool) -> tuple[Shown, bool]:
    """An entry with the whole of its text, without secrets; and whether there was one."""
    entry, known, source = one.entry, one.strength, one.entry.meta.get("source")
    uri = source.get("uri") if isinstance(source, dict) else source
    plain = (entry.title, one.path, uri if isinstance(uri, str) else "", entry.body.strip() if texts else "", *entry.tags[:_TAGS])
    title, path, uri, body, *tags = clean = tuple(screening.shareable(desk.settings, piece) for piece in plain)
    shown = Shown(
        id=one.id, path=path[:_PATH], title=title[:_TITLE], type=entry.type, state=entry.state, at=_moment(one), tags=tuple(tag[:_TAG] for tag in tags),
        need=known.need(desk.now), retrievability=known.retrievability(desk.now), importance=one.importance, uses=known.uses, last=known.last,
        cold_days=forecast.days_until(known, desk.now, COLD_BELOW) if standing.fades(one) else None, uri=uri if len(uri) <= TEXT_MAX else "",
        text=body, cut=False)
    return shown, clean != plain


def _fair(lengths: list[int]) -> int:
    """How long each text may be so that all together keep to TEXTS_MAX: short ones leave their room to the others."""
    room, left = TEXTS_MAX, len(lengths)
    for length in sorted(lengths):
        share = room // left
        if length > min(share, TEXT_MAX):
            return min(share, TEXT_MAX)
        room, left = room - length, left - 1
    return TEXT_MAX


def _links(desk: Desk, found: Sequence[Held]) -> list[tuple[int, int, str]]:
    """Which entry points to which, each pair once. A name that several have means the one with the shortest path."""
    called: dict[str, int] = {}
    for at in sorted(range(len(found)), key=lambda at: (len(found[at].path), found[at].path)):
        for name in linked.names(found[at].entry):
            called.setdefault(name, at)
    pairs: dict[tuple[int, int], str] = {}
    for at, one in enumerate(found):
        for link in graph.links(one.entry):
            other = called.get(graph.key(link.target), at)
            if other != at and (at, other) not in pairs:
                pairs[at, other] = screening.shareable(desk.settings, link.rel)[:_TAG]
        if len(pairs) >= LINKS_MAX:
            break
    return [(one, other, rel) for (one, other), rel in pairs.items()][:LINKS_MAX]
