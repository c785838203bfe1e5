"""Which sentences are quoted, are their spans exact, and is a hostile text read once?"""

from __future__ import annotations

import time

import pytest

from memcli.life.sentences import LEAST, MOST, sentences


def quoted(body: str) -> list[str]:
    return [body[start:end] for start, end in sentences(body)]


def test_abbreviations_decimals_and_addresses_do_not_end_a_sentence() -> None:
    body = "Dr. Weber paid 3.50 Euro for it. See https://example.org/a.b for the whole list! Was it e.g. Berlin or Hamburg?"
    assert quoted(body) == ["Dr. Weber paid 3.50 Euro for it.", "See https://example.org/a.b for the whole list!", "Was it e.g. Berlin or Hamburg?"]


def test_marks_of_lists_are_left_out_and_turns_are_kept_whole() -> None:
    body = "- [x] The roof was mended today. ^b1\n2. The second thing on the list\n**Ana:** We moved to Lisbon in May.\n"
    assert quoted(body) == ["The roof was mended today.", "The second thing on the list", "**Ana:** We moved to Lisbon in May."]


@pytest.mark.parametrize("body", ["# A heading that is long enough", "> A quotation of somebody else.", "| a table | of many | columns |",
                                  "    indented code is not quoted", "```\nThis stands inside of code.\n```", "~~~\nThis stands inside of code.\n",
                                  "![a picture of something](a.png)", "-" * 40])
def test_what_is_no_sentence_is_not_quoted(body: str) -> None:
    assert quoted(body) == []


def test_text_goes_on_after_code_and_code_within_a_line_opens_none() -> None:
    said = "This stands after the code."
    assert quoted(f"```py\nThis stands inside of code.\n```\n{said}") == [said]
    assert said in quoted(f"```one line of code```\n{said}")


def test_full_stops_of_chinese_and_right_to_left_text() -> None:
    one, other = "我们在五月搬到了里斯本因为那里的天气更好。", "去年我们住在柏林的一间小公寓里面并且很冷。"
    assert quoted(one + other) == [one, other]
    assert quoted("انتقلنا إلى لشبونة في شهر مايو الماضي.") == ["انتقلنا إلى لشبونة في شهر مايو الماضي."]


def test_spans_are_in_order_within_bounds_and_do_not_overlap() -> None:
    body = "".join(f"- The item {at} was done. It took {at}.5 hours at least. ^x{at}\r\n" for at in range(200))
    found = sentences(body)
    assert len(found) == 400
    assert all(LEAST <= end - start <= MOST for start, end in found)
    assert all(one[1] <= other[0] for one, other in zip(found, found[1:], strict=False))


@pytest.mark.parametrize("body", [" " * 10**6, "." * 10**6, "." * 500_000 + " " * 500_000, ("." + " " * 50) * 20_000, "a" * 10**6, "!\"" * 500_000,
                                  "-" * 10**6, "`" * 10**6, "```" + "`a" * 500_000, "1." * 500_000, "漢字。" * 300_000, "\u202e. A" * 250_000],
                         ids=range(12))
def test_a_megabyte_of_junk_is_read_once(body: str) -> None:
    began = time.process_time()
    sentences(body)
    assert time.process_time() - began < 5  # seconds; what is read once per sign takes hours
