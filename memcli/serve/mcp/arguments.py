"""Are the arguments of a call what the tool's schema says? The part of JSON Schema that our tools use, checked without a library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from memcli.errors import Usage

_KINDS: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "array": (list,), "object": (dict,), "integer": (int,), "number": (int, float)}
_SHOWN = 60


def checked(schema: Mapping[str, Any], given: Any, *, extra: bool = False) -> dict[str, Any]:
    """The arguments, with whole numbers as int. Raises Usage naming the first that is off; those the schema does not name are dropped with `extra`."""
    found = _value(schema, given, "the arguments", extra)
    assert isinstance(found, dict)
    return found


def _value(schema: Mapping[str, Any], value: Any, name: str, extra: bool) -> Any:
    kind = schema.get("type", "")
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if kind and (not isinstance(value, _KINDS[kind]) or isinstance(value, bool) and kind != "boolean"):
        raise Usage(f"{name}: expected {'an' if kind[0] in 'aio' else 'a'} {kind}, not {_shown(value)}")
    if "enum" in schema and value not in schema["enum"]:
        raise Usage(f"{name}: {_shown(value)} is none of {', '.join(map(str, schema['enum']))}")
    if kind == "string":
        return _text(schema, value, name)
    if kind in ("integer", "number"):
        return _number(schema, value, name)
    if kind == "array":
        _count(schema, len(value), name)
        return [_value(schema.get("items", {}), item, f"{name}[{at}]", extra) for at, item in enumerate(value)]
    return _object(schema, value, name, extra) if kind == "object" and "properties" in schema else value


def _object(schema: Mapping[str, Any], value: Mapping[str, Any], name: str, extra: bool) -> dict[str, Any]:
    known = schema["properties"]
    missing = [one for one in schema.get("required", ()) if value.get(one) is None]
    if missing:
        raise Usage(f"{missing[0]} is missing" if name == "the arguments" else f"{name}.{missing[0]} is missing")
    unknown = [one for one in value if one not in known]
    if unknown and not extra:
        raise Usage(f"{_shown(unknown[0])} is no argument of this tool", f"it takes {', '.join(known)}" if known else "it takes none")
    return {one: _value(known[one], item, one if name == "the arguments" else f"{name}.{one}", extra)
            for one, item in value.items() if one in known and item is not None}


def _text(schema: Mapping[str, Any], value: str, name: str) -> str:
    if len(value) > schema.get("maxLength", len(value)):
        raise Usage(f"{name}: {len(value)} characters; at most {schema['maxLength']}")
    if len(value.strip()) < schema.get("minLength", 0):
        raise Usage(f"{name} is empty")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Usage(f"{name} holds a NUL or half a character")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise Usage(f"{name}: {_shown(value)} is not of the form {schema['pattern']}")
    return value


def _number(schema: Mapping[str, Any], value: float, name: str) -> float:
    if value < schema.get("minimum", value) or value > schema.get("maximum", value):
        raise Usage(f"{name}: {_shown(value)} is not within {schema.get('minimum', 'any')} to {schema.get('maximum', 'any')}")
    return value


def _count(schema: Mapping[str, Any], size: int, name: str) -> None:
    if size > schema.get("maxItems", size) or size < schema.get("minItems", 0):
        raise Usage(f"{name}: {size} items; from {schema.get('minItems', 0)} to {schema.get('maxItems', 'any number')}")


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    text = text.encode("ascii", "backslashreplace").decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
