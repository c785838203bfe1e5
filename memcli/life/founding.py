"""How does a vault begin? A fresh folder, or one full of markdown that is adopted without a byte of it changing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from memcli import config
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.entries.commit import branch, common_folder
from memcli.entries.git import Git
from memcli.entries.run import Run, blobs_at
from memcli.entries.vault import Scan, Vault
from memcli.errors import UserError
from memcli.life import driver
from memcli.life.names import count

ATTRIBUTES = b"*.md -text diff=mem merge=mem\n"
CONFIG = b"# Settings of this vault; mem config lists them, mem man config.5 explains them.\nformat: 1\n"


@dataclass(frozen=True, slots=True)
class Founded:
    """A vault that stands: how many markdown files it holds, how many of them are new to git's history, and the commit ("": nothing was missing)."""

    vault: Vault
    entries: int
    adopted: int
    commit: str


def found(folder: str, env: Mapping[str, str], now: datetime) -> Founded:
    """Make `folder` a vault. On a vault it only puts back what is missing.

    A repository whose top `folder` is stays in use, and what a person staged or edited there stays so: only files that git neither
    tracks nor ignores enter history. Inside another repository the vault gets one of its own.
    """
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise UserError(f"{folder} is not a folder", "mem init FOLDER")
    atomic.make_folder(os.path.abspath(folder))
    vault = Vault(os.path.realpath(folder))
    if os.path.islink(f"{vault.root}/{vaults.MEM}"):
        raise UserError(f"{vault.root}/{vaults.MEM} is a link", "a vault needs a real folder there")
    git = Git(vault.root, env)
    fresh = not os.path.lexists(f"{vault.root}/.git")
    if not fresh:
        branch(vault.root)  # raises before anything is written
    atomic.make_folder(vault.state)
    if fresh:
        git.call("init", "-q", "--template=", "--initial-branch=main")
    scan = vaults.scan(vault.root)
    new = fresh or not os.path.lexists(f"{vault.root}/{vaults.CONFIG}")
    wanted = {vaults.CONFIG: CONFIG, vaults.IGNORE: vaults.IGNORED}
    if not os.path.lexists(f"{vault.root}/{vaults.ATTRIBUTES}"):
        wanted[vaults.ATTRIBUTES] = ATTRIBUTES
    else:
        _attributes_aside(vault)
    missing = [(path, None, data) for path, data in wanted.items() if not os.path.lexists(f"{vault.root}/{path}")]
    driver.connect(git)
    if not missing and not fresh:
        return Founded(vault, len(scan.paths), 0, "")
    with Run(vault, env, "init", now, 10.0) as run:
        run.prepare(missing)
        run.also = _adoptable(run.git, scan, fresh) if new else []
        adopted = len(run.also)
        commit = run.finish(count(adopted, "entry adopted", "entries adopted") if adopted else "a new vault")
    return Founded(vault, len(scan.paths), adopted, commit)


def _adoptable(git: Git, scan: Scan, fresh: bool) -> list[str]:
    """The entries whose present bytes may enter history: all of a fresh vault, else those that git neither tracks, stages nor ignores."""
    limit = config.resolve([]).whole("entry.max_bytes")  # longer files are found and searched, but kept out of history
    paths = [path for path, size in zip(scan.paths, scan.sizes) if size <= limit]
    if fresh:
        return paths
    out = git.call("ls-files", "--others", "--exclude-standard", "-z")
    unknown = {os.fsdecode(path) for path in out.split(b"\0")}
    paths = [path for path in paths if path in unknown]
    removed = blobs_at(git, "HEAD", paths)  # in the last commit but not in git's index: a person is about to remove it
    return [path for path in paths if path not in removed]


def _attributes_aside(vault: Vault) -> None:
    """A person's `.gitattributes` is left alone; ours go where git looks as well."""
    path = f"{common_folder(vault.root)}/info/attributes"
    try:
        present = atomic.read(path)
    except FileNotFoundError:
        present = b""
    if ATTRIBUTES not in present:
        atomic.write(path, present + ATTRIBUTES)
