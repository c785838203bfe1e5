"""Does a text fall into the pieces that a person sees, with their lines?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memcli.index.chunks import LONGEST, Chunk, chunks
from memcli.index.document import without_block_ids

TEXT = """# Garden

Two hives stand
by the fence.

- feed them
- in March

```
code

with a gap
```

## Frost
Cover the beds.
"""


def test_paragraphs_lists_and_code_stand_apart_and_headings_lead() -> None:
    assert [(piece.start, piece.end, piece.text.split("\n")[0]) for piece in chunks(TEXT)] == [
        (1, 4, "# Garden"), (6, 7, "- feed them"), (9, 13, "```"), (15, 16, "## Frost")]
    assert chunks(TEXT, 11)[1].start == 16


def test_turns_have_a_speaker_and_a_block_id() -> None:
    found = chunks("**Ann:** Did it rain? ^D1-1\n\n**Bo Li:** All night. ^d1-2\n", 5)
    assert found == [Chunk("Did it rain?", 5, 5, "d1-1", "Ann"), Chunk("All night.", 7, 7, "d1-2", "Bo Li")]


def test_a_long_piece_is_cut_at_a_natural_border() -> None:
    sentences = "This sentence is about bees. " * 100
    found = chunks(sentences)
    assert len(found) > 2 and all(piece.text.endswith("bees.") and len(piece.text) <= LONGEST for piece in found)
    assert all(len(piece.text) == LONGEST for piece in chunks("x" * 2 * LONGEST))


def test_nothing_makes_no_piece() -> None:
    assert chunks("") == chunks("\n \n\t\n") == []


@given(st.text(alphabet=st.sampled_from("ab #-*`^:.\n "), max_size=400), st.integers(1, 50))
def test_every_word_is_in_a_piece_on_its_line(text: str, first: int) -> None:
    lines = without_block_ids(text).split("\n")
    for piece in chunks(text, first):
        own = piece.text.split("\n")
        assert first <= piece.start <= piece.end < first + len(lines)
        assert all(part.strip() in lines[piece.start - first + at] for at, part in enumerate(own))
    told = "".join("".join(piece.text.split()) + piece.speaker for piece in chunks(text))
    assert len(told) >= sum(not char.isspace() for line in lines for char in line) - 5 * len(chunks(text))


@given(st.text(alphabet=st.sampled_from("ab #*^1.\n "), max_size=300))
def test_block_ids_make_no_difference_to_where_a_text_falls_apart(text: str) -> None:
    with_ids, without = chunks(text), chunks(without_block_ids(text))
    assert [piece.text for piece in with_ids] == [piece.text for piece in without]
