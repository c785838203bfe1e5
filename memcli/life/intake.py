"""How do a plugin's drafts become entries? Known ones are left alone, new ones are written together, in one commit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from memcli.entries import text
from memcli.entries import vault as vaults
from memcli.errors import EntryInvalid, MemError, PluginFailed, Usage
from memcli.extend import registry
from memcli.extend.contracts import Ingest, Rejected, Source
from memcli.extend.intake import Intake, entries_of
from memcli.life import supersede
from memcli.life.desk import Desk
from memcli.life.names import count
from memcli.life.weighing import Weigher

Change = tuple[str, bytes | None, bytes | None]


@dataclass(slots=True)
class Report:
    """What a run did: added (id, path), how many were there already, refused (position, reason), and the commit's id."""

    added: list[tuple[str, str]] = field(default_factory=list)
    duplicate: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    commit: str = ""


def ingest(desk: Desk, name: str, sources: Sequence[str], options: Mapping[str, str], *, dry_run: bool) -> Report:
    """Read sources by the plugin `name`. A source that cannot be read is refused; raises PluginFailed when that is true of each."""
    plugin = registry.load(name)
    opened = [Source.open(source) for source in sources]
    _refuse_own(desk, opened)
    report = Report()
    if dry_run:
        for _ in _new(desk, plugin, opened, options, report):
            pass
        return report
    with desk.run("ingest") as run:
        changes = _new(desk, plugin, opened, options, report)
        first = next(changes, None)
        if first is not None:

            def everything() -> Iterator[Change]:
                yield first
                yield from changes

            run.prepare(everything())
            subject = f"{count(len(report.added), 'entry', 'entries')} from {name}"
            report.commit = desk.save(run, (), subject, [("Mem-Plugin", name)])
    return report


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


def _new(desk: Desk, plugin: Ingest, sources: Sequence[Source], options: Mapping[str, str], report: Report) -> Iterator[Change]:
    """The drafts that are not in the vault yet; everything else goes into the report. Values of slots come last, with what they supersede."""
    known = {row.id for row in desk.index.read(lambda view: view.rows())}
    taken: set[str] = set()
    keyed: list[Change] = []
    failed = []
    weigher: Weigher[Intake | Rejected] = Weigher()
    for source in sources:
        try:
            pieces = _guarded(plugin, source, options, desk)
            for one, importance in weigher.weighed(map(_telling, pieces)):
                if isinstance(one, Intake) and one.fields.get("importance") is None:
                    one.fields.update(importance=importance, importance_by="auto")
                data = _rendered(one, known, report)
                if data is not None and isinstance(one, Intake):
                    place: Change = (_place(desk, one, taken, report), None, data)
                    if one.fields.get("key"):
                        keyed.append(place)
                    else:
                        yield place
        except PluginFailed as error:
            failed.append(error)
            report.refused.append((source.name, error.message))
    if sources and len(failed) == len(sources):
        raise failed[0]
    if keyed:
        yield from supersede.settled(desk, keyed)


def _telling(one: Intake | Rejected) -> tuple[Intake | Rejected, str, str]:
    """A piece with its text and session, for weighing."""
    if isinstance(one, Rejected):
        return one, "", ""
    source = one.fields.get("source")
    return one, one.body, str(source.get("session", "")) if isinstance(source, dict) else ""


def _rendered(one: Intake | Rejected, known: set[str], report: Report) -> bytes | None:
    """The bytes of a new entry; None, and a line in the report, for what is refused or there already."""
    if isinstance(one, Rejected):
        report.refused.append((one.position, one.reason))
        return None
    if one.id in known:
        report.duplicate += 1
        return None
    try:
        data = text.render(one.fields, one.body)
    except EntryInvalid as error:
        report.refused.append((one.position, error.reason))
        return None
    known.add(one.id)
    return data


def _place(desk: Desk, one: Intake, taken: set[str], report: Report) -> str:
    """Where a new entry goes: its own path, or one with its whole id when that is taken."""
    path = one.path
    if path in taken or os.path.lexists(desk.vault.at(path)):
        path = f"{path.removesuffix('.md')[:-6]}{one.id}.md"
    taken.add(path)
    report.added.append((one.id, path))
    if len(report.added) % 50 == 0:
        desk.talk.progress("reading", len(report.added), len(report.added) + 1)
    return path


def _guarded(plugin: Ingest, source: Source, options: Mapping[str, str], desk: Desk) -> Iterator[Intake | Rejected]:
    """A plugin's pieces; whatever it raises becomes one PluginFailed naming it."""
    try:
        yield from entries_of(plugin.name, plugin.read(source, options), desk.now)
    except MemError:
        raise
    except Exception as error:
        raise PluginFailed(f"plugin {plugin.name} broke on {source.name}: {type(error).__name__}: {error}", "nothing was written") from error
