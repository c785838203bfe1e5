"""What does a vault do for one who follows it? The verbs behind a watcher: take in what other programs changed, and record it when it has come to rest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from memcli.entries import lock
from memcli.life.inbox import Inbox

if TYPE_CHECKING:
    from memcli.index.following import Noticed
    from memcli.life.handwork import Recorded

_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "sequencer", "BISECT_START")


class Following(Inbox):
    """A vault, with what a watcher needs of it."""

    @property
    def watched(self) -> str:
        """The lock of the one watcher there may be."""
        return f"{self.vault.state}/watch.lock"

    @property
    def vouched(self) -> str:
        """The lock that a watcher holds while it is told of every change."""
        return f"{self.vault.state}/watch.follows"

    def follow(self, told: Iterable[str] | None) -> Noticed:
        """Take in what changed among the paths `told`; None looks at every file."""
        from memcli.index import following

        return following.follow(self.index, told)

    def followed(self) -> bool:
        """Whether a watcher that is alive and told of every change keeps the index exact."""
        return lock.holds(self.vouched)

    def under_way(self) -> str:
        """What a person has begun in git and not ended yet, by the name of git's own note of it; "" for nothing."""
        from memcli.entries import commit

        folder = commit.git_folder(self.vault.root)
        return next((name for name in _UNDER_WAY if os.path.lexists(f"{folder}/{name}")), "")

    def record_by_hand(self) -> Recorded:
        """Commit what was edited by hand. Files with secrets are left as they are, and told."""
        from memcli.life import handwork

        return handwork.recorded(self)
