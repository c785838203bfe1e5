"""Do the same vault and the same question give the same answer? After rebuilds, in other surroundings, in a clone, however it grew."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from box import NOW, Box

WORDS = ["winter", "garden", "bridge", "river", "market", "doctor", "teacher", "engine", "forest", "kitchen", "window",
         "letter", "mountain", "summer", "hospital", "music", "theatre", "science", "football", "castle", "village", "farmer",
         "soldier", "painter", "island", "harbour", "bread", "coffee", "railway", "museum"]
QUERIES = (
    ("a physician by the stream",),  # no word of it is in any entry
    ("what did the farmer tell the painter last week about the castle?", "--chunks"),
    ("bread", "coffee", "railway", "--fuzzy", "--explain"),
)
BY_WORDS = ("bread", "coffee", "railway", "alike")
OLD_PROCESSOR = {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR AVX2 FMA3 AVX512F AVX512_SKX", "OPENBLAS_NUM_THREADS": "1"}
OTHERS: tuple[Mapping[str, str], ...] = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LANG": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "99", "TZ": "America/Los_Angeles", "LANG": "C", **OLD_PROCESSOR},  # numpy, which embeds a whole vault, without newer instructions
)


def entries() -> dict[str, str]:
    """Notes that share words, links and dates, some of them alike but for their names, and a conversation of more pieces than are embedded one by one."""
    rng = random.Random(11)
    made = {}
    for number in range(60):
        head = f"---\nid: 01h{number:023d}\ntitle: {' '.join(rng.sample(WORDS, 2))}\ncreated: 2026-{1 + number % 11:02}-{1 + number % 28:02}T23:30:00Z\n---\n"
        made[f"n/{number:02}.md"] = f"{head}{' '.join(rng.sample(WORDS, 12))}.\n\nSee [[{rng.randrange(60):02}]].\n"
    same = " ".join(WORDS[:12])
    for number in rng.sample(range(60, 80), 20):
        made[f"same/{number}.md"] = f"---\nid: 01h{number:023d}\ntitle: alike\n---\n{same}\n"
    turns = "\n\n".join(f"**{rng.choice(('Ann', 'Ben'))}:** {' '.join(rng.sample(WORDS, 7))} ^d1-{number}" for number in range(320))
    made["talk.md"] = f"---\nid: 01h{99:023d}\ntitle: Talk\nevent_time: 2026-11-18T10:00:00Z\n---\n{turns}\n"
    return made


def answers(box: Box, env: Mapping[str, str] | None = None) -> list[str]:
    """What every query prints, its scores to the last digit."""
    return [box.run("search", *query, "--limit", "40", "--json", env={"MEM_NOW": NOW, **(env or {})}, check=0).out for query in QUERIES]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A vault whose index was made in one go."""
    box = Box(str(tmp_path_factory.mktemp("same")))
    for path, text in entries().items():
        box.write(path, text)
    return box.init()


@pytest.fixture(scope="module")
def expected(box: Box) -> list[str]:
    found = answers(box)
    assert all(text.count('"path"') == 40 for text in found) and len({*found}) == len(QUERIES)
    return found


def test_rebuilds_change_nothing(box: Box, expected: list[str]) -> None:
    for _ in range(2):
        box.run("index", "--rebuild", check=0)
    assert answers(box) == expected
    shutil.rmtree(box.path(".mem/index"))
    assert answers(box) == expected


@pytest.mark.parametrize("env", OTHERS, ids=lambda env: env["LANG"])
def test_surroundings_change_nothing(box: Box, expected: list[str], env: Mapping[str, str]) -> None:
    box.run("index", "--rebuild", check=0, env=env)
    assert answers(box, env) == expected


def test_a_clone_answers_as_its_source(box: Box, expected: list[str], tmp_path: Path) -> None:
    box.git("clone", "-q", box.vault, f"{tmp_path}/vault")
    assert not os.path.exists(f"{tmp_path}/vault/.mem/index")
    assert answers(Box(str(tmp_path))) == expected


def test_growing_bit_by_bit_ends_in_the_same_index(expected: list[str], tmp_path: Path) -> None:
    """Written in another order, taken in and folded in several steps, an entry changed on the way. Until the index is made anew, frequencies
    are those of the way there: the same entries are found, their scores differ a little."""
    box, rng = Box(str(tmp_path)).init(), random.Random(5)
    texts = list(entries().items())
    rng.shuffle(texts)
    for start in range(0, len(texts), 41):
        for path, text in texts[start:start + 41]:
            box.write(path, text)
        box.write(texts[0][0], f"bread and something else, for now {start}\n")
        box.run("index", check=0, env={"MEM_INDEX_PENDING_MAX": "4"})
    box.write(*texts[0])
    grown = box.found(*BY_WORDS)
    box.run("index", "--rebuild", check=0)
    assert answers(box) == expected
    assert sorted(box.found(*BY_WORDS)) == sorted(grown) and len(grown) > 40
