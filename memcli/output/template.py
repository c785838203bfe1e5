"""How is a --format template filled? `{name}` from a flat record, `\\t` `\\n` `\\0` as escapes; no attribute or item access."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from memcli.errors import Usage

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_ESCAPE = re.compile(r"\\(.)", re.S)
_ESCAPES = {"t": "\t", "n": "\n", "0": "\0", "\\": "\\", "e": "\\e"}


def fill(template: str, record: Mapping[str, Any]) -> str:
    """The template with the record's values. Raises Usage for a name the record does not have."""

    def value(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        if match[1] not in record:
            raise Usage(f"no field {match[1]!r} for --format", "fields: " + ", ".join(name for name in record if name != "format_version"))
        found = record[match[1]]
        if found is None:
            return ""
        return ",".join(map(str, found)) if isinstance(found, list) else str(found)

    return _FIELD.sub(value, _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[0]), template))
