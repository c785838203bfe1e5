"""Which formats can a vault be exported to? The table, and the one way to make any of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from memcli.entries.model import Entry
from memcli.errors import Usage
from memcli.extend.contracts import Rejected

Read = Callable[[], Iterator[Entry]]  # the entries, as often as asked
Pieces = Iterator[tuple[str, bytes] | Rejected]  # (name below the folder, "" in a single file; bytes), or an entry that the format cannot hold


class Format(NamedTuple):
    """`module` is in this package and has `pieces(read) -> Pieces`; `folder` says that it makes several files. Those of whole vaults have no module."""

    summary: str
    module: str
    folder: bool


FORMATS = {
    "jsonl": Format("every file, byte for byte, a JSON object per line; mem import reads it back", "", False),
    "bundle": Format("one checked file with entries, earlier texts and uses; mem bundle works on it", "", False),
    "obsidian": Format("a folder of notes named by title, with properties and links that resolve", "obsidian", True),
    "basic-memory": Format("a folder of notes with permalinks, observations and relations", "basic_memory", True),
    "mcp-memory": Format("JSON lines of entities and relations, as the MCP memory server keeps them", "mcp_memory", False),
    "memory-tool": Format("plain text files below memories/, for a model's memory tool", "memory_tool", True),
    "csv": Format("a table with one row per entry, safe to open in a spreadsheet", "table", False),
    "sft": Format("JSON lines of chats to tune a model on: conversations, and title to text", "chats", False),
}


def named(name: str) -> Format:
    """The format of this name. Raises Usage."""
    if name not in FORMATS:
        import difflib

        near = difflib.get_close_matches(name, FORMATS, 1)
        raise Usage(f"{name!r} is no format", f"did you mean {near[0]}?" if near else "mem export --list names them")
    return FORMATS[name]


def pieces(form: Format, read: Read) -> Pieces:
    """The files that a format makes of the entries."""
    module = importlib.import_module(f"memcli.life.export.{form.module}")
    made: Pieces = module.pieces(read)
    return made
