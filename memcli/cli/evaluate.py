"""mem eval"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from memcli.cli import fading, options, session
from memcli.errors import NothingFound, Usage
from memcli.output import records

if TYPE_CHECKING:
    from memcli.measure.run import Evaluation

HELP = """Measure recall and forgetting, on data sets and traces.

\b
Examples:
  mem eval locomo locomo.json
  mem eval qrels ./scifact --json
  mem eval longmemeval longmemeval_s.json -n 50
  mem eval locomo locomo.json --ablate vector
  mem eval locomo locomo.json --per-question > rows.jsonl
  mem eval prior locomo.json
  mem eval forgetting locomo.json
  mem eval policy
  mem eval policy --log        by how you used your own vault

Every conversation, question with chats of its own, or folder becomes a vault
of its own in a temporary place, by the ingest, index and search that you use,
with every setting at its default; your own vault plays no part.

locomo: the JSON of LoCoMo. longmemeval: the JSON of LongMemEval, counted as
its authors do: without the questions that have no answer, and with what the
user says alone, so without the questions that no user turn answers.
qrels: a BEIR folder of corpus.jsonl, queries.jsonl and qrels/test.tsv.

Measures: whether any, which share and whether all of the right turns (and
sessions, or documents) are among the first 5 and 10, mean reciprocal rank,
and normalised discounted gain. With --json also 95 % bootstrap intervals and
how long a search took within this process.

prior asks LoCoMo's questions with the ranking prior and without it, all alike
and weighed to those about recent sessions. forgetting lets the least important
quarter, and 47 %, of the text go cold (beside: the oldest, and by chance) and
asks again, then packs it. policy replays made traces of use, or the log: how
many uses find their entry among the 13 % that may be hot, beside what the best
possible (Belady's) had, and how well the values foretell a use in a week."""


PARAMS = {
    "kind": options.Arg("KIND", "locomo, longmemeval or qrels; prior, forgetting or policy."),
    "source": options.Arg("[SOURCE]", "The file or folder of the data set; policy takes none."),
    "limit": options.Opt("--limit-questions --limit -n", "Ask the first N questions only; 0 for all.", metavar="N", kind=int, low=0),
    "channels": options.Opt("--channels", "Only these channels: keyword, vector, time, name, links.", metavar="NAME,..."),
    "ablate": options.Opt("--ablate", "Leave out these signals or channels.", metavar="NAME,..."),
    "hops": options.Opt("--hops", "1: the best evidence does not extend the question.", metavar="N", kind=int, low=1, high=2),
    "all_turns": options.Opt("--all-turns", "longmemeval: put in what assistants say too.", kind=bool),
    "per_question": options.Opt("--per-question", "Print one JSON object per question instead.", kind=bool),
    "log": options.Opt("--log", "policy: replay the uses of your own vault.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(
    kind: str,
    source: str = "",
    limit: int = 0,
    channels: str = "", ablate: str = "",
    hops: int = 2,
    all_turns: bool = False, per_question: bool = False,
    log: bool = False,
    vault: str | None = None,
    json: bool = False,
) -> None:
    """Measure recall."""
    from memcli.cli.switches import without
    from memcli.measure import datasets, run

    here = session.current()
    if kind in fading.KINDS:
        fading.measured(here, kind, source, limit, log, vault, json)
        return
    if kind not in datasets.KINDS:
        raise Usage(f"{kind!r} is no kind of measurement", "one of " + ", ".join((*datasets.KINDS, *fading.KINDS)))
    if not source:
        raise Usage("which data set?", f"mem eval {kind} FILE")
    if all_turns and kind != "longmemeval":
        raise Usage("--all-turns is for longmemeval", "every turn of locomo is put in anyway" if kind == "locomo" else "documents have no turns")
    path = os.path.abspath(os.path.expanduser(source))
    with tempfile.TemporaryDirectory(prefix="mem-eval-") as folder:
        found = run.evaluate(kind, path, folder, fading.opened, here.progress, most=limit, without=without(channels, ablate), hops=hops,
                             all_turns=all_turns)
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


def _table(found: Evaluation) -> Iterator[str]:
    from memcli.life.names import count
    from memcli.measure.metrics import NAMES

    yield count(len(found.rows), "question") + "".join(f", {count} {reason}" for reason, count in sorted(found.skipped.items()) if count)
    categories = found.categories() if len(found.categories()) > 1 else []
    width = max(map(len, ["all", *categories]))
    yield " " * (width + 9) + "".join(f"{name:>9}" for name in NAMES)
    for category in ("", *categories):
        for grain, means in found.table(category).items():
            if means:
                yield f"{category or 'all':{width}}  {grain:7}" + "".join(f"{means[name]:9.4f}" for name in NAMES)
