"""What was edited by hand since the last commit? Everything that a person wrote, changed or removed enters history in one commit of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from memcli.entries import atomic, history
from memcli.entries import vault as vaults
from memcli.entries.git import Git
from memcli.errors import MemError, Refused
from memcli.life import screening
from memcli.life.desk import Desk
from memcli.life.names import count

_FEW = 10  # removed files that need no second look


@dataclass(slots=True)
class Recorded:
    """The paths that entered history in `commit` ("" for none), and why others did not."""

    paths: list[str] = field(default_factory=list)
    commit: str = ""
    refused: list[MemError] = field(default_factory=list)


def record(desk: Desk) -> int:
    """Commit what was edited by hand: changed and removed files that git knows, and entries that it does not know yet. Returns how many.

    Raises Refused in the middle of a merge, for a secret (where safety.secrets says so), and when most of the vault was removed.
    """
    return len(recorded(desk, all_or_nothing=True).paths)


def recorded(desk: Desk, *, all_or_nothing: bool = False) -> Recorded:
    """As `record`, which files; one with a secret is passed over and told, or with `all_or_nothing` raised as Refused."""
    done = Recorded()
    if not _edits(desk, desk.git()):
        return done
    with desk.run("record") as run:
        paths = _edits(desk, run.git)
        _refuse_removal(desk, paths)
        for path in paths:
            try:
                _refuse_secret(desk, run.git, path)
            except MemError as error:
                if all_or_nothing:
                    raise
                done.refused.append(error)
            else:
                done.paths.append(path)
        run.also = done.paths
        if not done.paths:
            desk.noted(run.recovered)  # what looked like a hand was a command that died
        else:
            done.commit = desk.save(run, (), f"{count(len(done.paths), 'file')} edited by hand")
            desk.noted(done.paths)
    return done


def _edits(desk: Desk, git: Git) -> list[str]:
    git.unfilter()
    out = git.call("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
    limit = desk.settings.whole("entry.max_bytes")
    found = []
    for row in out.split(b"\0"):
        state, path = row[:2].decode("ascii", "replace"), os.fsdecode(row[3:])
        if state in ("DD", "AU", "UD", "UA", "DU", "AA", "UU"):
            raise Refused(f"{path} is in the middle of a merge; nothing was changed",
                          f"resolve the conflict in it, then git -C {git.root} add {path}, and git -C {git.root} commit")
        full = f"{git.root}/{path}"
        plain = not os.path.lexists(full) or os.path.isfile(full) and not os.path.islink(full)
        if path and plain and (state != "??" or vaults.may_be_entry(path) and vaults.readable_name(path) and os.path.getsize(full) <= limit):
            found.append(path)
    return found


def _refuse_removal(desk: Desk, paths: list[str]) -> None:
    """Raise Refused when most of the entries are gone from the disk: rather a mishap than a wish, and others would lose them too."""
    gone = sum(not os.path.lexists(f"{desk.vault.root}/{path}") for path in paths if vaults.may_be_entry(path))
    left = len(vaults.scan(desk.vault.root).paths)
    if gone > _FEW and gone > left:
        raise Refused(f"{gone} of {gone + left} entries are gone from {desk.vault.root}; nothing was recorded",
                      f"git -C {desk.vault.root} checkout -- . brings them back; git commit -a says that they shall go")


def _refuse_secret(desk: Desk, git: Git, path: str) -> None:
    if vaults.may_be_entry(path) and os.path.lexists(f"{desk.vault.root}/{path}"):
        data = atomic.read(desk.vault.at(path))
        if screening.remarks(desk.settings, path, data):
            screening.refuse(desk, data, path, history.content(git, "HEAD", path) or b"")
