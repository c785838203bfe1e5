"""What is wrong with one text, line by line? What mem doctor says of an entry, a secret, and what holds no more; for a text that may not be saved yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from memcli import clock
from memcli.entries import fields, text
from memcli.entries.model import Entry
from memcli.life import doctor, screening
from memcli.life.desk import Desk

Weight = Literal["error", "warning", "information"]
_WEIGHTS: dict[str, Weight] = {"entry-invalid": "error", "secret": "error", "merge-conflict": "error", "empty": "information"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding. `code` as mem doctor has it; `line` counts from 1, 0 for the whole text."""

    code: str
    line: int
    message: str
    hint: str
    weight: Weight


def faults(desk: Desk, path: str, data: bytes) -> list[Fault]:
    """Every fault, in the order of the text."""
    entry = text.read(data, path)
    found = [_fault(path, problem.code, problem.message, problem.hint) for problem in doctor.of_entry(entry, data)]
    secret = screening.remarks(desk.settings, path, data)
    if secret:
        found.append(_fault(path, "secret", secret, "take it out, or say that it may stay by the line `flags: [secret]` in the front matter"))
    found += _past(desk, entry, data)
    return sorted(found, key=lambda fault: fault.line)


def _fault(path: str, code: str, message: str, hint: str) -> Fault:
    where = re.match(rf"{re.escape(path)}(?::(\d+))?: ", message)
    return Fault(code, int(where[1] or 0) if where else 0, message[where.end():] if where else message, hint, _WEIGHTS.get(code, "warning"))


def _past(desk: Desk, entry: Entry, data: bytes) -> Iterator[Fault]:
    """What an entry says of its own end."""
    for name in ("expires", "valid_to", "retracted"):
        value = entry.meta.get(name)
        try:
            ended = isinstance(value, str) and clock.parse(value) <= desk.now
        except ValueError:
            continue
        if ended:
            yield Fault("expired", fields.line_of(data, name), f"it holds no more since {str(value)[:10]} (`{name}`)", "", "information")
    if entry.meta.get("superseded_by"):
        yield Fault("superseded", fields.line_of(data, "superseded_by"), "a newer entry stands in its place", "", "information")
