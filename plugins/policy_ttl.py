"""Which entries are past their time? By age alone, as rules on keeping records want it; `expires` of an entry goes before.

`ttl` is the time for all, `ttl.TYPE` for a type, `ttl.tag.NAME` for a tag; the shortest that applies holds. What is past it is archived, a rung
a run; with action=forget it leaves a tombstone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from memcli.errors import PluginFailed
from memcli.extend import choices
from memcli.extend.policy import Remembered, Verdict

name = "ttl"
summary = "Moves out what is older than it may be, by type or tag."
api_version = 1


def judge(entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> Iterator[Verdict]:
    """Verdicts by age; options `ttl`, `ttl.TYPE`, `ttl.tag.NAME` (lengths of time) and `action` (archive or forget)."""
    choices.only(name, options, "ttl", "ttl.", "action")
    action = options.get("action", "archive")
    if action not in ("archive", "forget"):
        raise PluginFailed(f"policy ttl: action takes archive or forget, not {action!r}", "default: archive")
    limits = {key: choices.days(name, options, key, 0.0) for key in options if key != "action"}
    for entry in entries:
        keys = ["ttl", f"ttl.{entry.type}", *(f"ttl.tag.{tag}" for tag in entry.tags)]
        limit = min((limits[key] for key in keys if key in limits), default=0.0)
        age = entry.age_days(now)
        expired = entry.expires is not None and entry.expires <= now
        over = expired or bool(limit) and age >= limit
        reason = f"expired on {entry.expires:%Y-%m-%d}" if expired else f"{age:.0f} days old" + (f", may be {limit:g}" if limit else ", no limit applies")
        gone = over and not entry.pinned and entry.state not in ("core", "archived")
        yield Verdict(entry.id, action if gone else "keep", 0.0 if over else 1.0, reason)
