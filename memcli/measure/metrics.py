"""How good is a ranking? Recall, reciprocal rank and discounted gain of ranked units against the gold ones; pure."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

CUTS = (5, 10)
NAMES = (*(f"{kind}@{cut}" for cut in CUTS for kind in ("any", "frac", "all")), "mrr", "ndcg@10")
_SAMPLES = 1_000


def measures(ranked: Sequence[str], gold: Mapping[str, float]) -> dict[str, float]:
    """The measures of one question: `ranked` units best first, each once; `gold` their gains (> 0).

    any@k, frac@k, all@k: whether one, which share, and whether all of the gold units are among the first k. mrr: 1 / rank of the first
    gold unit. ndcg@10: discounted cumulative gain over that of the best possible ranking of all gold units (Järvelin, Kekäläinen 2002).
    """
    found: dict[str, float] = {}
    for cut in CUTS:
        held = sum(unit in gold for unit in ranked[:cut])
        found[f"any@{cut}"], found[f"frac@{cut}"], found[f"all@{cut}"] = float(held > 0), held / len(gold), float(held == len(gold))
    found["mrr"] = next((1 / rank for rank, unit in enumerate(ranked, 1) if unit in gold), 0.0)
    found["ndcg@10"] = _dcg(gold.get(unit, 0.0) for unit in ranked[:10]) / _dcg(sorted(gold.values(), reverse=True)[:10])
    return found


def _dcg(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each measure over questions; empty for none."""
    return {name: round(fmean(row[name] for row in rows), 4) for name in NAMES} if rows else {}


def interval(values: Sequence[float], seed: int = 7) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean (Efron 1979), by a fixed seed; (0, 0) for no values."""
    if not values:
        return 0.0, 0.0
    rng = random.Random(seed)
    drawn = sorted(fmean(rng.choices(values, k=len(values))) for _ in range(_SAMPLES))
    return round(drawn[int(_SAMPLES * 0.025)], 4), round(drawn[int(_SAMPLES * 0.975)], 4)


def percentile(values: Sequence[float], share: float) -> float:
    """The least of the values that `share` (0..1) of them do not exceed (nearest rank); 0.0 for none."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * share) - 1, 0)] if ordered else 0.0
