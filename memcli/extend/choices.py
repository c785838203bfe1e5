"""What did a person choose for a plugin? Reading its options, with one clear line for what it does not understand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from memcli.errors import PluginFailed

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([hdwmy]?)")
_DAYS = {"h": 1 / 24, "d": 1.0, "": 1.0, "w": 7.0, "m": 30.44, "y": 365.25}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(k|M|G)?i?B?")
_BYTES = {None: 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


def only(plugin: str, options: Mapping[str, str], *known: str) -> None:
    """Raise PluginFailed for an option that is none of `known`; one that ends in a dot stands for all that begin so."""
    for key in options:
        if key not in known and not any(name.endswith(".") and key.startswith(name) and key != name for name in known):
            said = ", ".join(f"{name}NAME" if name.endswith(".") else name for name in known)
            raise PluginFailed(f"{plugin} has no option {key!r}", f"it has {said}" if known else "it has none")


def words(options: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Words with blanks or commas between them."""
    return tuple(options.get(key, "").replace(",", " ").split())


def number(plugin: str, options: Mapping[str, str], key: str, default: float, low: float, high: float) -> float:
    """A number from `low` to `high`. Raises PluginFailed."""
    try:
        value = float(options.get(key, default))
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise PluginFailed(f"{plugin}: {key} takes a number from {low:g} to {high:g}, not {options[key]!r}", f"default: {default:g}")
    return value


def days(plugin: str, options: Mapping[str, str], key: str, default: float) -> float:
    """A length of time such as 36h, 90d, 8w, 6m or 1y, in days. Raises PluginFailed."""
    if key not in options:
        return default
    match = _SPAN.fullmatch(options[key].strip())
    if match is None:
        raise PluginFailed(f"{plugin}: {key} takes a length of time such as 90d, 8w or 1y, not {options[key]!r}", f"default: {default:g}d")
    return float(match[1]) * _DAYS[match[2]]


def size(plugin: str, options: Mapping[str, str], key: str) -> int | None:
    """A size such as 500k or 2M, in bytes, None when it is not given. Raises PluginFailed."""
    if key not in options:
        return None
    match = _SIZE.fullmatch(options[key].strip())
    if match is None:
        raise PluginFailed(f"{plugin}: {key} takes a size such as 500k or 2M, not {options[key]!r}", "k, M and G are thousands")
    return int(float(match[1]) * _BYTES[match[2]])
