"""How does a conversation become entries? Turns in, drafts out: cut into segments that each carry the tail of the one before; pure.

A turn is a paragraph that begins with its speaker and ends with the id of its message as a block id, so that a hit can be followed to the
message: `**Lena:** text ^4f1c0a`. Segments begin where the last one ended, counted from the start of the conversation, so that a conversation that
has grown since gives the same segments again and a longer last one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memcli.extend.contracts import Draft
from memcli.extend.plain import clean

SEGMENT_CHARS, SEGMENT_TURNS = 6_000, 40
TURN_CHARS = 20_000  # of one turn that are kept
TAIL_CHARS = 300
OPENING_CHARS = 80
_SHOWN = re.compile(r"\[(?:image|file)(?:: [^\]]*)?\]")
_MARK = re.compile(r"[A-Za-z0-9-]{1,40}\Z")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody said: `id` is the message's in the source's own terms, `at` when, None if the source does not tell."""

    speaker: str
    text: str
    id: str
    at: datetime | None = None


def segments(turns: Iterable[Turn], like: Draft) -> Iterator[Draft]:
    """One draft per segment of a conversation. `like` says what they share: source, title, session, uri, tags, trust; its body and position are not used.

    A segment ends before the turn with which it would pass SEGMENT_CHARS, or after SEGMENT_TURNS turns. Turns without text are passed over.
    """
    taken: list[tuple[int, Turn]] = []
    size, part, tail = 0, 0, ""
    for number, turn in enumerate((turn for turn in turns if turn.text.strip()), 1):
        if taken and (size + len(turn.text) > SEGMENT_CHARS or len(taken) == SEGMENT_TURNS):
            part += 1
            yield _segment(taken, like, part, tail)
            tail, taken, size = _tail(taken[-1][1]), [], 0
        taken.append((number, turn))
        size += len(turn.text)
    if taken:
        yield _segment(taken, like, part + 1, tail)


def _segment(taken: Sequence[tuple[int, Turn]], like: Draft, part: int, tail: str) -> Draft:
    first, last = taken[0], taken[-1]
    body = tail + "\n\n".join(paragraph(turn) for _, turn in taken) + "\n"
    at = next((turn.at for _, turn in taken if turn.at), like.valid_from or like.created)
    return replace(like, body=body, position=first[1].id or f"turn {first[0]}", title=f"{like.title} ({part})" if part > 1 else like.title,
                   type="event", created=at, valid_from=at, message=first[1].id,
                   span=f"messages {first[0]}-{last[0]}" if last[0] > first[0] else f"message {first[0]}")


def branch(parents: Mapping[str, str | None], leaf: str) -> list[str]:
    """The ids from the first message to `leaf`, by each one's parent; where the chain is broken or bites its tail, what can be reached from `leaf`."""
    found: dict[str, None] = {}
    at: str | None = leaf
    while at is not None and at in parents and at not in found:
        found[at] = None
        at = parents[at]
    return list(reversed(found))


def newest_leaf(parents: Mapping[str, str | None], order: Mapping[str, float]) -> str | None:
    """The id that is nobody's parent and highest in `order`, of equals the last; where each is a parent (a cycle), the highest. None of none."""
    inner = set(parents.values())
    return max(reversed(list(parents)), key=lambda id_: (id_ not in inner, order.get(id_, float("-inf"))), default=None)


def opening(turns: Iterable[Turn]) -> str:
    """The first words of a conversation, as a title for one that has none; what stands for an image or a file is none, if there are others."""
    texts = [" ".join(clean(turn.text).split()) for turn in turns]
    said = next(filter(None, (_SHOWN.sub("", text).strip() for text in texts)), "") or next(filter(None, texts), "")
    return said if len(said) <= OPENING_CHARS else f"{said[:OPENING_CHARS].rsplit(' ', 1)[0]}…"


def paragraph(turn: Turn) -> str:
    """A turn as markdown. The block id stands at the end of its first paragraph, as a code block that ends a turn cannot hold one."""
    text = clean(turn.text)
    if len(text) > TURN_CHARS:
        text = f"{text[:TURN_CHARS].rstrip()} [...]"
    lines = text.split("\n")
    if _FENCE.match(lines[0]):
        lines.insert(0, "")
    end = next((at for at, line in enumerate(lines) if at and (not line.strip() or _FENCE.match(line))), len(lines)) - 1
    mark = _mark(turn.id)
    lines[end] = f"{lines[end]} ^{mark}" if mark else lines[end]
    speaker = " ".join(turn.speaker.replace("*", "").replace(":", " ").split())[:60] or "Someone"
    return f"**{speaker}:** {chr(10).join(lines)}".replace(":**  ^", ":** ^")


def _tail(turn: Turn) -> str:
    """The end of a turn, quoted above the next segment."""
    said = " ".join(clean(turn.text).split())
    return f"> {turn.speaker}: {'…' if len(said) > TAIL_CHARS else ''}{said[-TAIL_CHARS:]}\n\n"


def _mark(id_: str) -> str:
    """A message's id as a block id: itself where it can be one, else a sum of it."""
    return id_ if not id_ or _MARK.match(id_) else hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()[:12]
