"""How do files from another vault come into this one? What is there already stays as it is; what is new is written in one commit.

An entry that is there with other text is a conflict: it is listed and not touched, unless the other side is asked for. No name in the file leads out of the
vault, and nothing that could run is taken (memcli.life.admit).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from memcli.entries import archive, atomic, ids, text
from memcli.entries import vault as vaults
from memcli.entries.model import Entry
from memcli.errors import UserError
from memcli.extend.contracts import Rejected
from memcli.life import admit, founding, screening
from memcli.life.desk import Desk
from memcli.life.names import count

Change = tuple[str, bytes | None, bytes | None]
Item = tuple[str, str, bytes] | Rejected  # path, id as stated or "", bytes
_FRESH = {vaults.CONFIG: founding.CONFIG, vaults.IGNORE: vaults.IGNORED, vaults.ATTRIBUTES: founding.ATTRIBUTES}  # what mem init wrote gives way


@dataclass(slots=True)
class Taken:
    """What became of the files: added and replaced entries (id, path), other files by path, how many were there already, conflicts (id, path, reason),
    refused ones (where, reason), and the commit's id."""

    added: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    same: int = 0
    same_ids: set[str] = field(default_factory=set)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    commit: str = ""


def take(desk: Desk, items: Iterable[Item], name: str, *, theirs: bool, dry_run: bool) -> Taken:
    """Write what is new of `items`, which come from the file `name`; with `theirs` also what is there with other text. One commit, or none."""
    judge = _Judge(desk, theirs)
    if dry_run:
        for _ in judge.changes(items):
            pass
        return judge.taken
    with desk.run("import") as run:
        changes = judge.changes(items)
        first = next(changes, None)
        if first is not None:

            def everything() -> Iterator[Change]:
                yield first
                yield from changes

            run.prepare(everything())
            taken = judge.taken
            written = len(taken.added) + len(taken.replaced)
            subject = f"{count(written, 'entry', 'entries')} from {name}" if written else f"{count(len(taken.files), 'file')} from {name}"
            taken.commit = desk.save(run, (), subject)
    return judge.taken


class _Judge:
    """Decides about one file after the other, with what is in the vault and what came before it in mind."""

    def __init__(self, desk: Desk, theirs: bool) -> None:
        self.desk, self.theirs, self.taken = desk, theirs, Taken()
        self.longest = desk.settings.whole("entry.max_bytes")
        self.known: dict[str, str] = {}
        self.written: set[str] = set()
        self.folders: set[str] = set()
        self.seen: dict[str, str] = {}

    def changes(self, items: Iterable[Item]) -> Iterator[Change]:
        """What is to be written."""
        self.known = {row.id: row.path for row in self.desk.index.read(lambda view: view.rows())}
        for number, item in enumerate(items, 1):
            if number % 100 == 0:
                self.desk.talk.progress("reading", number, number + 1)
            if isinstance(item, Rejected):
                self.taken.refused.append((item.position, item.reason))
                continue
            path, stated, data = item
            reason = admit.refusal(self.desk.vault, path, data, self.longest) or self._collides(path) or self._secret(path, data)
            if reason:
                self.taken.refused.append((path, reason))
                continue
            change = self._entry(path, stated, data) if vaults.may_be_entry(path) else self._file(path, data)
            if change is not None:
                self._note(change[0])
                yield change

    def _secret(self, path: str, data: bytes) -> str:
        """Why a text is not taken that holds a secret which is not here already; what comes from another vault is taken as it is, or not at all."""
        settings = self.desk.settings
        if settings.text("safety.secrets") == "allow":
            return ""
        try:
            known = self._present(path)
        except UserError:
            known = None
        where = screening.first_new(data, path, known or b"")
        return f"{where}; MEM_SAFETY_SECRETS=allow before the command takes it" if where else ""

    def _collides(self, path: str) -> str:
        """Whether an earlier file of this import is in the way."""
        if path in self.written:
            return "its path comes twice"
        parts = path.split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        return "a file and a folder have one name" if path in self.folders or any(folder in self.written for folder in above) else ""

    def _note(self, path: str) -> None:
        self.written.add(path)
        parts = path.split("/")
        self.folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))

    def _entry(self, path: str, stated: str, data: bytes) -> Change | None:
        entry, present = text.read(data, path), self._present(path)
        if stated and entry.has_id and ids.normalise(stated) != entry.id:
            self.taken.refused.append((path, f"its text has the id {entry.id}, not {stated[:40]}"))
            return None
        where = self.known.get(entry.id, "")
        held = self._present(where) if where else None
        if present == data or held is not None and self._says(held, where, data):
            self.taken.same += 1
            self.taken.same_ids.add(entry.id)
            return None
        if held is not None:
            return self._differs(entry, where, held, data)
        if present is not None or path in self.written:
            path = _beside(path, entry.id)
            if path in self.written or self._present(path) is not None:
                self.taken.conflicts.append((entry.id, path, "another entry has its place"))
                return None
        if entry.has_id and self.seen.setdefault(entry.id, path) != path:
            self.desk.talk.warn(f"{self.seen[entry.id]} and {path} have one id; mem doctor tells what to do")
        self.taken.added.append((entry.id, path))
        return path, None, data

    def _says(self, held: bytes, where: str, data: bytes) -> bool:
        """Whether the entry that is here has these bytes, in its file or packed away."""
        if held == data:
            return True
        here = text.read(held, where)
        try:
            return bool(archive.place(here)[0]) and archive.original(self.desk.vault.root, here) == data
        except UserError:
            return False

    def _differs(self, entry: Entry, where: str, held: bytes, data: bytes) -> Change | None:
        """An entry that is here with another text."""
        if not self.theirs:
            gone = text.read(held, where).state == "forgotten"
            self.taken.conflicts.append((entry.id, where, "was forgotten here" if gone else "is here with another text"))
            return None
        if where in self.written:
            self.taken.refused.append((where, "its id comes twice"))
            return None
        self.taken.replaced.append((entry.id, where))
        return where, held, data

    def _file(self, path: str, data: bytes) -> Change | None:
        present = self._present(path)
        if present == data:
            self.taken.same += 1
            return None
        if present is not None and not self.theirs and present != _FRESH.get(path):
            self.taken.conflicts.append(("", path, "is here with another content"))
            return None
        self.taken.files.append(path)
        return path, present, data

    def _present(self, path: str) -> bytes | None:
        try:
            return atomic.read(self.desk.vault.at(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}", "mem doctor tells which files are not entries") from None


def _beside(path: str, id_: str) -> str:
    """The place of an entry whose own is taken: the same name with the whole id."""
    stem = path.removesuffix(".md")
    return f"{stem.removesuffix(f'-{id_[-6:]}')}-{id_}.md"
