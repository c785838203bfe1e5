"""What becomes of each piece that a plugin read? Added, updated, waiting, confirmed, there already or refused: decided one by one, told in the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from memcli import clock
from memcli.entries import text
from memcli.entries.ids import slug
from memcli.entries.model import Value
from memcli.errors import EntryInvalid, MemError, Refused
from memcli.extend.contracts import Rejected
from memcli.extend.intake import Intake, body_sum
from memcli.life import screening, waiting
from memcli.life.alike import Body
from memcli.life.desk import Desk
from memcli.life.echoes import Twins
from memcli.life.gate import Gate
from memcli.life.waiting import Waiting

Change = tuple[str, bytes | None, bytes | None]
PIECE = slice(10, None)  # of an id: what is not its time
_GONE = ("forgotten", "archived")
_SOURCES = ("source", "valid_from", "valid_to")  # what the source alone knows; title and tags may be a person's by now
_MADE = ("profile", "procedure", "summary")  # types of what is made of a whole log, which may get shorter


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
    """Decides about the pieces of one run. `known` are the vault's entries, paths by id; `twins` is None where what says nothing new is not held back;
    `bulk` says that the source is a log, of which older lines may have gone by now.

    A piece is known by what plugin, source and position make of its id: its time, the rest, may be told otherwise by then.
    """

    def __init__(self, desk: Desk, known: Mapping[str, str], twins: Twins | None, report: Report, *, bulk: bool) -> None:
        self._desk, self._twins, self.report, self._bulk = desk, twins, report, bulk
        self._known = {id_[PIECE]: path for id_, path in known.items()}
        self._gate = Gate()
        self._until = waiting.until(desk)
        self._waits = {one.id[PIECE] for one in waiting.read(desk)}
        self._absorbed = {id_[PIECE] for id_ in waiting.absorbed(desk)}
        self._taken: set[str] = set()
        self.held: list[Waiting] = []
        self.confirmed: list[tuple[str, str]] = []  # (piece, the entry that says it already)

    def end(self) -> None:
        """Let go what is needed to decide only: the index, which is written next, needs the room."""
        self._twins = None
        self._known.clear()

    def take(self, plugin: str, one: Intake | Rejected, novelty: float) -> Change | None:
        """What a piece changes in the vault, if anything."""
        if isinstance(one, Rejected):
            self._refuse(one.position, one.reason)
            return None
        piece = one.id[PIECE]
        if piece in self._known:
            return self._again(one, self._known[piece])
        if piece in self._absorbed:
            self.report.duplicate += 1
            return None
        if piece in self._waits:
            self.report.waiting += 1
            return None
        try:
            one = self._screened(one)
            data = text.render(one.fields, one.body)
        except Refused as error:
            self._refuse(one.position, error.message)
            return None
        except EntryInvalid as error:
            self._refuse(one.position, error.reason)
            return None
        return None if self._held_back(plugin, one, data, novelty) else self._added(one, data)

    def _refuse(self, position: str, reason: str) -> None:
        """Tell of a piece that is not taken, without what is secret in it."""
        self.report.refused.append((screening.said(self._desk.settings, position), screening.said(self._desk.settings, reason)))

    def _screened(self, one: Intake) -> Intake:
        """A piece as it may be kept. Raises Refused for a secret, where those are not to be redacted."""
        clean = screening.screened(self._desk.settings, one.fields, one.body)
        source = clean.fields["source"]
        if isinstance(source, dict):
            clean.fields["source"] = {**source, "sha256": body_sum(clean.body)}
        if clean.fields.get("title") == one.fields.get("title"):
            return replace(one, fields=clean.fields, body=clean.body)
        title, folder = str(clean.fields["title"]), one.path.rpartition("/")[0]
        return replace(one, fields=clean.fields, body=clean.body, path=f"{folder}/{slug(title)}-{one.id[-6:]}.md")

    def _held_back(self, plugin: str, one: Intake, data: bytes, novelty: float) -> bool:
        """Whether a piece says what is known: then it confirms that, or waits."""
        if self._twins is None:
            return False
        body = Body(one.body.strip() or str(one.fields["title"]), str(one.fields["created"]), str(one.fields.get("key", "")), str(one.fields.get("value", "")))
        twin = self._twins.twin(body)
        opens = self._gate.opens(novelty)
        if twin is not None:
            self._absorbed.add(one.id[PIECE])
            self.confirmed.append((one.id, twin))
            self.report.confirmed += 1
            return True
        self._twins.add(one.id, body)
        if not opens:
            self._waits.add(one.id[PIECE])
            self.held.append(Waiting(one.id, one.path, data.decode("utf-8", "surrogatepass"), plugin, one.position, round(novelty, 2), self._until))
            self.report.waiting += 1
        return not opens

    def _added(self, one: Intake, data: bytes) -> Change:
        path = waiting.free(self._desk, one.path, one.id, self._taken)
        self._taken.add(path)
        self._known[one.id[PIECE]] = ""
        self.report.added.append((one.id, path))
        return path, None, data

    def _again(self, one: Intake, path: str) -> Change | None:
        """A piece whose entry is there. When the source says more by now and no person has changed the entry, that is brought up to date."""
        old = self._present(path, one)
        if old is None or not self._untouched(old, path, one):
            self.report.duplicate += 1
            return None
        try:
            one = self._screened(one)
            if self._present(path, one) is None:
                self.report.duplicate += 1
                return None
            wanted: dict[str, Value | text.Remove] = {name: one.fields[name] for name in _SOURCES if name in one.fields}
            wanted["updated"] = clock.rfc3339(self._desk.now)
            new = screening.kept(self._desk, text.edit(old, wanted, text.closed(one.body), path), path, old)
        except (EntryInvalid, Refused) as error:
            self._refuse(one.position, error.message)
            return None
        self._known[one.id[PIECE]] = ""
        self.report.updated.append((text.read(old, path).id, path))
        return path, old, new

    def _untouched(self, old: bytes, path: str, one: Intake) -> bool:
        """Whether an entry is as a run left it, and the piece no older state of it."""
        entry = text.read(old, path)
        told = entry.meta.get("source")
        if entry.state in _GONE or not isinstance(told, dict) or told.get("sha256") != body_sum(entry.body):
            return False
        return not self._bulk or len(one.body) >= len(entry.body) or entry.type in _MADE  # else the log has lost lines since

    def _present(self, path: str, one: Intake) -> bytes | None:
        """The bytes of an entry's file; None where it says what the piece does, was written by this run, or cannot be read."""
        try:
            data = self._desk.bytes_of(path) if path else b""
        except MemError:
            return None
        return None if not data or body_sum(one.body).encode() in data else data
