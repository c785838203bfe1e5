"""How is a person told what a reading of sources did?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.output import terminal

if TYPE_CHECKING:
    from memcli.cli.session import Session
    from memcli.life.sifting import Report

SHOWN = 20  # refusals


def tell(here: Session, report: Report, *, dry_run: bool = False) -> None:
    """What a run did, on one line, and what it refused."""
    here.end_progress()
    more = len(report.refused) - SHOWN
    for position, reason in report.refused if more <= 0 else [*report.refused[:SHOWN - 1], report.refused[-1]]:  # the last may be why a source broke off
        here.warn(f"refused {terminal.line(position)}: {terminal.line(reason)}")
    if more > 0:
        here.warn(f"refused {more} more; --json names each")
    parts = [f"{len(report.added)} {'would be added' if dry_run else 'added'}", f"{len(report.updated)} brought up to date", f"{report.waiting} waiting",
             f"{report.confirmed} said before", f"{report.duplicate} there already", f"{report.older} older", f"{len(report.refused)} refused"]
    always = ("added", "already", "refused")
    here.out(", ".join(part for part in parts if part[0] != "0" or part.endswith(always)) + "\n")
    if report.waiting:
        here.say("mem waiting lists what said nothing new; it waits for ingest.waiting_days")
    if report.redacted:
        here.say(f"{report.redacted} held what looks like a secret, which {'would be' if dry_run else 'was'} left out")
    if any("looks like a secret" in reason for _, reason in report.refused):
        here.say("mem config safety.secrets redact lets such texts in without what is secret in them")
    if report.expired:
        here.say(f"{report.expired} that waited {'has' if report.expired == 1 else 'have'} expired")
