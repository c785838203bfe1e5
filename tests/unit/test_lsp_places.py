"""Where is a position of the protocol in a text, in each encoding? Against slow counting, on random texts, and edits against edits by offset."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from memcli.serve.lsp.places import Places, changed, whole

TEXTS = st.text(st.sampled_from("ab é漢😀👩\u200d\u2028\x0c\x85\r\n"), max_size=40)
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def slow(text: str, offset: int, encoding: str) -> types.Position:
    """A position, counted from the beginning."""
    before = re.split(r"\r\n|\r|\n", text[:offset])
    codec, size = CODECS[encoding]
    return types.Position(len(before) - 1, len(before[-1].encode(codec)) // size)


@pytest.mark.parametrize("encoding", CODECS)
@settings(max_examples=30)
@given(text=TEXTS)
def test_every_offset_is_found_again(encoding: str, text: str) -> None:
    places = Places(text, encoding)
    for offset in range(len(text) + 1):
        if text[max(offset - 1, 0):offset + 1] != "\r\n":  # nothing is between the two
            assert places.position(offset) == slow(text, offset, encoding)
            assert places.offset(places.position(offset)) == offset


@pytest.mark.parametrize("encoding", CODECS)
@settings(max_examples=30)
@given(text=TEXTS, new=TEXTS, spots=st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_an_edit_by_position_is_the_edit_by_offset(encoding: str, text: str, new: str, spots: tuple[int, int]) -> None:
    start, end = sorted(min(spot, len(text)) for spot in spots)
    if "\r\n" in (text[max(start - 1, 0):start + 1], text[max(end - 1, 0):end + 1]):
        return
    where = Places(text, encoding).range(start, end)
    assert changed(text, types.TextDocumentContentChangePartial(where, new), encoding) == text[:start] + new + text[end:]


def test_what_lies_outside_is_taken_to_the_edge() -> None:
    places = Places("😀b\nc", "utf-16")
    assert [places.offset(types.Position(*at)) for at in ((0, 1), (0, 2), (0, 99), (1, 5), (7, 0))] == [0, 1, 2, 4, 4]
    assert places.whole_line(99) == types.Range(types.Position(0, 0), types.Position(0, 3))
    assert whole("a\ud800b") == "a\ufffdb"
