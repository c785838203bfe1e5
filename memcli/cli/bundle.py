"""mem bundle"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE, Usage
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.life.export.opened import Bundle

HELP = """Look into bundles, load one, or make one of two.

\b
Examples:
  mem export bundle notes.membundle
  mem bundle inspect notes.membundle
  mem bundle load notes.membundle
  mem bundle fuse home.membundle work.membundle -o both.membundle

A bundle is a zip that any program opens: entries and their provenance, earlier
texts from history, uses, settings and archive packs, and a manifest with a
checksum for each. A bundle with a member that was changed, added or lost is
refused, and the member is named. The digest that inspect prints is no
signature: compare it with what the sender tells you.

load is mem import. fuse takes what is in one of the two, once what is in both,
and of two texts of an entry the one that came of the other; where neither did,
the one changed last stays, the other is kept as its version, and the conflict
is listed, exit status 3."""


PARAMS = {
    "action": options.Arg("ACTION", "inspect, load or fuse."),
    "files": options.Arg("FILE...", "A bundle; two for fuse.", many=True),
    "output": options.Opt("-o --output", "The bundle that fuse writes.", metavar="FILE"),
    "force": options.Opt("--force", "Write over a file that is there.", kind=bool),
    "theirs": options.Opt("--theirs", "With load: where a text differs, take the incoming one.", kind=bool),
    "dry_run": options.Opt("--dry-run", "With load: say what would be written; write nothing.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(action: str, files: list[str], output: str = "", force: bool = False, theirs: bool = False, dry_run: bool = False, vault: str | None = None,
            json: bool = False) -> int:
    """Bundles."""
    here = session.current()
    if action not in ("inspect", "load", "fuse"):
        raise Usage(f"{action!r} is nothing that can be done with a bundle", "mem bundle inspect, load or fuse; mem export bundle makes one")
    if len(files) != (2 if action == "fuse" else 1):
        raise Usage(f"mem bundle {action} takes {'two bundles' if action == 'fuse' else 'one bundle'}", "mem bundle --help")
    if action == "load":
        from memcli.cli.importing import tell

        return tell(here, here.store(vault).load(files[0], theirs=theirs, dry_run=dry_run), dry_run, json)
    if action == "fuse":
        return _fuse(here, files[0], files[1], output, force, json)
    from memcli.life.exchange import inspected

    with inspected(files[0]) as bundle:
        if json:
            here.json_out(records.bundle(bundle.name, bundle.head))
        else:
            here.lines(_told(bundle))
    return 0


def _told(bundle: Bundle) -> Iterator[str]:
    """What a bundle says of itself."""
    head: dict[str, Any] = bundle.head
    yield f"{terminal.line(bundle.name)}: {'a whole vault' if head['whole'] else 'part of a vault'}, every member is as it was written"
    yield f"made      {terminal.line(head['created'])} by {terminal.line(head['by'])}, {terminal.line(head['tool'])}"
    yield "holds     " + ", ".join(f"{number} {terminal.line(what)}" for what, number in head["counts"].items())
    if head["types"]:
        yield "types     " + ", ".join(f"{number} {terminal.line(what)}" for what, number in head["types"].items())
    if head["first"] and head["last"]:
        yield f"created   {terminal.line(head['first'][:10])} to {terminal.line(head['last'][:10])}"
    yield f"digest    {head['digest']}"


def _fuse(here: session.Session, one: str, other: str, output: str, force: bool, json: bool) -> int:
    from memcli import clock
    from memcli.life.exchange import fuse

    if not output:
        raise Usage("which file shall hold both?", "mem bundle fuse A B -o FILE")
    fused = fuse(one, other, os.path.abspath(os.path.expanduser(output)), clock.now(), force=force)
    if json:
        here.json_out(records.fused(fused))
    else:
        for _, path, reason in fused.conflicts:
            here.warn(f"conflict: {terminal.line(path)}: {terminal.line(reason)}")
        held = "1 entry" if fused.entries == 1 else f"{fused.entries} entries"
        here.out(f"{held}, {fused.both} of them in both, {len(fused.conflicts)} in conflict: {terminal.line(output)}\n")
    return PARTLY_DONE if fused.conflicts else 0
