"""How does a plugin read markdown with front matter? By the same reader as the vault."""

from __future__ import annotations

from memcli.entries.fields import RULES
from memcli.entries.model import Entry
from memcli.entries.text import read

__all__ = ["RULES", "Entry", "read"]
