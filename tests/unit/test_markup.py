"""What did a person type, of a message into which a program put things of its own?"""

from __future__ import annotations

import io

import pytest

from memcli.extend.contracts import Rejected
from memcli.extend.markup import between, without
from memcli.extend.rows import json_lines


@pytest.mark.parametrize(("text", "left"), [
    ("plain", "plain"), ("a <x>b</x> c", "a  c"), ("<x>b</x>", ""), ("<x>1</x>mid<x>2</x>", "mid"), ("<x><y>1</y></x>2", "2"), ("a < b </x> c", "a < b </x> c"),
    ("<x>never closed", "<x>never closed"), ("kept <x>1</x> <x>open", "kept  <x>open"), ("<z>kept</z>", "<z>kept</z>"), ("<x y>1</x y>2", "2"), ("", "")])
def test_blocks_are_taken_out(text: str, left: str) -> None:
    assert without(text, ("x", "y", "x y")) == left


def test_many_that_are_never_closed_take_one_pass() -> None:
    text = "<x>" * 300_000
    assert without(text, ("x",)) == text


def test_what_stands_in_a_block() -> None:
    assert between("<a>1</a><b> 2 </b>", "b") == "2" and between("<a>1", "a") == between("none", "a") == between("</a><a>", "a") == ""


def test_only_a_last_line_without_an_end_may_be_cut_off() -> None:
    def read(data: bytes) -> list[str]:
        return [one.position if isinstance(one, Rejected) else str(one[1]) for one in json_lines(io.BytesIO(data), growing=True)]

    assert read(b"1\n{\n2") == ["1", "line 2", "2"] and read(b"1\n{") == ["1"] and read(b"1\n{\n") == ["1", "line 2"] and read(b"1\n\xff") == ["1"]
    assert [one for one in json_lines(io.BytesIO(b"{")) if isinstance(one, Rejected)]
