"""mem add"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.entries.model import Value
    from memcli.store import Changed

HELP = """Write a new entry.

\b
Examples:
  mem add 'Prefer uv for Python environments' --type fact --tag python
  mem add - < notes.md     the text of a file; its front matter is kept
  make 2>&1 | tail -5 | mem add --title 'Last build'
  mem add                  opens your editor

Words are the whole text: standard input is left alone then, as a loop or a
hook may need it. The title is taken from --title, else from the
text's first heading or line. A text that holds a key or password is refused
(exit status 17) or redacted, see safety.secrets in mem-config(5)."""

PARAMS = {
    "words": options.Arg("[TEXT...]", "The text; - or nothing reads standard input.", many=True),
    "title": options.Opt("--title -t", "Title; else the first heading or line.", metavar="TEXT"),
    "type_": options.Opt("--type -T", "note, fact, event, procedure, task, concept, profile or summary.", metavar="TYPE"),
    "tag": options.Opt("--tag", "A tag; may be repeated.", metavar="TAG", many=True),
    "importance": options.Opt("--importance", "How much it matters.", metavar="0..1", kind=float),
    "key": options.Opt("--key", "The slot this is the current value of.", metavar="SUBJECT/ATTRIBUTE"),
    "valid_from": options.Opt("--valid-from", "Since when it is true.", metavar="DATE"),
    "valid_to": options.Opt("--valid-to", "Until when it is true, not included.", metavar="DATE"),
    "trust": options.Opt("--trust", "Who wrote the text: user, agent, import or web; shown with it in mem context.", metavar="WHO"),
    "allow_secret": options.Opt("--allow-secret", "Write it though it holds what looks like a key or password.", kind=bool),
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
    trust: str = "",
    allow_secret: bool = False,
    force: bool = False,
    vault: str | None = None,
    json: bool = False,
) -> None:
    """Write a new entry."""
    here = session.current()
    store = here.store(vault)
    fields = _fields({"title": title, "type": type_, "key": key, "valid_from": valid_from, "valid_to": valid_to}, tag or [], importance, trust)

    def write(text: str) -> Changed:
        return store.add(text, fields, force=force, allow_secret=allow_secret, session=here.name)

    if words and words != ["-"]:
        changed = write(_joined(words))
    elif not words and sys.stdin.isatty():
        from memcli.cli import editor

        changed = editor.composed(here, store.vault.state, lambda data: write(_text(data)))
    else:
        changed = write(_text(sys.stdin.buffer.read()))
    if not changed.commit:
        here.say("its slot holds just that: noted as confirmed; --force writes it all the same")
    for older, _ in changed.entries[1:]:
        here.say(f"supersedes {older[-6:]}")
    if json:
        here.json_out(records.added(changed))
        return
    id_, path = changed.entries[0]
    here.out(f"{id_[-6:]}  {terminal.line(path) if here.tty else path}\n")


def _fields(given: dict[str, Value], tags: list[str], importance: float | None, trust: str) -> dict[str, Value]:
    fields: dict[str, Value] = {name: value for name, value in given.items() if value}
    if tags:
        fields["tags"] = [word.lstrip("#") for word in tags]
    if importance is not None:
        fields["importance"] = importance
    if trust:
        from memcli.extend.contracts import TRUSTS

        if trust not in TRUSTS:
            raise Usage(f"--trust {trust} says nothing", f"one of {', '.join(TRUSTS)}")
        fields["source"] = {"trust": trust}
    return fields


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
