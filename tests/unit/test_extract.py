"""Are the sentences chosen that say most, in the room there is, the same whatever else happens?"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from memcli.life.extract import LOOKED_AT, Quote, chosen
from memcli.life.sentences import sentences

TALK = json.loads((Path(__file__).parents[2] / "fixtures/ingest/conversation.locomo.json").read_text())


def quotes(*texts: str) -> list[Quote]:
    return [Quote(f"{at}", 0, len(text), text) for at, text in enumerate(texts)]


def test_what_others_speak_of_is_chosen_before_what_stands_alone() -> None:
    given = quotes("The backup server needs a larger disk soon.", "Yesterday some birds sang outside quite loudly.",
                   "A larger disk for the backup server was ordered.", "The ordered disk reached the backup server room.")
    assert "1" not in {quote.id for quote in chosen(given, 100)}


def test_a_repetition_is_not_chosen() -> None:
    text = "The backup server needs a larger disk soon."
    assert [quote.id for quote in chosen(quotes(text, text, text), 500)] == ["0"]


def test_a_statement_goes_before_a_question() -> None:
    given = quotes("Which larger disk does the backup server need?", "The backup server needs a larger disk soon.")
    assert [quote.id for quote in chosen(given, 500)] == ["1"]


def test_names_and_numbers_that_are_not_there_yet_count() -> None:
    given = quotes("we often met with Mira from Porto about 14 garden boats", "they often met with someone about several garden boats",
                   "people often met with friends about those garden boats")
    assert "0" in {quote.id for quote in chosen(given, 60)}


@pytest.mark.parametrize("room", [80, 200, 500])
def test_the_room_is_kept_and_so_is_the_order(room: int) -> None:
    given = [Quote(f"{at:03}", 0, 70, f"Sentence {at} is about matter{at % 7} and thing{at % 11} with some{at % 5} filling words".ljust(70, "x"))
             for at in range(5 * LOOKED_AT)]
    found = chosen(given, room)
    assert 0 < sum(len(quote.text) for quote in found) <= room
    assert all(one.id < other.id for one, other in pairwise(found))


def test_of_nothing_comes_nothing_and_of_one_the_one() -> None:
    assert chosen([], 500) == []
    one = quotes("a" * 300)
    assert chosen(one, 10) == one


def test_a_conversation_is_told_in_its_own_words() -> None:
    talk = TALK[0]["conversation"] if isinstance(TALK, list) else TALK["conversation"]
    turns = [f"**{turn['speaker']}:** {turn['text']}" for name in sorted(talk) if isinstance(talk[name], list) for turn in talk[name]]
    given = [Quote(f"{at}", start, end, text[start:end]) for at, text in enumerate(turns) for start, end in sentences(text)]
    assert [quote.text for quote in chosen(given, 300)] == [
        "**Marcus:** My father ran it in 1989 in 3 hours 51.",
        "**Marcus:** The tuner was here on Thursday, by the way.",
        "**Lena:** Fifty-three kilos of tomatoes so far.",
        "**Marcus:** Too cold for melons, they said.",
        "**Lena:** First place went to a marrow as big as a dog, I can't even be angry."]
