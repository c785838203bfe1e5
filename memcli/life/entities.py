"""How are entries a graph of entities? An entry of type concept or profile is an entity: its title the name, the lines of its text observations, the
typed links to other entities relations. Nothing is kept beside the entries, so that a graph can be edited as markdown and the other way round.

Observations are list items, each with the lines indented below it; any other line is one by itself. Relations stand in the front matter, or as
`relation:: [[Name]]` lines in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from memcli import clock
from memcli.entries import ids, layout, text
from memcli.entries.model import Entry, Value
from memcli.errors import NothingFound, Usage
from memcli.life import agency, forgetting
from memcli.life.agency import Change
from memcli.life.desk import Changed, Desk
from memcli.life.names import count
from memcli.safety.neutral import neutral

TYPES = ("concept", "profile")
KIND = "entity_type"  # the front matter field that holds an entity's type as it was given
PLUGIN = "mcp"
_PEOPLE = ("person", "user", "people", "human")
_RELATION = re.compile(r"^[ \t]*(?:[-*+] )?(?P<rel>[^\W\d][\w -]{0,40})::[ \t]*\[\[(?P<to>[^\[\]|#^\n]{1,300})[^\[\]\n]*\]\][ \t]*$")
_ITEM = re.compile(r"^[-*+] ")


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity. `held` is what its file holds, `data` the text it stands for (they differ for an archived one)."""

    entry: Entry
    held: bytes
    data: bytes
    kind: str
    said: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.entry.title


@dataclass(frozen=True, slots=True)
class Relation:
    """How one entity, by name, is related to another."""

    start: str
    end: str
    rel: str


class Graph:
    """The entities of a vault as they are now, by name, and what can be asked of them and changed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.entities: dict[str, Entity] = {}
        self._by_id: dict[str, str] = {}
        rows = desk.index.read(lambda view: view.rows())
        for row in sorted(rows, key=lambda row: (row.created, row.path)):
            if row.type in TYPES and row.state != "forgotten":
                self._take(row.path)

    def _take(self, path: str) -> None:
        try:
            held, data = agency.whole(self._desk, path)
        except NothingFound:
            return  # gone since it was listed
        entry = text.read(data, path)
        if entry.problem is None and entry.title not in self.entities:
            stated = entry.meta.get(KIND)
            kind = stated if isinstance(stated, str) and stated else next(iter(entry.tags), entry.type)
            self.entities[entry.title] = Entity(entry, held, data, kind, tuple(said for said, _, _ in observations(entry.body)))
            self._by_id[entry.id] = entry.title

    def relations(self) -> list[Relation]:
        """All relations between entities, each once, in the order of the entities."""
        return list(dict.fromkeys(Relation(entity.name, end, rel) for entity in self.entities.values() for rel, to in _points(entity.entry)
                                  if (end := self.called(to))))

    def called(self, target: str) -> str:
        """The name of the entity that a link's target means, "" for none."""
        plain = re.fullmatch(r"\s*\[\[([^\[\]|#^]+).*\]\]\s*", target)
        target = (plain[1] if plain else target).strip()
        return self._by_id.get(target.lower(), target if target in self.entities else "")

    def named(self, name: str) -> Entity:
        """An entity. Raises NothingFound."""
        found = self.entities.get(" ".join(name.split()))
        if found is None:
            raise NothingFound(f"Entity with name {name} not found", "create_entities makes it")
        return found


def observations(body: str) -> Iterator[tuple[str, int, int]]:
    """(observation, line from, line to) in a body; lines count from 0."""
    lines = body.split("\n")
    at = 0
    while at < len(lines):
        start, line = at, lines[at]
        at += 1
        if not line.strip() or _RELATION.match(line):
            continue
        if not _ITEM.match(line):
            yield line, start, at
            continue
        while at < len(lines) and lines[at].startswith("  "):
            at += 1
        yield "\n".join([line[2:], *(more[2:] for more in lines[start + 1:at])]), start, at


