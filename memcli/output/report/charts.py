"""How are the report's charts drawn? As SVG of plain rectangles, stretched to the width there is, and coloured by the page's style sheet; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

DAYS_MAX, MONTHS_MAX, YEARS_MAX = 62, 60, 80  # bars of one kind, above which the next kind is taken
EARLIER, LATER = "earlier", "later"


@dataclass(frozen=True, slots=True)
class Period:
    """A bar of the timeline: its label, and the days (YYYY-MM-DD) from which and to which it reaches, both included."""

    label: str
    first: str
    last: str


def periods(days: Iterable[str], now: datetime) -> list[Period]:
    """Days, months or years in a row that hold all of `days`; where that would be years for the sake of a few far off, months that hold all but
    the outermost fiftieth. What lies outside has one period before and one after."""
    known = sorted(days)
    if not known:
        return []
    row = _row(known[0], known[-1])
    if not row:
        row = _row(known[len(known) // 50], known[-1 - len(known) // 50]) or _years(known[0], known[-1], now)
    before, after = [day for day in known if day < row[0].first], [day for day in known if day > row[-1].last]
    return [*([Period(EARLIER, before[0], before[-1])] if before else []), *row, *([Period(LATER, after[0], after[-1])] if after else [])]


def _row(first: str, last: str) -> list[Period]:
    """Days or months from one day to another; none where they would be too many."""
    start, end = datetime.fromisoformat(first).toordinal(), datetime.fromisoformat(last).toordinal()
    if end - start < DAYS_MAX:
        days = [datetime.fromordinal(at).date().isoformat() for at in range(start, end + 1)]
        return [Period(day, day, day) for day in days]
    from_, to = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (first, last))
    months = [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(from_, to + 1)] if to - from_ < MONTHS_MAX else []
    return [Period(month, f"{month}-01", f"{month}-31") for month in months]


def _years(first: str, last: str, now: datetime) -> list[Period]:
    """The years from one day to another, none after the next and at most YEARS_MAX."""
    to = max(min(int(last[:4]), now.year + 1), int(first[:4]))
    return [Period(f"{year:04}", f"{year:04}-01-01", f"{year:04}-12-31") for year in range(max(int(first[:4]), to - YEARS_MAX + 1), to + 1)]


def stacked(columns: Sequence[Sequence[tuple[str, int]]], titles: Sequence[str], name: str) -> str:
    """Bars side by side, each of parts (class, count) from the ground up."""
    top = max((sum(count for _, count in column) for column in columns), default=0) or 1
    parts = [f'<svg class="bars" viewBox="0 0 {len(columns) * 10} 100" preserveAspectRatio="none" role="img" aria-label="{name}">']
    for at, (column, title) in enumerate(zip(columns, titles)):
        parts.append(f'<g data-p="{at}"><title>{title}</title><rect class="hit" x="{at * 10}" width="10" height="100"/>')
        below = 0.0
        for kind, count in column:
            height = count / top * 100
            if count:
                parts.append(f'<rect class="{kind}" x="{at * 10 + 1}" y="{100 - below - height:.2f}" width="8" height="{height:.2f}"/>')
            below += height
        parts.append("</g>")
    return "".join([*parts, "</svg>"])


def band(shares: Sequence[tuple[str, int]], name: str) -> str:
    """One bar from left to right, of parts (class, count)."""
    total, at = sum(count for _, count in shares) or 1, 0.0
    parts = [f'<svg class="band" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="{name}">']
    for kind, count in shares:
        parts.append(f'<rect class="{kind}" x="{at:.2f}" width="{count / total * 100:.2f}" height="1"/>')
        at += count / total * 100
    return "".join([*parts, "</svg>"])


def share(value: float) -> str:
    """A small bar for 0..1."""
    return f'<svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="{value * 100:.0f}" height="1"/></svg>'


def tenths(values: Iterable[float]) -> list[int]:
    """How many of `values` (0..1) lie in each tenth."""
    counted = Counter(min(int(value * 10), 9) for value in values)
    return [counted[tenth] for tenth in range(10)]
