"""How is a setting changed in a file? Only its own line; everything else in the file stays."""

from __future__ import annotations

from memcli import config
from memcli.entries import atomic
from memcli.entries import vault as vaults
from memcli.errors import ConfigInvalid
from memcli.life import screening
from memcli.life.desk import Desk


def write_vault(desk: Desk, name: str, value: config.Scalar | None) -> str:
    """Set (None: remove) a setting of the vault, in one commit. Returns the commit's id, "" when it is so already."""
    if isinstance(value, str):
        value = screening.words(desk, value, name)
    with desk.run("config") as run:
        path = f"{desk.vault.root}/{vaults.CONFIG}"
        try:
            old: bytes | None = atomic.read(path)
        except FileNotFoundError:
            old = None
        new = _edited(old or b"", name, value, vaults.CONFIG)
        if new == old:
            return ""
        return desk.save(run, [(vaults.CONFIG, old, new)], f"{name} {'removed' if value is None else value}")


def write_user(path: str, name: str, value: config.Scalar | None) -> None:
    """Set (None: remove) a setting in the user's own file."""
    try:
        old = atomic.read(path)
    except FileNotFoundError:
        old = b""
    atomic.write(path, _edited(old, name, value, path), expect=old or None)


def _edited(old: bytes, name: str, value: config.Scalar | None, origin: str) -> bytes:
    import io

    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    config.parse_file(old.decode("utf-8", "replace"), origin)  # raises for what we must not write into
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    data = yaml.load(old.decode("utf-8")) if old.strip() else None
    if data is None:
        data = CommentedMap()
    group, _, key = name.partition(".")
    inside = data.setdefault(group, CommentedMap())
    if not isinstance(inside, dict):
        raise ConfigInvalid(f"{origin}: {group}: expected a group of settings")
    if value is None:
        inside.pop(key, None)
        if not inside:
            del data[group]
    else:
        inside[key] = value
    if not data:
        return old if value is None and not old.strip() else b""
    out = io.BytesIO()
    yaml.dump(data, out)
    return out.getvalue()
