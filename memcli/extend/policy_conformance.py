"""Does a policy keep the contract? The suite that every policy passes, ours and a stranger's.

    from memcli.extend.conformance import check_policy
    assert check_policy(my_policy) == []
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from memcli.errors import PluginFailed
from memcli.extend import judging
from memcli.extend.contracts import API_VERSION
from memcli.extend.policy import Policy, Remembered

_NOW = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)
_STATES = ("short", "long", "cold", "core", "archived")


def sample(count: int) -> list[Remembered]:
    """Entries of all kinds, always the same."""
    found = []
    for number in range(count):
        created = _NOW - timedelta(days=number * 7 % 900)
        found.append(Remembered(
            id=f"{number:026d}", path=f"note/{number}.md", title=f"Entry {number}", type="note" if number % 3 else "event", state=_STATES[number % 5],
            tags=("x",) if number % 2 else (), key="", size_bytes=100 + number * 37 % 4000, created=created,
            last=created + timedelta(days=(number % 7) * 3) if number % 4 else created, uses=number % 4, days=number % 3, stability=2.3 + number % 50,
            difficulty=1 + number % 9, need=(number * 13 % 100) / 99, worth=(number * 17 % 100) / 99, retrievability=(number * 29 % 100) / 99,
            importance=(number * 7 % 11) / 10,
            confidence=0.7, pinned=number % 17 == 3, expires=_NOW - timedelta(days=1) if number % 23 == 5 else None,
            words=frozenset(f"word{number * step % 31}" for step in range(1, 9))))
    return found


def check_policy(policy: Policy, options: Mapping[str, str] | None = None) -> list[str]:
    """One line per broken rule, [] when there is none. `options` are what the policy needs to work at all."""
    broken = [f"lacks {name}" for name in ("name", "summary", "api_version", "judge") if not hasattr(policy, name)]
    if broken:
        return broken
    if policy.api_version != API_VERSION:
        broken.append(f"api_version is {policy.api_version}, not {API_VERSION}")
    return broken + list(_judged(policy, options or {}))


def _judged(policy: Policy, options: Mapping[str, str]) -> Iterator[str]:
    entries = sample(200)
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            first = judging.verdicts(policy, entries, _NOW, options)
            second = judging.verdicts(policy, list(entries), _NOW, dict(options))
            order = [verdict.id for verdict in policy.judge(entries, _NOW, options)]
    except PluginFailed as error:
        yield error.message
        return
    if out.getvalue():
        yield "prints; a policy only yields"
    if first != second:
        yield "judges the same entries differently the second time"
    if order != [entry.id for entry in entries]:
        yield "does not keep the order of the entries"
    yield from (f"would {verdict.action} {entry.id}, which is {'pinned' if entry.pinned else entry.state}" for entry, verdict in zip(entries, first)
                if verdict.action != "keep" and (entry.pinned or entry.state in ("core", "archived")))
    yield from _odd(policy, options, entries)


def _odd(policy: Policy, options: Mapping[str, str], entries: Sequence[Remembered]) -> Iterator[str]:
    """What comes from clocks that are off and vaults of any size may raise nothing; an option that is unknown must."""
    for what, odd, now in (
        ("no entries", [], _NOW), ("one entry", entries[:1], _NOW), ("3000 entries", sample(3000), _NOW),
        ("a clock set back ten years", entries, _NOW - timedelta(days=3650)), ("a clock a century ahead", entries, _NOW + timedelta(days=36500)),
        ("entries of no bytes and words", [replace(entry, size_bytes=0, words=frozenset()) for entry in entries], _NOW),
    ):
        try:
            judging.verdicts(policy, odd, now, options)
        except PluginFailed as error:
            yield f"{what}: {error.message}"
    try:
        list(policy.judge(entries, _NOW, {**options, "no-such-option": "1"}))
        yield "takes an option that it does not know"
    except PluginFailed:
        pass
    except Exception as error:
        yield f"raises {type(error).__name__} for an unknown option, not PluginFailed"
