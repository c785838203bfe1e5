"""What was an agent told already in this session? `.mem/state/told.jsonl`, so that the same entry does not fill its context with every prompt.

A convenience that may be lost: what cannot be read or noted is told again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from memcli.entries import atomic
from memcli.errors import UserError

SIZE_MAX = 256 << 10  # bytes; of a longer log the newer half stays


def path_in(state: str) -> str:
    """Where the log is, below the folder `.mem/state`."""
    return f"{state}/told.jsonl"


def read(state: str, session: str) -> set[str]:
    """The ids of what a session was told since it began or was made short."""
    found: set[str] = set()
    try:
        lines = atomic.read(path_in(state), 4 * SIZE_MAX).splitlines() if session else []
    except OSError:
        return found
    for line in lines:
        try:
            given = json.loads(line)
            if given["session"] == session:
                found = {*([] if given["anew"] else found), *given["ids"]}
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return found


def note(state: str, session: str, ids: Iterable[str], *, anew: bool) -> None:
    """Note what a session was told; `anew` when it knows nothing of what came before."""
    path = path_in(state)
    if not session:
        return
    try:
        atomic.make_folder(state, durable=False)  # a fresh clone of a vault has none
        if os.path.lexists(path) and os.path.getsize(path) > SIZE_MAX:
            atomic.write(path, atomic.read(path)[-SIZE_MAX // 2:].partition(b"\n")[2], durable=False)
        atomic.note(path, json.dumps({"session": session, "anew": anew, "ids": list(ids)}).encode() + b"\n")
    except (OSError, UserError):
        return
