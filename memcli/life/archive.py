"""How does an entry go into the archive and come back? Its bytes into a pack, a stub with a cue in its place; and all of it in one commit."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime

from memcli import clock
from memcli.entries import archive, pack, text
from memcli.entries.model import Value
from memcli.entries.vault import Vault
from memcli.index.chunks import chunks

CUE, LEDGER_CUE = 400, 60  # characters
_KEPT = ("id", "title", "type", "created", "updated", "tags", "aliases", "importance", "importance_by", "confidence", "pinned", "policy", "event_time",
         "valid_from", "valid_to", "retracted", "expires", "key", "cardinality", "value", "supersedes", "superseded_by", "links", "memory")
Change = tuple[str, bytes | None, bytes | None]


def archive_entries(vault: Vault, entries: Sequence[tuple[str, bytes]], now: datetime) -> list[Change]:
    """Changes that pack (path, bytes) entries and leave stubs. The pack is named by what is in it, so the same run makes the same one anywhere."""
    items = []
    for path, data in sorted(entries):
        entry = text.read(data, path)
        items.append((entry.id, path, data, cue(entry.body)[:LEDGER_CUE]))
    made = pack.packed(items)
    name = hashlib.sha256(made).hexdigest()[:24] + ".pack"
    changes: list[Change] = [(f"{archive.FOLDER}/{name}", None, made)] if not os.path.exists(f"{vault.root}/{archive.FOLDER}/{name}") else []
    return changes + [(path, data, stub(path, data, name, cue(text.read(data, path).body), now)) for _, path, data, _ in items]


def stub(path: str, data: bytes, name: str, cue_: str, now: datetime) -> bytes:
    """What stays in an archived entry's file."""
    entry = text.read(data, path)
    fields: dict[str, Value] = {key: entry.meta[key] for key in _KEPT if key in entry.meta}
    kept: dict[str, Value] = {"pack": name, "sha256": hashlib.sha256(data).hexdigest(), "at": clock.rfc3339(now)}
    fields.update(id=entry.id, title=entry.title, type=entry.type, state="archived", archive=kept)
    return text.render(fields, cue_ + "\n" if cue_ else "")


def cue(body: str) -> str:
    """What a text was about: its beginning, up to a piece's end or CUE characters."""
    first = next((chunk.text for chunk in chunks(body) if chunk.text.strip()), "")
    first = " ".join(first.split())
    return first if len(first) <= CUE else first[:first.rfind(" ", 0, CUE)].rstrip() + " …"
