"""Which fixtures do the ingest plugins have? `fixtures/ingest/PLUGIN/case.json` lists them: a `source` beside it, `options`, how many drafts to `expect`,
whether it `refuses` some.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES


@dataclass(frozen=True, slots=True)
class Case:
    """One fixture of a plugin."""

    plugin: str
    number: int
    source: str
    options: dict[str, str]
    expect: int
    refuses: bool

    @property
    def name(self) -> str:
        """PLUGIN-N."""
        return f"{self.plugin}-{self.number}"


def cases() -> list[Case]:
    """All of them, by plugin."""
    found = []
    for path in sorted(Path(FIXTURES, "ingest").glob("*/case.json")):
        rows: list[dict[str, Any]] = json.loads(path.read_text())
        for number, row in enumerate(rows, 1):
            source = os.path.normpath(path.parent / row["source"])
            found.append(Case(path.parent.name, number, source, row.get("options", {}), row["expect"], row.get("refuses", False)))
    return found


CASES = cases()
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
