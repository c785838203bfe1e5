"""Does the gate keep what is worth keeping? A stream with seven repeats in ten leaves at most half of its bytes, and every question finds its fact."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from box import Box

from memcli import clock, config
from memcli.entries import vault as vaults
from memcli.store import Store, Talk

WHO = ("Marta", "Ivo", "Lena", "Pavel", "Nadia", "Tomas", "Rosa", "Emil", "Petra", "Jonas", "Clara", "Anton", "Vera", "Milan", "Greta", "Oskar")
WHAT = ("boiler", "telescope", "greenhouse", "canoe", "harpsichord", "beehive", "generator", "sailboat", "kiln", "loom", "tractor", "aquarium", "darkroom",
        "sundial", "windmill", "accordion", "pottery wheel", "weather station", "printing press", "rowing machine")
WHERE = ("cellar", "attic", "orchard", "harbour", "workshop", "balcony", "barn", "studio", "allotment", "chapel", "quarry", "library", "garage", "courtyard")
DID = ("repaired", "sold", "borrowed", "painted", "lost", "inherited", "built", "moved", "photographed", "insured")
WHY = ("because of the flood", "before the wedding", "after the long winter", "for her cousin", "against all advice", "with the insurance money",
       "during the strike", "on the advice of a neighbour", "for the exhibition", "since the roof leaked")
Fact = tuple[str, str, str, str, str]


def said(fact: Fact, way: int) -> str:
    """A fact in words; ways but the first repeat it as people do."""
    who, did, what, where, why = fact
    plain = f"{who} {did} the {what} in the {where} {why}."
    return (plain, plain.upper(), f"As I said, {plain}", f"{plain} I told you that already.", f"Did you hear? {plain}",
            f"the {what} in the {where}: {who} {did} it {why}")[way]


def stream(seed: int, facts: int = 240, total: int = 800) -> tuple[list[Fact], list[str]]:
    """Unique facts, and texts of which seven in ten say one again."""
    chance = random.Random(seed)
    unique: dict[tuple[str, str], Fact] = {}
    while len(unique) < facts:
        fact = (chance.choice(WHO), chance.choice(DID), chance.choice(WHAT), chance.choice(WHERE), chance.choice(WHY))
        unique.setdefault((fact[2] + fact[1], fact[3]), fact)
    order = list(unique.values())
    texts: list[str] = []
    told: list[Fact] = []
    for number in range(total):
        if not told or chance.random() < (facts - len(told)) / (total - number):
            told.append(order[len(told)])
            texts.append(said(told[-1], 0))
        else:
            texts.append(said(chance.choice(told), chance.randrange(6)))
    return order, texts


def ingested(box: Box, texts: list[str], gate: str) -> dict[str, Any]:
    """The report of a run over these texts."""
    source = Path(box.home, "stream.jsonl")
    source.write_text("".join(json.dumps({"_id": f"m{number}", "title": "", "text": text}) + "\n" for number, text in enumerate(texts)))
    report: dict[str, Any] = json.loads(box.run("ingest", "beir", str(source), "--json", env={"MEM_INGEST_GATE": gate}, check=0).out)
    return report


def found(box: Box, facts: list[Fact]) -> int:
    """How many questions have their fact among the ten best hits."""
    store = Store(vaults.find(box.vault, box.vault, ""), config.resolve([]), {}, Talk(lambda *_: None, lambda _: None), clock.parse(box.env["MEM_NOW"]))
    good = 0
    for who, did, what, where, _ in facts:
        hits = store.search(f"who {did} the {what} in the {where}", limit=10).hits
        texts = [Path(box.vault, hit.path).read_text().lower() for hit in hits]
        good += any(who.lower() in text and did in text and what in text and where in text for text in texts)
    return good


@pytest.mark.parametrize("seed", [11, 23])
def test_repeats_take_no_room_and_no_fact_is_lost(tmp_path: Path, seed: int) -> None:
    facts, texts = stream(seed)
    boxes = {gate: Box(str(tmp_path / gate)).init() for gate in ("none", "all")}
    reports = {gate: ingested(box, texts, gate) for gate, box in boxes.items()}
    size = {gate: sum(len(data) for path, data in box.files().items() if path.endswith(".md")) for gate, box in boxes.items()}
    recall = {gate: found(box, facts[::3]) for gate, box in boxes.items()}
    told = f"bytes {size}, questions answered {recall} of {len(facts[::3])}, {reports['all']}"
    assert size["all"] <= 0.5 * size["none"] and recall["all"] >= 0.98 * recall["none"] > 70, told
    report = reports["all"]
    assert report["added"] + report["waiting"] + report["confirmed"] == len(texts) and report["waiting"] > 0 and report["confirmed"] > 0, told
    again = ingested(boxes["all"], texts, "all")
    assert (again["added"], again["confirmed"], again["commit"]) == (0, 0, None) and again["waiting"] == report["waiting"]


SAME = ("The boiler in the cellar was bled by Marta, and the gauge is at its place.",
        "In the cellar the boiler was bled by Marta, and the gauge is at its place.",
        "The gauge is at its place, and Marta bled, as was the boiler in the cellar.")


def test_what_waits_expires_and_that_is_said(box: Box) -> None:
    assert ingested(box, [*SAME[:2]], "all")["waiting"] == 1
    waiting = box.json("waiting")["waiting"]
    assert [row["until"] for row in waiting] == ["2026-12-23T08:00:00Z"] and SAME[1] in waiting[0]["text"]
    assert len(box.found("boiler")) == 1 and SAME[1] not in box.git("log", "-p")
    later = box.run("ingest", "beir", os.path.join(box.home, "stream.jsonl"), env={"MEM_INGEST_GATE": "all", "MEM_NOW": "2026-12-24T08:00:00Z"}, check=0)
    assert "1 that waited has expired" in later.err and "1 waiting" in later.out  # read again, it waits again


def test_what_waited_is_kept_or_let_go(box: Box) -> None:
    assert ingested(box, [*SAME], "all")["waiting"] == 2
    one, other = box.json("waiting")["waiting"]
    kept = box.json("waiting", "--keep", one["id"][-6:])
    assert kept["entries"][0]["path"] in box.found("boiler") and box.json("waiting")["waiting"] == [other]
    assert box.json("waiting", "--drop", "--all")["waiting"] == [other] and box.json("waiting")["waiting"] == []
    again = ingested(box, [*SAME], "all")
    assert (again["added"], again["waiting"], again["duplicate"]) == (0, 0, 3)
    box.run("undo", check=0)
    assert len(box.found("boiler")) == 1
    box.sound()


def test_a_confirmed_entry_is_used_once_however_often_the_source_is_read(box: Box) -> None:
    texts = ["Marta bled the boiler in the cellar."] * 5
    for _ in range(3):
        ingested(box, texts, "all")
    log = Path(box.path(".mem/state/access.log")).read_text().splitlines()
    assert len(log) == 1 and '"event": "confirmed"' in log[0] and box.json("list")["entries"][0]["id"] in log[0]
