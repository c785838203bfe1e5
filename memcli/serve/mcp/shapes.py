"""Which shape do structured results have? That of schemas/, as the protocol wants it; in the shape of a context each text stands once."""

from __future__ import annotations

import json
import os
from typing import Any

from memcli import schemas


def named(name: str) -> dict[str, Any]:
    """A schema of schemas/ without its dialect and title."""
    with open(os.path.join(next(iter(schemas.__path__)), f"{name}.schema.json"), encoding="utf-8") as file:
        schema = {key: value for key, value in json.load(file).items() if key not in ("$schema", "title")}
    if name == "context":
        passage = schema["properties"]["blocks"]["items"]["properties"]["passages"]["items"]
        del passage["properties"]["text"]
        passage["required"].remove("text")
    return schema
