"""How strong is an entry, and how does a vault stand? Lines for a person, and schemas/strength.schema.json, schemas/stats.schema.json."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from memcli.life.names import count
from memcli.memory import forecast, prior
from memcli.output import plots
from memcli.output.records import VERSION
from memcli.output.terminal import BOLD, DIM, YELLOW, line, paint

if TYPE_CHECKING:
    from memcli.life.holding import Held
    from memcli.life.standing import Standing

_WEEKS = [day * 7 for day in range(53)]
_SOON_DAYS = 3_650


def explained(one: Held, now: datetime, weights: prior.Weights, cold_below: float, color: bool) -> Iterator[str]:
    """What `mem show --explain` prints: the numbers with what they come from, how they move a score, and how they will fade."""
    known, curve = one.strength, forecast.curve(one.strength, now, _WEEKS)
    yield f"{paint(one.id[-6:], YELLOW, color)}  {paint(line(one.entry.title), BOLD, color)}  [{one.entry.state}{', pinned' if one.pinned else ''}]"
    idle = (now - known.last).total_seconds() / 86400
    uses = f"used {_times(known.uses)} on {count(known.days, 'day')}, last {_ago(idle)}" if known.uses else f"never used, {idle:.0f} days old"
    yield f"  need            {curve[0][0]:.2f}  {plots.spark([need for need, _ in curve])}  {curve[-1][0]:.2f}"
    yield f"  retrievability  {curve[0][1]:.2f}  {plots.spark([share for _, share in curve])}  {curve[-1][1]:.2f}"
    yield f"                        {paint('now'.ljust(26) + 'in half a year'.ljust(20) + ' a year', DIM, color)}"
    yield f"  {uses}; stability {known.stability:.3g} days, difficulty {known.difficulty:.2g}"
    predicted = one.entry.meta.get("importance_by") == "auto"
    source = "predicted" if predicted else "as it states" if "importance" in one.entry.meta else "none stated"
    yield f"  importance      {one.importance:.2f}  {source}"
    yield f"  confidence      {one.confidence:.2f}  {'as it states' if 'confidence' in one.entry.meta else 'none stated'}"
    factors = prior.factors(one.entry.meta, one.entry.created, list(one.events), now, weights)
    yield f"  in search       x {prior.product(factors):.3f}  = " + " x ".join(f"{factor.factor:.3f} {factor.name}" for factor in factors)
    yield f"  {fate(one, now, cold_below)}"


def fate(one: Held, now: datetime, cold_below: float) -> str:
    """How an entry will fade, in words."""
    if one.pinned or one.entry.state == "core":
        return f"does not fade: it is {'pinned' if one.pinned else 'core'}"
    if one.entry.state in ("cold", "archived"):
        return "a use brings it back at the next mem consolidate"
    days = forecast.days_until(one.strength, now, cold_below)
    return "cold at the next mem consolidate, unless it is used" if days == 0 else f"cold {_in(days)}, unless it is used (need below {cold_below:g})"


def _in(days: float) -> str:
    return f"in {days:.0f} days" if days < _SOON_DAYS else "in more than ten years"


def record(one: Held, now: datetime, weights: prior.Weights) -> dict[str, Any]:
    """schemas/strength.schema.json"""
    known = one.strength
    factors = prior.factors(one.entry.meta, one.entry.created, list(one.events), now, weights)
    return {"format_version": VERSION, "id": one.id, "path": one.path, "title": one.entry.title, "state": one.entry.state, "pinned": one.pinned,
            "need": round(known.need(now), 6), "retrievability": round(known.retrievability(now), 6), "importance": one.importance,
            "confidence": one.confidence, "uses": known.uses, "days": known.days, "last": known.last.isoformat().replace("+00:00", "Z"),
            "stability": round(known.stability, 6), "difficulty": round(known.difficulty, 6),
            "prior": [{"name": factor.name, "value": round(factor.value, 6), "factor": round(factor.factor, 6)} for factor in factors],
            "fade": [{"day": day, "need": round(need, 4), "retrievability": round(share, 4)}
                     for day, (need, share) in zip(_WEEKS, forecast.curve(known, now, _WEEKS))]}


def stats(one: Standing, color: bool) -> Iterator[str]:
    """What `mem stats` prints."""
    yield (f"{count(one.entries, 'entry', 'entries')}, {_size(one.size_bytes)}"
           + (f", archive {_size(one.packed_bytes)}" if one.packed_bytes else "") + f"; used within 30 days: {one.used_30d}; uses not folded yet: {one.events}")
    if not one.entries:
        return
    yield ""
    yield paint(f"{'state':10}{'entries':>8}{'size':>10}{'need':>7}{'retr.':>7}{'imp.':>7}", DIM, color)
    for rung in one.rungs:
        yield (f"{rung.state:10}{rung.entries:8}{_size(rung.size_bytes):>10}{rung.need:7.2f}{rung.retrievability:7.2f}{rung.importance:7.2f}  "
               f"{plots.bar(rung.entries / max(one.entries, 1), 30)}")
    yield ""
    yield "need      " + "".join(f"{count:5}" for count in one.needs)
    yield paint("          " + "".join(f"  .{tenth}-" for tenth in range(10)), DIM, color)
    if one.next:
        yield ""
        yield "fades next"
        for days, held in one.next:
            when = "now" if days == 0 else _in(days)
            yield f"  {paint(held.id[-6:], YELLOW, color)}  {when:12}  {line(held.entry.title)}"
    yield ""
    hot, cold, archived = one.months[-1]
    most = max(one.entries, 1)
    yield f"hot over the year, if nothing is used   {plots.spark([count[0] / most for count in one.months])}   then {hot} hot, {cold} cold, {archived} archived"


def _ago(days: float) -> str:
    return "today" if days < 1 else f"{count(round(days), 'day')} ago"


def _times(uses: int) -> str:
    return "once" if uses == 1 else "twice" if uses == 2 else f"{uses} times"


def _size(number: int) -> str:
    return f"{number} B" if number < 1000 else f"{number / 1000:.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


def stats_record(one: Standing) -> dict[str, Any]:
    """schemas/stats.schema.json"""
    return {"format_version": VERSION, "entries": one.entries, "size_bytes": one.size_bytes, "archive_bytes": one.packed_bytes, "used_30d": one.used_30d,
            "events": one.events, "types": one.types, "needs": one.needs,
            "states": [{"state": rung.state, "entries": rung.entries, "size_bytes": rung.size_bytes, "need": round(rung.need, 4),
                        "retrievability": round(rung.retrievability, 4), "importance": round(rung.importance, 4)} for rung in one.rungs],
            "next": [{"id": held.id, "path": held.path, "title": held.entry.title, "days": round(days, 1)} for days, held in one.next],
            "months": [{"month": month, "hot": hot, "cold": cold, "archived": archived} for month, (hot, cold, archived) in enumerate(one.months)]}
