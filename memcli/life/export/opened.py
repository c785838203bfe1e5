"""Is this bundle whole, and what does it hold? Every member is checked against the manifest before anything of it is used; nothing is unpacked to disk."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from memcli.errors import UserError
from memcli.extend.contracts import Rejected
from memcli.extend.members import RATIO_FROM, RATIO_MAX
from memcli.extend.source import Source
from memcli.life.export.bundle import ENTRIES, FORMAT, MANIFEST, USES, VAULT, VERSION, VERSIONS, digest
from memcli.life.export.contents import FILE_MAX
from memcli.life.export.past import Version
from memcli.memory.events import KINDS, Event

MEMBERS_MAX = 400_000
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, struct.error, OverflowError, EOFError, zlib.error, OSError)
_VERSIONS = re.compile(r"versions/[0-7][0-9a-hjkmnp-tv-z]{25}\.jsonl").fullmatch
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII).fullmatch
_SUM = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch
_HINT = "nothing was read from it; ask for the bundle again"


class Bundle:
    """An opened bundle, as a context manager. Everything in it has passed its check once `check` returns. Raises UserError naming the member."""

    def __init__(self, word: str) -> None:
        source = Source.open(word)
        self.name = source.name
        if not source.path or source.is_folder:
            raise UserError(f"{source.name}: a bundle is one file, which is read from both ends", "give its name")
        try:
            self._zip = zipfile.ZipFile(source.path)
        except _BROKEN as error:
            raise UserError(f"{self.name} is no bundle, or not whole: {_said(error)}", _HINT) from None
        try:
            self._infos = self._listed()
            self.head = self._manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _bad(self, member: str, why: str) -> UserError:
        return UserError(f"{self.name} is refused: {member} {why}", _HINT)

    def _listed(self) -> dict[str, zipfile.ZipInfo]:
        """The members by name, each of which may be in a bundle."""
        infos = self._zip.infolist()
        if len(infos) > MEMBERS_MAX:
            raise UserError(f"{self.name} is refused: it has more than {MEMBERS_MAX} members", _HINT)
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not _is_member(name):
                raise self._bad(repr(name), "is nothing that a bundle holds")
            if name in found:
                raise self._bad(name, "is in it twice")
            if info.flag_bits & 1 or kind not in (0, stat.S_IFREG) or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._bad(name, "is encrypted, a link, or packed in another way than bundles are")
            if info.file_size > FILE_MAX or info.file_size > max(RATIO_FROM, RATIO_MAX * max(info.compress_size, 1)):
                raise self._bad(name, "would unpack to too much")
            found[name] = info
        return found

    def _manifest(self) -> dict[str, Any]:
        """The manifest, which must name the members and no others."""
        if MANIFEST not in self._infos:
            raise self._bad(MANIFEST, "is missing")
        try:
            head: dict[str, Any] = json.loads(self._raw(MANIFEST))
            if not isinstance(head, dict) or head.get("format") != FORMAT:
                raise ValueError("format")
            if head.get("format_version") != VERSION:
                raise self._bad(MANIFEST, f"states format {str(head.get('format_version'))[:20]}, this version reads {VERSION}")
            self._known = {member["name"]: (member["size"], member["sha256"]) for member in head["members"]}
            good = head["digest"] == digest(head) and len(self._known) == len(head["members"]) and _is_head(head)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            good = False
        if not good:
            raise self._bad(MANIFEST, "is not what was written")
        for name in sorted(self._known.keys() ^ (self._infos.keys() - {MANIFEST})):
            raise self._bad(name, "is not in the manifest" if name in self._infos else "is missing")
        return head

    def _raw(self, name: str) -> bytes:
        try:
            with self._zip.open(self._infos[name]) as file:
                data = file.read(FILE_MAX + 1)
        except _BROKEN as error:
            raise self._bad(name, f"is damaged: {_said(error)}") from None
        if len(data) > FILE_MAX:
            raise self._bad(name, "unpacks to too much")
        return data

    def read(self, name: str) -> bytes:
        """A member that is what the manifest says."""
        data = self._raw(name)
        if self._known[name] != (len(data), hashlib.sha256(data).hexdigest()):
            raise self._bad(name, "is not what was written (its checksum differs)")
        return data

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return name in self._known

    def sum(self, name: str) -> str:
        """The SHA-256 of a member, as the manifest has it."""
        return str(self._known[name][1])

    def check(self) -> None:
        """Read every member."""
        for name in self._known:
            self.read(name)

    def paths(self, below: str) -> list[str]:
        """The paths of the vault's files below ENTRIES or VAULT, sorted."""
        return sorted(name.removeprefix(below) for name in self._known if name.startswith(below))

    def items(self) -> Iterator[tuple[str, str, bytes] | Rejected]:
        """(path, "", bytes) of every file of the vault, sorted by path."""
        for path, folder in sorted((path, below) for below in (ENTRIES, VAULT) for path in self.paths(below)):
            yield path, "", self.read(folder + path)

    def versions(self, id_: str) -> list[Version]:
        """The earlier texts of an entry, newest first."""
        name = f"{VERSIONS}{id_}.jsonl"
        if name not in self._known:
            return []
        try:
            return [_version(json.loads(line)) for line in self.read(name).split(b"\n") if line]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._bad(name, "does not hold earlier texts") from None

    def uses(self) -> list[Event]:
        """The uses in it."""
        if USES not in self._known:
            return []
        try:
            rows = [json.loads(line) for line in self.read(USES).split(b"\n") if line]
            found = [Event(row["id"], at, kind, "bundle", grade) for row in rows for at, kind, grade in row["uses"]]
            good = all(len(event.id) == 26 and event.id.isalnum() and _MOMENT(event.at) and event.kind in KINDS and event.grade in range(5) for event in found)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            good = False
        if not good:
            raise self._bad(USES, "does not hold uses")
        return found


