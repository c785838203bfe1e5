"""Which plugins that lie in a vault may run here? Those whose very bytes a person has trusted on this machine; a vault may have come from a stranger.

What was trusted is kept outside of every vault, in the user's own state folder, as a vault could bring its own answer along. A line says which file of which
vault, and the SHA-256 of what it held; another byte, another place, and it is asked again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from memcli.entries import atomic
from memcli.errors import PluginFailed

FOLDER = ".mem/plugins"
SIZE_MAX = 1024 * 1024  # bytes of a plugin's file


@dataclass(frozen=True, slots=True)
class Local:
    """A plugin's file in a vault: `kind` "ingest" or "policy", `file` relative to the vault, its bytes and their sum; `runs`: it is a program."""

    kind: str
    name: str
    file: str
    data: bytes
    sha256: str
    runs: bool


def path(env: Mapping[str, str]) -> str:
    """Where trust is kept, by the XDG rules; "" when there is no home."""
    base = env.get("XDG_STATE_HOME", "")
    base = base if os.path.isabs(base) else f"{env['HOME']}/.local/state" if env.get("HOME") else ""
    return f"{base}/mem/trust.jsonl" if base else ""


def locals_of(root: str) -> list[Local]:
    """The plugins in a vault, by file name. What is a link, a device or larger than SIZE_MAX is none."""
    folder = f"{root}/{FOLDER}"
    if not root or os.path.islink(f"{root}/.mem") or os.path.islink(folder):
        return []
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    found = []
    for file in names:
        kind, name, runs = named(file)
        if not name:
            continue
        try:
            info = os.lstat(f"{folder}/{file}")
            data = atomic.read(f"{folder}/{file}", SIZE_MAX + 1) if stat.S_ISREG(info.st_mode) else b""
        except OSError:
            continue
        if stat.S_ISREG(info.st_mode) and len(data) <= SIZE_MAX:
            found.append(Local(kind, name, f"{FOLDER}/{file}", data, hashlib.sha256(data).hexdigest(), runs))
    return found


def named(file: str) -> tuple[str, str, bool]:
    """(kind, name, whether it is a program) by a file's name; a name of "" for what is no plugin."""
    for kind in ("ingest", "policy"):
        if file.startswith(f"{kind}_") and file.endswith(".py"):
            return kind, file.removeprefix(f"{kind}_").removesuffix(".py").replace("_", "-"), False
        if file.startswith(f"mem-{kind}-") and "." not in file:
            return kind, file.removeprefix(f"mem-{kind}-"), True
    return "", "", False


def state(known: Iterable[Mapping[str, str]], root: str, local: Local) -> str:
    """`trusted`, `changed` since it was, or `untrusted`."""
    sums = [row.get("sha256") for row in known if row.get("vault") == root and row.get("file") == local.file]
    return "trusted" if local.sha256 in sums else "changed" if sums else "untrusted"


def read(path: str) -> list[dict[str, str]]:
    """What has been trusted; nothing where that cannot be read."""
    try:
        lines = atomic.read(path).splitlines() if path else []
    except OSError:
        return []
    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and all(isinstance(value, str) for value in row.values()):
            rows.append(row)
    return rows


def grant(path: str, root: str, local: Local, at: str) -> None:
    """Trust just these bytes of this file of this vault. Raises UserError when that cannot be written."""
    if not path:
        raise PluginFailed("there is no home folder to keep that in", "set HOME or XDG_STATE_HOME")
    rows = [row for row in read(path) if (row.get("vault"), row.get("file")) != (root, local.file)]
    _write(path, [*rows, {"vault": root, "file": local.file, "sha256": local.sha256, "at": at}])


def revoke(path: str, root: str, file: str) -> bool:
    """Trust a file of a vault no more. Whether it was trusted."""
    rows = read(path)
    left = [row for row in rows if (row.get("vault"), row.get("file")) != (root, file)]
    if len(left) < len(rows):
        _write(path, left)
    return len(left) < len(rows)


def _write(path: str, rows: Iterable[Mapping[str, str]]) -> None:
    atomic.write(path, b"".join(json.dumps(row).encode() + b"\n" for row in rows))
