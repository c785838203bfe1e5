"""What does a tool work in? The vault of now, who calls, what may be done, and how recalled text is handed over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from memcli.safety.neutral import neutral
from memcli.search import context

if TYPE_CHECKING:
    from memcli.entries.model import Entry
    from memcli.store import Store


class Room:
    """`opened` gives a store of the present instant: a new one per request, as time goes on and settings change. `session` is what uses belong to."""

    def __init__(self, opened: Callable[[], Store], session: str, profile: str, *, read_only: bool) -> None:
        self._opened = opened
        self.session = session
        self.profile = profile
        self.read_only = read_only

    @property
    def store(self) -> Store:
        """The vault, opened for one request. Raises NoVault while there is none."""
        return self._opened()

    def read(self, store: Store, ids: Iterable[str]) -> None:
        """Note that entries were read, unless nothing is to be written."""
        if not self.read_only:
            store.opened(list(ids), self.session)


def uri(id_: str) -> str:
    """The address of an entry."""
    return f"mem://entry/{id_}"


def nonce() -> str:
    """The word of a fence."""
    return context.nonce_of(os.urandom(context.NONCE_LENGTH))


def fenced(pieces: Iterable[tuple[str, str]]) -> str:
    """(heading, text) of entries as they may stand before a model: marked as data, between lines that nothing in them can imitate."""
    word = nonce()
    inside = "\n\n".join(f"{heading}\n{neutral(text, word)}".rstrip("\n") for heading, text in pieces)
    return context.fence(inside, word)


def harmless(value: Any) -> Any:
    """Plain data with every text in it made neutral."""
    if isinstance(value, dict):
        return {name: harmless(item) for name, item in value.items()}
    return [harmless(item) for item in value] if isinstance(value, list) else neutral(value) if isinstance(value, str) else value


def heading(entry: Entry, moment: str = "") -> str:
    """Day, title, id and origin of an entry on one line."""
    return context.Block(entry, moment or entry.created, 0.0, ()).heading
