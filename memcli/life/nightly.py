"""What does a consolidation find out by looking at all entries together? Doubles, links, what is believed, what matters: steps, pure.

What a person undid is not done again: a link that was written here once is named in `memory.linked` of the entry that it led from, and entries that a
person told apart in `memory.apart` of the younger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from memcli import clock
from memcli.entries import text
from memcli.entries.model import Value
from memcli.index import graph
from memcli.life import alike, linking, supersede
from memcli.life.alike import Body, Pair
from memcli.life.holding import Held, words_of
from memcli.life.ladder import Move
from memcli.life.names import short
from memcli.life.weighing import Weigher
from memcli.memory import confidence, importance, prior
from memcli.memory.events import PRESENTING
from memcli.memory.state import rounded

if TYPE_CHECKING:
    from memcli.life.consolidating import Edit, Work

ALIKE = "similar to"
_STATES = ("short", "long", "cold", "core")
_LEAST_MOVED = 0.01  # a confidence that moves by less is left as it is written


def dedup(work: Work) -> list[Edit]:
    """What says surely the same as an older entry goes cold and names it; that one takes its tags, links and uses. The unsure is left for mem review."""
    from memcli.life.consolidating import Edit

    by_id = comparable(work.held)
    data = {id_: one.data for id_, one in by_id.items()}
    edits: list[Edit] = []
    unsure = 0
    for pair in pairs(by_id):
        kept, other = by_id[pair.a], by_id[pair.b]
        if not pair.sure or other.pinned or other.entry.state == "core":
            unsure += not pair.sure
            continue
        merged = alike.merge(text.read(data[pair.a], kept.path).meta, other.entry.meta, text.data_sum(other.data))
        data[pair.a] = text.edit(data[pair.a], merged.kept, path=kept.path) if merged.kept else data[pair.a]
        reason = f"says the same as {short(pair.a)}"
        move = Move(other.id, other.path, other.entry.title, other.entry.state, "cold", reason) if other.entry.state != "cold" else None
        edits.append(Edit(other.path, text.edit(other.data, merged.other, path=other.path), reason, move))
        edits.append(Edit(kept.path, data[pair.a], f"takes in {short(pair.b)}"))
    work.counts["alike, for mem review"] = unsure
    return edits


def comparable(found: Sequence[Held]) -> dict[str, Held]:
    """The entries that may be doubles of each other, by id."""
    named = Counter(one.id for one in found)
    return {one.id: one for one in found if one.editable and one.entry.has_id and named[one.id] == 1 and not one.derived
            and one.entry.state in _STATES and not one.entry.meta.get("superseded_by")}


def pairs(by_id: Mapping[str, Held]) -> list[Pair]:
    """The pairs of entries that say the same, but those that a person told apart. What happened twice is two things: events are held against those of
    their own day only."""
    found = alike.duplicates({id_: _body(one) for id_, one in by_id.items()})
    return [pair for pair in found if pair.a not in _list(by_id[pair.b], "apart") and pair.b not in _list(by_id[pair.a], "apart")]


def _body(one: Held) -> Body:
    entry = one.entry
    when = str(entry.meta.get("event_time") or entry.meta.get("valid_from") or entry.created)[:10] if entry.type == "event" else ""
    return Body(f"{entry.title}\n{entry.body}", entry.created, f"{supersede.slot(entry)} {entry.type}", f"{entry.meta.get('value', '')} {when}")


def link(work: Work) -> list[Edit]:
    """Entries that are alike and share something rare, or are used together, are linked, the newer to the older, with the reason beside."""
    from memcli.life.consolidating import Edit

    held = {one.id: one for one in work.held if one.editable and one.entry.has_id and not one.derived and one.entry.state in (*_STATES, "archived")}
    nodes = {id_: _node(one, work.body(one)) for id_, one in held.items()}
    existing, automatic, refused = _linked(held)
    uses = [(at, event.id, event.session) for one in held.values() for event in one.events
            if event.kind in PRESENTING and (at := _seconds(event.at)) is not None]
    found = linking.links(nodes, linking.neighbours(nodes), linking.together(uses, work.now.timestamp()), existing, automatic, refused)
    edits = []
    for id_ in sorted({one.a for one in found}):
        own = [one for one in found if one.a == id_]
        entry = held[id_].entry
        stated = entry.meta.get("links")
        links: list[Value] = [*stated] if isinstance(stated, list) else [stated] if stated else []
        links += [{"rel": ALIKE, "to": one.b, "weight": one.weight, "why": one.why} for one in own]
        block = {**_memory(held[id_]), "linked": sorted({*_list(held[id_], "linked"), *(one.b for one in own)})}
        edits.append(Edit(entry.path, text.edit(held[id_].data, {"links": links, "memory": block}, path=entry.path),
                          "; ".join(f"{short(one.b)}: {one.why}" for one in own)))
    return edits


def _node(one: Held, body: str) -> linking.Node:
    entry = one.entry
    return linking.Node(entry.created, entry.type, words_of(f"{entry.title}\n{body}"), packed=entry.state == "archived")


def _linked(held: Mapping[str, Held]) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """The pairs that are linked, those of them that were linked here, and those that were and are no more."""
    from memcli.search import linked

    names = {name: id_ for id_, one in held.items() for name in linked.names(one.entry)}
    existing = [(id_, names[key]) for id_, one in held.items() for found in graph.links(one.entry) if (key := graph.key(found.target)) in names]
    there = set(existing)
    automatic: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    for id_, one in held.items():
        for other in _list(one, "linked"):
            (automatic if (id_, other) in there else refused).append((id_, other))
    return existing, automatic, refused


def believe(work: Work) -> list[Edit]:
    """What confirmations, contradictions and links make of each entry's confidence, beside what it states: `memory.believed`."""
    from memcli.life.consolidating import Edit
    from memcli.search import linked

    held = {one.id: one for one in work.held if one.editable and one.entry.has_id and not one.derived}
    names = {name: id_ for id_, one in held.items() for name in linked.names(one.entry)}
    own = {id_: confidence.posterior(prior.stated_confidence(one.entry.meta), one.strength.confirmed, one.strength.contradicted) for id_, one in held.items()}
    links = [(id_, found.rel.replace(" ", "_"), names[key], 1.0) for id_, one in held.items() for found in graph.links(one.entry)
             if found.rel != ALIKE and (key := graph.key(found.target)) in names]
    fixed = [id_ for id_, one in held.items() if one.pinned]
    edits = []
    for id_, value in sorted(confidence.propagated(own, links, fixed).items()):
        one = held[id_]
        if abs(rounded(value) - one.confidence) < _LEAST_MOVED:
            continue
        block = _memory(one)
        stated = prior.stated_confidence(one.entry.meta)
        if abs(value - stated) < _LEAST_MOVED:
            block.pop("believed", None)
        else:
            block["believed"] = rounded(value)
        edits.append(Edit(one.path, text.edit(one.data, {"memory": block or text.REMOVE}, path=one.path), f"confidence {one.confidence:.2g} -> {value:.2g}"))
    return edits


