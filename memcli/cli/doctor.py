"""mem doctor"""

from __future__ import annotations

from typing import Annotated

import typer

from memcli.cli import options, session
from memcli.errors import PARTLY_DONE
from memcli.output import records, text

HELP = """Find what is wrong with a vault, and mend it.

\b
Examples:
  mem doctor             entries, leftovers, index
  mem doctor --deep      also proves the index against the files, and git's objects
  mem doctor --fix       mends what can be mended without touching your text

Exit status 0 when nothing is wrong or all was mended, 3 otherwise."""


def command(deep: Annotated[bool, typer.Option("--deep", help="Prove the index against a rebuild, and check every git object.")] = False,
            fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended.")] = False,
            vault: options.Vault = None, json: options.Json = False) -> None:
    """Find what is wrong."""
    here = session.current()
    problems = here.store(vault).doctor(deep=deep, fix=fix)
    if json:
        here.json_out(records.doctor(problems))
    else:
        here.lines(line for problem in problems for line in text.problem(problem, here.color))
        if not problems:
            here.out("nothing is wrong\n")
    if any(not problem.fixed for problem in problems):
        raise typer.Exit(PARTLY_DONE)
