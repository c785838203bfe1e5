"""mem import"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE
from memcli.output import records, terminal

if TYPE_CHECKING:
    from memcli.life.taking import Taken

HELP = """Take in what another vault exported.

\b
Examples:
  mem import vault.jsonl
  mem import notes.membundle --dry-run
  mem export jsonl --vault ~/old | mem import -
  mem import notes.membundle --theirs
  mem undo                 takes it back

Reads what mem export jsonl and mem export bundle write; for everything else
there is mem ingest. An entry that is here with the same bytes is passed over.
One that is here with another text is a conflict: it is listed and stays as it
is, exit status 3; --theirs takes the incoming text instead. One import is one
commit.

No path in the file leads out of the vault. Plugins, hidden files, settings and
attributes that name programs are refused, each with its reason, while the rest
goes on; exit status 3 then too."""


PARAMS = {
    "file": options.Arg("FILE", "What mem export wrote, or - for standard input."),
    "theirs": options.Opt("--theirs", "Where a text differs, take the incoming one.", kind=bool),
    "dry_run": options.Opt("--dry-run", "Say what would be written; write nothing.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(file: str, theirs: bool = False, dry_run: bool = False, vault: str | None = None, json: bool = False) -> int:
    """Import."""
    here = session.current()
    return tell(here, here.store(vault).take(file, theirs=theirs, dry_run=dry_run), dry_run, json)


def tell(here: session.Session, taken: Taken, dry_run: bool, json: bool) -> int:
    """Print what became of the files; returns the exit status."""
    here.end_progress()
    if json:
        here.json_out(records.taken(taken))
    else:
        for _, path, reason in taken.conflicts:
            here.warn(f"conflict: {terminal.line(path)} {terminal.line(reason)}")
        for where, reason in taken.refused:
            here.warn(f"refused {terminal.line(where)}: {terminal.line(reason)}")
        would = "would be " if dry_run else ""
        parts = [f"{len(taken.added)} {would}added", f"{len(taken.replaced)} {would}replaced" if taken.replaced else "",
                 f"{len(taken.files)} other files {would}written" if taken.files else "", f"{taken.same} there already",
                 f"{len(taken.conflicts)} in conflict", f"{len(taken.refused)} refused"]
        here.out(", ".join(filter(None, parts)) + "\n")
        if taken.conflicts:
            here.say("what is here stays as it is; --theirs takes the incoming texts")
    return PARTLY_DONE if taken.conflicts or taken.refused else 0
