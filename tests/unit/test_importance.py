"""Is what is new, rare and named worth more than what is old, common and a question?"""

from __future__ import annotations

import pytest

from memcli.memory.importance import boilerplate, entities, novelty, predicted, rarity, raw

IDF = rarity({"tea": 90, "restic": 1, "tin": 3, "the": 200}, 200)


def test_rare_words_weigh_more() -> None:
    assert IDF["restic"] > IDF["tin"] > IDF["tea"] > IDF["the"] > 0


def test_a_young_vault_lets_every_word_count_about_alike() -> None:
    young = rarity({"tea": 3, "restic": 1}, 3)
    assert young["restic"] / young["tea"] < 1.3 < IDF["restic"] / IDF["tea"]


def test_the_raw_value_follows_its_formula() -> None:
    one = raw(["restic"], IDF, 1.0, 0, question=False)
    assert one == pytest.approx(IDF["restic"])
    assert raw(["restic"], IDF, 0.5, 2, question=False) == pytest.approx(one * 0.5 * 1.5)
    assert raw(["restic"], IDF, 1.0, 9, question=True) == pytest.approx(one * 2 * 0.4)
    assert raw(["unheard"], IDF, 1.0, 0, question=False) == pytest.approx(max(IDF.values()))


def test_what_is_said_already_is_not_new() -> None:
    assert novelty({"restic", "tin"}, [], IDF) == 1.0
    assert novelty({"restic", "tin"}, [{"tea"}, {"restic", "tin", "tea"}], IDF) == 0.0
    assert novelty({"restic", "tin"}, [{"tin"}], IDF) == pytest.approx(IDF["restic"] / (IDF["restic"] + IDF["tin"]))
    assert novelty([], [{"tea"}], IDF) == 1.0


def test_the_rank_among_the_vaults_own_is_the_prediction() -> None:
    ranked = [float(at) for at in range(100)]
    assert predicted(75.5, ranked, "tea is in the tin", by_hand=False) == 0.76
    assert predicted(-1, ranked, "tea", by_hand=False) == 0.0
    assert predicted(50, ranked[:19], "tea", by_hand=False) == 0.5


def test_cues_add_up_within_bounds() -> None:
    assert predicted(1, [], "Always water the fern", by_hand=False) == 0.65
    assert predicted(1, [], "We must decide", by_hand=True) == 0.75
    assert predicted(1, [], "a mustard seed", by_hand=False) == 0.5
    assert predicted(500, [float(at) for at in range(30)], "never", by_hand=True) == 1.0
    assert predicted(1, [], "2026-01-02T03:04:05Z 9f86d081884c7d65 ok", by_hand=False) == 0.3


def test_a_log_line_is_told_from_a_sentence() -> None:
    assert boilerplate("2026-01-02 03:04:05 123e4567-e89b-12d3-a456-426614174000 ok") == 0.75
    assert boilerplate("we added a facade and defaced it") == 0.0
    assert boilerplate("") == 0.0


def test_names_are_capitals_within_a_sentence_numbers_and_addresses() -> None:
    found = entities("Yesterday Mira took I 12 tins to Bern. She paid 3.50, see https://example.org/a and /etc/hosts.\nTea stayed.")
    assert found == ["Mira", "12", "Bern", "3.50", "https://example.org/a", "/etc/hosts"]
