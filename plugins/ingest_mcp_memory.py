"""Reads the knowledge graph that the MCP reference server keeps: JSON Lines of entities and relations, or one JSON object of both lists. One concept per
entity: its observations as a list, its relations as `relation:: [[links]]`. Servers that came after it write the same with other names; those are read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed
from memcli.extend import choices, frontmatter, moments, naming, notes, plain, rows
from memcli.extend.contracts import API_VERSION, MAX_BYTES, Draft, Rejected, Source

if TYPE_CHECKING:
    from typing import BinaryIO

name = "mcp-memory"
summary = "The graph of the MCP memory server: entities and relations."
api_version = API_VERSION

_NAME = ("name", "entityName", "entity_name")
_KIND = ("entityType", "entity_type", "kind")
_FROM = ("from", "from_id", "fromEntity", "from_entity", "source")
_TO = ("to", "to_id", "toEntity", "to_entity", "target")
_REL = ("relationType", "relation_type", "relation", "rel")
_SAID = ("observations", "contents", "observation")
_WHEN = ("createdAt", "created_at", "timestamp")
_PEOPLE = ("person", "user", "people", "human")


@dataclass(slots=True)
class _Entity:
    """What the lines of a graph say of one entity; `at` is where it first stands."""

    name: str
    at: str
    kind: str = ""
    said: dict[str, None] = field(default_factory=dict)
    points: dict[tuple[str, str], None] = field(default_factory=dict)
    created: datetime | None = None
    extra: dict[str, object] = field(default_factory=dict)


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per entity, in the order in which they first appear. Position: the entity's name; the source is called by its file's name without ending."""
    choices.only(name, options)
    graph = _Graph()
    broken: PluginFailed | None = None
    with source.stream(limit=MAX_BYTES) as stream:
        try:
            for where, record in _records(stream, source.name):
                wrong = record.reason if isinstance(record, Rejected) else graph.take(where, record)
                if wrong:
                    yield Rejected(where, wrong)
        except PluginFailed as error:
            broken = error
    for entity in graph.entities():
        yield _draft(entity, notes.stem(source.name), source.name)
    if broken and graph.seen:
        yield Rejected(source.name, broken.message)
    elif not graph.seen:
        raise broken or PluginFailed(f"{source.name} holds no entity", 'expected lines of {"type": "entity", "name": …, "observations": […]}')


def _records(stream: BinaryIO, shown: str) -> Iterator[tuple[str, Any]]:
    """(where it stands, record or Rejected) of each record, whether lines or one object hold them."""
    whole = stream.peek(1 << 16).lstrip(b"\xef\xbb\xbf \t\r\n") if hasattr(stream, "peek") else b""
    first = whole.partition(b"\n")[0].strip()
    if first in (b"{", b"[") or first[:1] == b"[":
        yield from _whole(rows.value(stream.read(), shown), shown)
        return
    for one in rows.json_lines(stream):
        if isinstance(one, Rejected):
            yield one.position, one
        elif isinstance(one[1], dict) and ("entities" in one[1] or "relations" in one[1]):
            yield from _whole(one[1], shown)
        else:
            yield f"line {one[0]}", one[1]


def _whole(value: Any, shown: str) -> Iterator[tuple[str, Any]]:
    """The records of one JSON value: a list of them, or an object with lists of entities and of relations."""
    for kind, single in (("entities", "entity"), ("relations", "relation")) if isinstance(value, dict) else (("", "record"),):
        records = value.get(kind, []) if isinstance(value, dict) else value
        if not isinstance(records, list):
            raise PluginFailed(f"{shown}: {kind or 'the graph'} is not a list")
        for number, record in enumerate(records, 1):
            yield f"{single} {number}", {"type": single, **record} if kind and isinstance(record, dict) else record


class _Graph:
    """The entities of a graph as its records tell of them, in any order."""

    def __init__(self) -> None:
        self._named: dict[str, _Entity] = {}
        self._ids: dict[str, str] = {}
        self._relations: list[tuple[str, str, str, str]] = []
        self.seen = 0

    def take(self, where: str, record: Any) -> str:
        """Take in a record; what is wrong with it, "" for nothing."""
        if not isinstance(record, dict):
            return f"a {type(record).__name__}, not an entity or a relation"
        start, end = _first(record, _FROM), _first(record, _TO)
        if record.get("type") == "relation" or start and end:
            if not start or not end:
                return "a relation without from or to"
            self._relations.append((start, _first(record, _REL), end, where))
            self.seen += 1
            return ""
        called = " ".join(_first(record, _NAME).split())
        if not called:
            return "an entity without a name" if record.get("type") in (None, "entity") else ""  # a mark of another server
        self.seen += 1
        self._add(where, called, record)
        return ""

    def _add(self, where: str, called: str, record: dict[str, Any]) -> None:
        entity = self._named.setdefault(called, _Entity(called, where))
        kind = record.get("type")
        entity.kind = entity.kind or _first(record, _KIND) or (kind if isinstance(kind, str) and kind != "entity" else "")
        entity.created = entity.created or next((at for key in _WHEN if (at := moments.either(record.get(key)))), None)
        for said in (text for key in _SAID for text in _texts(record.get(key))):
            entity.said[said] = None
        if _first(record, ("id",)):
            self._ids.setdefault(_first(record, ("id",)), called)
        read = {"type", "id", *_NAME, *_KIND, *_SAID, *_WHEN}
        entity.extra.update((key, value) for key, value in record.items() if key not in read)

    def entities(self) -> Iterator[_Entity]:
        """The entities with their relations; one that only a relation tells of is there too."""
        for start, rel, end, where in self._relations:
            start, end = (" ".join(self._ids.get(one, one).split()) for one in (start, end))
            self._named.setdefault(start, _Entity(start, where)).points[rel, end] = None
        yield from self._named.values()


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """The first of a record's keys that holds a word, as text without half characters."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return plain.clean(str(value))
    return ""


def _texts(value: Any) -> Iterator[str]:
    """Observations: texts, or objects that hold one."""
    for item in value if isinstance(value, list) else [value]:
        text = _first(item, ("content", "text", "observation")) if isinstance(item, dict) else _first({"": item}, ("",))
        if text:
            yield text


def _draft(entity: _Entity, home: str, uri: str) -> Draft:
    said = ["- " + text.replace("\n", "\n  ") for text in entity.said]
    points = [f"- {naming.relation(rel, end)}" for rel, end in entity.points]
    body = "\n\n".join("\n".join(part) for part in (said, points) if part)
    person = entity.kind.lower() in _PEOPLE
    return Draft(body=f"{body}\n" if body else "", source=home, position=entity.name, title=entity.name, type="profile" if person else "concept",
                 tags=(naming.tag(entity.kind),) if naming.tag(entity.kind) else (), aliases=naming.aliases(entity.name, ()), created=entity.created,
                 uri=uri, message=entity.name, span=entity.at, trust="agent",
                 extra=frontmatter.kept(frontmatter.modest(entity.extra), (), "mcp", by_hand=False))
