"""What can stand here? Words for the shell's completion, without typer: `mem __complete ids|tags PREFIX`."""

from __future__ import annotations

import os
import sys


def complete(arguments: list[str]) -> None:
    """Print one candidate per line; nothing at all when there is no vault or anything is amiss."""
    from memcli.entries import vault as vaults
    from memcli.errors import MemError
    from memcli.index.manifest import Manifest
    from memcli.index.pending import read

    kind, prefix = (arguments + ["", ""])[:2]
    default = os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "mem")
    try:
        vault = vaults.find(os.getcwd(), os.environ.get("MEM_VAULT"), default)
        manifest = Manifest(f"{vault.index}/manifest")
        pending = read(f"{vault.index}/pending-{manifest.generation}")
        rows = [row for row in manifest.rows() if row.path not in pending.documents]
    except (MemError, OSError):
        return
    rows += pending.rows.values()
    words = ({row.id[-6:] for row in rows} if len(prefix) <= 6 else {row.id for row in rows}) if kind == "ids" else {tag for row in rows for tag in row.tags}
    good = sorted(word for word in words if word.startswith(prefix) and word.isprintable() and not any(c.isspace() for c in word))
    sys.stdout.write("".join(word + "\n" for word in good[:500]))
