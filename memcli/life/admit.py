"""May a file that came from elsewhere be written into this vault, at the path that it states? Nothing it says leads out, runs, or steers what runs.

Entries, attachments, archive packs, plain settings and git's own ignore and attribute files may. Plugins, hooks, settings that name programs, attributes that
name filters or drivers, and every other hidden file may not: a person who wants them copies them by hand.
"""

from __future__ import annotations

import os

from memcli import config
from memcli.entries import archive
from memcli.entries import vault as vaults
from memcli.entries.vault import Vault
from memcli.errors import ConfigInvalid, UserError

NAME_MAX, PATH_MAX = 255, 4000  # bytes
CONFIG_MAX = 65_536
_INERT = (".gitattributes", ".gitignore")
_DRIVERS = ("mem", "text", "binary", "union", "markdown")  # that git knows by itself, or that are ours


def refusal(vault: Vault, path: str, data: bytes, longest: int) -> str:
    """Why not; "" when it may. `longest` is the length in bytes that an entry may have."""
    try:
        raw = os.fsencode(path)
        vault.at(path)
    except UnicodeEncodeError:
        return "its path holds half a character"
    except UserError as error:
        return error.message
    if len(os.fsencode(vault.root)) + len(raw) > PATH_MAX or any(len(part) > NAME_MAX for part in raw.split(b"/")):
        return "its path is too long"
    return _in_the_way(vault, path) or (_of_entry(vault, path, data, longest) if vaults.may_be_entry(path) else _of_file(path, data))


def _in_the_way(vault: Vault, path: str) -> str:
    """What already stands where the file or its folders would be."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        full = f"{vault.root}/{folder}"
        if os.path.lexists(full) and not os.path.isdir(full):
            return f"{folder} is a file here, not a folder"
        if folder != vaults.MEM and any(os.path.lexists(f"{full}/{name}") for name in (".git", vaults.MEM)):
            return f"{folder} is a repository or vault of its own"
    full = vault.at(path)
    return "something that is no file has its name here" if os.path.lexists(full) and (os.path.islink(full) or not os.path.isfile(full)) else ""


def _of_entry(vault: Vault, path: str, data: bytes, longest: int) -> str:
    if len(data) > longest:
        return f"longer than entry.max_bytes ({longest})"
    try:
        vault.entry(path)
    except UserError as error:
        return error.message
    return ""


def _of_file(path: str, data: bytes) -> str:
    """Why a file that is no entry is not taken."""
    name = path.rpartition("/")[2]
    if path == vaults.CONFIG:
        return _of_config(data)
    if path == vaults.IGNORE:
        return "" if {b"state/", b"index/"} <= set(data.split(b"\n")) else "it would let the state of this machine into history"
    if path.startswith(f"{archive.FOLDER}/"):
        return _of_pack(path, data)
    if path.startswith(f"{vaults.MEM}/plugins/"):
        return "a plugin is a program: copy it by hand if you trust it"
    parts = path.split("/")
    if any(part.startswith(".") for part in parts[:-1]) or name.startswith(".") and name not in _INERT or "git~1" in path.lower().split("/"):
        return "a hidden file may steer programs: copy it by hand if you trust it"
    return _of_attributes(data) if name == ".gitattributes" else ""


def _of_config(data: bytes) -> str:
    if len(data) > CONFIG_MAX:
        return "too long for settings"
    try:
        values = config.parse_file(data.decode(), vaults.CONFIG)
    except UnicodeDecodeError:
        return "not UTF-8"
    except ConfigInvalid as error:
        return error.message
    named = [name for name, value in values.items() if config.refused(name, value)]
    return f"{named[0]} names a program, place or key" if named else ""


def _of_pack(path: str, data: bytes) -> str:
    from memcli.entries.pack import Pack

    name = path.removeprefix(f"{archive.FOLDER}/")
    if not archive.is_pack(name):
        return "not the name of an archive pack"
    try:
        Pack(data, name)
    except UserError as error:
        return error.message
    return ""


def _of_attributes(data: bytes) -> str:
    """Attributes may say how text is kept, but not name a program of a person's git settings."""
    for word in data.decode("utf-8", "replace").split():
        name, _, value = word.lstrip("-!").partition("=")
        if name == "filter" or name in ("diff", "merge") and value and value not in _DRIVERS:
            return f"{word} names a program that git may run"
    return ""
