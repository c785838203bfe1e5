"""What of an index stays open between the requests of a server? What was opened, for as long as it is what the files say."""

from __future__ import annotations

from collections.abc import Mapping

from memcli.config import Settings
from memcli.entries.vault import Vault
from memcli.index.files import Progress
from memcli.index.sync import Index, Warn


class Warm:
    """What is kept of the vault at `root`."""

    def __init__(self, root: str) -> None:
        self.root = root

    def index(self, vault: Vault, settings: Settings, progress: Progress, warn: Warn, env: Mapping[str, str]) -> Index:
        """The index for one request."""
        return Index(vault, settings, progress, warn, env)
