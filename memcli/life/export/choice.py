"""Which entries does a person want to export?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries: of these types and states, with all of these tags, found by this query. Without any, the whole vault."""

    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    query: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self == Choice()
