"""How do a plugin's drafts become entries? Read source by source, weighed, sifted, and written together, in one commit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memcli import clock
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.errors import MemError, PluginFailed, Usage
from memcli.extend import parallel, registry
from memcli.extend.contracts import Draft, Ingest, Rejected, Source
from memcli.extend.intake import Intake, entries_of
from memcli.life import ledger, screening, supersede, waiting
from memcli.life.desk import Desk
from memcli.life.echoes import Echoes, Twins, Vaulted
from memcli.life.names import count
from memcli.life.sifting import Change, Report, Sift
from memcli.life.weighing import Weigher
from memcli.memory import events

__all__ = ["Report", "Wish", "ingest"]


@dataclass(frozen=True, slots=True)
class Wish:
    """How sources are to be read: `options` are the plugin's; `since`: only pieces from then on; `changed`: only files that changed since the last run."""

    options: Mapping[str, str]
    since: datetime | None = None
    changed: bool = False


def ingest(desk: Desk, name: str, sources: Sequence[str], wish: Wish, *, dry_run: bool) -> Report:
    """Read sources by the plugin `name`. A source that cannot be read is refused; raises PluginFailed when nothing could be read of any."""
    plugin = registry.load(name, desk.around)
    opened = [Source.open(source) for source in sources]
    _refuse_own(desk, opened)
    report = Report()
    if dry_run:
        for _ in _changes(desk, plugin, opened, wish, _sift(desk, plugin, report)):
            pass
        return report
    with desk.run("ingest") as run:
        atomic.sweep(desk.vault.state)
        before = {key: ledger.marks(source) for source in opened if (key := ledger.key(name, source))}
        sift = _sift(desk, plugin, report)
        changes = _changes(desk, plugin, opened, wish, sift)
        first = next(changes, None)
        if first is not None:

            def everything() -> Iterator[Change]:
                yield first
                yield from changes

            run.prepare(everything())
            sift.end()
            more = f", {len(report.updated)} brought up to date" if report.updated else ""
            report.commit = desk.save(run, (), f"{count(len(report.added), 'entry', 'entries')} from {name}{more}", [("Mem-Plugin", name)])
        report.expired = waiting.note(desk, sift.held, sift.confirmed)
        stamp = clock.rfc3339(desk.now)
        events.record(desk.vault.state, "confirmed", dict.fromkeys(entry for _, entry in sift.confirmed), stamp, f"ingest {name}")
        if not report.refused:
            ledger.write(desk, before)
    return report


def _sift(desk: Desk, plugin: Ingest, report: Report) -> Sift:
    held = desk.settings.text("ingest.gate")
    known = {row.id: row.path for row in desk.index.read(lambda view: view.rows())}
    bulk = bool(getattr(plugin, "bulk", False))
    gated = held == "all" or held == "bulk" and bulk
    return Sift(desk, known, Twins(Vaulted(desk)) if gated else None, report, bulk=bulk)


def _refuse_own(desk: Desk, sources: Sequence[Source]) -> None:
    """Raise Usage for a source that is an entry of this vault or a folder with some: they are in it already."""
    root = desk.vault.root
    near = [(source, os.path.realpath(source.path)) for source in sources if source.path]
    near = [(source, path) for source, path in near if path == root or path.startswith(f"{root}/")]
    paths = vaults.scan(root).paths if near else []
    for source, path in near:
        inside = path[len(root) + 1:]
        if any(not inside or known == inside or known.startswith(f"{inside}/") for known in paths):
            raise Usage(f"{source.path} lies in this vault: what is in it are entries already", "mem index takes in files that were put there by hand")


def _changes(desk: Desk, plugin: Ingest, sources: Sequence[Source], wish: Wish, sift: Sift) -> Iterator[Change]:
    """What the sources change in the vault. Values of slots come last, with what they supersede."""
    keyed: list[Change] = []
    failed: list[PluginFailed] = []
    report = sift.report
    weigher: Weigher[Intake | Rejected] = Weigher(Echoes(Vaulted(desk)))
    for source in sources:
        known = len(failed)
        pieces = _until_failure(_guarded(plugin, source, wish, desk, report), failed)
        for one, importance, novelty in weigher.judged(map(_telling, pieces)):
            if isinstance(one, Intake) and one.fields.get("importance") is None:
                one.fields.update(importance=importance, importance_by="auto")
            change = sift.take(plugin.name, one, novelty)
            if change is not None:
                if isinstance(one, Intake) and one.fields.get("key"):
                    keyed.append(change)
                else:
                    yield change
            if (done := report.seen) % 50 == 1:
                desk.talk.progress("reading", done, done + 1)
        report.refused += [(source.name, screening.said(desk.settings, error.message)) for error in failed[known:]]
    if sources and len(failed) == len(sources) and not report.seen:
        raise failed[0]
    if keyed:
        yield from supersede.settled(desk, keyed)


def _until_failure(pieces: Iterator[Intake | Rejected], failed: list[PluginFailed]) -> Iterator[Intake | Rejected]:
    """The pieces up to where the source cannot be read on; why is put in `failed`, as what came before is kept."""
    try:
        yield from pieces
    except PluginFailed as error:
        failed.append(error)


def _telling(one: Intake | Rejected) -> tuple[Intake | Rejected, str, str]:
    """A piece with its text and session, for weighing."""
    if isinstance(one, Rejected):
        return one, "", ""
    source = one.fields.get("source")
    return one, one.body, str(source.get("session", "")) if isinstance(source, dict) else ""


def _guarded(plugin: Ingest, source: Source, wish: Wish, desk: Desk, report: Report) -> Iterator[Intake | Rejected]:
    """A plugin's pieces; whatever it raises becomes one PluginFailed naming it."""
    if wish.changed and (key := ledger.key(plugin.name, source)):
        narrowed = ledger.changed(source, ledger.read(desk).get(key, {}), ledger.marks(source), apart=getattr(plugin, "apart", False))
        if narrowed is None:
            return
        source = narrowed
    jobs = desk.settings.whole("ingest.jobs")
    try:
        drafts = parallel.reads(plugin, source, wish.options, desk.around, jobs)
        yield from entries_of(plugin.name, _recent(drafts, wish.since, report), desk.now)
    except MemError:
        raise
    except Exception as error:
        raise PluginFailed(f"plugin {plugin.name} broke on {source.name}: {type(error).__name__}: {error}", "what it had said before is kept") from error


def _recent(drafts: Iterator[Draft | Rejected], since: datetime | None, report: Report) -> Iterator[Draft | Rejected]:
    """The drafts that are not older than asked for; what does not tell its time is new."""
    for draft in drafts:
        at = (draft.valid_from or draft.created) if since is not None and isinstance(draft, Draft) else None
        if at is not None and since is not None and at.tzinfo is not None and at < since:
            report.older += 1
        else:
            yield draft
