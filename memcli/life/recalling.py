"""What is an agent told without having asked? The core, what speaks to its folder or prompt, what is new: only words that may be trusted.

Entries whose words come from others than `hook.trust` allows are left out, and so are those that are noted to give orders, as they would stand in
a prompt that nobody has looked at. Found by words alone, and without a look at every file, as a hook has no time for either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

from memcli import clock
from memcli.entries import text
from memcli.entries.model import Entry
from memcli.errors import IndexUnusable, MemError
from memcli.extend.contracts import TRUSTS
from memcli.index.chunks import Chunk, chunks
from memcli.life.desk import Desk
from memcli.memory.prior import Weights
from memcli.search import context
from memcli.search.context import Collected, Pack, Passage
from memcli.search.fuse import CHANNELS
from memcli.search.pool import words
from memcli.search.run import Wish

COVERAGE = 0.15  # of a prompt's words, rare ones weighing more, that the best entry must hold for anything to be told
SHARED, SHARE = 2, 0.5  # words, or share of its words, that an entry must have in common with a prompt
NEAR = 0.5  # of the best passage's score that a passage must have
WORDS = 60  # of a prompt: half from its beginning, half from its end
LONGEST = 80  # characters of a word; what is longer is data, not speech
PIECES = 12
RECENT, RECENT_DAYS = 6, 14
NOTHING = Pack([], 0, 0)
_WORD = re.compile(r"\w[\w'’./_-]*\w|\w")


def briefing(desk: Desk, about: str, budget: int, nonce: str) -> Pack:
    """Core entries, then passages about a folder's name, then the newest entries. A vault without an index tells nothing."""
    found = _collected(desk, about)
    if found is None:
        return NOTHING
    allowed = _trusted(desk)
    core = [(entry, moment) for entry, moment in found.core if allowed(entry)]
    return context.packed(core, [*_speaking(desk, found, about), *_newest(desk, allowed)], budget, "", nonce)


def reminded(desk: Desk, prompt: str, budget: int, nonce: str, known: Collection[str] = ()) -> Pack:
    """The passages that a prompt calls to mind, when they have enough words in common with it; none of the entries (ids) that are `known`."""
    found = _collected(desk, prompt)
    if found is None:
        return NOTHING
    return context.packed([], [passage for passage in _speaking(desk, found, prompt) if passage.entry.id not in known], budget, "", nonce)


def _speaking(desk: Desk, found: Collected, said: str) -> list[Passage]:
    """The passages found that have to do with what was said: a hook that is always full of something is soon switched off."""
    if found.coverage < COVERAGE or not found.ranked:
        return []
    allowed, stems = _trusted(desk), {*words(_words(said))}
    least = min(SHARED, SHARE * len(stems))

    def speaks(passage: Passage) -> bool:
        return len(stems.intersection(words(f"{passage.entry.title}\n{passage.entry.body}"))) >= least and passage.score >= NEAR * found.ranked[0].score

    return [passage for passage in found.ranked[:4 * PIECES] if allowed(passage.entry) and speaks(passage)][:PIECES]


def _collected(desk: Desk, said: str) -> Collected | None:
    """What the words of a text find; None without an index, as making one may take long."""
    try:
        desk.index.load()
    except IndexUnusable:
        return None
    asked = _words(said)
    weights = Weights(*(desk.settings.number(f"prior.{name}") for name in Weights._fields))
    wish = Wish(desk.now, context.PIECES_MAX, filters=() if asked else ("state:core",), prior=weights, without=CHANNELS["vector"])
    return context.collected(desk.index, asked, wish, "folders")


def _words(said: str) -> str:
    """A text as words of a query, none of which can be taken for an operator or filter."""
    found = [match[0] for match in _WORD.finditer(said) if len(match[0]) <= LONGEST]
    return " ".join(found if len(found) <= WORDS else [*found[:WORDS // 2], *found[-WORDS // 2:]])


def _trusted(desk: Desk) -> Callable[[Entry], bool]:
    """Whether an entry's words come from who may be trusted, and give no orders."""
    least = TRUSTS.index(desk.settings.text("hook.trust"))

    def allowed(entry: Entry) -> bool:
        return entry.problem is None and TRUSTS.index(context.trust(entry)) <= least and not context.flagged(entry)

    return allowed


def _newest(desk: Desk, allowed: Callable[[Entry], bool]) -> Iterator[Passage]:
    """The beginnings of the entries that were made or changed in the last days, the latest first."""
    since = clock.rfc3339(desk.now - timedelta(days=RECENT_DAYS))
    rows = [row for row in desk.index.read(lambda view: view.rows(), "none") if row.state in ("short", "long") and (row.updated or row.created) >= since]
    rows.sort(key=lambda row: (row.updated or row.created, row.path), reverse=True)
    left = RECENT
    for row in rows[:10 * RECENT]:
        try:
            entry = text.read(desk.bytes_of(row.path), row.path)
        except MemError:
            continue  # gone, or not readable now: there are others
        if allowed(entry):
            first = next(iter(chunks(entry.body, entry.body_line)), Chunk(entry.title, entry.body_line, entry.body_line))
            yield Passage(entry, row.moment or row.created, first.start, first.end, first.text, 1e-6)
            left -= 1
        if not left:
            return
