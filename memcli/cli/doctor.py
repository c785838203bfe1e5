"""mem doctor"""

from __future__ import annotations

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


PARAMS = {
    "deep": options.Opt("--deep", "Prove the index against a rebuild, and check every git object.", kind=bool),
    "fix": options.Opt("--fix", "Mend what can be mended.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(deep: bool = False, fix: bool = False, vault: str | None = None, json: bool = False) -> int:
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
        return PARTLY_DONE
    return 0
