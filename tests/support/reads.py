"""How does a test run a plugin by itself? Its pieces from a file, and files to be read."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from memcli.extend import registry
from memcli.extend.contracts import Draft, Rejected, Source


def read(plugin: str, path: Path, options: dict[str, str] | None = None) -> list[Draft | Rejected]:
    """All that a plugin makes of a file."""
    return list(registry.load(plugin).read(Source.open(str(path)), options or {}))


def kept(plugin: str, path: Path, options: dict[str, str] | None = None) -> list[Draft]:
    """The same, none of it rejected."""
    found = read(plugin, path, options)
    assert [one for one in found if isinstance(one, Rejected)] == []
    return [one for one in found if isinstance(one, Draft)]


def written(folder: Path, data: object, name: str = "conversations.json") -> Path:
    """Write a file: bytes, or data as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
