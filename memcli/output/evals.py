"""How did the prior, forgetting and the policies do? Tables for a person, and schemas/eval-{prior,forgetting,policy}.schema.json."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from memcli.output.records import VERSION

if TYPE_CHECKING:
    from memcli.measure.forgetting import Kept
    from memcli.measure.priors import Comparison
    from memcli.measure.replay import Score


def prior(found: Comparison) -> Iterator[str]:
    """The share of the right turns in the first ten, with the prior and without it."""
    yield f"{len(found.rows)} questions, share of the right turns in the first ten"
    yield f"{'use':10}{'with prior':>12}{'without':>10}{'ratio':>8}"
    for name, row in found.table().items():
        yield f"{name:10}{row['on']:12.4f}{row['off']:10.4f}{row['ratio']:8.4f}"


def prior_record(found: Comparison) -> dict[str, Any]:
    """schemas/eval-prior.schema.json"""
    from memcli.measure.priors import interval

    low, high = interval(found.rows)
    return {"format_version": VERSION, "dataset": found.dataset, "questions": len(found.rows), "skipped": dict(sorted(found.skipped.items())),
            **found.table(), "interval": [low, high]}


def forgetting(found: Kept) -> Iterator[str]:
    """What recall is left after a drop, and what the archive holds."""
    yield f"{found.questions} questions, share of the right turns in the first ten, of what it is with every entry hot"
    yield f"{'dropped by':12}{'bytes':>7}{'hot alone':>11}{'with cold':>11}{'looked':>9}"
    for row in found.table():
        yield f"{row['by']!s:12}{row['dropped']:7.0%}{row['hot']:11.4f}{row['gated']:11.4f}{row['fallback']:9.1%}"
    yield f"archive {found.pack_bytes / max(found.raw_bytes, 1):.3f} of its text; {found.whole} of {found.packed} entries came back byte for byte"


def forgetting_record(found: Kept) -> dict[str, Any]:
    """schemas/eval-forgetting.schema.json"""
    return {"format_version": VERSION, "dataset": found.dataset, "questions": found.questions, "skipped": dict(sorted(found.skipped.items())),
            "drops": found.table(), "archive": {"raw_bytes": found.raw_bytes, "pack_bytes": found.pack_bytes, "packed": found.packed, "whole": found.whole}}


def policy(scores: Sequence[Score]) -> Iterator[str]:
    """A row per policy, its hit rate on each trace; Belady's last."""
    from memcli.measure import replay

    traces = list(dict.fromkeys(score.trace for score in scores))
    by = {(score.policy, score.trace): score for score in scores}
    yield "share of uses that find their entry hot, " + f"{replay.CAPACITY:.0%} of all being so"
    yield f"{'policy':12}" + "".join(f"{name:>12}" for name in traces) + f"{'mean':>8}{'of best':>9}{'log loss':>10}{'AUC':>7}"
    for name, hits, share, loss, area in replay.means(scores):
        yield f"{name:12}" + "".join(f"{by[name, trace].hits:12.3f}" for trace in traces) + f"{hits:8.3f}{share:9.1%}{loss:10.3f}{area:7.3f}"
    best = {score.trace: score.belady for score in scores}
    yield f"{'best (Belady)':13}" + "".join(f"{best[trace]:{11 if at == 0 else 12}.3f}" for at, trace in enumerate(traces)) + (
        f"{sum(best.values()) / len(best):8.3f}{1:9.1%}")


def policy_record(scores: Sequence[Score]) -> dict[str, Any]:
    """schemas/eval-policy.schema.json"""
    from memcli.measure import replay

    rows = [{"policy": one.policy, "trace": one.trace, "hit_rate": round(one.hits, 4), "belady": round(one.belady, 4), "log_loss": _number(one.log_loss),
             "auc": _number(one.auc)} for one in scores]
    means = [{"policy": name, "hit_rate": round(hits, 4), "of_belady": round(share, 4), "log_loss": _number(loss), "auc": _number(area)}
             for name, hits, share, loss, area in replay.means(scores)]
    return {"format_version": VERSION, "capacity": replay.CAPACITY, "scores": rows, "means": means}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
