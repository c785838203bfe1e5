"""mem review"""

from __future__ import annotations

import sys

from memcli.cli import options, session
from memcli.errors import Usage
from memcli.output import records, reviews

HELP = """Go through what is fading, and what waits for an answer.

\b
Examples:
  mem review                     cards in the terminal, a key each
  mem review --limit 5
  mem review --list              what there is, without asking
  mem review 6r0wze --grade 3    for editors and scripts
  mem review 6r0wze 4k8c6r --merge
  mem review 6r0wze 4k8c6r --apart

A card shows a title; think of what it says, then look. 1 again (you had
forgotten), 2 hard, 3 good, 4 easy: the grade moves the entry's stability as
FSRS does with flashcards, and what was known is confirmed. Then come pairs
that may say the same (m merges: the older takes in the other's tags, links and
uses, and the other goes cold; a keeps them apart for good) and values that
cannot both hold. s skips, q ends. Each answer counts at once."""


PARAMS = {
    "names": options.Arg("[ID...]", options.NAMES.help, many=True),
    "limit": options.Opt("--limit -n", "At most N cards of what is fading; 0 for all.", metavar="N", kind=int, low=0),
    "list_": options.Opt("--list", "Print what there is to review.", kind=bool),
    "grade": options.Opt("--grade", "Grade these entries: 1 again, 2 hard, 3 good, 4 easy.", metavar="1..4", kind=int, low=1, high=4),
    "merge": options.Opt("--merge", "These two say the same.", kind=bool),
    "apart": options.Opt("--apart", "These two do not say the same.", kind=bool),
    "vault": options.VAULT,
    "json": options.JSON,
}
KINDS = {1: "missed", 2: "used", 3: "confirmed", 4: "confirmed"}


def command(names: list[str] | None = None, limit: int = 20, list_: bool = False, grade: int | None = None, merge: bool = False, apart: bool = False,
            vault: str | None = None, json: bool = False) -> None:
    """Review."""
    here = session.current()
    store = here.store(vault)
    if bool(names) != ((grade is not None) + merge + apart == 1):
        raise Usage("give entries and one of --grade, --merge and --apart, or none of them", "mem review 6r0wze --grade 3, or mem review")
    if names:
        changed = store.used(names, KINDS[grade], here.name, grade) if grade is not None else store.settle(names, merge=merge)
        if json:
            here.json_out(records.changed(changed))
        else:
            here.changed(changed)
        return
    deck = store.deck(limit)
    here.end_progress()
    if json:
        here.json_out(reviews.record(deck, store.now))
    elif list_ or not here.tty or not sys.stdin.isatty():
        here.lines(reviews.lines(deck, store.now, here.color))
    else:
        from memcli.cli import cards

        cards.ask(here, store, deck)
