"""How does ingest go on? What changes below its sources is read again, a moment after it has come to rest."""

from __future__ import annotations

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
    from watchfiles import watch

    tell(here, here.store(vault).ingest(plugin, sources, wish))
    here.flush()
    here.say("watching; interrupt to end")
    for _ in watch(*sources, debounce=REST_MS, raise_interrupt=False, ignore_permission_denied=True):
        try:
            report = here.store(vault).ingest(plugin, sources, replace(wish, changed=True))
        except MemError as error:
            here.warn(error.message)
            continue
        if report.added or report.updated or report.refused:
            tell(here, report)
            here.flush()
    return 0
