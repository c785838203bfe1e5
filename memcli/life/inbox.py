"""What comes in from other sources? The verbs of a store that take things in, and what becomes of what waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memcli.life.desk import Changed, Desk

if TYPE_CHECKING:
    from memcli.life.intake import Wish
    from memcli.life.sifting import Report
    from memcli.life.waiting import Waiting


class Inbox(Desk):
    """A vault, with a method per verb that takes in."""

    def ingest(self, plugin: str, sources: Sequence[str], wish: Wish, *, dry_run: bool = False) -> Report:
        """Let a plugin read sources and write what is new as entries, in one commit."""
        from memcli.life import intake

        return intake.ingest(self, plugin, sources, wish, dry_run=dry_run)

    def chosen(self) -> dict[str, bool]:
        """Which sources a person has said yes or no to, by plugin and path with a blank between them."""
        from memcli.life import ledger

        return ledger.chosen(self)

    def choose(self, choices: dict[str, bool]) -> None:
        """Remember what a person has said of sources."""
        from memcli.life import ledger

        ledger.choose(self, choices)

    def waiting(self) -> list[Waiting]:
        """What waits, as it said nothing new when it was read."""
        from memcli.life import waiting

        return waiting.read(self)

    def keep(self, names: Sequence[str], *, every: bool = False) -> Changed:
        """Make entries of what waits, in one commit."""
        from memcli.life import waiting

        return waiting.keep(self, names, every=every)

    def drop(self, names: Sequence[str], *, every: bool = False) -> list[Waiting]:
        """Let go what waits, for good."""
        from memcli.life import waiting

        return waiting.drop(self, names, every=every)
