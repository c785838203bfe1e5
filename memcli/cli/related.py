"""mem related"""

from __future__ import annotations

from memcli.cli import options, session
from memcli.errors import NothingFound
from memcli.output import records

HELP = """Show what is near to an entry.

\b
Examples:
  mem related n6pk84
  mem related note/2026/01/plan.md -n 3 --json
  mem related n6pk84 --format '{path}\\t{score}\\n'

First what it links to (-> and the relation), then what links to it (<-),
then what is alike: in meaning (the cosine, 0 to 1) and in rare words.
Links are [[Title]] and [[path]], relation:: [[Title]], [words](file.md), and
links and supersedes in the front matter."""

PARAMS = {
    "name": options.NAME,
    "limit": options.Opt("--limit -n", "At most N entries.", metavar="N", kind=int, low=1, high=1000),
    "vault": options.VAULT,
    "json": options.JSON,
    "jsonl": options.JSON_LINES,
    "template": options.FORMAT,
    "null": options.NULL,
}


def command(
    name: str,
    limit: int = 10,
    vault: str | None = None,
    json: bool = False,
    jsonl: bool = False,
    template: str = "",
    null: bool = False,
) -> None:
    """Show what is near."""
    here = session.current()
    store = here.store(vault)
    entry, near = store.related(name, limit)
    found = near.found
    if near.warning:
        here.warn(near.warning)
    if json:
        here.json_out(records.near(entry.id, found))
    elif not here.each([records.related(one) for one in found], jsonl=jsonl, template=template, null=null, root=store.vault.root):
        from memcli.output import text

        here.lines(line for one in found for line in text.related(one, here.color))
    if not found:
        raise NothingFound(f"nothing is near to {entry.title!r}", "a link such as [[Title]] in its text makes something near")
