"""How does a plugin read markdown with front matter, and what of a foreign record can it keep there? By the same reader and the same limits as the vault."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from memcli.entries.emit import ORDER
from memcli.entries.fields import RULES
from memcli.entries.model import TYPES, Entry, Value
from memcli.entries.text import read, tags_of

__all__ = ["RULES", "TYPES", "Entry", "kept", "modest", "read", "tags_of", "words"]

_TAKEN = frozenset(ORDER) - {"aliases", "confidence", "importance", "links", "pinned", "tags", "valid_from", "valid_to"}  # never a stranger's to set
_DEEP, _MANY, _LONG, _SIZE = 3, 40, 500, 8_000


def kept(meta: Mapping[str, Value], read: Collection[str], home: str, by_hand: bool = True) -> dict[str, Value]:
    """The properties to keep beside those a plugin has `read`; one whose name means something else to mem is kept as `home_name`, unless a person wrote it
    (`by_hand`) just as mem would have it. Empty ones are not kept.
    """
    found: dict[str, Value] = {}
    for name, value in meta.items():
        if name in read or value is None:
            continue
        other = name in _TAKEN or name in RULES and (not by_hand or bool(RULES[name](value)))
        found[f"{home}_{name}" if other else name] = value
    return found


def words(value: object) -> tuple[str, ...]:
    """A text, or the texts and numbers of a list, as texts; nothing of anything else."""
    items = value if isinstance(value, list) else [value]
    return tuple(text for item in items if isinstance(item, (str, int, float)) and not isinstance(item, bool) and (text := str(item).strip()))


def modest(record: Mapping[str, object]) -> dict[str, Value]:
    """As much of a foreign record as front matter has room for: plain values, three levels, long texts cut, nothing empty."""
    found: dict[str, Value] = {}
    size = 0
    for name, value in list(record.items())[:_MANY]:
        small = _modest(value, _DEEP)
        size += len(str(name)) + len(repr(small))
        if not _empty(small) and size <= _SIZE:
            found[_text(str(name), 60)] = small
    return found


def _modest(value: object, deep: int) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < 1e15 else _text(repr(value), 40)
    if isinstance(value, str):
        return _text(value, _LONG)
    if not deep:
        return None
    if isinstance(value, (list, tuple)):
        return [small for item in value[:_MANY] if not _empty(small := _modest(item, deep - 1))]
    if isinstance(value, dict):
        return {_text(str(name), 60): small for name, item in list(value.items())[:_MANY] if not _empty(small := _modest(item, deep - 1))}
    return None


def _empty(value: Value) -> bool:
    return value is None or value in ("", [], {})


def _text(text: str, limit: int) -> str:
    """Text of at most `limit` characters without NULs and half characters."""
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    return text if len(text) <= limit else f"{text[:limit - 1]}…"
