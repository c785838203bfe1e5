"""Was this said before? The texts of a run, remembered by their words in little room, and those of the vault, asked of the index.

A text is indexed by a few words: its rarest ones, by which texts that share something are found, and the ones with the smallest CRC-32, by which texts
that are all but the same are (bottom-k sketch, Broder 1997: of two with a Jaccard index of .9 one pair in 10,000 is missed).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

from memcli.entries import text
from memcli.errors import MemError
from memcli.index.ask import Ask, Term
from memcli.life import alike
from memcli.life.alike import Body, Text
from memcli.life.desk import Desk
from memcli.life.weighing import STOP, Idf
from memcli.memory import importance

RARE, ASKED, NEAREST = 3, 6, 5  # rarest words a text is remembered by, and is looked for by; texts that are compared
SKETCH = 4
POSTED = 16  # latest texts remembered for a word
_CACHED = 512


class Memory:
    """Texts as rows of the CRC-32 of their words, four bytes a word; what a row says is told in the words of a text that it is held against."""

    def __init__(self) -> None:
        self._rows: list[array[int]] = []
        self._posted: dict[int, array[int]] = {}

    def keep(self, words: Iterable[str], keys: Iterable[str]) -> int:
        """Remember a text's words in order, to be found by `keys`. Returns its row."""
        self._rows.append(array("I", map(_sum, words)))
        for key in keys:
            posted = self._posted.setdefault(_sum(key), array("I"))
            posted.append(len(self._rows) - 1)
            if len(posted) > POSTED:
                posted.pop(0)
        return len(self._rows) - 1

    def met(self, keys: Iterable[str]) -> list[int]:
        """The rows found by `keys`, those that most of them find first, then the latest."""
        found = Counter(row for key in keys for row in self._posted.get(_sum(key), ()))
        return sorted(found, key=lambda row: (-found[row], -row))

    def words(self, row: int, known: Mapping[int, str]) -> tuple[str, ...]:
        """A row's words in order: those that are `known`, by their sums, as they are, the others as their sums."""
        return tuple(known.get(number) or str(number) for number in self._rows[row])


def _sum(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


class Echoes:
    """What texts of a run and of the vault say: for the novelty of the next one."""

    def __init__(self, vault: Vaulted) -> None:
        self._memory, self._vault = Memory(), vault

    def near(self, found: frozenset[str], idf: Idf) -> list[frozenset[str]]:
        """The words of a few texts that share rare words with this one."""
        rare = _rarest(found, idf, ASKED)
        rows = self._memory.met(rare)[:NEAREST]
        known = {_sum(word): word for word in found} if rows else {}
        here = [frozenset(self._memory.words(row, known)) for row in rows]
        return here + [importance.words(body.text, STOP) | alike.telling(body.text) for body in self._vault.near(rare).values()]

    def add(self, found: frozenset[str], idf: Idf) -> None:
        """Remember a text."""
        self._memory.keep(found, _rarest(found, idf, RARE))


def _rarest(found: frozenset[str], idf: Idf, count: int) -> list[str]:
    return sorted(found, key=lambda word: (-idf(word), word))[:count]


class Vaulted:
    """The texts that the vault held before the run, found through its index."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._view = desk.index.read(lambda view: view)
        self._empty = self._view.manifest is None or not self._view.manifest.paths()
        self._bodies: dict[str, tuple[str, Body]] = {}

    def near(self, words: Iterable[str]) -> dict[str, Body]:
        """By id, the texts that best match a few words."""
        if self._empty or not (asked := [*words]):
            return {}
        index = self._desk.index
        hits = index.keyword(self._view).search(Ask(tuple(map(Term, asked))), NEAREST, self._view.overlay)
        return dict(known for hit in hits if (known := self._body(hit.path)))

    def _body(self, path: str) -> tuple[str, Body] | None:
        if path not in self._bodies:
            try:
                entry = text.read(self._desk.bytes_of(path), path)
            except MemError:
                return None  # gone meanwhile
            if len(self._bodies) >= _CACHED:
                self._bodies.clear()
            self._bodies[path] = (entry.id, Body(entry.body.strip() or entry.title, entry.created, str(entry.meta.get("key") or "")))
        return self._bodies[path]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a text beside its words in order."""

    id: str
    age: tuple[str, str]
    sum: bytes
    telling: bytes
    short: bool


class Twins:
    """Which text that came before surely says the same as this one? (memcli.life.alike says what that takes.)"""

    def __init__(self, vault: Vaulted) -> None:
        self._memory, self._vault = Memory(), vault
        self._kept: list[_Kept] = []
        self._same: dict[tuple[object, ...], int] = {}

    def twin(self, body: Body) -> str | None:
        """The id of the text that says the same; of one of this run first."""
        new = Text.of("", body)
        exact = self._same.get(new.key)
        if exact is not None:
            return self._kept[exact].id
        known = {_sum(word): word for word in new.order}
        for row in self._memory.met(_sketch(new))[:POSTED]:
            pair = alike.judged(self._text(row, known), new, alike.LEVEL)
            if pair and pair.sure:
                return pair.a
        return alike.near(body, self._vault.near(_sketch(new)))

    def add(self, id_: str, body: Body) -> None:
        """Remember a text that is kept."""
        new = Text.of(id_, body)
        row = self._memory.keep(new.order, _sketch(new))
        self._kept.append(_Kept(id_, new.age, new.sum, new.telling, new.short))
        self._same.setdefault(new.key, row)

    def _text(self, row: int, known: Mapping[int, str]) -> Text:
        kept = self._kept[row]
        return Text(kept.id, kept.age, self._memory.words(row, known), kept.sum, kept.telling, kept.short)


def _sketch(text: Text) -> list[str]:
    """The words of meaning with the smallest sums."""
    return [word for _, word in sorted((_sum(word), word) for word in text.meaning)[:SKETCH]]
