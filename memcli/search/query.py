"""What did the user ask? Reads a query line into an `Ask`.

    word            any form of the word; several words are alternatives, the more of them the better
    "some words"    exactly these words side by side, stop words too
    pre*            words that begin so
    -word           not this; also -"a phrase", -pre*, -tag:x
    tag:python      filters: tag, type, state, title, path, key, source, id, created, updated
    type:fact,event alternatives; so are repeated filters on a field with one value; repeated tag, title and dates must all hold
    path:folder/    below a folder; path:a/b begins so; path:*.md fits the pattern; path:word is part of the path
    key:user/*      a star at the end means: begins so (also for tag and source)
    created:2026-01 the whole month; also a year, a day, >2026-01 (after it), >=, <, <=, 2026-01..2026-03 (the whole of March too)

Tolerant of everything else: an unbalanced quote, a lone star and an unknown `field:` are searched as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from memcli.entries.model import STATES, TYPES
from memcli.errors import Usage
from memcli.index import analysis
from memcli.index.ask import Ask, Condition, Filter, Not, Phrase, Positive, Prefix, Term
from memcli.search import dates

WORDS_MAX = 256
LONGEST = 1_000  # characters of a word; of a longer one the beginning is looked for
LETTERS_MAX = 16_000  # characters of all words together
_SINGLE = ("type", "state", "path", "key", "source", "id")  # one value per entry: repeated, they are alternatives
_FIELDS = ("tag", "title", *_SINGLE, *dates.FIELDS)
_FILTER = rf'(?P<field>{"|".join(_FIELDS)}):(?:"(?P<quoted>[^"]+)"|(?P<value>[^\s"]+))'
_TOKEN = re.compile(rf'(?P<no>-(?=[^\s-]))?(?:{_FILTER}|"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_CHOICES = {"type": TYPES, "state": STATES}


def parse(text: str, *, fuzzy: bool = False, filters: Sequence[str] = ()) -> Ask:
    """The query in `text`, within `filters` (each `field:value` or `-field:value`, unquoted).

    Raises Usage on an empty query, on nothing but exclusions, on too many of them or of filters, and on a value that a field cannot have.
    """
    clauses: list[Positive | Not] = []
    conditions: list[tuple[str, tuple[Condition, ...]]] = []
    for match in _TOKEN.finditer(analysis.normal(text)):
        found = _condition(match["field"], match["quoted"] or match["value"]) if match["field"] else _clause(match)
        _take(found, match["field"], bool(match["no"]), clauses, conditions)
    for given in filters:
        excluded = given.startswith("-")
        field, colon, value = analysis.normal(given).removeprefix("-").partition(":")
        if not colon or field not in _FIELDS:
            raise Usage(f"{given!r} is not a filter", "filters are " + ", ".join(f"{known}:" for known in _FIELDS))
        _take(_condition(field, value.strip()), field, excluded, clauses, conditions)
    kept, dropped = _capped(clauses)
    ask = Ask(kept, _conjunction(conditions), fuzzy, dropped)
    _check(ask, text)
    return ask


def _take(
    found: Positive | tuple[Condition, ...] | None, field: str | None, excluded: bool,
    clauses: list[Positive | Not], conditions: list[tuple[str, tuple[Condition, ...]]],
) -> None:
    if found is None:
        return
    if isinstance(found, tuple):
        if excluded:
            clauses += [Not(condition) for condition in found]
        else:
            conditions.append((field or "", found))
    else:
        clauses.append(Not(found) if excluded else found)


def _clause(match: re.Match[str]) -> Positive | None:
    """The clause of a word or a quoted text; None where there is nothing to look for."""
    if match["phrase"] is not None:
        phrase = match["phrase"].strip()
        return Phrase(phrase) if analysis.searchable(phrase) else None
    word = match["word"].replace('"', " ").strip()
    if not analysis.searchable(word):
        return None
    stem = word.rstrip("*")
    return Prefix(stem) if stem != word and not word.startswith("*") else Term(word)


def _condition(field: str, value: str) -> tuple[Condition, ...]:
    """The alternatives of one filter. Raises Usage on a value the field cannot have."""
    if field in dates.FIELDS:
        return (dates.between(field, value),)
    values = [value] if field in ("title", "path") else [part for part in value.split(",") if part]
    if not values:
        raise Usage(f"{field}: needs a value", f"for example {field}:x; to search for the text itself, put it in quotes")
    return tuple(_filter(field, part.strip()) for part in values)


def _filter(field: str, value: str) -> Filter:
    if len(value) > LONGEST:
        raise Usage(f"{field}: has a value of more than {LONGEST} characters", "the beginning is enough, with a * at its end")
    choices = _CHOICES.get(field)
    if choices:
        if value.lower() not in choices:
            raise Usage(f"{field}:{value} is not a {field}", "one of " + ", ".join(choices))
        return Filter(field, "is", value.lower())
    if field == "path":
        return _path(value)
    if field == "id":
        return Filter(field, "prefix", value.rstrip("*"))
    if value.endswith("*") and field != "title":
        return Filter(field, "prefix", value.rstrip("*"))
    return Filter(field, "contains" if field == "title" else "is", value)


def _path(value: str) -> Filter:
    value = value.removeprefix("./").lstrip("/")
    if "*" in value or "?" in value:
        return Filter("path", "glob", value)
    if value.endswith("/"):
        return Filter("path", "is", value)
    return Filter("path", "prefix" if "/" in value else "contains", value)


def _conjunction(found: list[tuple[str, tuple[Condition, ...]]]) -> tuple[tuple[Condition, ...], ...]:
    """Each filter as alternatives; those on a field with one value joined, the others each by itself."""
    joined: dict[str | tuple[Condition, ...], dict[Condition, None]] = {}
    for field, either in found:
        joined.setdefault(field if field in _SINGLE else either, {}).update(dict.fromkeys(either))
    return tuple(map(tuple, joined.values()))


def _capped(clauses: list[Positive | Not]) -> tuple[tuple[Positive | Not, ...], int]:
    """The distinct clauses, at most WORDS_MAX and LETTERS_MAX, none longer than LONGEST: stop words go first, then what comes last. With how
    many were dropped or shortened."""
    long: dict[Positive | Not, Positive] = {clause: _shortened(clause) for clause in clauses if not isinstance(clause, Not) and len(clause.text) > LONGEST}
    distinct = list(dict.fromkeys(long.get(clause) or clause for clause in clauses))
    if len(distinct) <= WORDS_MAX and sum(map(_letters, distinct)) <= LETTERS_MAX:
        return tuple(distinct), len(long)
    stop = frozenset(analysis.STOP_WORDS)
    telling = [clause for clause in distinct if not (isinstance(clause, Term) and clause.text.lower() in stop)]
    kept: set[Positive | Not] = {clause for clause in telling if isinstance(clause, Not)}
    letters = accumulate(map(_letters, telling))
    kept.update(clause for clause, so_far in zip(telling[:WORDS_MAX], letters) if so_far <= LETTERS_MAX)
    return tuple(clause for clause in telling if clause in kept), len(distinct) - len(kept) + sum(short in kept for short in long.values())


def _shortened(clause: Positive) -> Positive:
    return type(clause)(clause.text[:LONGEST])


def _letters(clause: Positive | Not) -> int:
    return 0 if isinstance(clause, Not) else len(clause.text)


def _check(ask: Ask, text: str) -> None:
    if len(ask.negative) + sum(map(len, ask.filters)) > WORDS_MAX:
        raise Usage(f"the query has more than {WORDS_MAX} filters and exclusions", "a prefix, as in tag:x* or -word*, can stand for many")
    if ask.positive or ask.filters:
        return
    if ask.negative:
        raise Usage("a query of nothing but exclusions finds nothing", "add a word to look for, or a filter such as type:note")
    if text.strip():
        raise Usage(f"nothing to search for in {text.strip()[:40]!r}", "give at least one word or a filter such as tag:python")
    raise Usage("the query is empty", "give at least one word or a filter such as tag:python")
