"""The query language: what a line means, what is refused, what is tolerated."""

from __future__ import annotations

import pytest

from memcli.errors import Usage
from memcli.index.ask import Ask, Between, Filter, Not, Phrase, Prefix, Term
from memcli.search.query import WORDS_MAX, parse

JAN, FEB, APR = 1767225600, 1769904000, 1775001600


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("red apple", [Term("red"), Term("apple")]), ('"red apple"', [Phrase("red apple")]), ("pre*", [Prefix("pre")]), ("red red", [Term("red")]),
        ("a -b", [Term("a"), Not(Term("b"))]), ('a -"b c" -d*', [Term("a"), Not(Phrase("b c")), Not(Prefix("d"))]),
        ("a-b --dry-run -", [Term("a-b"), Term("--dry-run")]), ('"open quote', [Term("open"), Term("quote")]), ('5" disk', [Term("5"), Term("disk")]),
        ("https://a.b/c std::vec foo:bar", [Term("https://a.b/c"), Term("std::vec"), Term("foo:bar")]), ("type: fact", [Term("type:"), Term("fact")]),
        ('say""hi', [Term("say  hi")]), ('a ""', [Term("a")]), ("a *** ?", [Term("a")]), ("*a", [Term("*a")]), ("e\u0301", [Term("é")]), ("😀", [Term("😀")]),
        ("\u3000天気\u00a0雨\n", [Term("天気"), Term("雨")]), ('"created:x"', [Phrase("created:x")]),
    ],
)  # fmt: skip
def test_words(text: str, clauses: list[object]) -> None:
    assert parse(text) == Ask(tuple(clauses))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("tag:python", [Filter("tag", "is", "python")]), ('tag:"a b"', [Filter("tag", "is", "a b")]), ("tag:py*", [Filter("tag", "prefix", "py")]),
        ("type:Fact,event", [Filter("type", "is", "fact"), Filter("type", "is", "event")]), ("state:core", [Filter("state", "is", "core")]),
        ("type:fact type:note", [Filter("type", "is", "fact"), Filter("type", "is", "note")]), ("title:word", [Filter("title", "contains", "word")]),
        ("path:a/", [Filter("path", "is", "a/")]), ("path:./a/b", [Filter("path", "prefix", "a/b")]), ("path:a", [Filter("path", "contains", "a")]),
        ("path:*.md", [Filter("path", "glob", "*.md")]), ("key:user/*", [Filter("key", "prefix", "user/")]), ("id:01JD", [Filter("id", "prefix", "01JD")]),
        ("source:x", [Filter("source", "is", "x")]), ("created:2026-01", [Between("created", JAN, FEB)]),
        ("created:2026", [Between("created", JAN, 1798761600)]),
        ("created:>2026-01", [Between("created", FEB, None)]), ("created:>=2026-01", [Between("created", JAN, None)]),
        ("updated:<2026-01", [Between("updated", None, JAN)]), ("updated:<=2026-01", [Between("updated", None, FEB)]),
        ("created:2026-01..2026-03", [Between("created", JAN, APR)]), ("created:..2026-01-31", [Between("created", None, FEB)]),
        ("created:2026-01-01T00:00:00Z..", [Between("created", JAN, None)]), ("created:9999-12", [Between("created", 253399622400, 253402300800)]),
        ("created:2026-01-01T01:00:00+01:00", [Between("created", JAN, JAN + 1)]),
    ],
)  # fmt: skip
def test_filters(text: str, either: list[object]) -> None:
    assert parse(text) == Ask((), (tuple(either),))  # type: ignore[arg-type]
    if " " not in text:
        assert parse("x", filters=[text]) == Ask((Term("x"),), (tuple(either),))  # type: ignore[arg-type]


def test_filters_of_many_values_must_all_hold() -> None:
    assert len(parse("tag:a tag:b created:2026 type:fact").filters) == 4
    assert parse("x -tag:a,b").negative == (Filter("tag", "is", "a"), Filter("tag", "is", "b"))
    assert parse("x", filters=["-state:core", "tag:a b"]) == Ask((Term("x"), Not(Filter("state", "is", "core"))), ((Filter("tag", "is", "a b"),),))


@pytest.mark.parametrize("text", [
    "", "  \n", "-a", '-"a b" -c*', "-tag:x", "!!!", '""', "*", "type:fat", "state:long,x", "created:yesterday", "created:2026-13", "created:2026-02-30",
    "updated:..", "created:>", "created:0000", "tag:,", "created:2026..x",
])  # fmt: skip
def test_refused_in_one_line_with_a_hint(text: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(text)
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("given", ["python", "colour:red", "", "tag:", "created:x"])
def test_a_filter_argument_has_to_be_a_filter(given: str) -> None:
    with pytest.raises(Usage):
        parse("word", filters=[given])


def test_too_many_words_are_dropped_and_counted() -> None:
    ask = parse("the of and " + " ".join(f"word{at}" for at in range(5_000)) + " -last the")
    assert (len(ask.clauses), ask.dropped) == (WORDS_MAX + 1, 5_004 - WORDS_MAX - 1)
    assert ask.clauses[0] == Term("word0")
    assert ask.negative == (Term("last"),)
    assert parse("the of").dropped == 0
    assert parse("x", fuzzy=True).fuzzy
