"""What does a person read? Lines for entries, hits, commits and problems; all user-visible layouts are here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from memcli.output.terminal import BOLD, CYAN, DIM, GREEN, RED, YELLOW, line, paint

if TYPE_CHECKING:
    from memcli.entries.history import Record
    from memcli.index.hit import Part
    from memcli.index.manifest import Row
    from memcli.life.doctor import Problem
    from memcli.life.supersede import Dispute
    from memcli.life.syncing import Synced
    from memcli.search.gate import Confidence
    from memcli.search.related import Related
    from memcli.search.run import Found, Hit


def row(one: Row, color: bool) -> str:
    """One entry on one line: end of the id, day, type, title, tags."""
    tags = " ".join(f"#{tag}" for tag in one.tags)
    state = f" [{one.state}]" if one.state not in ("short", "long") else ""
    return (f"{paint(one.id[-6:], YELLOW, color)}  {one.created[:10]:10}  {paint(f'{one.type:9}', DIM, color)}  {paint(line(one.title), BOLD, color)}{state}"
            f"{'  ' + paint(line(tags), CYAN, color) if tags else ''}")


def found(answer: Found, explain: bool, color: bool, width: int) -> Iterator[str]:
    """A search's answer."""
    if explain and answer.confidence:
        yield from confidence(answer.confidence)
    for number, one in enumerate(answer.hits):
        yield from hit(number, one, color, width)


def hit(number: int, one: Hit, color: bool, width: int) -> Iterator[str]:
    """A hit on two lines and, with --explain, a line per term."""
    if number and one.snippet:
        yield ""
    where = f"{line(one.path)}:{one.line}" if one.line else line(one.path)
    state = f" [{one.state}]" if one.state not in ("short", "long") else ""
    day = one.created[:10] + "  " if one.created else ""
    yield f"{paint(one.id[-6:], YELLOW, color)}  {paint(line(one.title), BOLD, color)}{state}  {paint(day + where, DIM, color)}"
    if one.snippet:
        yield "        " + _marked(one.snippet, one.spans, color)
    for share in one.shares:
        yield "        " + paint(f"{share.contribution:8.4f} = weight {share.weight:g} x {share.value:.4f}  {share.signal}", DIM, color)
    if one.shares:
        total = sum(share.contribution for share in one.shares)
        yield "        " + paint(f"{total:8.4f} = {'relevance' if one.factors else 'score'}, the sum", DIM, color)
    for factor in one.factors:
        yield "        " + paint(f"{factor.factor:8.4f} x  {factor.name} {factor.value:.2f}", DIM, color)
    if one.factors:
        yield "        " + paint(f"{one.score:8.4f} = score, relevance times these", DIM, color)
    if one.terms:
        yield "        " + paint("entry, before it is shared out:", DIM, color)
    for term in one.terms:
        yield "        " + paint(line(_term(term)), DIM, color)


def related(one: Related, color: bool) -> Iterator[str]:
    """An entry near to another, and why."""
    match = one.match
    yield f"{paint(match.id[-6:], YELLOW, color)}  {paint(line(match.title), BOLD, color)}  {paint(match.created[:10] + '  ' + line(match.path), DIM, color)}"
    yield "        " + line("; ".join(one.reasons))


def timeline(rows: Iterable[Row], color: bool) -> Iterator[str]:
    """A line per entry under a line per month."""
    month = ""
    for one in rows:
        at = one.moment or one.created
        if at[:7] != month:
            if month:
                yield ""
            month = at[:7]
            yield paint(month, BOLD, color)
        state = f" [{one.state}]" if one.state not in ("short", "long") else ""
        yield f"  {at[8:10]}  {paint(one.id[-6:], YELLOW, color)}  {paint(f'{one.type:9}', DIM, color)}  {line(one.title)}{state}"


def confidence(one: Confidence) -> Iterator[str]:
    """How sure an answer is, and how far was looked."""
    missing = f"; not in the first hits: {line(', '.join(one.missing))}" if one.missing else ""
    looked = "cold and archived entries too" if one.rung == "all" else "no cold or archived entry"
    gap = f", gap {one.gap:.2f}" if one.gap is not None else ""
    yield f"gate: {'low' if one.low else 'good'}, coverage {one.coverage:.2f}{gap}{missing}; looked at: {looked}"
    yield ""


def _term(one: Part) -> str:
    """`0.812 = boost 1 x idf 2.31 x 0.35  body:backup (2 of 90 words, in 14 entries)`"""
    share = one.contribution / (one.boost * one.idf) if one.boost * one.idf else 0.0
    spread = f", in {one.df} entries" if one.df else ""
    return (f"{one.contribution:8.4f} = boost {one.boost:g} x idf {one.idf:.3f} x tf {share:.3f}  {one.field}:{one.term}"
            f"  ({one.tf} of {one.length} words, {one.average:.0f} on average{spread})")


def _marked(text: str, spans: tuple[tuple[int, int], ...], color: bool) -> str:
    if not color:
        return line(text)
    parts, at = [], 0
    for start, end in spans:
        parts += [line(text[at:start]), paint(line(text[start:end]), RED + BOLD, True)]
        at = end
    return "".join(parts) + line(text[at:])


def record(one: Record, color: bool) -> str:
    """One commit on one line."""
    by = paint(f"  ({line(one.author)})", DIM, color) if not one.verb else ""
    return f"{paint(one.commit[:10], YELLOW, color)}  {one.date[:16].replace('T', ' ')}  {line(one.subject)}{by}"


def dispute(one: Dispute, color: bool) -> Iterator[str]:
    """A slot whose values cannot both hold, and each of them."""
    yield f"{paint(line(one.slot), BOLD, color)}  {line(one.reason)}"
    for entry, value in zip(one.entries, one.values):
        said = " ".join((value if one.implied else entry.body.strip() or entry.title).split())
        yield f"  {paint(entry.id[-6:], YELLOW, color)}  {str(entry.meta.get('valid_from') or entry.created)[:10]}  {line(said[:100])}"
    yield f"  {line(one.run)}"


def moves(one: Record, color: bool) -> Iterator[str]:
    """The entries that a commit moved from one state to another, a line each."""
    for move in one.moves:
        yield f"    {paint(move[:6], YELLOW, color)}{line(move[6:])}"


def problem(one: Problem, color: bool) -> Iterator[str]:
    """A finding and what to do about it."""
    message = one.message if one.path and one.path in one.message or not one.path else f"{one.path}: {one.message}"
    label = paint("fixed", GREEN, color) if one.fixed else paint(one.code, RED, color)
    yield f"{label}: {line(message)}"
    if one.hint and not one.fixed:
        yield f"  {line(one.hint)}"


def synced(done: Synced) -> str:
    """What a sync did, on one line."""
    parts = [f"{number} {word}" for number, word in ((done.recorded, "edited by hand"), (done.taken, "taken"), (done.given, "given")) if number]
    entries = f", {len(done.changed)} {'entry' if len(done.changed) == 1 else 'entries'} changed here" if done.changed else ""
    return f"{line(done.remote)}: {', '.join(parts) or 'nothing new'}{entries}"
