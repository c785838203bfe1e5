"""mem add"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.entries.model import Value

HELP = """Write a new entry.

\b
Examples:
  mem add 'Prefer uv for Python environments' --type fact --tag python
  mem add - < notes.md     the text of a file; its front matter is kept
  make 2>&1 | tail -5 | mem add --title 'Last build'
  mem add                  opens your editor

The title is taken from --title, else from the text's first heading or line."""


def command(
    words: Annotated[list[str] | None, typer.Argument(metavar="[TEXT...]", help="The text; - or nothing reads standard input.", show_default=False)] = None,
    title: Annotated[str, typer.Option("--title", "-t", metavar="TEXT", help="Title; else the first heading or line.")] = "",
    type_: Annotated[str, typer.Option("--type", "-T", metavar="TYPE", help="note, fact, event, procedure, task, concept, profile or summary.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag; may be repeated.", show_default=False)] = None,
    importance: Annotated[float | None, typer.Option("--importance", metavar="0..1", help="How much it matters.")] = None,
    key: Annotated[str, typer.Option("--key", metavar="SUBJECT/ATTRIBUTE", help="The slot this is the current value of.")] = "",
    valid_from: Annotated[str, typer.Option("--valid-from", metavar="DATE", help="Since when it is true.")] = "",
    valid_to: Annotated[str, typer.Option("--valid-to", metavar="DATE", help="Until when it is true, not included.")] = "",
    vault: options.Vault = None,
    json: options.Json = False,
) -> None:
    """Write a new entry."""
    here = session.current()
    store = here.store(vault)
    given: dict[str, Value] = {"title": title, "type": type_, "key": key, "valid_from": valid_from, "valid_to": valid_to}
    fields = {name: value for name, value in given.items() if value}
    if tag:
        fields["tags"] = [word.lstrip("#") for word in tag]
    if importance is not None:
        fields["importance"] = importance
    body, kept = _body(words or [])
    changed = store.add(body, {**kept, **fields})
    if json:
        here.json_out(records.added(changed))
        return
    id_, path = changed.entries[0]
    here.out(f"{id_[-6:]}  {terminal.line(path) if here.tty else path}\n")


def _body(words: list[str]) -> tuple[str, dict[str, Value]]:
    """The text, and the front matter that came with it."""
    if words and words != ["-"]:
        return " ".join(words) + "\n", {}
    if not words and sys.stdin.isatty():
        from memcli.cli.editor import compose

        data = compose(session.current())
    else:
        data = sys.stdin.buffer.read()
    from memcli.entries import text

    entry = text.read(data, "standard input")
    if b"\0" in data[:8192]:
        raise Usage("standard input is not text", "mem ingest reads other formats")
    if entry.problem is not None:
        raise entry.problem
    return entry.body, dict(entry.meta)
