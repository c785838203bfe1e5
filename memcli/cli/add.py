"""mem add"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import MemError, Usage
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.entries.model import Value
    from memcli.store import Changed, Store

HELP = """Write a new entry.

\b
Examples:
  mem add 'Prefer uv for Python environments' --type fact --tag python
  mem add - < notes.md     the text of a file; its front matter is kept
  make 2>&1 | tail -5 | mem add --title 'Last build'
  mem add                  opens your editor

Words are the whole text: standard input is left alone then, as a loop or a
hook may need it. The title is taken from --title, else from the
text's first heading or line."""


PARAMS = {
    "words": options.Arg("[TEXT...]", "The text; - or nothing reads standard input.", many=True),
    "title": options.Opt("--title -t", "Title; else the first heading or line.", metavar="TEXT"),
    "type_": options.Opt("--type -T", "note, fact, event, procedure, task, concept, profile or summary.", metavar="TYPE"),
    "tag": options.Opt("--tag", "A tag; may be repeated.", metavar="TAG", many=True),
    "importance": options.Opt("--importance", "How much it matters.", metavar="0..1", kind=float),
    "key": options.Opt("--key", "The slot this is the current value of.", metavar="SUBJECT/ATTRIBUTE"),
    "valid_from": options.Opt("--valid-from", "Since when it is true.", metavar="DATE"),
    "valid_to": options.Opt("--valid-to", "Until when it is true, not included.", metavar="DATE"),
    "force": options.Opt("--force", "Write it though the same is there already, and say nothing of it.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(
    words: list[str] | None = None,
    title: str = "",
    type_: str = "",
    tag: list[str] | None = None,
    importance: float | None = None,
    key: str = "",
    valid_from: str = "",
    valid_to: str = "",
    force: bool = False,
    vault: str | None = None,
    json: bool = False,
) -> None:
    """Write a new entry."""
    here = session.current()
    store = here.store(vault)
    given: dict[str, Value] = {"title": title, "type": type_, "key": key, "valid_from": valid_from, "valid_to": valid_to}
    fields: dict[str, Value] = {name: value for name, value in given.items() if value}
    if tag:
        fields["tags"] = [word.lstrip("#") for word in tag]
    if importance is not None:
        fields["importance"] = importance
    if words and words != ["-"]:
        changed = store.add(_joined(words), fields, force=force, session=here.name)
    elif not words and sys.stdin.isatty():
        changed = _composed(store, fields, force)
    else:
        changed = store.add(_text(sys.stdin.buffer.read()), fields, force=force, session=here.name)
    if not changed.commit:
        here.say("its slot holds just that: noted as confirmed; --force writes it all the same")
    for older, _ in changed.entries[1:]:
        here.say(f"supersedes {older[-6:]}")
    if json:
        here.json_out(records.added(changed))
        return
    id_, path = changed.entries[0]
    here.out(f"{id_[-6:]}  {terminal.line(path) if here.tty else path}\n")


def _composed(store: Store, fields: dict[str, Value], force: bool) -> Changed:
    """What a person writes in the editor; the draft stays when it cannot be added."""
    from memcli.cli import editor
    from memcli.entries import atomic

    draft, data = editor.revise(session.current(), store.vault.state, b"")
    try:
        changed = store.add(_text(data), fields, force=force, session=session.current().name)
    except MemError as error:
        raise editor.keep(error, draft) from None
    atomic.discard(draft)
    return changed


def _joined(words: list[str]) -> str:
    if "-" in words:
        raise Usage("give the text as words, or - for standard input, not both", "mem add - --title 'Last build'")
    return " ".join(words) + "\n"


def _text(data: bytes) -> str:
    """The text, with the front matter that came with it."""
    if b"\0" in data[:8192]:
        raise Usage("standard input is not text", "mem ingest reads other formats")
    from memcli.entries import text

    problem = text.read(data, "standard input").problem
    if problem is not None:
        raise problem
    return data.decode()
