"""mem search"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from memcli.cli import filters, options, session
from memcli.cli.switches import without
from memcli.errors import NothingFound
from memcli.output import records, text

if TYPE_CHECKING:
    from memcli.search.run import Found

HELP = """Find entries by words, ranked.

\b
Examples:
  mem search restore backup
  mem search '"next of kin" type:fact -draft'
  mem search 'kube* tag:ops created:>2026-01'
  mem search recieve --fuzzy
  mem search backup --jsonl | jq -r .path
  mem search 'when did we last test the restore' --chunks --explain

Words find entries that hold any of them, the more and the rarer the better;
vectors find texts that mean the same in other words. "a phrase", prefix*,
-without, and fields: tag: type: state: title: path: key: source: created:
updated: (dates as 2026, 2026-03, >2026-01, a..b). Exit status 1 when nothing
is found.

Entries in state cold or archived are looked at only when the answer without
them is not good enough: little of the question in the best hit, no hit that
stands out, or a name or date of the question in none of the first ones.
--explain shows that, and each score as a sum of signals.

With --at the vault is searched as it was then: entries edited, renamed or
forgotten since are found by what they said, newer ones are not. The more
entries changed since, the longer it takes. (When a thing was true in the
world is another question: ask it with a date in the query.)

Channels are keyword, vector, time (dates in the question, "last week"), name
(who speaks in a conversation) and links (what a good entry points to, or is
pointed to by); --ablate switches off channels or single signals. What the best pieces say extends the question; --hops 1 stops that."""

PARAMS = {
    "words": options.Arg("QUERY...", "What to look for; - reads it from standard input.", many=True),
    "limit": options.Opt("--limit -n", "At most N hits; 0 takes search.limit.", metavar="N", kind=int, low=0, high=1000),
    "fuzzy": options.Opt("--fuzzy -z", "Forgive a wrong or missing letter.", kind=bool),
    **filters.PARAMS,
    "explain": options.Opt("--explain", "Print every term of every score.", kind=bool),
    "chunks": options.Opt("--chunks", "Print the best paragraphs or turns instead of entries.", kind=bool),
    "channels": options.Opt("--channels", "Only these channels: keyword, vector, time, name, links.", metavar="NAME,..."),
    "ablate": options.Opt("--ablate", "Leave out these signals or channels.", metavar="NAME,..."),
    "hops": options.Opt("--hops", "1: the best evidence does not extend the question.", metavar="N", kind=int, low=1, high=2),
    "no_prior": options.Opt("--no-prior", "Relevance alone: need, importance, confidence and validity move no score.", kind=bool),
    "at": options.AT,
    "no_scan": options.Opt("--no-scan", "Do not look for edits made by other programs.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
    "jsonl": options.JSON_LINES,
    "template": options.FORMAT,
    "null": options.NULL,
}


def command(
    words: list[str],
    limit: int = 0,
    fuzzy: bool = False,
    type_: str = "",
    tag: list[str] | None = None,
    state: str = "",
    path: str = "",
    key: str = "",
    source: str = "",
    since: str = "",
    until: str = "",
    explain: bool = False,
    chunks: bool = False,
    channels: str = "",
    ablate: str = "",
    hops: int = 2,
    no_prior: bool = False,
    at: str = "",
    no_scan: bool = False,
    vault: str | None = None,
    json: bool = False,
    jsonl: bool = False,
    template: str = "",
    null: bool = False,
) -> None:
    """Find entries."""
    here, query = session.current(), filters.query(words)
    store = here.store(vault)
    found = store.search(query, limit=limit or store.settings.whole("search.limit"), fuzzy=fuzzy, explain=explain,
                         filters=filters.given(type_, tag, state, path, key, source, since, until), scan="none" if no_scan else "auto",
                         chunks=chunks, without=without(channels, ablate), hops=hops, at=at, prior=not no_prior)
    for line in _remarks(found, followed=found.scanned == "folders" and store.followed()):
        here.warn(line)
    if json:
        here.json_out(records.found(query, found))
    elif not here.each([records.hit(hit) for hit in found.hits], jsonl=jsonl, template=template, null=null, root=store.vault.root):
        here.lines(text.found(found, explain, here.color, here.width()))
    if not found.hits:
        raise NothingFound(f"nothing found for {query[:80]!r}", "try fewer or other words, prefix*, or --fuzzy")


def _remarks(found: Found, *, followed: bool) -> Iterator[str]:
    """What a person should know of how a search was done."""
    if found.scanned == "folders" and not followed:
        yield "a large vault: files rewritten in place by other programs are not looked for (mem index takes them in, mem watch follows them)"
    if found.warning:
        yield found.warning
    if found.meant:
        yield "the first hit has none of these words; it is near in meaning, or linked"
    if found.dropped:
        yield f"a long query: words left out or shortened: {found.dropped}"
