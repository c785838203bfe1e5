"""mem list"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

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

_SORTS = ("created", "updated", "title", "path")


def command(
    type_: Annotated[list[str] | None, typer.Option("--type", "-T", metavar="TYPE", help="Only this type; may be repeated.", show_default=False)] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Only with this tag; repeated: with all of them.", show_default=False)] = None,
    state: Annotated[list[str] | None, typer.Option("--state", metavar="STATE", help="Only in this state; may be repeated.", show_default=False)] = None,
    sort: Annotated[str, typer.Option("--sort", metavar="FIELD", help="created, updated, title or path.")] = "created",
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, metavar="N", help="At most N entries; 0 for all.")] = 0,
    vault: options.Vault = None,
    json: options.Json = False,
    jsonl: options.JsonLines = False,
    template: options.Format = "",
    null: options.Null = False,
) -> None:
    """List entries."""
    here = session.current()
    store = here.store(vault)
    _check(type_, state, sort)
    rows = store.rows(lambda row: _wanted(row, type_ or [], tag or [], state or []))
    if sort != "created":
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
