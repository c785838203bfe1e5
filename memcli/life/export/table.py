"""How does a vault look as a table? One row per entry; a cell that a spreadsheet would run as a formula begins with a quote mark."""

from __future__ import annotations

import csv
import io

from memcli.entries.model import Entry, Value
from memcli.life.export.formats import Pieces, Read

COLUMNS = ("id", "title", "type", "state", "created", "updated", "tags", "importance", "confidence", "path", "body")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the last four: what some programs take for the first


def pieces(read: Read) -> Pieces:
    """The head and the rows."""
    yield "", _row(list(COLUMNS))
    for entry in read():
        yield "", _row([safe(cell) for cell in _cells(entry)])


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cells(entry: Entry) -> list[str]:
    return [entry.id, entry.title, entry.type, entry.state, entry.created, entry.updated, " ".join(entry.tags), _number(entry.meta.get("importance")),
            _number(entry.meta.get("confidence")), entry.path, entry.body.strip()]


def _number(value: Value) -> str:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _row(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([cell.replace("\0", "") for cell in cells])
    return out.getvalue().encode("utf-8", "replace")
