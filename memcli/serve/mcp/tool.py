"""What is a tool, and what does it answer? The pieces that every profile is made of; nothing here knows a vault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memcli.errors import MemError, Refused

if TYPE_CHECKING:
    from memcli.serve.mcp.room import Room

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gives: `text` for the model, `record` in the shape of the tool's output schema (None where it has none), `links` to entries as
    (uri, title), and whether it is an error that the model can act on."""

    text: str
    record: Mapping[str, Any] | None = None
    links: tuple[tuple[str, str], ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as a client sees it, and what it does. `writes` tools are absent with --read-only; `destroys` and `again` (a second call changes nothing
    more) are hints for whoever asks the user. A `mixed` one reads too: with --read-only it stays, and refuses the rest. `output` names a schema of
    schemas/, or is one. With `extra` arguments that the schema does not name are let pass."""

    name: str
    title: str
    about: str
    input: Schema
    call: Callable[[Room, Mapping[str, Any]], Answer]
    output: Schema | str = ""
    writes: bool = False
    destroys: bool = False
    again: bool = True
    mixed: bool = False
    extra: bool = False

    @property
    def hints(self) -> dict[str, Any]:
        """What the protocol calls annotations."""
        hints: dict[str, Any] = {"title": self.title, "readOnlyHint": not self.writes, "openWorldHint": False}
        return {**hints, "destructiveHint": self.destroys, "idempotentHint": self.again} if self.writes else {**hints, "idempotentHint": True}


def inputs(required: str = "", /, **properties: Schema) -> Schema:
    """The schema of a tool's arguments; `required` names those that must be given."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required.split()} if required else schema


def refusal(error: MemError) -> Answer:
    """An expected error, as the model is told of it: what is wrong, the code, and what to do next."""
    hint = error.hint.partition(",")[0] if isinstance(error, Refused) else error.hint  # how a guard is passed by is for the user to know
    return Answer(f"{error.message} ({error.code})" + (f"\nhint: {hint}" if hint else ""), failed=True)
