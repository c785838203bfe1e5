"""Is a folder a vault, and which parent of a folder is one? Looks at names only and imports nothing, so that the quickest commands can ask."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MEM = ".mem"


def is_vault(folder: str) -> bool:
    """Whether a folder is a vault."""
    return os.path.isdir(f"{folder}/{MEM}") and not os.path.islink(f"{folder}/{MEM}")


def above(start: str) -> str:
    """The nearest of a folder and its parents that is a vault, as a real path; "" when none is."""
    folder = os.path.realpath(start)
    while not is_vault(folder):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent
    return folder


def root(start: str, explicit: str | None, default: str) -> str:
    """The real path of the vault to use: `explicit`, else the nearest parent of `start`, else `default`; "" when that is none."""
    if explicit is not None:
        return os.path.realpath(explicit) if is_vault(explicit) else ""
    return above(start) or (os.path.realpath(default) if is_vault(default) else "")


def xdg(env: Mapping[str, str], name: str, fallback: str) -> str:
    """A user's folder: what the variable `name` says if it is absolute, else `fallback` in the home directory."""
    value = env.get(name, "")
    return value if os.path.isabs(value) else os.path.join(env.get("HOME") or os.path.expanduser("~"), fallback)
