"""How is importance predicted? Pinned values, and what may not happen."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from memcli.life.weighing import Weigher
from memcli.memory import importance

PLAIN = frozenset({"the", "is", "a"})


def idf(word: str) -> float:
    return importance.rarity(100, {"common": 90}.get(word, 1))


def test_what_is_new_and_names_things_is_worth_more() -> None:
    words = importance.words("common zebra quagga", PLAIN)
    alone = importance.raw("common zebra quagga", words, [], idf)
    assert importance.raw("common zebra quagga", words, [words], idf) == 0.0
    assert importance.raw("we saw Ada at 10:30 common zebra quagga", words, [], idf) == alone * 1.5
    assert importance.raw("common zebra quagga?", words, [], idf) == alone * importance.QUESTION
    assert importance.raw("common zebra quagga", words, [], idf, answers=True) == alone * importance.ANSWER


def test_nothing_is_said_of_the_first_twenty() -> None:
    assert importance.predicted(5.0, [1.0] * 19, "text", by_hand=False) == importance.UNKNOWN
    assert importance.predicted(5.0, [1.0] * 20, "text", by_hand=False) == 1.0
    assert importance.predicted(0.0, [1.0] * 20, "never do this", by_hand=True) == 0.25
    assert importance.predicted(0.5, [1.0] * 20, "4f3a9c1d 2026-01-02 10:00:00 99831", by_hand=False) == 0.0


def test_a_sentence_begins_with_a_capital_and_that_is_no_name() -> None:
    assert importance.named("We left. They came? **Ana:** Hello") == 0
    assert importance.named("We met Ana in Lisbon yesterday, I'm sure") == 3


def test_a_turn_that_follows_a_question_of_its_session_answers_it() -> None:
    texts = [(number, f"**Ana:** plain words number{number} of some kind", "s1") for number in range(30)]
    texts[10] = (10, "**Ana:** where is the key? ^d1-10", "s1")
    plain, asked = (dict(Weigher[int]().weighed([*some])) for some in ([*texts[:10], (10, "x", "s1"), *texts[11:]], texts))
    assert asked[11] > plain[11] and asked[10] == 0.0


def test_the_seed_of_hashes_changes_nothing() -> None:
    code = ("from memcli.life.weighing import Weigher\n"
            "print([v for _, v in Weigher().weighed((i, ' '.join(f'w{(i * k) % 17}' for k in range(1, 9)), '') for i in range(60))])")
    outs = {subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
            for seed in ("0", "1", "2")}
    assert len(outs) == 1


@pytest.mark.parametrize("piece", ["aa", "__", "..", "a/", "1,", "A'", "x. A-"])
def test_hostile_lines_are_read_once(piece: str) -> None:
    """Eight times the text takes about eight times as long; sixty-four times, if it were read again from every place."""
    took = []
    for count in (4_000, 32_000):
        began = time.perf_counter()
        importance.named(piece * count)
        took.append(time.perf_counter() - began)
    assert took[1] < 24 * took[0] + 0.2
