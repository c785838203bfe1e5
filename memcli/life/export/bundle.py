"""What is a bundle? A zip with a manifest that knows every member by its SHA-256; the same vault at the same instant makes the same bytes.

    entries/PATH            an entry's file, byte for byte
    vault/PATH              the vault's other files: settings, archive packs, attachments
    versions/ID.jsonl       the earlier texts of an entry, newest first: checksum, commit, date, verb, text
    state/uses.jsonl        uses that no checkpoint holds yet, by entry
    manifest.json           format, tool, time, counts, members with checksums, and a digest over all that

The digest shows damage and careless edits; it is no signature: compare it with the one the sender tells you.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import IO, cast

from memcli import __version__, clock
from memcli.entries.model import Entry
from memcli.life.desk import Desk
from memcli.life.export.choice import Choice
from memcli.life.export.contents import File, everything, part
from memcli.memory import events

FORMAT, VERSION = "mem bundle", 1
ENTRIES, VAULT, VERSIONS, USES, MANIFEST = "entries/", "vault/", "versions/", "state/uses.jsonl", "manifest.json"
EVENTS_MAX = 200  # uses of one entry
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BATCH = 200


def pieces(desk: Desk, choice: Choice, left: list[tuple[str, str]]) -> Iterator[bytes]:
    """The bytes of a bundle of the vault, or of the chosen entries; what it cannot hold comes into `left` with the reason."""
    from memcli.life.export.past import Past

    packer, past = Packer(), Past(desk)
    files = everything(desk, left) if choice.whole else part(desk, choice)
    ids: set[str] = set()
    while batch := list(islice(files, _BATCH)):
        own = [file for file in batch if file.entry]
        for file in batch:
            yield packer.file(file, left)
        for id_, found in past.versions(own).items():
            if id_ not in ids:
                yield packer.add(f"{VERSIONS}{id_}.jsonl", b"".join(version.line() for version in found))
        ids.update(file.entry.id for file in own if file.entry)
    yield packer.uses({id_: found for id_, found in events.read(desk.vault.state).items() if id_ in ids})
    who = desk.git().call("config", "user.name", accept=(0, 1)).decode("utf-8", "replace").strip()
    yield packer.close(desk.now, who or "mem", whole=choice.whole)


class Packer:
    """A bundle that is being written; each call answers the bytes that are ready."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._sink), "w")
        self._members: list[dict[str, object]] = []
        self._types: Counter[str] = Counter()
        self._dates: list[str] = []
        self._counts = dict.fromkeys(("entries", "files", "packs", "versions", "uses"), 0)

    def file(self, file: File, left: list[tuple[str, str]]) -> bytes:
        """One file of a vault; none, and a line in `left`, where a zip cannot hold its name."""
        try:
            file.path.encode()
        except UnicodeEncodeError:
            left.append((file.path, "its name is not UTF-8"))
            return b""
        if file.entry is None:
            self._counts["packs" if file.path.endswith(".pack") else "files"] += 1
            return self.add(VAULT + file.path, file.data)
        self._note(file.entry)
        return self.add(ENTRIES + file.path, file.data)

    def _note(self, entry: Entry) -> None:
        self._counts["entries"] += 1
        self._types[entry.type] += 1
        if entry.created:
            self._dates = [min([*self._dates, entry.created]), max([*self._dates, entry.created])]

    def add(self, name: str, data: bytes) -> bytes:
        """A member."""
        if name.startswith(VERSIONS):
            self._counts["versions"] += data.count(b"\n")
        self._members.append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        return self._write(name, data)

    def uses(self, found: Mapping[str, list[events.Event]]) -> bytes:
        """The uses by entry; no member where there are none."""
        rows = []
        for id_, own in sorted(found.items()):
            told = sorted((event.at, event.kind, event.grade) for event in own)[-EVENTS_MAX:]
            self._counts["uses"] += len(told)
            rows.append(json.dumps({"id": id_, "uses": [list(event) for event in told]}).encode() + b"\n")
        return self.add(USES, b"".join(rows)) if rows else b""

    def close(self, now: datetime, who: str, *, whole: bool) -> bytes:
        """The manifest, and the end of the zip."""
        head: dict[str, object] = {
            "format": FORMAT, "format_version": VERSION, "tool": f"mem {__version__}", "created": clock.rfc3339(now), "by": who, "whole": whole,
            "counts": self._counts, "types": dict(sorted(self._types.items())), "first": self._dates[0] if self._dates else None,
            "last": self._dates[-1] if self._dates else None, "members": sorted(self._members, key=lambda member: str(member["name"]))}
        head["digest"] = digest(head)
        manifest = self._write(MANIFEST, json.dumps(head, indent=1).encode() + b"\n")
        self._zip.close()
        return manifest + self._sink.taken()

    def _write(self, name: str, data: bytes) -> bytes:
        info = zipfile.ZipInfo(name, _EPOCH)
        info.create_system, info.external_attr = 3, 0o100644 << 16
        info.compress_type = zipfile.ZIP_STORED if name.endswith(".pack") else zipfile.ZIP_DEFLATED
        self._zip.writestr(info, data)
        return self._sink.taken()


def digest(head: Mapping[str, object]) -> str:
    """The SHA-256 over a manifest without its own digest."""
    rest = {name: value for name, value in head.items() if name != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class _Sink:
    """Where a zip is written to, to be taken away piece by piece."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What came since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
