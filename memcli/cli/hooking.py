"""What do git's hooks run? The parts of `mem hooks` that a hook calls: check, and run with the name of the hook and what git told it."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from memcli.cli import session
from memcli.errors import EntryInvalid, Usage
from memcli.output import records, text

OFFER_S = 2  # seconds after which an editor opens without related memories


def check(here: session.Session, words: Sequence[str], *, staged: bool, vault: str | None, json: bool) -> int:
    """Say what is wrong with files, or with what is staged in the vault."""
    from memcli.life import vetting

    if staged == bool(words):
        raise Usage("mem hooks check takes files, or --staged", "mem hooks check note.md")
    problems = here.store(vault).staged_problems() if staged else vetting.files(here.load_settings(None), words)
    if json:
        here.json_out(records.hooks("", "", "check", [], 0, problems))
    else:
        here.lines(line for problem in problems for line in text.problem(problem, here.color))
    return EntryInvalid.exit_status if problems else 0


def run(here: session.Session, words: Sequence[str], vault: str | None) -> int:
    """Do what a hook is for."""
    if len(words) != 2 or words[0] not in ("post-commit", "prepare-commit-msg"):
        raise Usage("mem hooks run takes a hook and what git told it", "git calls this by itself: mem hooks install")
    if words[0] == "post-commit":
        here.store(vault).capture(os.getcwd(), words[1])
        return 0
    signal.alarm(OFFER_S)  # the default action ends the process, whatever it waits for
    here.store(vault).offer(os.getcwd(), words[1])
    return 0
