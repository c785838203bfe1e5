"""What entry does a draft become? Id, place, front matter and provenance; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from memcli import clock
from memcli.entries import layout
from memcli.entries.model import TYPES, Value
from memcli.entries.text import TITLE_LENGTH, closed
from memcli.extend.contracts import TRUSTS, Draft, Rejected, draft_id


@dataclass(frozen=True, slots=True)
class Intake:
    """An entry ready to be written: `position` in its source, `path` relative to the vault, `fields` its front matter."""

    position: str
    id: str
    path: str
    fields: dict[str, Value]
    body: str


def entries_of(plugin: str, drafts: Iterable[Draft | Rejected], now: datetime) -> Iterator[Intake | Rejected]:
    """One intake per good draft; a draft that breaks the contract is rejected with the reason."""
    for number, draft in enumerate(drafts, 1):
        if isinstance(draft, Rejected):
            yield draft
            continue
        draft = _sayable(draft)
        wrong = fault(draft)
        yield Rejected(str(getattr(draft, "position", f"piece {number}")), wrong) if wrong else _intake(plugin, draft, now)


def _sayable(draft: Draft) -> Draft:
    """A draft whose title and provenance can stand in a file, for a file's name need not be UTF-8: what is none becomes U+FFFD."""
    told = {name: text for name in ("title", "uri", "session", "message", "span") if isinstance(text := getattr(draft, name, ""), str) and not text.isascii()}
    whole = {name: text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for name, text in told.items()}
    return replace(draft, **whole) if whole != told else draft  # type: ignore[arg-type]


def fault(draft: object) -> str:
    """What is wrong with what a plugin yields as a draft, "" when nothing is."""
    if not isinstance(draft, Draft):
        return f"a {type(draft).__name__}, not a draft"
    for name in ("body", "source", "position", "title", "type", "key", "uri", "session", "message", "span", "trust"):
        if not isinstance(getattr(draft, name), str):
            return f"its {name} is not text"
    if "\0" in draft.body + draft.title:
        return "not text: it holds a NUL"
    if not draft.body.strip() and not draft.title:
        return "empty"
    if draft.type not in TYPES:
        return f"unknown type {draft.type!r}"
    if draft.trust not in TRUSTS:
        return f"unknown trust {draft.trust!r}"
    if not draft.source or not draft.position:
        return "no source or no position, so it would be added again by every run"
    for at in (draft.created, draft.valid_from, draft.valid_to):
        if at is not None and at.tzinfo is None:
            return f"a time without an offset: {at}"
        if at is not None and not _datable(at):
            return f"a time outside the years 1 to 9999: {at}"
    return ""


def _datable(at: datetime) -> bool:
    try:
        return bool(clock.rfc3339(at))
    except OverflowError:
        return False


def _intake(plugin: str, draft: Draft, now: datetime) -> Intake:
    id_ = draft_id(plugin, draft)
    created = draft.created or now
    title = draft.title or next((line.strip("# ").strip() for line in draft.body.splitlines() if line.strip("# ").strip()), "untitled")
    title = " ".join(title.split())
    aliases: list[Value] = [*draft.aliases, title] if len(title) > TITLE_LENGTH else [*draft.aliases]
    provenance: dict[str, Value] = {"plugin": plugin, "uri": draft.uri, "session": draft.session, "message": draft.message, "span": draft.span,
                                    "trust": draft.trust, "sha256": body_sum(draft.body)}
    fields: dict[str, Value] = {
        "id": id_, "title": title[:TITLE_LENGTH].rstrip(), "type": draft.type, "state": "short",
        "created": clock.rfc3339(created), "updated": clock.rfc3339(now),
        "tags": list(draft.tags), "aliases": aliases, "key": draft.key,
        "valid_from": clock.rfc3339(draft.valid_from) if draft.valid_from else "",
        "valid_to": clock.rfc3339(draft.valid_to) if draft.valid_to else "",
        "source": {name: value for name, value in provenance.items() if value},
    }
    fields = {name: value for name, value in fields.items() if value not in ("", [])}
    fields.update((name, value) for name, value in draft.extra.items() if name not in fields and name not in ("id", "memory"))
    return Intake(draft.position, id_, layout.path_for(draft.type, draft.valid_from or created, title, id_), fields, draft.body)


def body_sum(body: str) -> str:
    """The sum by which a text is known again: as long as the entry's body has it, no person has changed what a source said."""
    return hashlib.sha256(closed(body).encode("utf-8", "replace")).hexdigest()
