"""mem search"""

from __future__ import annotations

from typing import Annotated

import typer

from memcli.cli import options, session
from memcli.errors import NothingFound
from memcli.output import records, text

HELP = """Find entries by words, ranked.

\b
Examples:
  mem search restore backup
  mem search '"next of kin" type:fact -draft'
  mem search 'kube* tag:ops created:>2026-01'
  mem search recieve --fuzzy
  mem search backup --jsonl | jq -r .path

Words find entries that hold any of them, the more and the rarer the better.
"a phrase", prefix*, -without, and fields: tag: type: state: title: path: key:
source: created: updated: (dates as 2026, 2026-03, >2026-01, a..b).
Exit status 1 when nothing is found."""


def command(
    words: Annotated[list[str], typer.Argument(metavar="QUERY...", help="What to look for; - reads it from standard input.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, max=1000, metavar="N", help="At most N hits; 0 takes search.limit.")] = 0,
    fuzzy: Annotated[bool, typer.Option("--fuzzy", "-z", help="Forgive a wrong or missing letter.")] = False,
    type_: Annotated[str, typer.Option("--type", "-T", metavar="TYPE", help="Only this type.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Only with this tag; may be repeated.", show_default=False)] = None,
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="Only in this state.")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Print every term of every score.")] = False,
    no_scan: Annotated[bool, typer.Option("--no-scan", help="Do not look for edits made by other programs.")] = False,
    vault: options.Vault = None,
    json: options.Json = False,
    jsonl: options.JsonLines = False,
    template: options.Format = "",
    null: options.Null = False,
) -> None:
    """Find entries."""
    here = session.current()
    store = here.store(vault)
    query = " ".join(words)
    if query == "-":
        import sys

        query = sys.stdin.buffer.read(1 << 20).decode("utf-8", "replace")
    given = [("type", type_), ("state", state), *(("tag", word.lstrip("#")) for word in tag or [])]
    found = store.search(query, limit=limit or store.settings.whole("search.limit"), fuzzy=fuzzy, explain=explain,
                         filters=[f"{name}:{value}" for name, value in given if value], scan="none" if no_scan else "auto")
    if found.scanned == "folders":
        here.warn("a large vault: files rewritten in place by other programs are not looked for (mem index takes them in)")
    if found.dropped:
        here.warn(f"a long query: {found.dropped} words were left out")
    if json:
        here.json_out(records.found(query, found))
    elif not here.each([records.hit(hit) for hit in found.hits], jsonl=jsonl, template=template, null=null, root=store.vault.root):
        here.lines(line for number, hit in enumerate(found.hits) for line in text.hit(number, hit, here.color, here.width()))
    if not found.hits:
        raise NothingFound(f"nothing found for {query[:80]!r}", "try fewer or other words, prefix*, or --fuzzy")