def _points(entry: Entry) -> Iterator[tuple[str, str]]:
    """(relation, target) of an entry's typed links."""
    stated = entry.meta.get("links")
    for item in stated if isinstance(stated, list) else []:
        if isinstance(item, dict) and isinstance(item.get("to"), str):
            yield str(item.get("rel") or "link"), str(item["to"])
    for line in entry.body.split("\n"):
        match = _RELATION.match(line)
        if match:
            yield match["rel"].strip(), match["to"].strip()


def create(desk: Desk, wanted: Sequence[tuple[str, str, Sequence[str]]]) -> list[str]:
    """Make (name, type, observations) entities; those that are there stay as they are. Returns the names of the new ones."""
    made: dict[str, None] = {}

    def plan() -> Iterator[Change]:
        known = Graph(desk).entities
        for name, kind, said in wanted:
            name = " ".join(name.split())
            if not name or len(name) > text.TITLE_LENGTH:
                raise Usage(f"an entity's name has 1 to {text.TITLE_LENGTH} characters, not {len(name)}", "put the rest into an observation")
            if name not in known and name not in made:
                made[name] = None
                yield _new(desk, name, " ".join(kind.split()), said)

    agency.batch(desk, "add", count(len(wanted), "entity", "entities"), plan)
    return list(made)


def _new(desk: Desk, name: str, kind: str, said: Iterable[str]) -> Change:
    stamp, id_ = clock.rfc3339(desk.now), ids.new_id(desk.now)
    type_ = "profile" if kind.lower() in _PEOPLE else "concept"
    fields: dict[str, Value] = {"id": id_, "title": name, "type": type_, "state": "short", "created": stamp, "updated": stamp, KIND: kind or type_,
                                "source": {"plugin": PLUGIN, "trust": "agent"}}
    body = "".join(map(_item, dict.fromkeys(said)))
    return layout.path_for(type_, desk.now, name, id_), None, text.render(fields, body)


def _item(said: str) -> str:
    plain = said.replace("\r\n", "\n").replace("\r", "\n")
    return "- " + plain.replace("\n", "\n  ") + "\n" if plain.strip() else ""


def observe(desk: Desk, wanted: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, list[str]]]:
    """Add observations to entities. Returns (name, those that were new). Raises NothingFound, and has then changed nothing, for an unknown name."""
    added: list[tuple[str, list[str]]] = []

    def plan() -> Iterator[Change]:
        graph, changed = Graph(desk), dict[str, list[str]]()
        for name, contents in wanted:
            entity = graph.named(name)
            more = changed.setdefault(entity.name, [])
            new = [said for said in dict.fromkeys(contents) if said.strip() and said not in entity.said and said not in more]
            more += new
            added.append((name, new))
        for name, more in changed.items():
            entity = graph.entities[name]
            body = entity.entry.body
            if more:
                yield _rewritten(entity, f"{body.rstrip()}\n{''.join(map(_item, more))}" if body.strip() else "".join(map(_item, more)))

    agency.batch(desk, "edit", f"{count(len(wanted), 'entity', 'entities')}: observations", plan)
    return added


def _rewritten(entity: Entity, body: str) -> Change:
    changes: agency.Edits = {"source": agency.source(entity.entry, PLUGIN)}
    if not entity.entry.has_id:
        changes["id"] = entity.entry.id
    return entity.entry.path, entity.held, text.edit(entity.data, changes, body, entity.entry.path)


def unobserve(desk: Desk, wanted: Sequence[tuple[str, Sequence[str]]]) -> Changed:
    """Take observations away, where they are."""

    def plan() -> Iterator[Change]:
        graph = Graph(desk)
        gone: dict[str, set[str]] = {}
        for name, contents in wanted:
            gone.setdefault(" ".join(name.split()), set()).update(contents)
        for entity in (graph.entities[name] for name in gone if name in graph.entities):
            lines = entity.entry.body.split("\n")
            spans = [(start, end) for said, start, end in observations(entity.entry.body) if not gone[entity.name].isdisjoint((said, neutral(said)))]
            for start, end in reversed(spans):
                del lines[start:end]
            if spans:
                yield _rewritten(entity, "\n".join(lines))

    return agency.batch(desk, "edit", f"{count(len(wanted), 'entity', 'entities')}: fewer observations", plan)