def weigh(work: Work) -> list[Edit]:
    """Entries that state no importance get a predicted one, `importance_by: auto`, once there are enough texts to judge by. Plain files stay plain."""
    from memcli.life.consolidating import Edit

    ordered = sorted((one for one in work.held if one.editable and not one.derived and one.entry.state in _STATES),
                     key=lambda one: (one.entry.created, one.id))
    if len(ordered) < importance.KNOWN_MIN or all("importance" in one.entry.meta for one in ordered):
        return []
    weigher: Weigher[Held] = Weigher()
    edits = []
    for one, value in weigher.weighed((one, f"{one.entry.title}\n{one.entry.body}", _session(one)) for one in ordered):
        if "importance" not in one.entry.meta and one.entry.has_id:
            new = text.edit(one.data, {"importance": value, "importance_by": "auto"}, path=one.path)
            edits.append(Edit(one.path, new, f"importance {value:.2f}, predicted"))
    return sorted(edits, key=lambda edit: edit.path)


def _session(one: Held) -> str:
    source = one.entry.meta.get("source")
    return str(source.get("session", "")) if isinstance(source, dict) else ""


def _memory(one: Held) -> dict[str, Any]:
    memory = one.entry.meta.get("memory")
    return {str(name): value for name, value in memory.items()} if isinstance(memory, dict) else {}


def _list(one: Held, name: str) -> list[str]:
    found = _memory(one).get(name)
    return [str(item) for item in found] if isinstance(found, list) else []


def _seconds(at: str) -> float | None:
    try:
        return clock.parse(at).timestamp()
    except ValueError:
        return None

