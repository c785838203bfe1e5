"""The cards of mem review, one after the other, in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.cli.session import Session
from memcli.output.terminal import clean, line

if TYPE_CHECKING:
    from memcli.life.review import Deck
    from memcli.store import Store

_GRADES = {"1": "missed", "2": "used", "3": "confirmed", "4": "confirmed"}
_BODY_MAX = 4_000  # characters of an entry on a card


class _Enough(Exception):
    """The person has had enough."""


def ask(here: Session, store: Store, deck: Deck) -> None:
    """Ask about everything in the deck; each answer is carried out at once."""
    done = 0
    try:
        for number, one in enumerate(deck.due, 1):
            _show(here, f"{number} of {len(deck.due)}", line(one.entry.title), "")
            if _key("enter shows it, s skips, q ends", ("", "s", "q")) != "s":
                done += _graded(here, store, one.id, one.entry.title, one.entry.body)
        for older, younger, jaccard in deck.doubles:
            _show(here, f"alike, {jaccard:.0%}", line(older.entry.title), older.entry.body)
            _show(here, "and", line(younger.entry.title), younger.entry.body)
            answer = _key("m merges, a keeps them apart, s skips, q ends", ("m", "a", "s", "q"))
            if answer in ("m", "a"):
                store.settle([older.id, younger.id], merge=answer == "m")
                done += 1
        for dispute in deck.disputes:
            for number, entry in enumerate(dispute.entries, 1):
                _show(here, f"{number}: {line(dispute.slot)}", line(entry.title), entry.body)
            numbers = [str(number) for number in range(1, len(dispute.entries) + 1)]
            numbers = [] if dispute.implied else numbers  # without a key there is no slot to hold
            answer = _key(f"{' or '.join(numbers)}{' holds, ' if numbers else ''}b both do, s skips, q ends", (*numbers, "b", "s", "q"))
            if answer in numbers:
                store.resolve(dispute.entries[int(answer) - 1].id, here.name)
            elif answer == "b":
                store.dismiss([entry.id for entry in dispute.entries])
            done += answer != "s"
    except (_Enough, EOFError):
        pass
    here.say(f"{done} answered" if done else "nothing to review" if not (deck.due or deck.doubles or deck.disputes) else "nothing answered")


def _graded(here: Session, store: Store, id_: str, title: str, body: str) -> bool:
    _show(here, "answer", line(title), body)
    answer = _key("1 again, 2 hard, 3 good, 4 easy, s skips, q ends", ("1", "2", "3", "4", "s", "q"))
    if answer == "s":
        return False
    store.used([id_], _GRADES[answer], here.name, int(answer))
    return True


def _key(question: str, answers: tuple[str, ...]) -> str:
    """One of the answers. Raises _Enough for q."""
    while True:
        answer = input(f"{question}: ").strip().lower()
        if answer == "q":
            raise _Enough
        if answer in answers:
            return answer


def _show(here: Session, head: str, title: str, body: str) -> None:
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    said = clean(body.strip())[:_BODY_MAX]
    Console(no_color=not here.color, highlight=False).print(Panel(Text(said or title), title=None if not said else Text(title), subtitle=head, expand=False))
