"""Does an entry pass `tag:`, `type:`, `path:` and their like? The exact values a document is filtered by, and the test of one.

The engine and the documents beside it use the same values and the same patterns, so they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from memcli import clock
from memcli.index import analysis
from memcli.index.ask import Between, Condition, Filter
from memcli.index.document import Document

RAW_FIELDS = ("tag", "type", "state", "key", "source", "id", "where", "titled", "called", "links")
_META = re.compile(r"[\\.+*?()|\[\]{}^$]")
_ANY = "(.|\n)"


def raw(document: Document) -> dict[str, list[str]]:
    """The exact values of a document, lower case: tags with the ones above them, the path with its folders."""
    from memcli.index import graph

    tags = [folded for tag in document.tags if (folded := fold(tag).lstrip("#"))]
    values = {
        "tag": [above for tag in tags for above in _levels(tag)],
        "type": [document.type],
        "state": [document.state],
        "key": [fold(document.key)],
        "source": [fold(document.source)],
        "id": [fold(document.id)],
        "where": [*_folders(fold(document.path)), fold(document.path)],
        "titled": [fold(document.title)],
        "called": graph.names(document.id, document.title, document.path, document.aliases),
        "links": list(document.links),
    }
    return {field: list(dict.fromkeys(value for value in found if value)) for field, found in values.items()}


def fold(text: str) -> str:
    """One spelling for comparing."""
    return analysis.normal(text).lower()


def exact(condition: Filter) -> Filter:
    """The condition on one of RAW_FIELDS, folded; `title` words that cannot be stemmed become a part of the whole title."""
    value = fold(condition.value)
    if condition.field == "path":
        return Filter("where", condition.op, value)
    if condition.field == "title":
        return Filter("titled", "contains", value)
    return Filter(condition.field, condition.op, value.lstrip("#") if condition.field == "tag" else value)


def pattern(op: str, value: str) -> str:
    """The regular expression, for a whole value, that both Python and the engine understand."""
    if op == "glob":
        return "".join({"*": _ANY + "*", "?": _ANY}.get(char) or _escaped(char) for char in value)
    return f"{_ANY}*{_escaped(value)}{_ANY}*" if op == "contains" else f"{_escaped(value)}{_ANY}*"


def title_stems(condition: Condition, words: Callable[[str, str], list[str]]) -> list[str]:
    """The stems a `title:` condition asks for; none when it has to be looked for as a part of the whole title instead."""
    if not isinstance(condition, Filter) or condition.field != "title" or analysis.runs(condition.value):
        return []
    return words("stem", condition.value)


def seconds(text: str) -> int | None:
    """RFC 3339 text as whole seconds since 1970, None where there is none."""
    if not text:
        return None
    try:
        return int(clock.parse(text).timestamp())
    except ValueError:
        return None


def passes(document: Document, condition: Condition, words: Callable[[str, str], list[str]]) -> bool:
    """Whether the document meets the condition. `words` cuts a text with a named analyzer."""
    if isinstance(condition, Between):
        at = seconds(document.created if condition.field == "created" else document.updated)
        if at is None or (condition.start is not None and at < condition.start):
            return False
        return condition.end is None or at < condition.end
    stems = title_stems(condition, words)
    if stems:
        return set(stems) <= set(words("stem", analysis.texts(document)["title"]))
    test = exact(condition)
    values = raw(document)[test.field]
    if test.op == "is":
        return test.value in values
    fits = re.compile(pattern(test.op, test.value)).fullmatch
    return any(fits(value) for value in values)


def _levels(tag: str) -> list[str]:
    """`a/b` stands below `a`: both."""
    parts = tag.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]


def _escaped(text: str) -> str:
    return _META.sub(r"\\\g<0>", text)
