"""What is in the vault, and how strong is it? Every entry read from its file, with its checkpoint and the access log's events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from memcli import clock
from memcli.entries import atomic, text
from memcli.entries import vault as vaults
from memcli.entries.model import Entry
from memcli.extend.policy import Remembered
from memcli.index.analysis import STOP_WORDS
from memcli.life.desk import Desk
from memcli.memory import events, prior
from memcli.memory.events import Event
from memcli.memory.state import Strength, strength

MACHINE = "consolidate"  # what `source.plugin` says of entries that consolidation made
_WORD = re.compile(r"[^\W_]{2,}")
_LONG = 500


@dataclass(frozen=True, slots=True)
class Held:
    """An entry as it lies in the vault: its bytes, the events of the log that are its own, and its strength now."""

    entry: Entry
    data: bytes
    events: tuple[Event, ...]
    strength: Strength

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.entry.id

    @property
    def path(self) -> str:
        """Where it is, relative to the vault."""
        return self.entry.path

    @property
    def importance(self) -> float:
        """0..1, as it states, else the middle."""
        return prior.importance(self.entry.meta)

    @property
    def confidence(self) -> float:
        """0..1, as it states, else what is believed of any."""
        return prior.confidence(self.entry.meta)

    @property
    def fresh(self) -> list[Event]:
        """The events that its checkpoint does not hold yet."""
        memory = self.entry.meta.get("memory")
        since = str(memory.get("at", "")) if isinstance(memory, dict) else ""
        return [event for event in self.events if event.at >= since]

    @property
    def pinned(self) -> bool:
        """Whether a person pinned it."""
        return self.entry.meta.get("pinned") is True

    @property
    def derived(self) -> bool:
        """Whether consolidation made it."""
        source = self.entry.meta.get("source")
        return isinstance(source, dict) and source.get("plugin") == MACHINE

    @property
    def editable(self) -> bool:
        """Whether its front matter can be read, so that it may be changed."""
        return text.damage(self.entry) is None


def held(desk: Desk, *, quiet: bool = False) -> list[Held]:
    """Every entry but tombstones, by path. What cannot be read is passed over; doctor names it."""
    used = events.read(desk.vault.state)
    paths = vaults.scan(desk.vault.root).paths
    found = []
    for number, path in enumerate(paths):
        if len(paths) > _LONG and number % 200 == 0 and not quiet:
            desk.talk.progress("reading", number, len(paths))
        try:
            data = atomic.read(f"{desk.vault.root}/{path}", desk.index.max_bytes + 1)
        except OSError:
            continue
        if len(data) <= desk.index.max_bytes:
            one = of(data, path, used, desk.now)
            if one.entry.state != "forgotten":
                found.append(one)
    return found


def of(data: bytes, path: str, used: dict[str, list[Event]], now: datetime) -> Held:
    """The entry that a file's bytes hold, with its own events."""
    entry = text.read(data, path)
    own = used.get(entry.id, [])
    return Held(entry, data, tuple(own), strength(entry.created, entry.meta.get("memory"), own, now))


def remembered(found: Sequence[Held], now: datetime, *, words: bool = False) -> Iterator[Remembered]:
    """Entries as a policy sees them; their `words` only where asked for."""
    for one in found:
        entry, known = one.entry, one.strength
        yield Remembered(
            id=entry.id, path=entry.path, title=entry.title, type=entry.type, state=entry.state, tags=entry.tags, key=_text(entry.meta.get("key")),
            size_bytes=len(one.data), created=known.created, last=known.last, uses=known.uses, days=known.days, stability=known.stability,
            difficulty=known.difficulty, need=known.need(now), worth=known.worth(now), retrievability=known.retrievability(now), importance=one.importance,
            confidence=one.confidence, pinned=one.pinned, expires=moment(entry.meta.get("expires")),
            words=words_of(f"{entry.title}\n{entry.body}") if words else frozenset(),
        )


def words_of(text_: str) -> frozenset[str]:
    """The distinct words of a text in lower case, without stop words."""
    return frozenset(_WORD.findall(text_.lower())) - _STOP


_STOP = frozenset(STOP_WORDS)


def moment(value: object) -> datetime | None:
    """The instant that a field states, None for nothing that can be read."""
    try:
        return clock.parse(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
