"""Reads records as lines of JSON (or a JSON array): what `mem show --json` and `mem list --jsonl` print, and anybody's objects, whose keys options name.

    mem ingest jsonl notes.jsonl -o body=message -o created=meta.sent -o tags=labels
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import choices, exports, frontmatter, moments, plain
from memcli.extend.contracts import API_VERSION, TYPES, Draft, Rejected, Source

name = "jsonl"
summary = "Records as lines of JSON: -o body=KEY, title, created, id, tags, type, source."
api_version = API_VERSION

KEYS = {"body": "text|body|content|memory", "title": "title", "created": "created|created_at|date|timestamp", "id": "id|_id|uuid", "tags": "tags"}
TAGS_MAX = 100
_OWN = ("id", "title", "type", "state", "created", "updated", "tags", "aliases", "valid_from", "valid_to", "key", "source", "memory", "links",
        "supersedes", "superseded_by")  # the last three name entries of another vault
_FILES = re.compile(r".*\.(?:jsonl|ndjson)", re.IGNORECASE)


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per record, known again by its id, or by its text where it has none or where nothing names the source (standard input)."""
    choices.only(name, options, *KEYS, "type", "source")
    empty = next((key for key, chosen in options.items() if not chosen.strip()), None)
    if empty:
        raise PluginFailed(f"jsonl: {empty} takes a name", f"as in -o {empty}=KEY, or -o {empty}='KEY|OTHER' for the first that is there")
    if options.get("type", "note") not in TYPES:
        raise PluginFailed(f"jsonl: there is no type {options['type']!r}", f"there are {', '.join(TYPES)}")
    keys = {what: options.get(what, default).split("|") for what, default in KEYS.items()}
    return exports.fitting(_drafts(source, options, keys), source, f"-o body=KEY names the key of the text, now one of {', '.join(keys['body'])}")


def _drafts(source: Source, options: Mapping[str, str], keys: Mapping[str, list[str]]) -> Iterator[Draft | Rejected]:
    named = options.get("source", "") or (source.name if source.path else "")
    for one in exports.records(source, _FILES, "file whose name ends in .jsonl or .ndjson"):
        if isinstance(one, Rejected):
            yield one
        elif not isinstance(one.value, dict):
            yield Rejected(one.where, "is no object")
        else:
            yield _draft(one, one.value, keys, options.get("type", ""), f"{named}/{one.file}" if one.file else named)


def _draft(at: exports.Record, record: dict[str, Any], keys: Mapping[str, list[str]], type_: str, named: str) -> Draft | Rejected:
    found = {what: [value for key in names if (value := _at(record, key)) is not None] for what, names in keys.items()}
    body, title = _text(found["body"]), " ".join(_text(found["title"]).split())
    if not body and not title:
        other = next((type(value).__name__ for value in found["body"] if not isinstance(value, str)), "")
        return Rejected(at.where, f"its text is no text but a {other}" if other else f"has no text under {', '.join(keys['body'])}")
    known = _id(found["id"]) if named else ""
    matter, odd = _matter(record)
    stated, aliases = record.get("type"), matter.get("aliases")
    start, end = moments.either(matter.get("valid_from")), moments.either(matter.get("valid_to"))
    return Draft(body=f"{body}\n" if body else "", source=named or "standard input", title=title, tags=_tags(next(iter(found["tags"]), None)), uri=named,
                 type=type_ or (stated if isinstance(stated, str) and stated in TYPES else "note"), message=known, span=at.place,
                 position=known or hashlib.sha256(f"{title}\0{body}".encode()).hexdigest()[:32],
                 created=next((time for value in found["created"] if (time := moments.either(value))), None),
                 aliases=tuple(one for one in aliases if isinstance(one, str)) if isinstance(aliases, list) else (),
                 valid_from=start, valid_to=None if start and end and end < start else end, key=matter.get("key") or "",
                 extra={**{key: value for key, value in matter.items() if key not in _OWN}, **odd})


def _matter(record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The front matter of a record of ours, and apart from it, under other names, what is not as such a field should be."""
    told = record.get("front_matter")
    stated = {key: value for key, value in told.items() if value is not None} if isinstance(told, dict) and "format_version" in record else {}
    odd = {key for key, value in stated.items() if key in frontmatter.RULES and frontmatter.RULES[key](value)}
    return ({key: value for key, value in stated.items() if key not in odd}, {f"record_{key}": stated[key] for key in sorted(odd)})


def _text(values: list[Any]) -> str:
    """The first that is a text which says something."""
    return next((text for value in values if isinstance(value, str) and (text := plain.clean(value))), "")


def _id(values: list[Any]) -> str:
    """The first that is text or a number and short enough to be kept."""
    fit = (value for value in values if (len(value) <= 512 if isinstance(value, str) else type(value) is int and abs(value) < 1 << 128))
    return next((text for value in fit if (text := str(value).strip())), "")


def _at(record: dict[str, Any], key: str) -> Any:
    """The value under a key, or under a path of keys with dots between."""
    if key in record:
        return record[key]
    value: Any = record
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _tags(value: object) -> tuple[str, ...]:
    """Tags of a list, or of text with commas between."""
    words = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    clean = (plain.line(word).lstrip("#") for word in words)
    return tuple(dict.fromkeys(word for word in clean if word))[:TAGS_MAX]
