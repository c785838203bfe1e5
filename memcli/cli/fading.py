"""mem eval prior, forgetting and policy"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from memcli import clock
from memcli.cli import session
from memcli.errors import NothingFound, Usage

if TYPE_CHECKING:
    from memcli.measure.replay import Score
    from memcli.store import Store

KINDS = ("prior", "forgetting", "policy")
SEEDS = (1, 2)  # of the traces replayed, and of those that calibrate
LEAST = 100  # uses in a log, below which it tells nothing


def opened(folder: str) -> Store:
    """A vault made for measuring, with every setting at its default."""
    from memcli import config
    from memcli.life import founding
    from memcli.store import Store, Talk

    here = session.current()
    vault = founding.found(folder, here.env, clock.now()).vault
    return Store(vault, config.resolve([]), here.env, Talk(lambda what, done, total: None, here.warn))


def measured(here: session.Session, kind: str, source: str, limit: int, log: bool, vault: str | None, json: bool) -> None:
    """Measure, and print. Raises Usage for arguments that this kind does not take."""
    if kind == "policy" and source or kind != "policy" and not source:
        raise Usage("mem eval policy takes no data set" if source else "which data set?", "mem eval policy --log" if source else f"mem eval {kind} FILE")
    if log and kind != "policy":
        raise Usage("--log belongs to mem eval policy", "mem eval policy --log")
    {"prior": _prior, "forgetting": _forgetting}[kind](here, source, limit, json) if kind != "policy" else _policy(here, log, vault, json)


def _prior(here: session.Session, source: str, limit: int, json: bool) -> None:
    from memcli.measure import priors
    from memcli.output import evals

    with tempfile.TemporaryDirectory(prefix="mem-eval-") as folder:
        found = priors.compare("locomo", _path(source), folder, opened, here.progress, limit)
    here.end_progress()
    if not found.rows:
        raise NothingFound(f"no question to ask in {source}", "mem eval prior takes LoCoMo's JSON")
    if json:
        here.json_out(evals.prior_record(found))
    else:
        here.lines(evals.prior(found))


def _forgetting(here: session.Session, source: str, limit: int, json: bool) -> None:
    from memcli.measure import forgetting
    from memcli.output import evals

    with tempfile.TemporaryDirectory(prefix="mem-eval-") as folder:
        found = forgetting.measure(_path(source), folder, opened, here.progress, most=limit)
    here.end_progress()
    if json:
        here.json_out(evals.forgetting_record(found))
    else:
        here.lines(evals.forgetting(found))


def _policy(here: session.Session, log: bool, vault: str | None, json: bool) -> None:
    from memcli.extend import registry
    from memcli.measure import replay, traces
    from memcli.memory import events
    from memcli.output import evals

    names = registry.builtin(registry.POLICY)
    if log:
        store = here.store(vault)
        trace = traces.recorded({one.id: one.strength.created for one in store.strengths()}, events.ever(store.vault.state))
        uses = sum(map(len, trace.uses))
        if uses < LEAST or len(trace.uses) <= replay.WARM_DAYS:
            raise NothingFound(f"the log tells of {uses} uses on {len(trace.uses)} days: too few to judge by",
                               f"it takes {LEAST} uses, over more than {replay.WARM_DAYS} days")
        pairs = [(trace, trace)]
    else:
        pairs = [(traces.made(kind, SEEDS[0]), traces.made(kind, SEEDS[1])) for kind in traces.KINDS]
    scores: list[Score] = []
    for trace, other in pairs:
        for name in names:
            here.progress("replaying", len(scores), len(pairs) * len(names))
            scores.append(replay.scored(name, trace, other))
    here.end_progress()
    if json:
        here.json_out(evals.policy_record(scores))
    else:
        here.lines(evals.policy(scores))


def _path(source: str) -> str:
    return os.path.abspath(os.path.expanduser(source))
