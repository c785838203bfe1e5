"""Do the rules find what their examples say, nothing where nothing is stated, and in linear time?"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import memcli.memory
from memcli.memory import statements
from memcli.memory.statements import Slot, normal_key, slots_of

RULES = statements.english()
PACKS = sorted(Path(memcli.memory.__file__).parent.glob("rules/*.json")) if memcli.memory.__file__ else []
ROWS = [row for pack in PACKS for row in json.loads(pack.read_text())["rules"]]
SIZE = 1_000_000
HOSTILE = {"one word": "a", "many verbs": "A is ", "short sentences": "A b c d is e. ", "lines": "X's a b is c\n",
           "places": "Anna lives in Berlin. ", "spaces": " ", "articles": "the ", "fields": "status: ",
           "field lines": "Deadline: x\n", "bullets": "- ", "names": "A" + "b" * 29 + " ", "dots": ". "}


def test_every_pack_is_installed_and_every_rule_has_examples() -> None:
    assert PACKS and len(ROWS) > 10 and all(row["examples"] and row["nothing"] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_a_rule_does_what_its_examples_say(row: dict[str, Any]) -> None:
    for said, key, value in row["examples"]:
        assert [(one.key, one.value, one.rule) for one in slots_of(said, "Apollo", RULES)] == [(key, value, row["name"])]
    for said in row["nothing"]:
        assert slots_of(said, "Apollo", RULES) == []


@pytest.mark.parametrize("text", [
    "```\nAnna lives in Berlin.\n```", "> Anna lives in Berlin.", "    Anna lives in Berlin.", "# Anna lives in Berlin", "“Anna lives in Berlin.”",
    "She lives in Berlin.", "When does Anna live in Berlin?", "| Deadline: 2026 |", "Anna doesn't live in Berlin.", "~~~\n```\nStatus: done",
])
def test_code_quotations_and_pronouns_state_nothing(text: str) -> None:
    assert slots_of(text, "Apollo", RULES) == []


def test_a_statement_has_its_place_and_the_last_of_a_slot_counts() -> None:
    text = "So it was.\n- Anna lives in  Berlin, near the river. Anna moved to Lyon."
    (slot,) = slots_of(text, "", RULES)
    assert slot == Slot("anna", "lives_in", "Lyon", text.index("Anna moved"), len(text), "moved to")
    (cut,) = slots_of("Anna lives in Berlin, near the river.", "", RULES)
    assert (cut.value, cut.start, cut.end) == ("Berlin", 0, len("Anna lives in Berlin"))


def test_a_title_that_is_no_name_is_no_subject() -> None:
    assert slots_of("Status: done", "Meeting notes", RULES) == [] == slots_of("Status: done", "", RULES)
    assert [one.key for one in slots_of("Status: done", "The Apollo project", RULES)] == ["apollo_project/status"]


def test_one_more_attribute_is_read_where_a_key_names_it() -> None:
    said = "The gate code is 4411."
    assert slots_of(said, "", RULES) == [] != slots_of(said, "", RULES.knowing("code"))
    assert RULES.single("default_editor") and not RULES.single("uses") and RULES.knowing("email") is RULES


def test_keys_are_compared_without_case_and_articles() -> None:
    assert normal_key(" The Billing-Service / Owner") == "billing_service/owner" and normal_key("Anna Schmidt/lives in") == "anna_schmidt/lives_in"


@pytest.mark.parametrize("part", HOSTILE.values(), ids=list(HOSTILE))
def test_a_long_text_takes_time_in_proportion(part: str) -> None:
    text = part * (SIZE // len(part))
    took = []
    for share in (text[:SIZE // 8], text):
        began = time.process_time()
        slots_of(share, "Apollo", RULES)
        took.append(time.process_time() - began)
    assert took[1] < 24 * took[0] + 0.2  # eight times as long; 64 were a square
