"""mem context"""

from __future__ import annotations

import os

from memcli.cli import filters, options, session
from memcli.errors import NothingFound, Usage
from memcli.output import records, terminal

HELP = """Pack the best evidence for a prompt.

\b
Examples:
  mem context 'how do we restore the backup'
  mem context 'what does the user like to eat' --budget 800
  git log -1 --format=%s | mem context - --json
  mem context 'release checklist' --type procedure | llm 'Answer from this.'

Entries in state core come first, in at most a third of the budget; then the
best paragraphs and turns that fit, without repetitions, each under its day,
title and id, and who wrote it if not you: (import: chatgpt), (agent), (web).
All of it stands between two lines with a random word, which nothing in it can
imitate; characters that are not seen are left out, and markup that would
steer a model is defused. Entries flagged as holding instructions are left out
unless --all asks for them.

A token is counted on the safe side: the tokenisers of today's models need
fewer. Filters (--type, type:fact in the query) narrow the evidence, not the
core entries. Exit status 1 when there is neither."""

PARAMS = {
    "words": options.Arg("QUERY...", "What the prompt is about; - reads it from standard input.", many=True),
    "budget": options.Opt("--budget -b", "At most N tokens.", metavar="N", kind=int, low=1, high=1_000_000),
    **filters.PARAMS,
    "all_": options.Opt("--all", "Take in entries flagged as holding instructions, too; they are marked.", kind=bool),
    "no_scan": options.Opt("--no-scan", "Do not look for edits made by other programs.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}


def command(
    words: list[str],
    budget: int = 1500,
    type_: str = "",
    tag: list[str] | None = None,
    state: str = "",
    path: str = "",
    key: str = "",
    source: str = "",
    since: str = "",
    until: str = "",
    all_: bool = False,
    no_scan: bool = False,
    vault: str | None = None,
    json: bool = False,
) -> None:
    """Pack evidence."""
    from memcli.life.names import count
    from memcli.search import context

    here = session.current()
    query = filters.query(words)
    store = here.store(vault)
    packed = store.context(query, budget, filters.given(type_, tag, state, path, key, source, since, until), "none" if no_scan else "auto",
                           nonce=context.nonce_of(os.urandom(context.NONCE_LENGTH)), all_=all_)
    if packed.warning:
        here.warn(packed.warning)
    if packed.withheld:
        here.warn(f"{count(packed.withheld, 'entry', 'entries')} flagged as holding instructions left out; --all takes them in")
    if not packed.blocks and packed.left:
        raise Usage(f"--budget {budget} is too small for any of the {packed.left} passages found", f"the shortest needs {packed.least} tokens")
    if not packed.blocks:
        raise NothingFound(f"nothing found for {query[:80]!r}", "try fewer or other words; mem set ID state=core makes an entry always part of it")
    text = context.rendered(packed.blocks, packed.nonce)
    store.opened([block.entry.id for block in packed.blocks], here.name)
    if json:
        here.json_out(records.context(query, budget, context.tokens(text), packed.blocks, text, packed.nonce))
    else:
        here.out(terminal.clean(text) if here.tty else text)
