"""Snippets: the best line of a text around the query's words, with spans and the line of the file."""

from __future__ import annotations

import time

import pytest

from memcli.index.ask import Ask
from memcli.search.marks import Marker
from memcli.search.query import parse
from memcli.search.snippet import Snippet, snippet


def marked(found: Snippet) -> list[str]:
    return [found.text[start:end] for start, end in found.spans]


@pytest.mark.parametrize(("query", "text", "words"), [
    ("run", "We were running, they run.", ["running", "run"]), ("happiness", "Happy dogs", ["Happy"]), ("etat", "l'état", ["état"]),
    ("die", "a dying man", ["dying"]), ("fold_log", "use foldLog and fold-log", ["foldLog", "fold-log"]), ("foldLog", "x fold_log", ["fold_log"]),
    ("C++", "in C++ or C", ["C++", "C"]), ("天気", "今日は天気がいい", ["天気"]), ("今日の天気", "今日は天気", ["今日", "天気"]), ("😀", "ok 😀", ["😀"]),
    ('"or not"', "to be or\nnot to be", ["or not"]), ("pre*", "Prefixes presume", ["Prefixes", "presume"]), ("the who", "Now the Who", ["the", "Who"]),
    ("the cat", "the cat", ["cat"]), ("e-mail", "an email", ["email"]), ("memcli/entries", "see memcli/entries/x", ["memcli/entries"]), ("zebra", "none", []),
    ("x -y tag:none", "x y", ["x"]), ("天*", "天気", ["天"]),
])  # fmt: skip
def test_what_is_marked(query: str, text: str, words: list[str]) -> None:
    assert marked(snippet(text, parse(query))) == words


def test_the_line_is_the_one_of_the_first_marked_word() -> None:
    body = "# Title\n\nFirst line ^d1-1\nsecond fox line ^d1-2\nthird\n"
    found = snippet(body, parse("fox"), 160, body_line=12)
    assert found == Snippet("…second fox line third", 15, ((8, 11),))
    assert snippet(body, parse("zebra"), 30, 12) == Snippet("# Title First line second…", 12, ())
    assert snippet("\n\n  text", parse("zebra"), 160, 3) == Snippet("text", 5, ())
    assert snippet("", parse("zebra"), 160, 3) == Snippet("", 3, ())


def test_most_words_win_then_the_rare_ones_then_the_first() -> None:
    body = ("common filler words here " * 20 + "\n") + "common and rare together\n" + "filler " * 60 + "\nrare alone here"
    assert "rare together" in snippet(body, parse("common rare"), 60).text
    body = "common one. " + "filler " * 40 + "common two. " + "filler " * 40 + "rare. " + "filler " * 40 + "common"
    assert marked(snippet(body, parse("common rare"), 50)) == ["rare"]
    assert snippet(body, parse("common"), 50).text.startswith("common one.")


@pytest.mark.parametrize("width", [16, 40, 80, 160])
@pytest.mark.parametrize("query", ["fox", "天気 fox", "dogs brown fold_log", "nothing"])
def test_it_is_one_line_of_the_asked_width(width: int, query: str) -> None:
    body = "The quick\tbrown fox\n\njumps over fold_log 今日は天気がいいですね dogs. ^ab-1\n" * 40 + "x" * 500 + " fox " + "y" * 500
    for text in (body, body[::-1], "x" * 300 + "fox", "fox" * 200, " fox" + "z" * 400):
        found = snippet(text, parse(query), width)
        assert len(found.text) <= width
        assert "\n" not in found.text and "\t" not in found.text and "^ab" not in found.text
        assert all(0 <= start < end <= len(found.text) for start, end in found.spans)


def test_a_huge_body_takes_bounded_time_and_a_marker_serves_many_bodies() -> None:
    marker = Marker(parse("zebra needle fold_log pre* 天気"))
    started = time.perf_counter()
    far = snippet("filler text of no use\n" * 11_000 + "needle", marker)
    assert marked(far) == ["needle"] and far.line == 11_001
    snippet("word " * 200_000, marker)
    snippet("a_b" * 350_000, marker)
    snippet("é" * 1_000_000, marker)
    assert time.perf_counter() - started < 2
    assert marked(snippet("a needle", marker)) == ["needle"]
    assert snippet("text", Ask(())) == Snippet("text", 1, ())
