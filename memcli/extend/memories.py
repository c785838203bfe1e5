"""What entry does a record of another memory program become? A record is a JSON object with an id, a text, times and categories."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from memcli.extend import frontmatter, moments, naming, plain
from memcli.extend.contracts import Draft, Rejected

_TEXTS = ("memory", "content", "text", "data")
_PROCEDURES = ("procedural_memory", "procedural", "procedure")


def remembered(record: Any, where: str, home: str, uri: str, kept: Sequence[str]) -> Draft | Rejected:
    """A fact of a record, by an agent's hand. `home` names the program, `where` is the record's place in the file `uri`, `kept` what goes to the front matter.

    Position: the record's id, else a sum of its text. A category becomes a tag.
    """
    if not isinstance(record, dict):
        return Rejected(where, f"a {type(record).__name__}, not a memory")
    text = next((said for key in _TEXTS if isinstance(said := record.get(key), str) and said.strip()), "")
    text = plain.clean(text)
    if not text:
        return Rejected(where, "a memory without text")
    own = record.get("id")
    id_ = word(own) or hashlib.sha256(text.encode()).hexdigest()[:32]
    metadata = record.get("metadata")
    inner: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    kind = str(record.get("memory_type") or inner.get("memory_type") or "")
    return Draft(
        body=f"{text}\n", source=home, position=id_, title=naming.short(text), type="procedure" if kind in _PROCEDURES else "fact",
        tags=tags(record.get("categories")), created=moments.either(record.get("created_at")), valid_to=moments.either(record.get("expiration_date")),
        uri=uri, session=word(record.get("run_id")), message=word(own), span=where, trust="agent",
        extra=frontmatter.kept(frontmatter.modest({key: record.get(key) for key in kept}), (), home, by_hand=False))


def word(value: object) -> str:
    """A text or whole number as text without half characters, "" for anything else."""
    return plain.line(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)[:300]


def tags(categories: object) -> tuple[str, ...]:
    """Categories as tags: a text, a list of texts, or of objects with a name."""
    items = categories if isinstance(categories, list) else [categories]
    named = (item.get("name") if isinstance(item, dict) else item for item in items)
    return tuple(dict.fromkeys(tag for one in named if (tag := naming.tag(word(one)))))
