"""Where can a write be interrupted? Named points at which tests kill the process or make the system refuse.

Armed only by `memcli.cli` from `MEM_FAULT=NAME[:N]:ACTION`: the N-th time (default 1) NAME is reached, `kill` sends SIGKILL to
this process and an errno name (`ENOSPC`, `EIO`, ...) raises that OSError. Unarmed, a point costs one comparison.
"""

from __future__ import annotations

PRIMITIVES = ("open", "write", "fsync", "rename", "unlink", "mkdir", "append")
POINTS = (
    "locked",
    "journal-written",
    "temporary-written",
    "file-renamed",
    "committing",
    "committed",
    "staged",
    "rewritten",
    "pruned",
    "journal-removed",
    "pending-appended",
    "keyword-committed",
    "manifest-written",
)

_name = ""
_left = 0
_action = ""


def arm(spec: str) -> None:
    """Set the fault to happen; raises ValueError when `spec` is not NAME[:N]:ACTION with a known name."""
    global _name, _left, _action
    parts = spec.split(":")
    if len(parts) == 2:
        parts.insert(1, "1")
    if len(parts) != 3 or parts[0] not in PRIMITIVES + POINTS or not parts[1].isdigit():
        raise ValueError(f"MEM_FAULT={spec}: expected NAME[:N]:ACTION with NAME one of {', '.join(PRIMITIVES + POINTS)}")
    _name, _left, _action = parts[0], int(parts[1]), parts[2]


def hit(name: str) -> None:
    """Say that the point `name` is reached."""
    global _left
    if name != _name:
        return
    _left -= 1
    if _left != 0:
        return
    import errno
    import os
    import signal

    if _action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    number = getattr(errno, _action)
    raise OSError(number, os.strerror(number), f"(fault injected at {name})")
