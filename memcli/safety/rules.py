"""Where in a text do rules that are data (safety/rules/*.json) match? In linear time, and only rules whose words occur are compiled; pure.

A rule is tried where one of its `literals` stands, never at every character. Each repetition in a pattern is bounded, and a rule that names a kind
of token (no `fold`) matches only where its run of letters begins, so that a text made of nothing but beginnings costs no more than another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_START = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt])|(?<=%[0-9A-F][0-9A-F]))"
_END = r"(?![A-Za-z0-9])"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `literals`: one of these occurs (in lower case and any case with `fold`), at the beginning of the match, after at most
    `reach` characters of `back`;
    one of `needs` occurs too, anywhere. What a match must be besides: `check` (a name that the caller knows), `entropy` (bits a character) and
    `least` (characters). `why` is for messages."""

    name: str
    literals: tuple[str, ...]
    pattern: str
    fold: bool = False
    bare: bool = False
    needs: tuple[str, ...] = ()
    back: str = ""
    reach: int = 0
    check: str = ""
    entropy: float = 0.0
    least: int = 0
    why: str = ""


@lru_cache(maxsize=4)
def load(name: str) -> tuple[Rule, ...]:
    """The rules of `safety/rules/NAME.json`, in their order."""
    import json
    import os

    with open(f"{os.path.dirname(__file__)}/rules/{name}.json", encoding="utf-8") as file:
        data = json.load(file)
    return tuple(map(_rule, data["rules"]))


def _rule(row: dict[str, Any]) -> Rule:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Rule(**fields)


def lowered(text: str) -> str:
    """The text in lower case, character for character."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(one if len(one.lower()) != 1 else one.lower() for one in text)


def matches(rule: Rule, text: str, low: str) -> Iterator[re.Match[str]]:
    """Where a rule matches, from the beginning on, none within another; `low` is `lowered(text)`."""
    where = low if rule.fold else text
    if rule.needs and not any(word in low for word in rule.needs):
        return
    places = _places(rule.literals, where)
    if not places:
        return
    matcher = _compiled(rule)
    done = 0
    for place in places:
        start = place
        while start > done and place - start < rule.reach and text[start - 1] in rule.back:
            start -= 1
        if start < done:
            continue
        match = matcher.match(text, start)
        if match is not None:
            yield match
            done = max(match.end(), done)


def _places(literals: tuple[str, ...], where: str) -> list[int]:
    """Every place of every literal, in order."""
    found = []
    for literal in literals:
        at = where.find(literal)
        while at >= 0:
            found.append(at)
            at = where.find(literal, at + len(literal))
    return sorted(set(found))


@lru_cache(maxsize=256)
def _compiled(rule: Rule) -> re.Pattern[str]:
    pattern = rule.pattern if rule.fold or rule.bare else f"{_START}(?:{rule.pattern}){_END}"
    return re.compile(pattern, re.IGNORECASE if rule.fold else 0)
