"""mem export"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE, Usage
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.life.exchange import Choice, Sent

HELP = """Write entries, or the whole vault, in a format for others.

\b
Examples:
  mem export jsonl > vault.jsonl
  mem export bundle notes.membundle
  mem export obsidian ~/notes --tag garden
  mem export csv --type fact -o facts.csv
  mem export jsonl --query 'python env' | jq -r .path
  mem export --list        names the formats

jsonl and bundle hold every file that git tracks in the vault and every entry,
byte for byte as on disk: mem init NEW, then mem import in it gives the same
git tree. What differs from the last commit is told. With --type, --tag,
--state or --query they hold the chosen entries alone, each byte for byte (of
an archived one the text that it had before).

The other formats are made of the entries' texts, archived ones included;
forgotten and working ones are never exported so. The same vault makes the same
bytes. A file that is there, or a folder with something in it, is left alone
unless --force is given."""


PARAMS = {
    "format_": options.Arg("FORMAT", "Which format; --list names them."),
    "dest": options.Arg("[DEST]", "The file or folder to write, outside the vault; standard output if left out."),
    "output": options.Opt("-o --output", "The same as DEST.", metavar="DEST"),
    "type_": options.Opt("--type -T", "Only this type; may be repeated.", metavar="TYPE", many=True),
    "tag": options.Opt("--tag", "Only with this tag; repeated: with all of them.", metavar="TAG", many=True),
    "state": options.Opt("--state", "Only in this state; may be repeated.", metavar="STATE", many=True),
    "query": options.Opt("--query -q", "Only what this search finds.", metavar="QUERY"),
    "force": options.Opt("--force", "Write over a file, or into a folder, that is there.", kind=bool),
    "list_": options.Opt("--list", "List the formats.", kind=bool),
    "vault": options.VAULT,
    "json": options.Opt("--json", "Print what was written to DEST as one JSON object.", kind=bool),
}


def command(format_: str = "", dest: str = "", output: str = "", type_: list[str] | None = None, tag: list[str] | None = None,
            state: list[str] | None = None, query: str = "", force: bool = False, list_: bool = False, vault: str | None = None, json: bool = False) -> int:
    """Export."""
    from memcli.life.export import formats

    here = session.current()
    if list_:
        here.lines(f"{name:14}{form.summary}" for name, form in formats.FORMATS.items())
        return 0
    if not format_:
        raise Usage("which format?", "mem export FORMAT [DEST]; mem export --list names the formats")
    if dest and output:
        raise Usage("the place to write to is given twice", "give DEST or -o, not both")
    form, target = formats.named(format_), dest or output
    target = "" if target == "-" else target
    if not target and (form.folder or format_ == "bundle" and here.tty or json):
        raise Usage(f"where to? {format_} needs a {'folder' if form.folder else 'file'} to write", f"mem export {format_} DEST")
    sent = _send(here, vault, format_, _choice(type_, tag, state, query), target, force)
    for path, reason in sent.refused:
        here.warn(f"left out {terminal.line(path)}: {terminal.line(reason)}")
    if json:
        here.json_out(records.sent(sent))
    elif target:
        here.say(f"{sent.files} {'file' if sent.files == 1 else 'files'} written to {target}")
    return PARTLY_DONE if sent.refused else 0


def _choice(types: list[str] | None, tags: list[str] | None, states: list[str] | None, query: str) -> Choice:
    from memcli.entries.model import STATES, TYPES
    from memcli.life.exchange import Choice

    for given, known, what in ((types, TYPES, "type"), (states, STATES, "state")):
        for word in given or []:
            if word not in known:
                raise Usage(f"{word!r} is no {what}", "one of " + ", ".join(known))
    return Choice(tuple(types or ()), tuple(tags or ()), tuple(states or ()), query)


def _send(here: session.Session, vault: str | None, name: str, choice: Choice, target: str, force: bool) -> Sent:
    """Write to a place, or to standard output: on a terminal nothing that it would obey."""
    from memcli.life.exchange import Sent

    store = here.store(vault)
    if target:
        return store.export_to(name, choice, os.path.abspath(os.path.expanduser(target)), force=force)
    sent = Sent(name)
    for piece in store.export(name, choice, sent):
        here.raw(terminal.clean(piece.decode("utf-8", "replace")).encode() if here.tty else piece)
    return sent
