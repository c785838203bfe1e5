"""Where else does an entry's text lie? In packs of the archive and in summaries that quote it; what is purged goes from there too."""

from __future__ import annotations

from collections.abc import Collection

from memcli.entries import archive, history, text
from memcli.entries import vault as vaults
from memcli.entries.git import Git
from memcli.entries.pack import Pack
from memcli.errors import Refused, UserError
from memcli.life.desk import Desk
from memcli.life.holding import MACHINE
from memcli.life.names import count, short

Versions = set[tuple[str, str]]  # (path, blob id)
_SHOWN = 12


def packed(desk: Desk, git: Git, ids: Collection[str], versions: Versions) -> Versions:
    """Those of these versions of packs that hold the text of one of the entries. Raises Refused while other archived entries have theirs in one."""
    found = {(path, blob) for path, blob in versions if path.startswith(f"{archive.FOLDER}/") and _ledger(git, path, blob) & set(ids)}
    names = {path.rpartition("/")[2] for path, _ in found}
    others = []
    for path in vaults.scan(desk.vault.root).paths if names else ():
        entry = text.read(desk.bytes_of(path), path)
        if archive.place(entry)[0] in names and entry.id not in ids:
            others.append(short(entry.id))
    if others:
        shown = " ".join(others[:_SHOWN]) + (" ..." if len(others) > _SHOWN else "")
        raise Refused(f"{count(len(others), 'other archived entry', 'other archived entries')} lie in the same pack; nothing was changed",
                      f"mem restore {shown} brings them back first")
    return found


def _ledger(git: Git, path: str, blob: str) -> set[str]:
    try:
        return set(Pack(history.blobs(git, [blob])[blob], path).ledger)
    except UserError:
        return set()  # a damaged one gives no text back


def paths(git: Git, ids: Collection[str]) -> set[str]:
    """Every path at which history holds a pack, or a summary that may quote one of the entries."""
    found: set[str] = set()
    searches = [["--", archive.FOLDER], *(["-E", "--text", f"-G[{{]id: {id_}, span"] for id_ in sorted(ids))]
    for more in searches:
        out = git.call("log", "--all", "--format=", "--name-only", "-z", "--no-renames", "--no-textconv", *more, accept=(0, 128))
        found.update(row.strip(b"\n").decode("utf-8", "surrogateescape") for row in out.split(b"\0") if row.strip(b"\n"))
    return found


def quoting(data: bytes, path: str, ids: Collection[str]) -> bool:
    """Whether a version of a file is a summary that quotes one of the entries."""
    meta = text.read(data, path).meta
    source, rows = meta.get("source"), meta.get("derived_from")
    made = isinstance(source, dict) and source.get("plugin") == MACHINE
    return made and isinstance(rows, list) and any(isinstance(row, dict) and row.get("id") in ids for row in rows)
