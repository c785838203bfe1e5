"""Does every ingest plugin make of its fixture just the entries that are on record, and keep the contract?

What the cases of tests/support/cases.py become is `fixtures/golden/PLUGIN-N.txt`; `pytest tests/contract --regenerate` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from box import FIXTURES, NOW
from cases import CASES, Case, each

from memcli import clock
from memcli.entries import text
from memcli.extend import registry
from memcli.extend.conformance import check_ingest
from memcli.extend.contracts import Rejected, Source
from memcli.extend.intake import entries_of


def test_every_plugin_has_a_case() -> None:
    assert {case.plugin for case in CASES} == set(registry.builtin())


def told(case: Case) -> str:
    """What the fixture becomes, as text: each entry behind its path, each refusal behind its place."""
    plugin = registry.load(case.plugin)
    parts = []
    for one in entries_of(plugin.name, plugin.read(Source.open(case.source), case.options), clock.parse(NOW)):
        if isinstance(one, Rejected):
            parts.append(f"!!! {one.position}: {one.reason}\n")
        else:
            parts.append(f"=== {one.path} ({one.position})\n{text.render(one.fields, one.body).decode()}")
    return "\n".join(parts)


@each
def test_a_fixture_becomes_the_entries_on_record(case: Case, request: pytest.FixtureRequest) -> None:
    path = Path(FIXTURES, "golden", f"{case.name}.txt")
    found = told(case)
    if request.config.getoption("--regenerate"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")
    assert found.count("\n=== ") + found.startswith("=== ") == case.expect


@each
def test_it_keeps_the_contract(case: Case) -> None:
    broken = check_ingest(registry.load(case.plugin), case.source, expect=case.expect, options=case.options)
    assert [line for line in broken if not (case.refuses and line.startswith("rejects "))] == []
