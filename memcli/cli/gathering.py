"""What does mem ingest --auto do? It looks where known sources lie, shows what is there, asks about what it was not told of before, and reads what it may."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from memcli.cli.session import Session
from memcli.errors import PARTLY_DONE, MemError, NothingFound
from memcli.extend.places import Place, found
from memcli.life.intake import Wish
from memcli.life.sifting import Report
from memcli.output import records, terminal
from memcli.store import Store

_UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "bytes"))


def gather(here: Session, vault: str | None, tell: Callable[..., None], *, yes: bool, dry_run: bool, json: bool) -> int:
    """Look, ask, read. Raises NothingFound when no known source is there."""
    store = here.store(vault)
    places = [place for place in found(here.env.get("HOME", ""), here.env, os.getcwd()) if os.path.realpath(place.path) != store.vault.root]
    if not places:
        raise NothingFound("no source that mem knows of is on this machine", "mem ingest --list names the plugins; mem ingest PLUGIN FILE reads one")
    answers = _asked(here, store, places, yes=yes, ask=not json and not dry_run)
    reports = []
    for plugin in dict.fromkeys(place.plugin for place in places):
        paths = [place.path for place in places if place.plugin == plugin and answers.get(_key(place))]
        if not paths:
            continue
        try:
            report = store.ingest(plugin, paths, Wish({}, changed=True), dry_run=dry_run)
        except MemError as error:
            report = Report(refused=[(plugin, error.message)])
        reports.append((plugin, report))
        if not json:
            here.say(f"{plugin}:")
            tell(here, report, dry_run=dry_run)
            here.flush()
    if json:
        here.json_out(records.gathered(places, answers, reports))
    return PARTLY_DONE if any(report.refused for _, report in reports) else 0


def _key(place: Place) -> str:
    return f"{place.plugin} {place.path}"


def _asked(here: Session, store: Store, places: Sequence[Place], *, yes: bool, ask: bool) -> dict[str, bool]:
    """What may be read, by plugin and path: what was said before, and what is said now, which is remembered."""
    known = store.chosen()
    new: dict[str, bool] = {}
    for place in places:
        said = known.get(_key(place))
        if ask:
            here.say(f"{_line(place)}{'' if said is None else '  yes, as before' if said else '  no, as before'}")
        if said is None and yes:
            new[_key(place)] = True
        elif said is None and ask and sys.stdin.isatty():
            sys.stderr.write("  read it, now and from now on? [y/N] ")
            sys.stderr.flush()
            new[_key(place)] = sys.stdin.readline().strip().lower() in ("y", "yes")
    left = [place for place in places if _key(place) not in known and _key(place) not in new]
    if left and ask:
        here.say(f"{len(left)} not read: nobody is there to ask; --yes reads what was not said no to")
    if new:
        store.choose(new)
    return {**known, **new}


def _line(place: Place) -> str:
    """A place with its counts."""
    unit, name = next(pair for pair in _UNITS if place.size_bytes >= pair[0] or pair[0] == 1)
    amount = f"{place.size_bytes / unit:.1f} {name}" if unit > 1 else f"{place.size_bytes} {name}"
    more = "" if place.whole else " and more"
    return f"{place.plugin:12} {terminal.line(place.path)}  {place.files} {'file' if place.files == 1 else 'files'}{more}, {amount}"