def relate(desk: Desk, wanted: Sequence[Relation], *, remove: bool = False) -> list[Relation]:
    """Add relations (or take them away), in the front matter of where they start. Returns those that changed something. Raises NothingFound for a
    name that is none."""
    done: dict[Relation, None] = {}

    def plan() -> Iterator[Change]:
        graph = Graph(desk)
        known = set(graph.relations())
        for name, relations in _by_start(wanted, graph, strict=not remove).items():
            entity = graph.entities[name]
            some = [one for one in relations if (one in known) == remove]
            done.update(dict.fromkeys(some))
            if some:
                yield _unrelated(entity, graph, some) if remove else _related(entity, graph, some)

    agency.batch(desk, "link", count(len(wanted), "relation"), plan)
    return list(done)


def _by_start(wanted: Iterable[Relation], graph: Graph, *, strict: bool) -> dict[str, list[Relation]]:
    found: dict[str, list[Relation]] = {}
    for one in wanted:
        start, end, rel = (" ".join(word.split()) for word in (one.start, one.end, one.rel))
        if strict:
            start, end = graph.named(start).name, graph.named(end).name
        if start in graph.entities and end in graph.entities:
            found.setdefault(start, []).append(Relation(start, end, rel))
    return found


def _related(entity: Entity, graph: Graph, more: Iterable[Relation]) -> Change:
    new = agency.relinked(entity.entry, entity.data, [(one.rel, graph.entities[one.end].entry.id) for one in more])
    return entity.entry.path, entity.held, new


def _unrelated(entity: Entity, graph: Graph, less: Sequence[Relation]) -> Change:
    """An entity without some relations, wherever they stand."""
    gone = {(one.rel, one.end) for one in less}
    lines = entity.entry.body.split("\n")
    kept = [line for line in lines if not ((match := _RELATION.match(line)) and (match["rel"].strip(), graph.called(match["to"])) in gone)]
    data = entity.data if kept == lines else text.edit(entity.data, {}, "\n".join(kept), entity.entry.path)
    pairs = [(rel, to) for rel, to in _points(entity.entry) if (rel, graph.called(to)) in gone]
    return entity.entry.path, entity.held, agency.relinked(text.read(data, entity.entry.path), data, [], pairs)


def delete(desk: Desk, names: Iterable[str]) -> Changed:
    """Forget entities, and take the relations to them out of the others."""
    wanted = {" ".join(name.split()) for name in names}

    def plan() -> Iterator[Change]:
        graph = Graph(desk)
        into: dict[str, list[Relation]] = {}
        for one in graph.relations():
            if one.end in wanted and one.start not in wanted:
                into.setdefault(one.start, []).append(one)
        yield from (_unrelated(graph.entities[name], graph, relations) for name, relations in into.items())
        for entity in (graph.entities[name] for name in sorted(wanted) if name in graph.entities):
            yield entity.entry.path, entity.held, forgetting.tombstone(desk, entity.entry, "")

    return agency.batch(desk, "forget", count(len(wanted), "entity", "entities"), plan)


def matching(graph: Graph, query: str, found: Mapping[str, int]) -> list[Entity]:
    """The entities that hold a query's words as they stand, and those among `found` (places by path in a ranked search), best first."""
    word = query.casefold()
    held = [one for one in graph.entities.values() if any(word in held.casefold() for held in (one.name, one.kind, *one.said))]
    ranked = sorted((one for one in graph.entities.values() if one.entry.path in found), key=lambda one: found[one.entry.path])
    return list({one.name: one for one in (*ranked, *held)}.values())
