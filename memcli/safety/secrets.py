"""Which parts of a text are secrets: keys, tokens, passwords? By anchored rules that are data (safety/rules/secrets.json); pure.

A token is known by its prefix, a value by the word before it (`password = ...`) and only then by how random it looks. What stands for a secret in an
example, hashes, ids and variables are none. `gate` says quickly that a text holds no secret: then nothing is loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from memcli.safety import gate


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: the rule's name, from which character to which (not included), on which line (from 1)."""

    rule: str
    start: int
    end: int
    line: int


def find(text: str) -> list[Finding]:
    """Every secret, in order, none within another. Takes time in proportion to the text, whatever stands in it."""
    if not gate.secrets(text):
        return []
    from memcli.safety import rules, worth

    low = rules.lowered(text)
    spans: list[tuple[int, int, int, str]] = []
    for rank, rule in enumerate(rules.load("secrets")):
        for match in rules.matches(rule, text, low):
            span = worth.span(rule, match)
            if span is not None:
                spans.append((span[0], span[1], rank, rule.name))
    return located(text, _apart(spans))


def _apart(spans: list[tuple[int, int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans that overlap as one, by the name of the most special rule (the first in the file)."""
    joined: list[tuple[int, int, int, str]] = []
    for start, end, rank, name in sorted(spans):
        if joined and start < joined[-1][1]:
            before = joined[-1]
            best = min((before[2], before[3]), (rank, name))
            joined[-1] = (before[0], max(before[1], end), *best)
        else:
            joined.append((start, end, rank, name))
    return [(start, end, name) for start, end, _, name in joined]


def located(text: str, spans: list[tuple[int, int, str]]) -> list[Finding]:
    """Findings with their lines, for spans (start, end, rule) in order."""
    found = []
    line, seen = 1, 0
    for start, end, name in spans:
        line += text.count("\n", seen, start)
        seen = start
        found.append(Finding(name, start, end, line))
    return found


def redacted(text: str, known: frozenset[str] = frozenset()) -> str:
    """The text with `[secret: rule]` in the place of every secret but those `known`. What has been redacted stays as it is."""
    return replaced(text, [one for one in find(text) if text[one.start:one.end] not in known], "secret")


def replaced(text: str, findings: list[Finding], kind: str) -> str:
    """The text with `[kind: rule]` in the place of findings, which are in order and apart."""
    parts, at = [], 0
    for one in findings:
        parts += [text[at:one.start], f"[{kind}: {one.rule}]"]
        at = one.end
    return "".join([*parts, text[at:]])


def masked(secret: str) -> str:
    """A secret as a message may show it: at most four characters of its beginning, and never more than an eighth of it."""
    shown = re.match(r"[!-~]*", secret[:min(4, len(secret) // 8)])
    return f"{shown[0] if shown else ''}****"
