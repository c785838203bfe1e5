"""How does ingest go on? What changes below its sources is read again, a moment after it has come to rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from memcli.cli.session import Session
from memcli.errors import MemError, Usage
from memcli.life.intake import Wish
from memcli.life.sifting import Report

REST_MS = 1_600  # of quiet, before what changed is read


def ingest(here: Session, vault: str | None, plugin: str, sources: Sequence[str], wish: Wish, tell: Callable[[Session, Report], None]) -> int:
    """Read once, then whenever something changes; an error is told, and the watch goes on. Ends when it is interrupted."""
    if "-" in sources:
        raise Usage("standard input cannot be watched", "give files or folders")
    from watchfiles import Change, DefaultFilter

    from memcli.serve import noticing

    store = here.store(vault)
    tell(here, store.ingest(plugin, sources, wish))
    here.flush()
    here.say("watching; interrupt to end")
    own, usual = f"{store.vault.root}/", DefaultFilter()  # what a run writes is no reason for another
    seen = noticing.batches(sources, noticing.Stop(), lambda path: not os.path.realpath(path).startswith(own) and usual(Change.modified, path), deep=True,
                            most_ms=REST_MS, tick=False)
    try:
        for _ in seen:
            _again(here, vault, plugin, sources, wish, tell)
    except KeyboardInterrupt:
        here.say("")  # the line on which a terminal shows ^C
    return 0


def _again(here: Session, vault: str | None, plugin: str, sources: Sequence[str], wish: Wish, tell: Callable[[Session, Report], None]) -> None:
    """Read what changed, and tell what came of it, if anything did."""
    try:
        report = here.store(vault).ingest(plugin, sources, replace(wish, changed=True))
    except MemError as error:
        here.warn(error.message)
        return
    if report.added or report.updated or report.refused:
        tell(here, report)
        here.flush()
