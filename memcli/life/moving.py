"""How is a move carried out? The front matter says the new state; the archive packs the text; a tombstone stands for what is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from memcli import clock
from memcli.entries import text
from memcli.entries.model import Value
from memcli.life.holding import Held
from memcli.life.ladder import Move
from memcli.life.names import short

MOVES_TOLD = 2_000  # in one commit's message


def state_edit(one: Held, move: Move, now: datetime) -> bytes:
    """The bytes of an entry with its new state. What is cooled notes when and from where, so that a use brings it back there."""
    memory = one.entry.meta.get("memory")
    block: dict[str, Value] = {str(name): value for name, value in memory.items()} if isinstance(memory, Mapping) else {}
    for name in ("was", "cooled"):
        block.pop(name, None)
    if move.after == "cold":
        block.update(was=move.before, cooled=clock.rfc3339(now))
    if move.after == "core":
        block["raised"] = clock.rfc3339(now)
    elif move.before == "core":
        block.pop("raised", None)
    changes: dict[str, Value | text.Remove] = {"state": move.after, "memory": block or text.REMOVE}
    if not one.entry.has_id:
        changes["id"] = one.entry.id
    if "memory" not in one.entry.meta and not block:
        del changes["memory"]
    return text.edit(one.data, changes, path=one.path)


def trailers(moves: Sequence[Move]) -> list[tuple[str, str]]:
    """A line per move for the commit's message."""
    told = [("Mem-Move", f"{short(move.id)} {move.before} -> {move.after}: {move.reason}") for move in moves[:MOVES_TOLD]]
    return [*told, *([("Mem-Moves-Left-Out", str(len(moves) - MOVES_TOLD))] if len(moves) > MOVES_TOLD else [])]
