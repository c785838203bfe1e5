"""Are ids well-formed, ordered and repeatable, and are slugs safe file names everywhere?"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from memcli.entries import ids

WRONG_LENGTHS = ("0" * 27, "0" * 25 + "\n", "İ" * 26)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_an_id_is_the_ulid_of_its_time_and_entropy() -> None:
    # the example of the ULID specification: 1469918176385 ms is 01ARYZ6S41
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1469918176385)
    assert ids.new_id(at, b"\x00" * 10) == "01aryz6s410000000000000000"
    assert ids.new_id(at, b"\xff" * 10) == "01aryz6s41zzzzzzzzzzzzzzzz"


def test_ids_of_one_instant_go_up_and_never_repeat() -> None:
    made = [ids.new_id(NOW) for _ in range(2000)]
    assert made == sorted(set(made)) and all(map(ids.is_id, made))
    assert ids.new_id(NOW + timedelta(milliseconds=1)) > made[-1]
    assert ids.new_id(NOW - timedelta(days=1)) < made[0]


def test_times_outside_the_range_are_held_to_it() -> None:
    assert ids.new_id(datetime(1900, 1, 1, tzinfo=UTC), b"").startswith("0" * 10)
    assert ids.is_id(ids.new_id(datetime(9999, 12, 31, tzinfo=UTC)))


def test_a_stable_id_depends_on_instant_and_key_only() -> None:
    assert ids.stable_id(NOW, "chat/1") == ids.stable_id(NOW, "chat/1") != ids.stable_id(NOW, "chat/2")
    assert ids.stable_id(NOW, "k")[:10] == ids.new_id(NOW)[:10]
    assert ids.stable_id(None, "k").startswith("0" * 10)
    assert ids.stable_id(NOW, "\ud800")


def test_a_derived_id_differs_for_two_spellings_of_a_path_which_can_be_two_files() -> None:
    path = "Überblick/é.md"
    twins = {ids.derived_id(unicodedata.normalize(form, path)) for form in ("NFC", "NFD")}
    assert len(twins) == 2 and all(map(ids.is_id, twins))


def test_a_derived_id_stays_what_it_was() -> None:
    assert ids.derived_id("notes/a.md") == "6akgy0j5vrd36rjqdn88atqk4h"
    assert ids.derived_id("a.md") != ids.derived_id("b.md")


@pytest.mark.parametrize("text", ["01JDBQ4M9X3T5V7N2K8C6R0WZE", "o1jdbq4m9x3t5v7n2k8c6rOwze", "Lljdbq4m9x3t5v7n2k8c6r0wze"])
def test_ids_are_taken_in_any_case_and_with_lookalikes(text: str) -> None:
    assert ids.is_id(text)
    assert re.fullmatch("[01][01]jdbq4m9x3t5v7n2k8c6r0wze", ids.normalise(text))


@pytest.mark.parametrize("text", ["", "01jd", "81jdbq4m9x3t5v7n2k8c6r0wze", "01jdbq4m9x3t5v7n2k8c6r0wzu", "01jdbq4m9x3t5v7n2k8c6r0wzé", *WRONG_LENGTHS])
def test_other_texts_are_no_ids(text: str) -> None:
    assert not ids.is_id(text)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Prefer uv for Python environments", "prefer-uv-for-python-environments"),
        ("  C++ & Rust: it's *fine*! ", "c-rust-its-fine"),
        ("Größe, Œuvre, Łódź, Ærø", "grosse-oeuvre-lodz-aero"),
        ("ﬁne ½ Ⅳ", "fine-1-2-iv"),
        ("日本語", "entry"),
        ("", "entry"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-entry"),
        ("lpt1", "lpt1-entry"),
        ("İstanbul", "istanbul"),
        ("a" * 80, "a" * 60),
        ("word " * 20, "-".join(["word"] * 12)),
    ],
)
def test_slugs_are_short_ascii_words(title: str, slug: str) -> None:
    assert ids.slug(title) == slug
