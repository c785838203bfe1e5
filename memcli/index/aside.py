"""Where can the engine read a folder that it may not write to? It takes a lock even to read, which is a file, so it is given links to the rest."""

from __future__ import annotations

import os

_kept: object = None  # the last folder of links; it goes with the process, or when another takes its place


def readable(folder: str) -> str:
    """The folder itself where it can be written to, else a temporary one with links to its files. Raises OSError when none can be made."""
    global _kept
    if os.access(folder, os.W_OK):
        return folder
    import tempfile

    links = tempfile.TemporaryDirectory(prefix="mem-index-")
    _kept = links
    for name in os.listdir(folder):
        if not name.endswith(".lock"):
            os.symlink(os.path.join(os.path.abspath(folder), name), os.path.join(links.name, name))
    return links.name
