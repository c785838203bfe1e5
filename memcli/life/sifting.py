"""What becomes of each piece that a plugin read? Added, updated, waiting, confirmed, there already or refused: decided one by one, told in the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from memcli import clock
from memcli.entries import text
from memcli.entries.model import Value
from memcli.errors import EntryInvalid, MemError
from memcli.extend.contracts import Rejected
from memcli.extend.intake import Intake, body_sum
from memcli.life import waiting
from memcli.life.alike import Body
from memcli.life.desk import Desk
from memcli.life.echoes import Twins
from memcli.life.gate import Gate
from memcli.life.waiting import Waiting

Change = tuple[str, bytes | None, bytes | None]
_GONE = ("forgotten", "archived")


@dataclass(slots=True)
class Report:
    """What a run did: `added` and `updated` (id, path), how many were there already (`duplicate`), say what an entry says (`confirmed`), say nothing new
    and wait, are older than asked for, `refused` (position, reason), how many that waited have `expired`, and the commit's id."""

    added: list[tuple[str, str]] = field(default_factory=list)
    updated: list[tuple[str, str]] = field(default_factory=list)
    duplicate: int = 0
    confirmed: int = 0
    waiting: int = 0
    older: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    expired: int = 0
    commit: str = ""

    @property
    def seen(self) -> int:
        """How many pieces were good, whatever became of them."""
        return len(self.added) + len(self.updated) + self.duplicate + self.confirmed + self.waiting + self.older


class Sift:
    """Decides about the pieces of one run. `twins` is None where what says nothing new is not held back."""

    def __init__(self, desk: Desk, known: Mapping[str, str], twins: Twins | None, report: Report) -> None:
        self._desk, self._known, self._twins, self.report = desk, dict(known), twins, report
        self._gate = Gate()
        self._until = waiting.until(desk)
        self._waits = {one.id for one in waiting.read(desk)}
        self._absorbed = waiting.absorbed(desk)
        self._taken: set[str] = set()
        self.held: list[Waiting] = []
        self.confirmed: list[tuple[str, str]] = []  # (piece, the entry that says it already)

    def take(self, plugin: str, one: Intake | Rejected, novelty: float) -> Change | None:
        """What a piece changes in the vault, if anything."""
        if isinstance(one, Rejected):
            self.report.refused.append((one.position, one.reason))
            return None
        if one.id in self._known:
            return self._again(one, self._known[one.id])
        if one.id in self._absorbed:
            self.report.duplicate += 1
            return None
        if one.id in self._waits:
            self.report.waiting += 1
            return None
        try:
            data = text.render(one.fields, one.body)
        except EntryInvalid as error:
            self.report.refused.append((one.position, error.reason))
            return None
        return None if self._held_back(plugin, one, data, novelty) else self._added(one, data)

    def _held_back(self, plugin: str, one: Intake, data: bytes, novelty: float) -> bool:
        """Whether a piece says what is known: then it confirms that, or waits."""
        if self._twins is None:
            return False
        body = Body(one.body.strip() or str(one.fields["title"]), str(one.fields["created"]), str(one.fields.get("key", "")), str(one.fields.get("value", "")))
        twin = self._twins.twin(body)
        opens = self._gate.opens(novelty)
        if twin is not None:
            self._absorbed.add(one.id)
            self.confirmed.append((one.id, twin))
            self.report.confirmed += 1
            return True
        self._twins.add(one.id, body)
        if not opens:
            self._waits.add(one.id)
            self.held.append(Waiting(one.id, one.path, data.decode("utf-8", "surrogatepass"), plugin, one.position, round(novelty, 2), self._until))
            self.report.waiting += 1
        return not opens

    def _added(self, one: Intake, data: bytes) -> Change:
        path = waiting.free(self._desk, one.path, one.id, self._taken)
        self._taken.add(path)
        self._known[one.id] = ""
        self.report.added.append((one.id, path))
        return path, None, data

    def _again(self, one: Intake, path: str) -> Change | None:
        """A piece whose entry is there. When the source says more by now and no person has changed the entry, that is brought up to date."""
        source = one.fields["source"]
        old = self._present(path, str(source["sha256"])) if isinstance(source, dict) else None
        if old is None or not isinstance(source, dict):
            self.report.duplicate += 1
            return None
        entry = text.read(old, path)
        told = entry.meta.get("source")
        if entry.state in _GONE or not isinstance(told, dict) or told.get("sha256") != body_sum(entry.body):
            self.report.duplicate += 1
            return None
        wanted: dict[str, Value | text.Remove] = {"updated": clock.rfc3339(self._desk.now), "source": source}
        try:
            new = text.edit(old, wanted, text.closed(one.body), path)
        except EntryInvalid as error:
            self.report.refused.append((one.position, error.reason))
            return None
        self._known[one.id] = ""
        self.report.updated.append((one.id, path))
        return path, old, new

    def _present(self, path: str, sum_: str) -> bytes | None:
        """The bytes of an entry's file; None where it says the same already, was written by this run, or cannot be read."""
        try:
            data = self._desk.bytes_of(path) if path else b""
        except MemError:
            return None
        return None if not data or sum_.encode() in data else data
