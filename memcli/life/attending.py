"""What does a vault do for an agent at work? The verbs behind hooks: what to tell it unasked, and the transcripts that wait to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memcli.life.inbox import Inbox

if TYPE_CHECKING:
    from memcli.life.queue import Queued, Worked
    from memcli.search.context import Pack


class Attending(Inbox):
    """A vault, with what hooks need of it."""

    def briefing(self, about: str, budget: int, nonce: str) -> Pack:
        """What a session begins with, in at most `budget` tokens: core entries, what is known `about` its folder, what is new."""
        from memcli.life import recalling

        return recalling.briefing(self, about, budget, nonce)

    def reminded(self, prompt: str, budget: int, nonce: str, session: str = "") -> Pack:
        """What a prompt calls to mind, in at most `budget` tokens; nothing when nothing speaks to it that the session was not told before."""
        from memcli.life import recalling, told

        return recalling.reminded(self, prompt, budget, nonce, told.read(self.vault.state, session))

    def told(self, session: str, ids: Sequence[str], *, anew: bool) -> None:
        """Note what an agent's session was told; `anew` when it begins."""
        from memcli.life import told

        told.note(self.vault.state, session, ids, anew=anew)

    def enqueue(self, plugin: str, transcript: str, session: str) -> bool:
        """Note that a transcript is to be read by an ingest plugin; False when it waits already."""
        from memcli import clock
        from memcli.life import queue

        return queue.add(self.vault.state, plugin, transcript, session, clock.rfc3339(self.now))

    def queued(self) -> list[Queued]:
        """The transcripts that wait to be read."""
        from memcli.life import queue

        return queue.read(self.vault.state)

    def work_queue(self) -> Worked:
        """Read the transcripts that wait. What cannot be read now stays."""
        from memcli.life import queue

        return queue.work(self)
