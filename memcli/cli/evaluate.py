"""mem eval"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from memcli import clock
from memcli.cli import options, session
from memcli.errors import NothingFound, Usage
from memcli.output import records

if TYPE_CHECKING:
    from memcli.measure.run import Evaluation
    from memcli.store import Store

HELP = """Measure recall on a data set.

\b
Examples:
  mem eval locomo locomo.json
  mem eval qrels ./scifact --json
  mem eval locomo locomo.json --ablate vector
  mem eval locomo locomo.json --per-question > rows.jsonl

Every conversation, or the folder, becomes a vault of its own in a temporary
place, by the ingest, index and search that you use; your own vault plays no
part. locomo takes the JSON of LoCoMo, qrels a BEIR folder of corpus.jsonl,
queries.jsonl and qrels/test.tsv. Measures: whether any, which share and
whether all of the right turns (and sessions, or documents) are among the
first 5 and 10, mean reciprocal rank, and normalised discounted gain."""


PARAMS = {
    "kind": options.Arg("KIND", "locomo or qrels."),
    "source": options.Arg("SOURCE", "The file or folder of the data set."),
    "limit": options.Opt("--limit -n", "Ask the first N questions only; 0 for all.", metavar="N", kind=int, low=0),
    "channels": options.Opt("--channels", "Only these channels: keyword, vector, time, name.", metavar="NAME,..."),
    "ablate": options.Opt("--ablate", "Leave out these signals or channels.", metavar="NAME,..."),
    "per_question": options.Opt("--per-question", "Print one JSON object per question instead.", kind=bool),
    "json": options.JSON,
}


def command(
    kind: str,
    source: str,
    limit: int = 0,
    channels: str = "",
    ablate: str = "",
    per_question: bool = False,
    json: bool = False,
) -> None:
    """Measure recall."""
    from memcli.cli.search import without
    from memcli.measure import datasets, run

    here = session.current()
    if kind not in datasets.KINDS:
        raise Usage(f"{kind!r} is no kind of data set", "one of " + ", ".join(datasets.KINDS))
    with tempfile.TemporaryDirectory(prefix="mem-eval-") as folder:
        found = run.evaluate(kind, os.path.abspath(os.path.expanduser(source)), folder, _opened, here.progress, most=limit, without=without(channels, ablate))
    here.end_progress()
    if not found.rows:
        raise NothingFound(f"no question to ask in {source}", ", ".join(f"{reason}: {count}" for reason, count in found.skipped.items()))
    if per_question:
        for row in found.rows:
            here.json_out(records.measured(row))
    elif json:
        here.json_out(records.evaluated(found))
    else:
        here.lines(_table(found))


def _opened(folder: str) -> Store:
    """A vault made for measuring, with every setting at its default."""
    from memcli import config
    from memcli.life import founding
    from memcli.store import Store, Talk

    here = session.current()
    vault, _, _ = founding.found(folder, here.env, clock.now())
    return Store(vault, config.resolve([]), here.env, Talk(lambda what, done, total: None, here.warn))


def _table(found: Evaluation) -> Iterator[str]:
    from memcli.measure.metrics import NAMES

    yield f"{len(found.rows)} questions" + "".join(f", {count} {reason}" for reason, count in sorted(found.skipped.items()) if count)
    yield f"{'':22}" + "".join(f"{name:>9}" for name in NAMES)
    for category in ("", *found.categories()):
        for grain, means in found.table(category).items():
            if means and (len(found.categories()) > 1 or not category):
                yield f"{category or 'all':12}  {grain:8}" + "".join(f"{means[name]:9.4f}" for name in NAMES)
