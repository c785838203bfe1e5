"""Does a merge lose nothing, always parse, care not which side is which, and give itself when it is made again?

The default run makes 200 random merges; the campaign 2,000 and more: MERGES=2000 pytest tests/property/test_random_merges.py -s
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest
import versions

from memcli.entries import merging, text
from memcli.entries.frontmatter import same
from memcli.entries.model import Value

MERGES = int(os.environ.get("MERGES", "200"))


def fields(data: bytes) -> dict[str, Value]:
    entry = text.read(data, "x.md")
    assert entry.problem is None, (entry.problem, data)
    return dict(entry.meta)


def lost(old: Mapping[str, Value], one: Mapping[str, Value], other: Mapping[str, Value], found: Mapping[str, Value]) -> list[str]:
    """Names that should be in a merge and are not: those that a side has and the other did not take away, and those that both have."""
    kept = [name for name in {**one, **other} if name in one and name in other
            or name not in old or not same(old[name], (one if name in one else other)[name])]
    return [name for name in kept if name not in found]


def test_random_merges_keep_the_promises(capsys: pytest.CaptureFixture[str]) -> None:
    conflicts = 0
    for seed in range(MERGES):
        old, one, other = versions.versions(seed)
        done, turned = merging.merge(old, one, other), merging.merge(old, other, one)
        found, mirror = fields(done.data), fields(turned.data)
        assert lost(fields(old), fields(one), fields(other), found) == [], seed
        assert same(found, mirror) and bool(done.conflicts) == bool(turned.conflicts), seed
        assert merging.merge(old, done.data, done.data).data == done.data
        for side in (one, other, old):
            assert merging.merge(side, done.data, side) == merging.merge(side, side, done.data) == merging.Merged(done.data), seed
        assert bool(done.conflicts) == (found.get("conflict") is True)
        for line in {*text.read(one, "x.md").body.splitlines()} & {*text.read(other, "x.md").body.splitlines()}:
            assert line in text.read(done.data, "x.md").body.splitlines(), seed
        conflicts += bool(done.conflicts)
    with capsys.disabled():
        if "MERGES" in os.environ:
            print(f"\n{MERGES} random three-way merges: no key lost, all parse, commutative on fields, idempotent; {conflicts} with a conflict shown")
    assert 0 < conflicts < MERGES
