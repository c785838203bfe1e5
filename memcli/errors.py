"""Every error a user can meet: stable code, exit status, one line that names the thing, and the next step.

Raised low with typed fields, caught once in `memcli.cli.main`. This module never prints.
"""

from __future__ import annotations


class MemError(Exception):
    """Base of all expected errors.

    `code` and `exit_status` are part of the public contract (schemas/error.schema.json, man mem(1)).
    `hint` is one sentence with the command to run next, or empty.
    """

    code = "error"
    exit_status = 4

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NothingFound(MemError):
    """The question was understood and nothing matched it."""

    code = "nothing-found"
    exit_status = 1


class Usage(MemError):
    """The words of the call are off."""

    code = "usage"
    exit_status = 2


class UserError(MemError):
    """What was asked cannot be done here: the input, a file or a permission is in the way."""

    code = "cannot"
    exit_status = 4


class NoVault(MemError):
    """No vault where one was looked for."""

    code = "no-vault"
    exit_status = 10


class Locked(MemError):
    """Another process is writing and did not finish in time."""

    code = "locked"
    exit_status = 11


class IndexUnusable(MemError):
    """The derived index is damaged, foreign or of another version."""

    code = "index-unusable"
    exit_status = 12


class EntryInvalid(MemError):
    """An entry's text cannot be read as an entry. `path` is relative to the vault, `line` counts from 1 (0: whole file)."""

    code = "entry-invalid"
    exit_status = 13

    def __init__(self, path: str, line: int, reason: str, hint: str = "") -> None:
        where = f"{path}:{line}" if line else path
        super().__init__(f"{where}: {reason}", hint)
        self.path = path
        self.line = line
        self.reason = reason


class ConfigInvalid(MemError):
    """A setting is unknown, of the wrong type or out of bounds."""

    code = "config-invalid"
    exit_status = 14


class PluginFailed(MemError):
    """A plugin broke its contract or is not trusted."""

    code = "plugin-failed"
    exit_status = 15


class ChangedMeanwhile(MemError):
    """The file is no longer what was read before; nothing was overwritten."""

    code = "changed-meanwhile"
    exit_status = 16


class Refused(MemError):
    """A guard said no."""

    code = "refused"
    exit_status = 17


PARTLY_DONE = 3
BUG = 70
INTERRUPTED = 130
