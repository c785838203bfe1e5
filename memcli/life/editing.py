"""What does a vault do for a text that is open in an editor? Names and what they mean, what is wrong with a text, and a successor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.life.desk import Changed
from memcli.life.inbox import Inbox

if TYPE_CHECKING:
    from memcli.life.catalog import Catalog, Known
    from memcli.life.proof import Fault


class Editing(Inbox):
    """A vault, with what editors need of it."""

    def catalog(self, known: Catalog | None = None) -> Catalog:
        """The names of all entries; `known` is one that was asked for before, and is brought up to date."""
        from memcli.life.catalog import Catalog

        found = Catalog() if known is None else known
        found.refresh(self)
        return found

    def pointing(self, known: Known) -> list[str]:
        """The paths of the entries that link to an entry."""
        from memcli.life import catalog

        return catalog.pointing(self, known)

    def proof(self, path: str, data: bytes) -> list[Fault]:
        """What is wrong with a text that is to be, or is, the entry at a path of the vault."""
        from memcli.life import proof

        return proof.faults(self, path, data)

    def succeed(self, name: str) -> Changed:
        """Write a successor of an entry, a copy to be changed, and end the entry. One commit; the successor is first in what is returned."""
        from memcli.life import successor

        return successor.succeed(self, name)
