"""How does `mem ingest --queued` tell what became of the transcripts that hooks have noted?"""

from __future__ import annotations

from memcli.cli.session import Session
from memcli.cli.telling import tell
from memcli.errors import PARTLY_DONE
from memcli.life.sifting import Report
from memcli.output import records, terminal


def read(here: Session, vault: str | None, *, dry_run: bool, json: bool) -> int:
    """Read what waits, or with `dry_run` name it. What cannot be read now is told, and waits on."""
    store = here.store(vault)
    if dry_run:
        here.lines(f"{one.plugin.ljust(11)}  {one.at[:10]}  {terminal.line(one.path)}" for one in store.queued())
        return 0
    worked = store.work_queue()
    for one in worked.gone:
        here.warn(f"{terminal.line(one.path)} is no longer there")
    report = joined(worked.reports)
    report.refused += [(one.path, f"{reason}; it waits for the next run") for one, reason in worked.left]
    if json:
        here.json_out(records.ingested(report))
    else:
        tell(here, report)
    return PARTLY_DONE if report.refused else 0


def joined(reports: list[Report]) -> Report:
    """Several runs as one; the commit is the last."""
    whole = Report()
    for one in reports:
        whole.added += one.added
        whole.updated += one.updated
        whole.refused += one.refused
        for name in ("duplicate", "confirmed", "waiting", "older", "expired"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
        whole.commit = one.commit or whole.commit
    return whole
