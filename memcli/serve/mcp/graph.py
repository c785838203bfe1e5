"""The nine tools of the reference memory server, by its names and shapes, over the entries of a vault; and its resource, the whole graph."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from memcli.errors import NothingFound
from memcli.life import entities
from memcli.life.entities import Entity, Graph, Relation
from memcli.life.names import count
from memcli.search import context
from memcli.search.fuse import CHANNELS
from memcli.serve.mcp.room import Room, harmless
from memcli.serve.mcp.tool import Answer, Schema, Tool

Given = Mapping[str, Any]
GRAPH = "memory://knowledge-graph"
BUDGET = 25_000  # tokens of a graph, unless a call asks for another
_MOST = 1_000  # items of a call
_NEAREST = 5
_TEXT: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 300, "description": "The name of an entity."}
_LINE: Schema = {"type": "string", "maxLength": 50_000}
_BUDGET: Schema = {"type": "integer", "minimum": 100, "maximum": 1_000_000, "description": f"At most so many tokens (default {BUDGET})."}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item, "maxItems": _MOST}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


_ENTITY = _object(name=_NAME, entityType={**_TEXT, "maxLength": 200, "description": "The type of the entity."}, observations=_list(_LINE))
_RELATION = {"type": "object", "required": ["from", "to", "relationType"], "properties": {
    "from": _NAME, "to": _NAME, "relationType": {**_TEXT, "minLength": 1, "maxLength": 200, "description": "The type of the relation, in active voice."}}}
_OUT_ENTITY = _object(name=_TEXT, entityType=_TEXT, observations={"type": "array", "items": _TEXT})
_OUT_RELATION = {"type": "object", "required": ["from", "to", "relationType"], "properties": {"from": _TEXT, "to": _TEXT, "relationType": _TEXT}}
_ENTITIES: Schema = {"type": "array", "items": _OUT_ENTITY}
_RELATIONS: Schema = {"type": "array", "items": _OUT_RELATION}
_DONE = _object(success={"type": "boolean"}, message=_TEXT)


def create_entities(room: Room, given: Given) -> Answer:
    """The new entities; those that are there already stay as they are."""
    store = room.store
    new = set(entities.create(store, [(one["name"], one["entityType"], one["observations"]) for one in given["entities"]]))
    graph = Graph(store)
    return _told({"entities": [_entity(graph.entities[name]) for name in graph.entities if name in new]})


def create_relations(room: Room, given: Given) -> Answer:
    """The new relations."""
    return _told({"relations": [_relation(one) for one in entities.relate(room.store, _relations(given))]})


def add_observations(room: Room, given: Given) -> Answer:
    """What was new, by entity."""
    done = entities.observe(room.store, [(one["entityName"], one["contents"]) for one in given["observations"]])
    return _told({"results": [{"entityName": name, "addedObservations": added} for name, added in done]})


def delete_entities(room: Room, given: Given) -> Answer:
    """Forgets them; history keeps them."""
    entities.delete(room.store, given["entityNames"])
    return _done("Entities deleted successfully")


def delete_observations(room: Room, given: Given) -> Answer:
    """Takes lines away."""
    entities.unobserve(room.store, [(one["entityName"], one["observations"]) for one in given["deletions"]])
    return _done("Observations deleted successfully")


def delete_relations(room: Room, given: Given) -> Answer:
    """Takes links away."""
    entities.relate(room.store, _relations(given), remove=True)
    return _done("Relations deleted successfully")


def read_graph(room: Room, given: Given) -> Answer:
    """Everything, as far as the budget goes."""
    graph = Graph(room.store)
    return _graph(graph, graph.entities.values(), given)


def search_nodes(room: Room, given: Given) -> Answer:
    """What holds the words, best first; where nothing does, what is nearest in meaning."""
    store, query = room.store, given["query"]
    graph, off = Graph(store), {name for channel, names in CHANNELS.items() if channel != "keyword" for name in names}
    hits = store.search(query, limit=50, without=off, hops=1).hits if query.strip() else []
    found = entities.matching(graph, query, {hit.path: at for at, hit in enumerate(hits)})
    if not found:
        near = store.search(query, limit=_NEAREST).hits
        found = entities.matching(graph, query, {hit.path: at for at, hit in enumerate(near)})
    return _graph(graph, found, given)


def open_nodes(room: Room, given: Given) -> Answer:
    """The entities named, those that are there."""
    store = room.store
    graph = Graph(store)
    names = dict.fromkeys(" ".join(name.split()) for name in given["names"])
    found = [graph.entities[name] for name in names if name in graph.entities]
    room.read(store, [one.entry.id for one in found])
    return _graph(graph, found, given)


def _graph(graph: Graph, some: Iterable[Entity], given: Given) -> Answer:
    """Some entities with the relations from and to them."""
    shown, left, room = list[Entity](), 0, given.get("budget", BUDGET)
    for one in some:
        if context.flagged(one.entry):
            left += 1
            continue
        room -= context.tokens(json.dumps(_entity(one), ensure_ascii=False))
        if room < 0 and shown:
            left += 1
        else:
            shown.append(one)
    names = {one.name for one in shown}
    relations = [_relation(one) for one in graph.relations() if one.start in names or one.end in names]
    more = f"{count(left, 'entity', 'entities')} left out: beyond the budget, or flagged as holding instructions" if left else ""
    return _told({"entities": [_entity(one) for one in shown], "relations": relations}, more)


def _entity(one: Entity) -> dict[str, Any]:
    return {"name": one.name, "entityType": one.kind, "observations": list(one.said)}


def _relation(one: Relation) -> dict[str, str]:
    return {"from": one.start, "to": one.end, "relationType": one.rel}


def _relations(given: Given) -> Sequence[Relation]:
    return [Relation(one["from"], one["to"], one["relationType"]) for one in given["relations"]]


def _told(record: dict[str, Any], more: str = "") -> Answer:
    plain = harmless(record)
    return Answer("\n".join(filter(None, [json.dumps(plain, ensure_ascii=False, indent=2), more])), plain)


def _done(message: str) -> Answer:
    return Answer(message, {"success": True, "message": message})


def listed(room: Room, params: Given) -> dict[str, Any]:
    """resources/list"""
    return {"resources": [{"uri": GRAPH, "name": "Knowledge graph", "description": "All entities and relations.", "mimeType": "application/json"}]}


def templates(room: Room, params: Given) -> dict[str, Any]:
    """resources/templates/list"""
    return {"resourceTemplates": []}


def read(room: Room, params: Given) -> dict[str, Any]:
    """resources/read. Raises NothingFound for an address of nothing."""
    if params.get("uri") != GRAPH:
        raise NothingFound(f"Unknown resource: {str(params.get('uri'))[:200]}", f"there is {GRAPH}")
    return {"contents": [{"uri": GRAPH, "mimeType": "application/json", "text": json.dumps(read_graph(room, {}).record, ensure_ascii=False, indent=2)}]}


def _tool(name: str, about: str, call: Callable[[Room, Given], Answer], takes: Schema, gives: Schema, *, writes: bool = False, destroys: bool = False) -> Tool:
    title = name.replace("_", " ").capitalize()
    return Tool(name, title, about, takes, call, gives, writes=writes, destroys=destroys, again=True, extra=True)


_SAID = _object(entityName=_NAME, contents=_list(_LINE))
_UNSAID = _object(entityName=_NAME, observations=_list(_LINE))
_BOTH = _object(entities=_ENTITIES, relations=_RELATIONS)
_NONE: Schema = {"type": "object", "properties": {"budget": _BUDGET}}
TOOLS = (
    _tool("create_entities", "Create multiple new entities in the knowledge graph. Those whose name is there already are passed over.", create_entities,
          _object(entities=_list(_ENTITY)), _object(entities=_ENTITIES), writes=True),
    _tool("create_relations", "Create multiple new relations between entities of the knowledge graph, in active voice.", create_relations,
          _object(relations=_list(_RELATION)), _object(relations=_RELATIONS), writes=True),
    _tool("add_observations", "Add new observations to existing entities of the knowledge graph.", add_observations, _object(observations=_list(_SAID)),
          _object(results={"type": "array", "items": _object(entityName=_TEXT, addedObservations={"type": "array", "items": _TEXT})}), writes=True),
    _tool("delete_entities", "Delete entities and the relations to them from the knowledge graph.", delete_entities, _object(entityNames=_list(_NAME)), _DONE,
          writes=True, destroys=True),
    _tool("delete_observations", "Delete observations from entities of the knowledge graph.", delete_observations, _object(deletions=_list(_UNSAID)), _DONE,
          writes=True, destroys=True),
    _tool("delete_relations", "Delete relations from the knowledge graph.", delete_relations, _object(relations=_list(_RELATION)), _DONE, writes=True,
          destroys=True),
    _tool("read_graph", "Read the entire knowledge graph.", read_graph, _NONE, _BOTH),
    _tool("search_nodes", "Search the knowledge graph: names, types and observations.", search_nodes,
          {**_object(query={**_TEXT, "maxLength": 8_000, "description": "What to look for."}), "properties": {
              "query": {**_TEXT, "maxLength": 8_000, "description": "What to look for."}, "budget": _BUDGET}}, _BOTH),
    _tool("open_nodes", "Open entities of the knowledge graph by their names.", open_nodes,
          {**_object(names=_list(_NAME)), "properties": {"names": _list(_NAME), "budget": _BUDGET}}, _BOTH),
)