def _is_member(name: str) -> bool:
    """Whether a member of a bundle may be called so: no name leads out of the folder it states."""
    if name in (MANIFEST, USES) or _VERSIONS(name):
        return True
    below = next((below for below in (ENTRIES, VAULT) if name.startswith(below)), "")
    parts = name.removeprefix(below).split("/")
    return bool(below) and not any(part in ("", ".", "..", ".git") or "\0" in part or "\\" in part for part in parts)


def _is_head(head: dict[str, Any]) -> bool:
    """Whether a manifest tells what inspect shows, and each member's size and sum."""
    members = all(isinstance(name, str) and type(size) is int and isinstance(sum_, str) and _SUM(sum_) for name, size, sum_ in
                  ((member["name"], member["size"], member["sha256"]) for member in head["members"]))
    texts = all(isinstance(head[name], str) for name in ("tool", "created", "by")) and all(isinstance(head[name], str | None) for name in ("first", "last"))
    numbers = all(isinstance(name, str) and type(number) is int for part in ("counts", "types") for name, number in head[part].items())
    return members and texts and numbers and isinstance(head["whole"], bool)


def _version(row: Any) -> Version:
    """Raises ValueError, KeyError or TypeError for what is none."""
    data = None
    if "text" in row:
        data = row["text"].encode() if isinstance(row["text"], str) else None
    elif "base64" in row:
        import base64

        data = base64.b64decode(row["base64"], validate=True)
    words = (row["sha256"], row["commit"], row["date"], row["verb"])
    if not all(isinstance(word, str) for word in words) or not _SUM(words[0]) or data is not None and hashlib.sha256(data).hexdigest() != words[0]:
        raise ValueError("no version")
    return Version(*words, data)


def _said(error: BaseException) -> str:
    """What is wrong with a zip, in the words of its reader."""
    return "it cannot be read there" if isinstance(error, OSError) else str(error).partition("\n")[0][:120] or "it ends too soon"
