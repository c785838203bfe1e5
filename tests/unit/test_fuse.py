"""Do the signals of a search add up, and does each do what it is for?"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from box import FIXTURES, Box

from memcli.search import fuse


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Box:
    box = Box(str(tmp_path_factory.mktemp("talk"))).init()
    box.run("ingest", "locomo", f"{FIXTURES}/ingest/conversation.locomo.json", check=0)
    box.write("car.md", "---\ntitle: Winter tyres\n---\nThe automobile needs winter tyres in October.\n")
    box.write("bread.md", "---\ntitle: Sourdough\n---\nFeed the starter.\n\nKnead the dough for ten minutes, then let it rest overnight.\n")
    box.write("plan.md", "---\ntitle: Plan\nvalid_from: 2024-05-05\n---\nMeet at the station.\n")
    box.write("plan2.md", "---\ntitle: Plan\nvalid_from: 2021-02-05\n---\nMeet at the station.\n")
    box.run("index", check=0)
    return box


def hits(box: Box, *args: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(box.run("search", *args, "--json").out)["hits"]
    return found


def test_the_rows_of_an_explanation_add_up(talk: Box) -> None:
    for chunks in ((), ("--chunks",)):
        for hit in hits(talk, "when did Lena buy the greenhouse", "--explain", *chunks):
            rows = hit["signals"]
            assert isinstance(rows, list) and len(rows) > 3
            relevance, prior = sum(row["contribution"] for row in rows), hit["prior"]
            assert isinstance(prior, list) and len(prior) == 3
            assert relevance * math.prod(row["factor"] for row in prior) == pytest.approx(hit["score"], abs=1e-4)
            assert all(row["contribution"] == pytest.approx(row["weight"] * row["value"], abs=1e-4) for row in rows)


def test_other_words_of_the_same_meaning_are_found(talk: Box) -> None:
    assert hits(talk, "wheels for the car in autumn")[0]["path"] == "car.md"
    assert "car.md" not in [hit["path"] for hit in hits(talk, "vehicle", "--channels", "keyword")]


def test_words_spelt_wrong_are_found_by_what_they_may_mean(talk: Box) -> None:
    assert hits(talk, "sourduogh", "--fuzzy")[0]["path"] == "bread.md"
    assert talk.run("search", "sourduogh").status == 1


def test_nonsense_finds_nothing(talk: Box) -> None:
    for words in ("xqzzt blorf", "qwertzuiop", "zzz yyy 12345"):
        assert talk.run("search", words).status == 1, words


def test_filters_and_exclusions_hold_for_what_only_the_vectors_find(talk: Box) -> None:
    assert hits(talk, "vehicle type:note -October") == [] or all(hit["path"] != "car.md" for hit in hits(talk, "vehicle type:note -October"))
    assert all(hit["type"] == "event" for hit in hits(talk, "buying a glass house type:event"))


def test_a_piece_has_its_lines_and_its_block(talk: Box) -> None:
    best = hits(talk, "knead the dough", "--chunks")[0]
    assert (best["path"], best["line"], best["end"], best["block"]) == ("bread.md", 6, 6, None)
    turn = next(hit for hit in hits(talk, "greenhouse", "--chunks") if hit["type"] == "event")
    assert str(turn["block"]).startswith("d") and turn["line"] == turn["end"]


def test_a_date_in_the_question_draws_what_lies_near_it(talk: Box) -> None:
    assert hits(talk, "station in May 2024")[0]["path"] == "plan.md"
    assert hits(talk, "station in February 2021")[0]["path"] == "plan2.md"


@pytest.mark.parametrize("channel", fuse.CHANNELS)
def test_a_channel_can_be_left_out(channel: str, talk: Box) -> None:
    rows = {str(row["signal"]) for hit in hits(talk, "when did Lena buy the greenhouse in March 2025", "--explain", "--ablate", channel)
            for row in hit["signals"]}  # type: ignore[attr-defined]
    assert rows and not rows & set(fuse.CHANNELS[channel])


def test_every_signal_belongs_to_one_channel() -> None:
    assert sorted(name for names in fuse.CHANNELS.values() for name in names) == sorted(fuse.WEIGHTS)


def test_a_word_that_is_no_channel_is_named(talk: Box) -> None:
    assert "no channel or signal" in talk.run("search", "x", "--channels", "magic", check=2).err


def test_an_entry_just_written_is_found_by_meaning(talk: Box) -> None:
    path = talk.json("add", "My physician has moved to Elm Street")["path"]
    assert path in [hit["path"] for hit in hits(talk, "where is the doctor")]
    Path(talk.path(path)).unlink()
    assert path not in [hit["path"] for hit in hits(talk, "where is the doctor")]
