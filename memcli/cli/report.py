"""mem report"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import NothingFound, Usage
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.life.picture import Choice

HELP = """Write a page about the vault, one HTML file for any browser.

\b
Examples:
  mem report --open
  mem report -o ~/garden.html --tag garden --since 2026
  mem report --no-text -o - | ssh host 'cat > memory.html'

The page shows the states, a timeline, what is fading, how entries are linked,
and finds entries by words. It is one file that asks nothing of the network and
runs nothing that an entry holds. It is meant to be sent on: what looks like a
secret is masked, which the page says. Of very many or long entries it holds the
newest and the beginnings, and says so.

It is never put into the vault: without -o it is mem-report.html in this folder,
or in the home folder when this folder lies in the vault. An older report is
written over, any other file only with --force."""

NAME = "mem-report.html"


PARAMS = {
    "output": options.Opt("--output -o", "The file to write, outside the vault; - for standard output.", metavar="FILE"),
    "type_": options.Opt("--type -T", "Only this type; may be repeated.", metavar="TYPE", many=True),
    "tag": options.Opt("--tag", "Only with this tag; repeated: with all of them.", metavar="TAG", many=True),
    "state": options.Opt("--state", "Only in this state; may be repeated.", metavar="STATE", many=True),
    "query": options.Opt("--query -q", "Only what this search finds.", metavar="QUERY"),
    "since": options.Opt("--since", "Only what happened then (2026, 2026-03, a day) or later.", metavar="DATE"),
    "until": options.Opt("--until", "Only what happened then or earlier.", metavar="DATE"),
    "no_text": options.Opt("--no-text", "Titles only, without the texts of entries.", kind=bool),
    "open_": options.Opt("--open", "Open it in the browser.", kind=bool),
    "force": options.Opt("--force", "Write over a file that is not a report.", kind=bool),
    "vault": options.VAULT,
    "json": options.Opt("--json", "Print what was written as one JSON object.", kind=bool),
}


def command(output: str = "", type_: list[str] | None = None, tag: list[str] | None = None, state: list[str] | None = None, query: str = "", since: str = "",
            until: str = "", no_text: bool = False, open_: bool = False, force: bool = False, vault: str | None = None, json: bool = False) -> None:
    """Write a report."""
    here = session.current()
    if output == "-" and (json or open_):
        raise Usage(f"{'--json' if json else '--open'} needs a file", "mem report -o FILE")
    store, choice = here.store(vault), _choice(type_ or (), tag or (), state or (), query, since, until)
    dest = output if output == "-" else os.path.abspath(os.path.expanduser(output or _place(here, store.vault.root)))
    found = store.picture(choice, texts=not no_text)
    here.end_progress()
    if not found.shown:
        raise NothingFound("no entries to report on", "mem list shows the entries" if choice.words else "mem add 'some text' writes one")
    from memcli.output.report import page

    data = page.rendered(found, texts=not no_text)
    if dest == "-":
        here.raw(data)
        return
    store.put_beside(dest, [data], force=force, ours=page.MARK)
    if json:
        here.json_out(records.report(found, dest, len(data)))
    else:
        here.out((terminal.line(dest) if here.tty else dest) + "\n")
    if open_:
        _open(here, dest)


def _place(here: session.Session, root: str) -> str:
    """Where a report goes when nothing is said: this folder, or the home folder when this one lies in the vault."""
    folder = os.path.realpath(os.getcwd())
    return os.path.join(here.home() if f"{folder}/".startswith(f"{root}/") else folder, NAME)


def _open(here: session.Session, dest: str) -> None:
    import webbrowser
    from pathlib import Path

    if not webbrowser.open(Path(dest).as_uri()):
        here.warn("no browser was found; $BROWSER names one")


def _choice(types: Sequence[str], tags: Sequence[str], states: Sequence[str], query: str, since: str, until: str) -> Choice:
    from memcli.entries.model import STATES, TYPES
    from memcli.life.picture import Choice

    for given, known, what in ((types, TYPES, "type"), (states, STATES, "state")):
        for word in given:
            if word not in known or word == "forgotten":
                raise Usage(f"{word!r} is no {what} that a report shows", "one of " + ", ".join(one for one in known if one != "forgotten"))
    return Choice(types, tags, states, query, since, until)
