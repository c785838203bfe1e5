"""How is a person's editor called? $MEM_EDITOR, $VISUAL, $EDITOR, then vi; what was written is never lost."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable

from memcli.cli.session import Session
from memcli.entries import atomic
from memcli.errors import MemError, Refused, UserError
from memcli.store import Changed


def revise(session: Session, folder: str, data: bytes) -> tuple[str, bytes]:
    """(draft, text) of what a person makes of `data` in a private file in `folder`. The caller discards the draft once the text is safe."""
    return _open(session, folder, data)


def composed(session: Session, folder: str, write: Callable[[bytes], Changed]) -> Changed:
    """What `write` makes of a text that a person writes from nothing; the draft stays when it raises."""
    draft, data = revise(session, folder, b"")
    try:
        changed = write(data)
    except MemError as error:
        raise keep(session, error, draft) from None
    atomic.discard(draft)
    return changed


def keep(session: Session, error: MemError, path: str, old: bytes = b"") -> MemError:
    """The error, with the place where the edited text was kept in its hint. A draft with nothing in it is discarded instead."""
    if not atomic.read(path).strip():
        atomic.discard(path)
        return error
    error.hint = f"nothing was changed; {_kept(session, path, old)}" + (f"; {error.hint}" if isinstance(error, Refused) else "")
    return error


def _kept(session: Session, path: str, old: bytes) -> str:
    """Where the draft is, in words. No secret stays in it that the `old` text did not hold, unless settings allow them."""
    if session.settings is not None and session.settings.text("safety.secrets") != "allow":
        from memcli.life import screening

        data = atomic.read(path)
        clean = screening.draft(data, old)
        if clean != data:
            atomic.write(path, clean)
            return f"your text is kept, without the secret, in {path}"
    return f"your text is kept in {path}"


def _open(session: Session, folder: str, data: bytes) -> tuple[str, bytes]:
    env = session.env
    command = env.get("MEM_EDITOR") or env.get("VISUAL") or env.get("EDITOR") or "vi"
    atomic.make_folder(folder, durable=False)
    try:
        fd, path = tempfile.mkstemp(prefix="draft-", suffix=".md", dir=folder)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
    except OSError as error:
        raise UserError(f"no draft can be written in {folder}: {error.strerror}", "the vault cannot be changed; mem show prints the entry") from None
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
        kept = "run the command again" if new == data else _kept(session, path, data)
        raise UserError(f"the editor {command!r} ended with status {done.returncode}; nothing was changed", kept)
    return path, new
