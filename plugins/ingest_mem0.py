"""Reads what mem0 remembers: the JSON that its get_all() or its service answers, a bare list, or JSON Lines of memories or of pages. One fact per memory, and
one concept per name that the graph beside them says something of.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from memcli.errors import PluginFailed
from memcli.extend import choices, naming, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.memories import remembered, word

if TYPE_CHECKING:
    from typing import BinaryIO

name = "mem0"
summary = "Memories of mem0: the JSON of get_all() or of its service."
api_version = API_VERSION

_LISTS = ("results", "memories")
_KEPT = ("user_id", "agent_id", "app_id", "actor_id", "role", "metadata", "immutable")
_PEEK = 1 << 16


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per memory. Position: its id, so that a memory that was updated there is the same entry."""
    choices.only(name, options)
    whole = b"" if source.path else source.read()
    taken: set[str] = set()
    graph: dict[str, dict[tuple[str, str], None]] = {}
    broken: PluginFailed | None = None
    try:
        for where, record in _records(source, whole):
            if where.startswith("relation "):
                _take(graph, record)
                continue
            one = record if isinstance(record, Rejected) else remembered(record, where, name, source.name, _KEPT)
            if isinstance(one, Draft) and one.position in taken:
                one = Rejected(where, f"a memory before it has the id {one.position}")
            taken.add(one.position)
            yield one
    except PluginFailed as error:
        broken = error
    for start, points in graph.items():
        body = "\n".join(f"- {naming.relation(rel, end)}" for rel, end in points)
        yield Draft(body=f"{body}\n", source=name, position=f"graph {start}", title=start, type="concept", aliases=naming.aliases(start, ()), uri=source.name,
                    trust="agent")
    if broken and (taken or graph):
        yield Rejected(source.name, broken.message)
    elif not taken and not graph:
        raise broken or PluginFailed(f"{source.name} holds no memories", 'expected {"results": [{"id": …, "memory": …}]}')


def _records(source: Source, whole: bytes) -> Iterator[tuple[str, Any]]:
    """(where it stands, record or Rejected) of each memory and relation, one by one; a file that ends too soon raises PluginFailed after the good ones."""
    with _opened(source, whole) as stream:
        first = stream.read(_PEEK).lstrip(b"\xef\xbb\xbf \t\r\n")
    if first[:1] != b"[" and _is_line(first):
        with _opened(source, whole) as stream:
            yield from _lines(stream)
        return
    broken: PluginFailed | None = None
    for key, kind in ((None, "memory"),) if first[:1] == b"[" else (*((key, "memory") for key in _LISTS), ("relations", "relation")):
        with _opened(source, whole) as stream:
            try:
                for number, record in enumerate(rows.elements(stream, source.name, (key,) if key else ()), 1):
                    yield f"{kind} {number}", record
            except PluginFailed as error:
                broken = broken or error
    if broken:
        raise broken


def _opened(source: Source, whole: bytes) -> BinaryIO:
    return source.stream() if source.path else io.BytesIO(whole)


def _is_line(first: bytes) -> bool:
    """Whether a file that begins so is JSON Lines: its first line is whole, and more follow or it is a memory by itself."""
    line, end, rest = first.partition(b"\n")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and (bool(rest.strip()) or "memory" in value)


def _lines(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    """The records of JSON Lines; a line may be a whole page."""
    for one in rows.json_lines(stream):
        where = one.position if isinstance(one, Rejected) else f"line {one[0]}"
        record: Any = one if isinstance(one, Rejected) else one[1]
        lists = [record[key] for key in _LISTS if isinstance(record, dict) and isinstance(record.get(key), list)]
        if not lists:
            yield where, record
        for number, inner in enumerate((inner for found in lists for inner in found), 1):
            yield f"{where}, memory {number}", inner
        if lists and isinstance(record.get("relations"), list):
            yield from (("relation ", inner) for inner in record["relations"])


def _take(graph: dict[str, dict[tuple[str, str], None]], record: Any) -> None:
    """Take in a relation of the graph; one without both ends says nothing."""
    if isinstance(record, dict):
        start, rel, end = (word(record.get(key)) for key in ("source", "relationship", "target"))
        end = end or word(record.get("destination"))
        if start and end:
            graph.setdefault(start, {})[rel, end] = None
