"""Are the pairs found those that a look at every pair finds, and is no merge sure that would lose something?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcli.life.alike import Body, Pair, duplicates, merge, near

TEXT = "The blue tin on the upper shelf holds the spare keys of the garden house and a small note about the lock"
WORDS = st.lists(st.sampled_from([f"x{letter}" for letter in "abcdefghijklmnopqrst"]), min_size=5, max_size=14, unique=True)


def both(one: str, other: str) -> list[Pair]:
    return duplicates({"a": Body(one, "2026-01-01"), "b": Body(other, "2026-01-02")})


def jaccard(one: str, other: str) -> float:
    first, second = set(one.split()), set(other.split())
    return len(first & second) / len(first | second)


def every_pair(texts: dict[str, Body], level: float) -> list[tuple[str, str, bool]]:
    """The same rule, with a look at every pair."""
    found, stay = [], list[str]()
    for sure in (True, False):
        ids, stay = stay or sorted(texts), []
        for id_ in ids:
            words = texts[id_].text.split()
            best: tuple[bool, float, str] | None = None
            for other in stay:
                others = texts[other].text.split()
                surely = set(words) <= set(others) and [word for word in others if word in words] == words
                share = jaccard(texts[other].text, texts[id_].text)
                if share >= level - 1e-9 and (surely or not sure) and (best is None or (words == others, share) > best[:2]):
                    best = (words == others, share, other)
            if best:
                found.append((best[2], id_, sure))
            else:
                stay.append(id_)
    return sorted(found)


@given(st.lists(WORDS, min_size=2, max_size=14), st.sampled_from([0.5, 0.7, 0.8, 0.9, 1.0]))
def test_the_join_finds_what_a_look_at_every_pair_finds(drawn: list[list[str]], level: float) -> None:
    texts = {f"{at:02}": Body(" ".join(words)) for at, words in enumerate(drawn)}
    found = duplicates(texts, level)
    assert [(pair.a, pair.b, pair.sure) for pair in found] == every_pair(texts, level)
    assert all(pair.jaccard == pytest.approx(jaccard(texts[pair.a].text, texts[pair.b].text)) for pair in found)
    assert duplicates(dict(reversed(list(texts.items()))), level) == found


def test_case_spaces_and_punctuation_do_not_count() -> None:
    assert both("Prefer uv.", "prefer  UV!") == [Pair("a", "b", 1.0, True, True)]


def test_the_older_stays_whatever_its_id() -> None:
    assert [(pair.a, pair.b) for pair in duplicates({"a": Body(TEXT, "2026-02-01"), "b": Body(TEXT, "2026-01-01")})] == [("b", "a")]


def test_one_that_says_no_more_goes_surely() -> None:
    (pair,) = both(f"{TEXT} today we painted", f"{TEXT} today we painted".replace(" small", ""))
    assert pair.sure and not pair.exact and 0.9 <= pair.jaccard < 1


@pytest.mark.parametrize(("before", "after"), [
    ("holds", "holds 3"), ("holds", "holds no"), ("small note", "note, small,"), ("small", "large"), ("holds", "`holds`"), ("holds", "doesn't hold"),
    ("a small", "a small (https://example.org/x)"), ("the garden", "the March garden")])
def test_what_differs_in_more_than_manner_is_never_sure(before: str, after: str) -> None:
    long = TEXT + " which nobody needs while everyone sleeps under old warm roofs near some quiet river bank"
    assert [pair.sure for pair in both(long, long.replace(before, after, 1))] in ([False], [])
    assert [pair.sure for pair in both(long.replace(before, after, 1), long)] in ([False], [])
    assert near(Body(long), {"a": Body(long.replace(before, after, 1))}) is None


def test_a_sign_within_the_same_words_is_not_sure() -> None:
    assert both("keep it at -5 degrees", "keep it at 5 degrees") == [Pair("a", "b", 1.0, True, False)]


def test_another_value_of_a_slot_is_not_sure() -> None:
    found = duplicates({"a": Body(TEXT, "1", "keys/place", "tin"), "b": Body(TEXT, "2", "keys/place", "box")})
    assert [(pair.exact, pair.sure) for pair in found] == [(True, False)]


def test_short_texts_are_alike_only_exactly() -> None:
    assert both("buy green tea", "buy tea green") == []


def test_a_group_has_one_that_stays() -> None:
    found = duplicates({f"{at}": Body(TEXT) for at in range(9)})
    assert [(pair.a, pair.b) for pair in found] == [("0", f"{at}") for at in range(1, 9)]


def test_the_candidate_that_says_the_same_is_found() -> None:
    known = {"a": Body("something else entirely, of five words"), "c": Body(TEXT, "2026-02-01"), "b": Body(TEXT.upper(), "2026-01-01")}
    assert near(Body(TEXT + "."), known) == "b"
    assert near(Body("nothing like it at all here"), known) is None


def test_merging_unites_and_deletes_nothing_and_merging_again_changes_nothing() -> None:
    kept = {"id": "a", "tags": ["x"], "importance": 0.4, "memory": {"uses": 2, "stability": 3.5}, "links": [{"rel": "supports", "to": "c"}]}
    other = {"id": "b", "tags": ["y", "x"], "aliases": ["z"], "importance": 0.7, "memory": {"uses": 3}, "state": "long", "links": [{"to": "a"}, {"to": "d"}]}
    found = merge(kept, other, "ff")
    assert found.kept == {"tags": ["x", "y"], "aliases": ["z"], "links": [{"rel": "supports", "to": "c"}, {"to": "d"}], "importance": 0.7,
                          "derived_from": [{"id": "b", "sha256": "ff"}], "memory": {"uses": 5, "stability": 3.5}}
    assert found.other == {"superseded_by": "a", "state": "cold"}
    again = merge({**kept, **found.kept}, {**other, **found.other}, "ee")
    assert (again.kept, again.other) == ({}, {})
