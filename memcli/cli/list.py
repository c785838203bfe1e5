"""mem list"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import NothingFound, Usage
from memcli.output import records

if TYPE_CHECKING:
    from memcli.index.manifest import Row

HELP = """List entries.

\b
Examples:
  mem list
  mem list --type fact --tag python --sort updated
  mem list --format '{id}\\t{title}\\n' | fzf
  mem list -0 | xargs -0 wc -w

Newest first. Forgotten entries are shown with --state forgotten only."""

_SORTS = ("created", "updated", "title", "path", "need")


PARAMS = {
    "type_": options.Opt("--type -T", "Only this type; may be repeated.", metavar="TYPE", many=True),
    "tag": options.Opt("--tag", "Only with this tag; repeated: with all of them.", metavar="TAG", many=True),
    "state": options.Opt("--state", "Only in this state; may be repeated.", metavar="STATE", many=True),
    "sort": options.Opt("--sort", "created, updated, title, path, or need (the most needed first).", metavar="FIELD"),
    "limit": options.Opt("--limit -n", "At most N entries; 0 for all.", metavar="N", kind=int, low=0),
    "vault": options.VAULT,
    "json": options.JSON,
    "jsonl": options.JSON_LINES,
    "template": options.FORMAT,
    "null": options.NULL,
}


def command(
    type_: list[str] | None = None,
    tag: list[str] | None = None,
    state: list[str] | None = None,
    sort: str = "created",
    limit: int = 0,
    vault: str | None = None,
    json: bool = False,
    jsonl: bool = False,
    template: str = "",
    null: bool = False,
) -> None:
    """List entries."""
    here = session.current()
    store = here.store(vault)
    _check(type_, state, sort)
    rows = store.rows(lambda row: _wanted(row, type_ or [], tag or [], state or []))
    if sort == "need":
        needs = {one.path: one.strength.need(store.now) for one in store.strengths()}
        rows.sort(key=lambda row: -needs.get(row.path, 0.0))
    elif sort != "created":
        rows.sort(key=lambda row: getattr(row, sort).casefold(), reverse=sort == "updated")
    rows = rows[:limit] if limit else rows
    if json:
        here.json_out(records.listing(rows))
    elif not here.each([records.row(row) for row in rows], jsonl=jsonl, template=template, null=null, root=store.vault.root):
        from memcli.output import text

        here.lines(text.row(row, here.color) for row in rows)
    if not rows and not json:
        raise NothingFound("no entries", "mem add 'some text' writes one" if not (type_ or tag or state) else "mem list without filters shows all")


def _check(types: list[str] | None, states: list[str] | None, sort: str) -> None:
    from memcli.entries.model import STATES, TYPES

    for given, known, what in ((types, TYPES, "type"), (states, STATES, "state"), ([sort], _SORTS, "field to sort by")):
        for word in given or []:
            if word not in known:
                raise Usage(f"{word!r} is no {what}", "one of " + ", ".join(known))


def _wanted(row: Row, types: list[str], tags: list[str], states: list[str]) -> bool:
    if states and row.state not in states or not states and row.state == "forgotten":
        return False
    return (not types or row.type in types) and all(tag.lstrip("#") in row.tags for tag in tags)
