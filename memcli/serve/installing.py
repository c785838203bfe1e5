"""How are other programs' files changed so that the change can be taken back to the byte? Read, edit, keep what was there, write; or the way back.

For every file that is changed a receipt in the state folder says what it held before and after. A file that is still as it was left gets back
what it held; from one that was edited meanwhile only ours is taken. All files are read and understood before the first is written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from memcli.entries import atomic
from memcli.errors import UserError
from memcli.serve.clients import Target
from memcli.serve.edits import Whole
from memcli.serve.jsonc import Unreadable

SIZE_MAX = 64 << 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done to a file: whether it was `there` before, the checksum of what it was `left` as, containers and folders `made` for it; `exact`
    until it is changed again after somebody else has edited it: what it held before may be put back as long as it is as it was left."""

    there: bool
    left: str
    made: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a file: `old` and `new` bytes, None where there is no file; `notes` for the user; the receipt `known` of it, and the one after
    it (None: none)."""

    path: str
    old: bytes | None
    new: bytes | None
    notes: list[str]
    known: Receipt | None
    receipt: Receipt | None


class Installer:
    """Changes files of other programs. `state` is where receipts are kept, `home` what links must not lead out of unsaid."""

    def __init__(self, state: str, home: str) -> None:
        self._folder = f"{state}/install"
        self._home = os.path.realpath(home)

    def putting(self, targets: Sequence[Target]) -> list[Step]:
        """The steps that put ours into files. Raises UserError for a file that is not understood, before anything is written."""
        return [self._put(target) for target in targets]

    def taking(self, targets: Sequence[Target]) -> list[Step]:
        """The steps that take ours out of files."""
        return [self._take(target) for target in targets]

    def apply(self, step: Step) -> None:
        """Carry out a step. Raises ChangedMeanwhile when the file is not what it was when the step was made."""
        if step.new == step.old and step.receipt == step.known:
            return
        if step.receipt is not None:
            self._note(step, step.receipt)
        if step.new is None and step.old is not None:
            atomic.remove(step.path, expect=step.old)
        elif step.new is not None and step.new != step.old:
            atomic.write(step.path, step.new, expect=atomic.ABSENT if step.old is None else step.old)
        if step.receipt is None:
            self._forget(step)

    def _note(self, step: Step, receipt: Receipt) -> None:
        """Keep what the file held before, with its permissions, then the receipt."""
        if step.known is None and step.old is not None:
            temporary = atomic.temporary_for(self.backup(step.path))
            atomic.write_beside(temporary, step.old, like=step.path)
            atomic.put(temporary, self.backup(step.path), None)
        record = {"format": 1, "path": step.path, "there": receipt.there, "left": receipt.left, "made": receipt.made, "folders": receipt.folders,
                  "exact": receipt.exact}
        atomic.write(f"{self._receipt(step.path)}.json", json.dumps(record, indent=1).encode() + b"\n")

    def _forget(self, step: Step) -> None:
        """Remove the receipt, and the folders that were made and are empty now."""
        for folder in reversed(step.known.folders if step.known is not None and step.new is None else []):
            atomic.remove_empty_folders(folder, os.path.dirname(folder))
        for path in (self.backup(step.path), f"{self._receipt(step.path)}.json"):
            atomic.remove(path)
        atomic.remove_empty_folders(self._folder, self._home)

    def _put(self, target: Target) -> Step:
        path, notes = self._real(target.path)
        old, known = _bytes(path), self._known(path)
        as_left, before = self._held(path, old, known)
        try:
            result = target.edit.put(_text(path, before))
        except Unreadable as error:
            raise _refusal(path, error) from None
        if result.left:
            notes.append(f"{path}: {result.left}; left as it is")
        new = result.text.encode()
        if new == old:
            return Step(path, old, old, notes, known, known)
        if known is None or as_left:
            receipt = Receipt(before is not None, _sum(new), result.made, known.folders if known is not None else _missing(path))
        else:
            receipt = Receipt(known.there, _sum(new), sorted({*known.made, *result.made}), known.folders, exact=False)
        return Step(path, old, new, notes, known, receipt)

    def _take(self, target: Target) -> Step:
        path, notes = self._real(target.path)
        old, known = _bytes(path), self._known(path)
        as_left, before = self._held(path, old, known)
        if old is None or as_left:
            return Step(path, old, before if as_left else None, notes, known, None)
        text = _text(path, old)
        try:
            new = target.edit.take(text, known.made if known is not None else ())
        except Unreadable as error:
            raise _refusal(path, error) from None
        if isinstance(target.edit, Whole) and new:
            notes.append(f"{path} holds another text than ours and is left; remove it by hand")
        empty = new != text and new.strip() in ("", "{}") and (known is not None and not known.there or isinstance(target.edit, Whole))
        return Step(path, old, None if empty else new.encode(), notes, known, None)

    def _held(self, path: str, old: bytes | None, known: Receipt | None) -> tuple[bool, bytes | None]:
        """Whether a file is as we left it, and what it held before that; else what it holds now."""
        if known is None or old is None or not known.exact or _sum(old) != known.left:
            return False, old
        if not known.there:
            return True, None
        try:
            return True, atomic.read(self.backup(path))
        except OSError:
            return False, old

    def _real(self, path: str) -> tuple[str, list[str]]:
        """Where a path leads, and what to say when it leads elsewhere."""
        real = os.path.realpath(path)
        plain = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        outside = path.startswith(f"{self._home}/") and not real.startswith(f"{self._home}/")
        if outside:
            return real, [f"{path} leads out of your home folder, by a link: {real} is what changes"]
        return real, [f"{path} is a link: {real} is what changes"] if real != plain else []

    def _receipt(self, path: str) -> str:
        return f"{self._folder}/{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"

    def backup(self, path: str) -> str:
        """Where a copy of what a file held before is kept."""
        return f"{self._receipt(path)}.before"

    def _known(self, path: str) -> Receipt | None:
        """What was noted about a file. A receipt that cannot be read is none: then only ours is taken."""
        try:
            found = json.loads(atomic.read(f"{self._receipt(path)}.json", 1 << 20))
            receipt = Receipt(found["there"], found["left"], found["made"], found["folders"], found["exact"] is True)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        good = isinstance(receipt.there, bool) and isinstance(receipt.left, str) and _texts(receipt.made) and _texts(receipt.folders)
        return receipt if good else None


def _texts(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _missing(path: str) -> list[str]:
    """The folders above a path that are not there, the uppermost first."""
    found: list[str] = []
    folder = os.path.dirname(path)
    while folder and not os.path.lexists(folder):
        found.insert(0, folder)
        folder = os.path.dirname(folder)
    return found


def _bytes(path: str) -> bytes | None:
    try:
        data = atomic.read(path, SIZE_MAX + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", "nothing was changed") from None
    if len(data) > SIZE_MAX:
        raise UserError(f"{path} is longer than {SIZE_MAX >> 20} MiB", "nothing was changed")
    return data


def _text(path: str, data: bytes | None) -> str:
    try:
        return (data or b"").decode()
    except UnicodeDecodeError as error:
        line = (data or b"").count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: not UTF-8", "nothing was changed; save it as UTF-8 and run the command again") from None


def _refusal(path: str, error: Unreadable) -> UserError:
    return UserError(f"{path}:{error.line}: {error.reason}", "nothing was changed; mend it and run the command again")


def summary(step: Step) -> str:
    """What a step does, in a word."""
    if step.new == step.old:
        return "as it is"
    return "made" if step.old is None else "removed" if step.new is None else "changed"


def differences(steps: Collection[Step]) -> str:
    """The steps as a unified diff."""
    import difflib

    lines: list[str] = []
    for step in steps:
        if step.new != step.old:
            old, new = ((data or b"").decode().splitlines() for data in (step.old, step.new))
            names = [step.path if data is not None else "/dev/null" for data in (step.old, step.new)]
            lines += difflib.unified_diff(old, new, names[0], names[1], lineterm="")
    return "".join(line + "\n" for line in lines)
