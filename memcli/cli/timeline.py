"""mem timeline"""

from __future__ import annotations

from memcli.cli import filters, options, session
from memcli.errors import NothingFound
from memcli.output import records

HELP = """Show what happened when.

\b
Examples:
  mem timeline
  mem timeline heron outage --since 2026-05
  mem timeline --type event --reverse -n 20
  mem timeline --since 2026 --jsonl | jq -r '.moment + " " + .title'

Every entry, or those that a query finds, from the first to the last: by
event_time in the front matter, else valid_from, else created. Entries
without any of these are left out."""

PARAMS = {
    "words": options.Arg("QUERY...", "Only entries that this finds; - reads it from standard input.", many=True),
    **{name: opt for name, opt in filters.PARAMS.items() if name not in ("since", "until")},
    "since": options.Opt("--since", "Only what happened then (2026, 2026-03, a day) or later.", metavar="DATE"),
    "until": options.Opt("--until", "Only what happened then or earlier.", metavar="DATE"),
    "reverse": options.Opt("--reverse -r", "The last first.", kind=bool),
    "limit": options.Opt("--limit -n", "The last N entries; 0 for all.", metavar="N", kind=int, low=0),
    "vault": options.VAULT,
    "json": options.JSON,
    "jsonl": options.JSON_LINES,
    "template": options.FORMAT,
    "null": options.NULL,
}


def command(
    words: list[str] | None = None,
    type_: str = "",
    tag: list[str] | None = None,
    state: str = "",
    path: str = "",
    key: str = "",
    source: str = "",
    since: str = "",
    until: str = "",
    reverse: bool = False,
    limit: int = 0,
    vault: str | None = None,
    json: bool = False,
    jsonl: bool = False,
    template: str = "",
    null: bool = False,
) -> None:
    """Show what happened when."""
    here = session.current()
    store = here.store(vault)
    rows, warning = store.timeline(filters.query(words or []), filters.given(type_, tag, state, path, key, source, "", ""), since, until)
    if warning:
        here.warn(warning)
    rows = rows[-limit:] if limit else rows
    rows = rows[::-1] if reverse else rows
    if json:
        here.json_out(records.timeline(rows))
    elif not here.each([records.happened(row) for row in rows], jsonl=jsonl, template=template, null=null, root=store.vault.root):
        from memcli.output import text

        here.lines(text.timeline(rows, here.color))
    if not rows and not json:
        raise NothingFound(*_nothing(words or [], bool(since or until)))


def _nothing(words: list[str], bounded: bool) -> tuple[str, str]:
    """What to say when there is nothing to show, and what to do next."""
    if bounded:
        return "nothing happened then", "mem timeline without options shows all"
    if words:
        return f"nothing found for {' '.join(words)[:80]!r}", "try fewer or other words; mem timeline without any shows all"
    return "no entry that says when it happened", "mem add makes one; --type and the other filters leave some out"
