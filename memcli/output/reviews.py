"""What is there to review? Lines for a person, and schemas/review.schema.json."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from memcli.output import text
from memcli.output.records import VERSION
from memcli.output.records import conflicts as disputed
from memcli.output.terminal import BOLD, DIM, YELLOW, line, paint

if TYPE_CHECKING:
    from memcli.life.review import Deck


def lines(deck: Deck, now: datetime, color: bool) -> Iterator[str]:
    """Everything, a line or two each."""
    for one in deck.due:
        share = one.strength.retrievability(now)
        yield f"{paint(one.id[-6:], YELLOW, color)}  known {share:4.0%}  {paint(line(one.entry.title), BOLD, color)}"
    for older, younger, jaccard in deck.doubles:
        yield f"{paint(older.id[-6:], YELLOW, color)}  alike {jaccard:4.0%}  {paint(line(older.entry.title), BOLD, color)}"
        yield f"{paint(younger.id[-6:], YELLOW, color)}              {paint(line(younger.entry.title), BOLD, color)}"
    for dispute in deck.disputes:
        yield from text.dispute(dispute, color)
    yield paint(f"{len(deck.due)} fading, {len(deck.doubles)} alike, {len(deck.disputes)} in conflict", DIM, color)


def record(deck: Deck, now: datetime) -> dict[str, Any]:
    """schemas/review.schema.json"""
    return {"format_version": VERSION,
            "due": [{"id": one.id, "path": one.path, "title": one.entry.title, "retrievability": round(one.strength.retrievability(now), 6),
                     "importance": one.importance} for one in deck.due],
            "doubles": [{"older": older.id, "younger": younger.id, "jaccard": round(jaccard, 4)} for older, younger, jaccard in deck.doubles],
            "conflicts": disputed(deck.disputes)["conflicts"]}
