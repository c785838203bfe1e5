"""How is a person's editor called? $MEM_EDITOR, $VISUAL, $EDITOR, then vi; what was written is never lost."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile

from memcli.cli.session import Session
from memcli.entries import atomic
from memcli.errors import MemError, UserError


def compose(session: Session) -> bytes:
    """The text a person writes into an empty file."""
    path, data = _open(session, b"")
    atomic.discard(path)
    return data


def revise(session: Session, data: bytes) -> tuple[str, bytes]:
    """(temporary file, text) of what a person makes of `data`. The caller discards the file once the text is safe."""
    return _open(session, data)


def keep(error: MemError, path: str) -> MemError:
    """The error, with the place where the edited text was kept in its hint."""
    error.hint = f"nothing was changed; your text is kept in {path}"
    return error


def _open(session: Session, data: bytes) -> tuple[str, bytes]:
    env = session.env
    command = env.get("MEM_EDITOR") or env.get("VISUAL") or env.get("EDITOR") or "vi"
    fd, path = tempfile.mkstemp(prefix="mem-", suffix=".md")
    with os.fdopen(fd, "wb") as file:
        file.write(data)
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is meant for the editor
    try:
        done = subprocess.run([*shlex.split(command), path], env=env, check=False, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    except (OSError, ValueError) as error:
        atomic.discard(path)
        reason = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"the editor {command!r} cannot be started: {reason}", "set EDITOR, for example EDITOR=nano") from None
    finally:
        signal.signal(signal.SIGINT, heard)
    try:
        new = atomic.read(path)
    except OSError as error:
        raise UserError(f"what the editor {command!r} wrote cannot be read: {error.strerror}; nothing was changed", "run the command again") from None
    if done.returncode != 0:
        if new == data:
            atomic.discard(path)
        kept = "run the command again" if new == data else f"your text is kept in {path}"
        raise UserError(f"the editor {command!r} ended with status {done.returncode}; nothing was changed", kept)
    return path, new
