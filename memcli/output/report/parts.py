"""What stands in the report before any script runs? Its tables, charts and remarks as HTML, in which every text of an entry is escaped; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from memcli.life.names import count
from memcli.life.picture import Picture, Shown
from memcli.output import terminal
from memcli.output.report import charts
from memcli.output.report.charts import Period

ORDER = ("core", "long", "short", "cold", "archived", "working")  # of states: from what stays to what is put away
FADING_SHOWN, NEWEST_SHOWN, LINKED_SHOWN = 12, 20, 10
_MEANS = {"core": "always kept in mind", "long": "in use for long", "short": "new, or not proven yet",
          "cold": "not needed lately; searched when nothing else is found",
          "archived": "packed away; can be restored", "working": "scratch"}
_FAR_DAYS = 3_650


def safe(text: str) -> str:
    """A text of an entry as HTML, on one line, with what would not be seen made visible."""
    return escape(terminal.line(text))


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def told(amount: int, one: str, many: str = "") -> str:
    """`1 entry`, `12,345 entries`."""
    return count(amount, one, many).replace(str(amount), number(amount), 1)


def called(one: Picture, at: int) -> str:
    """An entry's title; with its path where another has the same title."""
    shown = one.shown[at]
    more = f' <span class="means">{safe(shown.path)}</span>' if shown.title in one.twins else ""
    return f'<span data-e="{at}">{safe(shown.title)}</span>{more}'


def day(at: datetime) -> str:
    """`23 November 2026`."""
    return f"{at.day} {at:%B} {at.year}"


def head(one: Picture) -> str:
    """One sentence on what this is."""
    days = [shown.at[:10] for shown in one.shown if shown.at]
    span = f', from <span class="d">{min(days)}</span> to <span class="d">{max(days)}</span>' if days else ""
    return f"{told(one.entries, 'entry', 'entries')}{span}. As of {day(one.now)}, {one.now:%H:%M} UTC."


def remarks(one: Picture, *, texts: bool) -> str:
    """What a reader should know of what is not here."""
    found = []
    if one.filters:
        found.append(f"Not the whole vault: {safe(one.filters)}.")
    if one.masked:
        found.append(f"{told(one.masked, 'entry', 'entries')} held what looks like a secret; it is masked here.")
    if not texts:
        found.append("Titles only: the texts were left out.")
    cut = sum(shown.cut for shown in one.shown)
    if cut:
        found.append(f"Of {told(cut, 'long text')} the first {number(one.cut_at)} characters are here; only those are searched.")
    if one.entries > len(one.shown):
        older = number(one.entries - len(one.shown))
        found.append(f"The newest {number(len(one.shown))} entries are listed; {older} older ones are only counted among the states.")
    return f'<ul class="remarks">{"".join(f"<li>{line}</li>" for line in found)}</ul>' if found else ""


def states(one: Picture) -> str:
    """The ladder: a band, and a row per state."""
    rungs = {rung.state: rung for rung in one.standing.rungs}
    present = [state for state in ORDER if state in rungs]
    band = charts.band([(f"s-{state}", rungs[state].entries) for state in present], "entries by state")
    rows = "".join(
        f'<tr><th scope="row"><span class="state"><svg class="dot" viewBox="0 0 10 10" aria-hidden="true">'
        f'<rect class="s-{state}" width="10" height="10" rx="2"/></svg>{state}</span> <span class="means">{_MEANS[state]}</span></th>'
        f'<td class="n">{number(rungs[state].entries)}</td><td class="n">{rungs[state].need:.0%}</td>'
        f'<td class="n">{rungs[state].retrievability:.0%}</td></tr>' for state in present)
    return (f'{band}<table class="states"><thead><tr><th scope="col">State</th><th scope="col" class="n">Entries</th><th scope="col" class="n">Needed</th>'
            f'<th scope="col" class="n">Known</th></tr></thead><tbody>{rows}</tbody></table>'
            '<p class="note">Needed: how likely an entry is wanted now, from its age and its uses. Known: how likely it is still known by heart. '
            "Both are the mean of the state.</p>")


def types(one: Picture) -> str:
    """How many of each type."""
    ordered = sorted(one.standing.types.items(), key=lambda pair: (-pair[1], pair[0]))
    return '<p class="types">' + ", ".join(told(amount, safe(name), "summaries" if name == "summary" else "") for name, amount in ordered) + "</p>"


