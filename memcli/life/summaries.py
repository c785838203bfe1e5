"""How does a summary lie in the vault? An entry of type summary whose every sentence names the span it is quoted from, so that it can be proven."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from memcli import clock
from memcli.entries import ids, text
from memcli.entries.model import Entry, Value
from memcli.life import names, themes, timetree
from memcli.life.extract import Quote
from memcli.life.holding import MACHINE, moment
from memcli.life.timetree import Standing, Summary, Told

if TYPE_CHECKING:
    from memcli.life.consolidating import Edit, Work

FOLDER = "summary"


def tree(work: Work) -> list[Edit]:
    """The summaries of days, weeks, months and years whose entries changed."""
    told = _told(work)
    fresh, gone = timetree.grown(told, _standing(work, told))
    work.counts["time tree refreshed"] = len(fresh)
    return [*_edits(work, fresh, told), *_removals(work, gone)]


def gist(work: Work) -> list[Edit]:
    """A summary of each group of fading entries that tell one story."""
    told = _told(work)
    need = {one.id: one.strength.need(work.now) for one in work.held if not one.pinned}
    fresh, gone = themes.gists(told, need, _standing(work, told))
    return [*_edits(work, fresh, told), *_removals(work, gone)]


def verify(work: Work) -> list[Edit]:
    """Nothing is changed: what no longer stands where a summary quotes it from is told."""
    bodies = {one.id: one.body for one in _told(work)}
    for one in work.held:
        if one.derived and (broken := faults(one.entry, bodies)):
            work.remarks.append(f"{one.path}: {broken[0]}")
    return []


def faults(summary: Entry, bodies: Mapping[str, str]) -> list[str]:
    """What a summary quotes that does not stand there any more."""
    found = []
    for row in _rows(summary):
        body = bodies.get(str(row.get("id")))
        start, end = _span(row)
        if body is None:
            found.append(f"it quotes {row.get('id')}, which is not there")
        elif _sum(body[start:end]) != row.get("sha256"):
            found.append(f"what it quotes from {row.get('id')} is not there any more")
    return found


def _told(work: Work) -> list[Told]:
    """Every entry that a summary may tell, archived ones by their whole text."""
    found = []
    for _, one in sorted(work.entries.items()):
        at = next((at for name in ("event_time", "valid_from", "created") if (at := moment(one.entry.meta.get(name)))), None)
        if one.derived or at is None or not one.entry.has_id or at > work.now:
            continue
        body = work.body(one)
        found.append(Told(one.id, one.entry.title, at.astimezone(clock.UTC).date(), body, _sum(f"{one.entry.title}\n{body}")[:16]))
    return found


def _standing(work: Work, told: Sequence[Told]) -> dict[str, Standing]:
    """The summaries that are there, by node. One that quotes what is not there any more has no digest, so that it is made anew."""
    bodies = {one.id: one.body for one in told}
    found = {}
    for one in work.held:
        source = one.entry.meta.get("source")
        if one.derived and isinstance(source, dict):
            whole = not faults(one.entry, bodies)
            found[str(source.get("uri"))] = Standing(str(source.get("of")) if whole else "", tuple(_quotes(one.entry, bodies)))
    return found


def _quotes(summary: Entry, bodies: Mapping[str, str]) -> Iterator[Quote]:
    for row in _rows(summary):
        start, end = _span(row)
        yield Quote(str(row.get("id")), start, end, bodies.get(str(row.get("id")), "")[start:end])


def _rows(summary: Entry) -> list[dict[str, Value]]:
    rows = summary.meta.get("derived_from")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _span(row: Mapping[str, Value]) -> tuple[int, int]:
    span = row.get("span")
    if isinstance(span, list) and len(span) == 2 and isinstance(span[0], int) and isinstance(span[1], int) and 0 <= span[0] <= span[1]:
        return span[0], span[1]
    return 0, 0


def _edits(work: Work, fresh: Sequence[Summary], told: Sequence[Told]) -> list[Edit]:
    from memcli.life.consolidating import Edit

    titles = {one.id: one.title for one in told}
    stems = {one.id: path.rpartition("/")[2].removesuffix(".md") for path, one in work.entries.items()}
    edits = []
    for one in fresh:
        path = path_of(one)
        quoted = len({quote.id for quote in one.quotes})
        edits.append(Edit(path, rendered(one, stems, titles), f"quotes {names.count(quoted, 'entry', 'entries')}"))
    return edits


def _removals(work: Work, gone: Sequence[str]) -> list[Edit]:
    from memcli.life.consolidating import Edit

    own = {str(source.get("uri")): one.path for one in work.held if one.derived and isinstance(source := one.entry.meta.get("source"), dict)}
    return [Edit(own[node], None, "too few entries are left") for node in gone if node in own]


def path_of(one: Summary) -> str:
    """`summary/2026/month-2026-11.md`"""
    level, _, name = one.node.partition("/")
    return f"{FOLDER}/{name[:4]}/{level}-{name}.md"


def rendered(one: Summary, stems: Mapping[str, str], titles: Mapping[str, str]) -> bytes:
    """The file of a summary: what it quotes, each with the entry that it is from, and in the front matter the exact spans. Nothing in it tells when
    it was made, so that two clones make the same."""
    began = datetime(one.start.year, one.start.month, one.start.day, tzinfo=clock.UTC)
    derived: list[Value] = [{"id": quote.id, "span": [quote.start, quote.end], "sha256": _sum(quote.text)} for quote in one.quotes]
    fields: dict[str, Value] = {
        "id": ids.stable_id(began, f"{MACHINE} {one.node}"), "title": one.title, "type": "summary", "state": "cold", "created": clock.rfc3339(began),
        "valid_from": one.start.isoformat(), "valid_to": one.end.isoformat(), "source": {"plugin": MACHINE, "uri": one.node, "of": one.digest},
        "derived_from": derived}
    lines = [f"# {one.title}", ""]
    lines += [f"- {' '.join(quote.text.split())} ([[{stems.get(quote.id, quote.id)}|{_label(titles.get(quote.id, ''))}]])" for quote in one.quotes]
    return text.render(fields, "\n".join(lines) + "\n")


def _label(title: str) -> str:
    return "".join(" " if sign in "[]|\n#^" else sign for sign in title)[:60].strip() or "source"


def _sum(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
