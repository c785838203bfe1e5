"""Do values of one slot follow each other, and is what cannot be told left to a person?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from box import Box

from memcli.entries import text

DATES = ("2026-01-10", "2026-03-05", "2026-06-20", "2026-09-01")
BARS = ("1.2 bar", "1.5 bar", "1.8 bar", "2.0 bar")


def at(date: str) -> dict[str, str]:
    return {"MEM_NOW": f"{date}T09:00:00Z"}


def add(box: Box, words: str, date: str, *more: str, key: str = "heating/pressure") -> str:
    return str(json.loads(box.run("add", "-", "--key", key, "--json", *more, input=words, env=at(date), check=0).out)["id"])


def meta(box: Box, id_: str) -> dict[str, object]:
    return dict(box.json("show", id_)["front_matter"])


@pytest.fixture
def chain(box: Box) -> tuple[Box, list[str]]:
    return box, [add(box, f"The heating pressure is {bar}", date) for date, bar in zip(DATES, BARS)]


def test_the_value_of_the_day_is_found_first_now_and_then(chain: tuple[Box, list[str]]) -> None:
    box, ids = chain
    now = at("2026-10-01")
    hits = json.loads(box.run("search", "heating pressure", "--json", env=now).out)["hits"]
    assert [hits[0]["id"], len(hits)] == [ids[-1], 4] and hits[0]["score"] > 3 * hits[1]["score"]
    for date, id_ in zip(DATES, ids):
        assert json.loads(box.run("search", "heating pressure", "--at", date, "--json", env=now).out)["hits"][0]["id"] == id_
    assert box.json("conflicts")["conflicts"] == []
    assert [row["id"] for row in box.json("timeline", "key:heating/pressure")["entries"]] == ids
    for number, id_ in enumerate(ids[:-1]):
        assert meta(box, id_)["superseded_by"] == ids[number + 1] and str(meta(box, id_)["valid_to"]).startswith(DATES[number + 1])
        assert meta(box, ids[number + 1])["supersedes"] == [id_]


def test_a_new_value_and_the_end_of_the_old_are_one_commit(chain: tuple[Box, list[str]]) -> None:
    box, ids = chain
    before = box.git("rev-parse", "HEAD^^{tree}")
    assert len(box.git("diff", "--name-only", "HEAD^").split()) == 2
    box.run("undo", check=0)
    assert box.git("rev-parse", "HEAD^{tree}") == before and "superseded_by" not in meta(box, ids[-2])


def test_a_value_of_before_takes_its_place(chain: tuple[Box, list[str]]) -> None:
    box, ids = chain
    id_ = add(box, "The heating pressure is 1.6 bar", "2026-09-02", "--valid-from", "2026-04-01")
    assert meta(box, ids[1])["valid_to"] == "2026-04-01" and meta(box, ids[1])["superseded_by"] == id_
    assert meta(box, id_)["superseded_by"] == ids[2] and meta(box, id_)["supersedes"] == [ids[1]]
    assert meta(box, ids[2])["supersedes"] == [id_]


def test_two_values_at_one_time_are_a_conflict_until_a_person_settles_it(box: Box) -> None:
    first = add(box, "The pump runs", "2026-01-10", "--valid-from", "2026-01-01", key="pump/state")
    result = box.run("add", "The pump stands still", "--key", "pump/state", "--valid-from", "2026-01-01", "--json", env=at("2026-01-11"))
    second = json.loads(result.out)["id"]
    assert result.status == 0 and "cannot both hold" in result.err and "mem conflicts" in result.err
    found = box.json("conflicts")["conflicts"]
    assert [sorted(entry["id"] for entry in one["entries"]) for one in found] == [sorted([first, second])]
    assert "superseded_by" not in meta(box, first) and "superseded_by" not in meta(box, second)
    head = box.git("rev-parse", "HEAD^{tree}")
    box.run("conflicts", "--resolve", first, check=0)
    assert box.json("conflicts")["conflicts"] == [] and meta(box, second)["superseded_by"] == first and meta(box, first)["supersedes"] == [second]
    box.run("undo", check=0)
    assert box.git("rev-parse", "HEAD^{tree}") == head
    box.run("set", first, second, "cardinality=many", check=0)
    assert box.json("conflicts")["conflicts"] == []


def test_a_newer_value_that_is_believed_less_is_a_conflict(box: Box) -> None:
    sure = add(box, "The gate code is 4411", "2026-01-10", key="gate/code")
    box.run("set", sure, "confidence=0.95", check=0)
    doubted = add(box, "---\nconfidence: 0.4\n---\nThe gate code is 9922", "2026-02-10", key="gate/code")
    assert [one["reason"] for one in box.json("conflicts")["conflicts"]] == ["the newer is believed less: 0.4 against 0.95"]
    box.run("conflicts", "--resolve", doubted, check=0)
    assert box.json("conflicts")["conflicts"] == [] and meta(box, sure)["superseded_by"] == doubted


def test_the_same_value_is_confirmed_and_not_written_twice(box: Box) -> None:
    id_ = add(box, "The heating pressure is 1.5 bar", "2026-01-10")
    result = box.run("add", "the heating  pressure is 1.5 bar.", "--key", "heating/pressure", "--json", env=at("2026-02-10"))
    assert result.status == 0 and json.loads(result.out) | {"path": ""} == {"format_version": 1, "id": id_, "path": "", "commit": None, "supersedes": []}
    assert b'"event": "confirmed"' in box.read(".mem/state/access.log")
    assert add(box, "The heating pressure is 1.5 bar", "2026-02-11", "--force") != id_
    assert box.json("conflicts")["conflicts"] == []


def test_a_value_that_begins_later_does_not_push_the_present_one_down(box: Box) -> None:
    now = add(box, "The rent of the flat is 900 euros", "2026-01-10", key="flat/rent")
    later = add(box, "The rent of the flat is 950 euros", "2026-02-01", "--valid-from", "2027-01-01", key="flat/rent")
    for moment, first in (("2026-06-01", 0.25), ("2027-02-01", None)):
        hits = json.loads(box.run("search", "rent of the flat", "--json", "--explain", env=at(moment)).out)["hits"]
        prior = {row["name"]: row["factor"] for hit in hits if hit["id"] == now for row in hit["prior"]}
        assert ("superseded" in prior) == (first is None)
    assert meta(box, now)["valid_to"] == "2027-01-01" and meta(box, now)["superseded_by"] == later


def test_the_chain_does_not_depend_on_the_order_in_which_values_came(box: Box, tmp_path: Path) -> None:
    other = Box(str(tmp_path / "other")).init()
    for one, order in ((box, (0, 1, 2, 3)), (other, (2, 0, 3, 1))):
        for at_ in order:
            add(one, f"---\nid: 01kgb7zk0000000000000000{at_}0\n---\nThe heating pressure is {BARS[at_]}", "2026-09-02", "--valid-from", DATES[at_])
    left, right = ({path.name: path.read_bytes() for path in Path(one.vault).glob("note/**/*.md")} for one in (box, other))
    assert left == right and len(left) == 4


def test_the_same_updates_in_two_clones_give_the_same_files(box: Box, tmp_path: Path) -> None:
    add(box, "The heating pressure is 1.2 bar", DATES[0])
    other = Box(str(tmp_path / "clone"))
    subprocess.run(["git", "clone", "-q", box.vault, other.vault], check=True, capture_output=True)
    for one in (box, other):
        for number in (1, 2, 3):
            add(one, f"---\nid: 01kgb7zk0000000000000000{number}0\n---\nThe heating pressure is {BARS[number]}", DATES[number])
    assert box.git("rev-parse", "HEAD^{tree}") == other.git("rev-parse", "HEAD^{tree}")


def test_values_that_are_ingested_set_or_edited_follow_each_other_too(box: Box, tmp_path: Path) -> None:
    for number, bar in enumerate(BARS):
        (tmp_path / f"{number}.md").write_text(f"---\nkey: boiler/pressure\ncreated: {DATES[number]}\n---\nBoiler at {bar}\n")
    box.run("ingest", "markdown", str(tmp_path), check=0)
    found = [text.read(path.read_bytes(), path.name).meta for path in Path(box.vault).glob("note/**/*.md")]
    assert sum("superseded_by" in one for one in found) == 3
    id_ = str(json.loads(box.run("add", "Boiler at 2.4 bar", "--json", env=at("2026-10-01")).out)["id"])
    box.run("set", id_, "key=boiler/pressure", env=at("2026-10-01"), check=0)
    assert len(list(meta(box, id_)["supersedes"])) == 1  # type: ignore[call-overload]
    assert subprocess.run(["git", "-C", box.vault, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout == ""


def test_what_the_text_says_of_the_slot_is_its_value_and_more_text_is_kept(box: Box) -> None:
    first = add(box, "The heating pressure is 1.50bar.", "2026-01-10")
    assert add(box, "The pressure of the heating is 1.5 bar", "2026-02-10") == first
    more = add(box, "The heating pressure is 1.5 bar. The plumber left his keys.", "2026-03-10")
    assert more != first and "superseded_by" not in meta(box, first) and box.json("conflicts")["conflicts"] == []
    last = add(box, "The heating pressure is 1.6 bar", "2026-04-10")
    assert meta(box, first)["superseded_by"] == meta(box, more)["superseded_by"] == last


def test_texts_that_differ_are_told_and_a_key_or_a_person_settles_it(box: Box) -> None:
    lived, lives = (json.loads(box.run("add", f"Anna lives in {town}.", "--json", env=at(date), check=0).out)["id"]
                    for town, date in (("Berlin", DATES[0]), ("Lyon", DATES[1])))
    box.run("add", "Anna does not live in Rome. Does Anna live in Oslo?", check=0)
    (one,) = box.json("conflicts")["conflicts"]
    assert (one["key"], one["implied"], [entry["value"] for entry in one["entries"]]) == ("anna/lives_in", True, ["Berlin", "Lyon"])
    head = box.git("rev-parse", "HEAD^{tree}")
    box.run(*one["run"].split()[1:], check=0)
    assert box.json("conflicts")["conflicts"] == [] and meta(box, lived)["superseded_by"] == lives
    box.run("undo", check=0)
    assert box.git("rev-parse", "HEAD^{tree}") == head and len(box.json("conflicts")["conflicts"]) == 1
    box.run("conflicts", "--dismiss", lived, lives, check=0)
    assert box.json("conflicts")["conflicts"] == [] and meta(box, lives)["links"] == [{"rel": "relates_to", "to": lived, "why": "both hold"}]
    box.run("undo", check=0)
    assert box.git("rev-parse", "HEAD^{tree}") == head


def test_the_same_text_again_is_told_and_kept(box: Box) -> None:
    first = json.loads(box.run("add", "The spare key hangs  behind the barrel", "--json", check=0).out)["id"]
    assert "says the same" not in box.run("add", "The spare key hangs behind the barrel. Or did.").err
    again = box.run("add", "the spare key hangs behind the Barrel", "--json")
    assert again.status == 0 and json.loads(again.out)["commit"] and f"mem used {first[-6:]} --confirm" in again.err and "mem undo" in again.err
    box.run("undo", check=0)
    box.run("index", "--rebuild", check=0)
    assert first[-6:] in box.run("add", "The spare key hangs behind the barrel").err
    assert "says the same" not in box.run("add", "The spare key hangs behind the barrel", "--force").err


def test_no_key_is_offered_to_what_has_another(box: Box) -> None:
    add(box, "Anna lives in Berlin.", DATES[0], key="anna/story")
    box.run("add", "Anna lives in Lyon.", check=0)
    (one,) = box.json("conflicts")["conflicts"]
    assert one["implied"] and one["run"].startswith("mem conflicts --dismiss ")


def test_values_of_a_key_are_dismissed_as_many(box: Box) -> None:
    ids = [add(box, text_, "2026-01-10", key="anna/language") for text_ in ("French", "Dutch")]
    (one,) = box.json("conflicts")["conflicts"]
    assert not one["implied"] and one["run"].startswith("mem conflicts --resolve ")
    assert box.run("conflicts", "--dismiss", ids[0]).status == 2 == box.run("conflicts", ids[0]).status
    box.run("conflicts", "--dismiss", *ids, check=0)
    assert box.json("conflicts")["conflicts"] == [] and [meta(box, id_)["cardinality"] for id_ in ids] == ["many", "many"]
    assert box.run("conflicts", "--dismiss", *ids).status == 1
