"""Which entries go so that the rest fits? Another policy judges what each is worth; the least worth per byte goes first.

The density of an entry is value x (0.5 + importance) / bytes. Only hot entries count against the budget; pinned and core ones count and stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.errors import PluginFailed
from memcli.extend import choices, judging, registry
from memcli.extend.policy import Remembered, Verdict

name = "budget"
summary = "Cools the least worth per byte until the hot entries fit a size."
api_version = 1



def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts that make the hot entries fit; options `bytes` (a size), `entries` (a number), `policy` (which one judges, actr)."""
    choices.only(name, options, "bytes", "entries", "policy")
    room, places = choices.size(name, options, "bytes"), choices.size(name, options, "entries")
    inner = options.get("policy", "actr")
    if room is None and places is None:
        raise PluginFailed("policy budget needs bytes or entries", "mem forget --policy budget --set bytes=2M")
    if inner == name:
        raise PluginFailed("policy budget cannot wrap itself", "policy=actr, for example")
    values = {verdict.id: verdict for verdict in judging.verdicts(registry.load_policy(inner), entries, now, {})}
    hot = [entry for entry in entries if entry.state in ("short", "long", "core")]
    size, count = sum(entry.size_bytes for entry in hot), len(hot)
    gone: dict[str, float] = {}
    for entry in sorted(hot, key=lambda entry: (_density(entry, values[entry.id].value), entry.id)):
        if (room is None or size <= room) and (places is None or count <= places):
            break
        if not entry.pinned and entry.state != "core":
            gone[entry.id] = _density(entry, values[entry.id].value)
            size, count = size - entry.size_bytes, count - 1
    for entry in entries:
        value = values[entry.id].value
        over = f"over the budget, worth {value:.3f} by {inner}, {entry.size_bytes} bytes"
        yield Verdict(entry.id, "cool" if entry.id in gone else "keep", value, over if entry.id in gone else f"fits, worth {value:.3f} by {inner}")


def _density(entry: Remembered, value: float) -> float:
    return value * (0.5 + entry.importance) / max(entry.size_bytes, 1)