def timeline(one: Picture, row: Sequence[Period]) -> str:
    """A bar per period, of the states of what happened then."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for shown in one.shown:
        for at, period in enumerate(row):
            if shown.at and period.first <= shown.at[:10] <= period.last:
                counts[at][shown.state] += 1
                break
    columns = [[(f"s-{state}", counts[at][state]) for state in ORDER] for at in range(len(row))]
    totals = [counts[at].total() for at in range(len(row))]
    if not any(totals):
        return '<p class="note">No entry says when it happened.</p>'
    titles = [f"{period.label}: {told(total, 'entry', 'entries')}" for period, total in zip(row, totals)]
    most = max(range(len(row)), key=lambda at: totals[at])
    silent = sum(not shown.at for shown in one.shown)
    note = f" {told(silent, 'entry says', 'entries say')} not when." if silent else ""
    return (f'<div class="chart" id="periods"><span class="top">{number(totals[most])}</span>{charts.stacked(columns, titles, "entries over time")}</div>'
            f'{_axis([period.label for period in row])}'
            f'<p class="note">By event time, else valid_from, else creation; colours as above. Most in {row[most].label}: {number(totals[most])}.{note}'
            '<span class="js"> Choose a bar to see its entries.</span></p>')


def _axis(labels: Sequence[str]) -> str:
    """The first label, the last, and some between them."""
    steps = min(len(labels) - 1, 4) or 1
    chosen = dict.fromkeys(round(at * (len(labels) - 1) / steps) for at in range(steps + 1))
    return '<div class="axis" aria-hidden="true">' + "".join(f"<span>{labels[at]}</span>" for at in chosen) + "</div>"


def fading(one: Picture) -> str:
    """What is fading: how much is still known, and what is worth a look first."""
    own = [shown for shown in one.shown if shown.cold_days is not None]
    due = one.fading
    if not own:
        return '<p class="note">Nothing here fades.</p>'
    tenths = charts.tenths(shown.retrievability for shown in own)
    columns = [[("low" if tenth < 9 else "high", amount)] for tenth, amount in enumerate(tenths)]
    titles = [f"{tenth * 10} to {tenth * 10 + 10} %: {told(amount, 'entry', 'entries')}" for tenth, amount in enumerate(tenths)]
    table = "".join(_fading_rows(one, due[:FADING_SHOWN]))
    order = "; those that matter most and are most forgotten come first" if len(due) > 1 else ""
    more = f" The first {FADING_SHOWN} of them:" if len(due) > FADING_SHOWN else ""
    listed = (f'<table class="fading"><thead><tr><th scope="col">Entry</th><th scope="col" class="n">Known</th><th scope="col">Last used</th>'
              f'<th scope="col">Goes cold</th></tr></thead><tbody>{table}</tbody></table>') if due else ""
    return (f'<p>{number(len(due))} of {told(len(own), "entry that fades", "entries that fade")} {"is" if len(due) == 1 else "are"} known with less than 90 %'
            f"{order}.{more}</p>{listed}"
            f'<h3>How well they are known</h3><div class="chart small"><span class="top">{number(max(tenths))}</span>'
            f'{charts.stacked(columns, titles, "entries by how well they are known")}</div>{_axis(["0 %", "25 %", "50 %", "75 %", "100 %"])}')


def _fading_rows(one: Picture, places: Sequence[int]) -> Iterator[str]:
    for at in places:
        shown = one.shown[at]
        used = f"{shown.last:%Y-%m-%d}" if shown.uses else "never"
        yield (f'<tr><td>{called(one, at)}</td><td class="n">{charts.share(shown.retrievability)}<b>{shown.retrievability:.0%}</b></td>'
               f'<td class="d">{used}</td><td class="d">{_cold(shown)}</td></tr>')


def _cold(shown: Shown) -> str:
    days = shown.cold_days or 0.0
    return "now" if round(days) == 0 else f"in {told(round(days), 'day')}" if days < _FAR_DAYS else "not in ten years"


def year(one: Picture) -> str:
    """What the year will bring."""
    months = one.standing.months
    hot, cold, archived = months[-1]
    columns = [[("s-long", month[0]), ("s-cold", month[1]), ("s-archived", month[2])] for month in months]
    titles = [f"in {told(at, 'month')}: {number(month[0])} hot, {number(month[1])} cold, {number(month[2])} archived" for at, month in enumerate(months)]
    return (f'<h3>The year to come</h3><div class="chart small"><span class="top">{number(sum(months[0]))}</span>'
            f'{charts.stacked(columns, titles, "entries over the coming year")}</div>{_axis(["now", "in 3 months", "6", "9", "in a year"])}'
            f'<p class="note">If nothing is used: {number(hot)} hot, {number(cold)} cold, {number(archived)} archived in a year. '
            'Orange is hot, searched first; blue is cold; grey is archived.</p>')


def linked(one: Picture, degrees: Counter[int], drawn: int) -> str:
    """The most linked entries, and what the graph leaves out."""
    if not degrees:
        return '<p class="note">No entry links to another.</p>'
    first = degrees.most_common(LINKED_SHOWN)
    rows = "".join(f'<tr><td>{called(one, at)}</td><td class="n">{number(links)}</td></tr>' for at, links in first)
    alone = len(one.shown) - len(degrees)
    some = f"; drawn are {number(drawn)} of the most linked, {number(len(degrees) - drawn)} are left out" if drawn < len(degrees) else ""
    return (f'<p>{told(len(one.links), "link")} among {told(len(degrees), "entry", "entries")}{some}. {told(alone, "entry has", "entries have")} none.</p>'
            '<div class="split"><div id="graph" class="js"></div><div><table class="linked"><thead><tr><th scope="col">Most linked</th>'
            f'<th scope="col" class="n">Links</th></tr></thead><tbody>{rows}</tbody></table></div></div>')


def newest(one: Picture) -> str:
    """The newest entries, for a reader without scripts."""
    rows = "".join(f'<tr><td class="d">{shown.at[:10] or "-"}</td><td>{called(one, at)}</td><td class="d">{safe(shown.type)}</td>'
                   f'<td class="d">{safe(shown.state)}</td></tr>' for at, shown in enumerate(one.shown[:NEWEST_SHOWN]))
    return ('<table class="newest"><thead><tr><th scope="col">Day</th><th scope="col">Entry</th><th scope="col">Type</th>'
            f'<th scope="col">State</th></tr></thead><tbody>{rows}</tbody></table>')
