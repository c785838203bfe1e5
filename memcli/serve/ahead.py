"""What does a server do while nobody asks? It looks at the vault once, and cuts entries ahead, a few at a time."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from memcli.cli import session
from memcli.serve.guest import Caller, call

if TYPE_CHECKING:
    from memcli.index.warm import Warm

FEW = 20  # entries between two looks at whether somebody asks


class Ahead:
    """What is left to do ahead."""

    def __init__(self, caller: Caller, warm: Warm) -> None:
        self._caller = caller
        self._warm = warm
        self._begun = False
        self.left = True

    def step(self) -> None:
        """Do a little. What goes wrong is left for the one who asks to be told of."""
        done = call(self._caller, self._work, self._warm)
        self._begun = True
        self.left = done.status == 1
        if not self.left:
            gc.collect()
            gc.freeze()  # what is kept is not looked through again and again

    def _work(self) -> int:
        store = session.current().store(self._warm.root)
        if not self._begun:
            store.search("what was first", limit=1)
            return 1
        return int(store.prepare(FEW))
