"""What is a new entry's file called? `{type}/{yyyy}/{mm}/{slug}-{last 6 of id}.md`; any other layout a person makes is accepted."""

from __future__ import annotations

from datetime import datetime

from memcli.entries.ids import slug


def path_for(type: str, when: datetime, title: str, id: str) -> str:
    """The path, relative to the vault, of a new entry. Folders by month keep git's trees small."""
    return f"{type}/{when.year:04d}/{when.month:02d}/{slug(title)}-{id[-6:]}.md"
