"""How does a new plugin begin? With a working one of its kind, a sample and a test, to be changed step by step."""

from __future__ import annotations

import os

from memcli.entries import atomic
from memcli.errors import Usage, UserError
from memcli.extend.registry import INGEST, Kind, builtin

LANGUAGES = ("python", "sh")


def file_name(kind: Kind, name: str, language: str) -> str:
    """What a plugin's file is called, so that it is found by its name."""
    return f"{kind.prefix}{name.replace('-', '_')}.py" if language == "python" else f"mem-{kind.short}-{name}"


def make(kind: Kind, name: str, language: str, folder: str) -> list[str]:
    """Write the skeleton into a folder; the paths of its files. Raises UserError, and has written nothing, when one of them is there."""
    if language not in LANGUAGES:
        raise Usage(f"{language!r} is no language of a skeleton", f"one of {', '.join(LANGUAGES)}")
    if not name or not name.replace("-", "a").isalnum() or name != name.lower() or not name.isascii():
        raise Usage(f"{name!r} cannot be a plugin's name", "lower-case letters, digits and dashes")
    if name in builtin(kind):
        raise Usage(f"{name} is built in, and no other plugin can take its name", f"give another name; mem plugin info {name}")
    file = file_name(kind, name, language)
    ending = "py" if language == "python" else "sh"
    wanted = {file: f"{kind.short}.{ending}.txt", f"test_{kind.prefix}{name.replace('-', '_')}.py": f"test_{kind.short}.py.txt"}
    if kind is INGEST:
        wanted[f"{name}-sample.txt"] = "sample.txt"
    for path in wanted:
        if os.path.lexists(os.path.join(folder, path)):
            raise UserError(f"{os.path.join(folder, path)} is there already", "give another name, or another folder by --into")
    for path, skeleton in wanted.items():
        with open(os.path.join(os.path.dirname(__file__), "skeletons", skeleton), encoding="utf-8") as source:
            text = source.read().replace("NAME", name).replace("FILE", file)
        atomic.write(os.path.join(folder, path), text.encode(), expect=atomic.ABSENT, executable=path == file and language == "sh")
    return [os.path.join(folder, path) for path in wanted]
