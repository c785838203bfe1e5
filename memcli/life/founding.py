"""How does a vault begin? A fresh folder, or one full of markdown that is adopted without a byte of it changing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime

from memcli import config
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.entries.commit import branch, common_folder
from memcli.entries.git import Git
from memcli.entries.run import Run
from memcli.entries.vault import Vault
from memcli.errors import UserError
from memcli.life.names import count

ATTRIBUTES = b"*.md -text diff=mem merge=mem\n"
CONFIG = b"# Settings of this vault; mem config lists them, mem man config.5 explains them.\nformat: 1\n"


def found(folder: str, env: Mapping[str, str], now: datetime) -> tuple[Vault, int, str]:
    """Make `folder` a vault. Returns it, the number of markdown files that were there, and the commit's id.

    On a vault it only puts back what is missing ("" when nothing is). A repository whose top `folder` is stays in use; inside
    another repository the vault gets one of its own.
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
    wanted = {vaults.CONFIG: CONFIG, vaults.IGNORE: vaults.IGNORED}
    if not os.path.lexists(f"{vault.root}/{vaults.ATTRIBUTES}"):
        wanted[vaults.ATTRIBUTES] = ATTRIBUTES
    else:
        _attributes_aside(vault)
    missing = [(path, None, data) for path, data in wanted.items() if not os.path.lexists(f"{vault.root}/{path}")]
    if not missing and not fresh:
        return vault, len(scan.paths), ""
    with Run(vault, env, "init", now, 10.0) as run:
        run.prepare(missing)
        if fresh:
            limit = config.resolve([]).whole("entry.max_bytes")  # longer files are found and searched, but kept out of history
            run.also = [path for path, size in zip(scan.paths, scan.sizes) if size <= limit]
        commit = run.finish(count(len(scan.paths), "entry adopted", "entries adopted") if scan.paths else "a new vault")
    return vault, len(scan.paths), commit


def _attributes_aside(vault: Vault) -> None:
    """A person's `.gitattributes` is left alone; ours go where git looks as well."""
    path = f"{common_folder(vault.root)}/info/attributes"
    try:
        present = atomic.read(path)
    except FileNotFoundError:
        present = b""
    if ATTRIBUTES not in present:
        atomic.write(path, present + ATTRIBUTES)
