"""Reads the export of OpenMemory: the zip, or one of the files in it. The lines of memories.jsonl.gz are read first, as they name apps and categories; what
only memories.json has comes after. Deleted memories are passed over, archived and paused ones tagged so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from memcli.errors import PluginFailed
from memcli.extend import choices, rows
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.members import Members, members, unzipped
from memcli.extend.memories import remembered, word

name = "openmemory"
summary = "The export of OpenMemory: its zip, or a file of it."
api_version = API_VERSION

_KEPT = ("app", "metadata", "archived_at")
_ENDINGS = (".jsonl.gz", ".jsonl", ".json")
_TAGGED = ("archived", "paused")


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """One draft per memory that was not deleted. Position: its id. A file that breaks off gives what is good before that, and so does the other one."""
    choices.only(name, options)
    if not source.path:
        raise PluginFailed("standard input cannot be read twice", "give the zip")
    taken: set[str] = set()
    broken: PluginFailed | None = None
    with members(source) as found:
        for file in _files(found):
            try:
                yield from _fresh(found, file, taken)
                broken = None
                break
            except PluginFailed as error:
                broken = error
                if taken:
                    yield Rejected(file, error.message)
    if not taken:
        raise broken or PluginFailed(f"{source.name} holds no memories", "expected memories.jsonl.gz or memories.json, as OpenMemory exports them")


def _files(found: Members) -> list[str]:
    """The files that may hold memories, the best first; a lone file whatever it is called."""
    names = found.names(*_ENDINGS)
    named = names if len(names) == 1 else [name for name in names if name.rpartition("/")[2].startswith("memories")]
    return sorted(named, key=lambda name: (next((at for at, ending in enumerate(_ENDINGS) if name.endswith(ending)), 0), name))


def _fresh(found: Members, file: str, taken: set[str]) -> Iterator[Draft | Rejected]:
    """The memories of a file that are not `taken` yet, without the deleted ones."""
    for where, record in _records(found, file):
        if isinstance(record, dict) and (record.get("state") == "deleted" or record.get("deleted_at")):
            taken.add(word(record.get("id")))
            continue
        one = record if isinstance(record, Rejected) else _draft(record, where, file)
        if isinstance(one, Rejected) or one.position not in taken:
            taken.add(one.position)
            yield one


def _records(found: Members, file: str) -> Iterator[tuple[str, Any]]:
    """(where it stands, record or Rejected) of each memory of a file."""
    if not file.endswith(".json"):
        with found.stream(file) as packed, unzipped(packed, file) if file.endswith(".gz") else packed as stream:
            for one in rows.json_lines(stream):
                yield (one.position, one) if isinstance(one, Rejected) else (f"line {one[0]}", one[1])
        return
    apps, categories = _named(found, file, "apps"), _named(found, file, "categories")
    with found.stream(file) as stream:
        for number, record in enumerate(rows.elements(stream, file, ("memories",)), 1):
            yield f"memory {number}", _whole(record, apps, categories)


def _named(found: Members, file: str, key: str) -> dict[str, str]:
    """The names of apps or categories by id; what stands after damage is not known."""
    names: dict[str, str] = {}
    try:
        with found.stream(file) as stream:
            for one in rows.elements(stream, file, (key,)):
                if isinstance(one, dict):
                    names[word(one.get("id"))] = word(one.get("name"))
    except PluginFailed:
        return names  # the memories before the damage follow, and then the damage is told
    return names


def _whole(record: Any, apps: Mapping[str, str], categories: Mapping[str, str]) -> Any:
    """A record of memories.json as the lines have it: the app and the categories by name."""
    if not isinstance(record, dict):
        return record
    held = record.get("category_ids")
    named = [categories.get(word(one), "") for one in held] if isinstance(held, list) else record.get("categories")
    return {**record, "categories": named, "app": apps.get(word(record.get("app_id")), record.get("app"))}


def _draft(record: Any, where: str, file: str) -> Draft | Rejected:
    """A memory; one that OpenMemory no longer shows is tagged with the reason."""
    one = remembered(record, where, name, file, _KEPT)
    if isinstance(one, Rejected) or record.get("state") not in _TAGGED:
        return one
    from dataclasses import replace

    return replace(one, tags=(*one.tags, record["state"]))
