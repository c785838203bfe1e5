"""The tools that write: remember, update_memory, forget, link_memories. Each call is one commit, and `mem undo` takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from memcli.entries import text as texts
from memcli.entries.model import TYPES
from memcli.errors import Usage
from memcli.life import agency
from memcli.output import records
from memcli.serve.mcp.recalling import ID, named
from memcli.serve.mcp.room import Room, uri
from memcli.serve.mcp.tool import Answer, Schema, Tool, inputs

if TYPE_CHECKING:
    from memcli.entries.model import Value
    from memcli.store import Changed

PLUGIN = "mcp"
Given = Mapping[str, Any]
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 200_000}
_FIELDS: dict[str, Schema] = {
    "title": {"type": "string", "maxLength": 120, "description": "A title that says what it is about."},
    "type": {"type": "string", "enum": list(TYPES), "description": "What it remembers."},
    "tags": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 100}, "maxItems": 30, "description": "Tags, without #."},
    "importance": {"type": "number", "minimum": 0, "maximum": 1, "description": "How much it matters; leave it out and it is estimated."},
    "key": {"type": "string", "maxLength": 200, "description": "The slot this is the current value of, such as user/editor: a newer one supersedes it."},
    "valid_from": {"type": "string", "maxLength": 40, "description": "Since when it is true (a day)."},
    "valid_to": {"type": "string", "maxLength": 40, "description": "Until when it is true, not included (a day)."},
}


def remember(room: Room, given: Given) -> Answer:
    """One new entry. What looks like front matter in the text is text: an agent cannot make itself the user, or an entry core."""
    fields = _fields(given)
    fields["source"] = {"plugin": PLUGIN, "session": room.session, "trust": given.get("trust", "agent")}
    body = given["text"].removeprefix("\ufeff")
    changed = room.store.add(f"\n{body}" if body.startswith("---") else body, fields, session=room.session)
    record = records.added(changed)
    held = "" if changed.commit else "; its slot holds just that already, which was noted as confirmed"
    older = f"; it supersedes {', '.join(record['supersedes'])}" if record["supersedes"] else ""
    twin = f"; {changed.twin} says just that already: forget one of them unless both are meant" if changed.twin else ""
    return Answer(f"remembered as {record['id']} ({record['path']}){held}{older}{twin}", record, ((uri(record["id"]), given.get("title") or record["path"]),))


def _fields(given: Given) -> dict[str, Value]:
    """The fields that a call states; an empty one says nothing."""
    fields: dict[str, Value] = {name: given[name] for name in _FIELDS if given.get(name) not in (None, "", [])}
    if "tags" in fields:
        fields["tags"] = _tags(given)
    return fields


def _tags(given: Given) -> list[Value]:
    return list(dict.fromkeys(word for tag in given["tags"] if (word := tag.strip().lstrip("#"))))


def update_memory(room: Room, given: Given) -> Answer:
    """Fields, and the text by one of three ways."""
    ways = [name for name in ("text", "append", "old") if name in given]
    if len(ways) > 1 or ("old" in given) != ("new" in given):
        raise Usage("give text, or append, or old with new", "text replaces the whole text, append adds to its end, old and new change one place")
    fields: dict[str, Value | texts.Remove] = {name: given[name] or texts.REMOVE for name in _FIELDS if name in given and name != "importance"}
    if "importance" in given:
        fields["importance"] = given["importance"]
    if given.get("tags"):
        fields["tags"] = _tags(given)
    if not fields and not ways:
        raise Usage("nothing to update", "give text, append, old with new, or a field")
    return _answer("updated", agency.update(room.store, named(given["id"]), fields, _rewrite(given), PLUGIN))


def _rewrite(given: Given) -> Callable[[str], str] | None:
    if "text" in given:
        return lambda body: str(given["text"])
    if "append" in given:
        return lambda body: f"{body.rstrip()}\n\n{given['append']}" if body.strip() else str(given["append"])
    return (lambda body: _replaced(body, given["old"], given["new"])) if "old" in given else None


def _replaced(body: str, old: str, new: str) -> str:
    count = body.count(old)
    if count != 1:
        raise Usage(f"old stands {'nowhere' if not count else f'{count} times'} in the text",
                    "get_memory with raw=true shows the text; give a piece that stands once")
    return body.replace(old, new)


def forget(room: Room, given: Given) -> Answer:
    """Tombstones in the place of entries."""
    return _answer("forgot", room.store.forget([named(one) for one in given["ids"]], given.get("reason", "")), "; mem restore brings it back")


def link_memories(room: Room, given: Given) -> Answer:
    """A typed link in the front matter of the first entry."""
    changed = agency.link(room.store, named(given["from"]), " ".join(given["relation"].split()), named(given["to"]), remove=bool(given.get("remove")))
    return _answer("unlinked" if given.get("remove") else "linked", changed)


def _answer(done: str, changed: Changed, more: str = "") -> Answer:
    names = ", ".join(f"{id_} ({path})" for id_, path in changed.entries)
    return Answer(f"{done} {names}{more}" if changed.commit else "nothing to change: it is so already", records.changed(changed),
                  tuple((uri(id_), path) for id_, path in changed.entries))


TOOLS = (
    Tool("remember", "Remember", "Write one new entry into the user's memory: a fact, decision, preference, event or how-to that will matter later, in plain "
         "words with names and dates. One thing per entry. Never secrets.",
         inputs("text", text={**_TEXT, "description": "What to remember, markdown."}, **_FIELDS,
                trust={"type": "string", "enum": ["agent", "import", "web"], "description": "Who wrote the text: web for a stranger's (default agent)."}),
         remember, "add", writes=True, again=False),
    Tool("update_memory", "Update a memory", "Change an entry: its text (text replaces it, append adds to it, old with new changes one place) or its fields "
         "(an empty one goes). For a value that changed over time rather remember the new one with the same key.",
         inputs("id", id=ID, text={**_TEXT, "description": "The whole new text."}, append={**_TEXT, "description": "What to add at the end."},
                old={**_TEXT, "description": "A piece of the present text that stands in it once."},
                new={"type": "string", "maxLength": 200_000, "description": "What to put in its place."}, **_FIELDS),
         update_memory, "changed", writes=True, destroys=True, again=False),
    Tool("forget", "Forget", "Forget entries that are wrong or no longer wanted. A tombstone stays, and history keeps the text: the user can bring it back.",
         inputs("ids", ids={"type": "array", "items": ID, "minItems": 1, "maxItems": 50}, reason={"type": "string", "maxLength": 500, "description": "Why."}),
         forget, "changed", writes=True, destroys=True, again=False),
    Tool("link_memories", "Link memories", "Say how one entry is related to another: supports, contradicts, part of, works at ...",
         {**inputs("", relation={"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[^\\W\\d][\\w -]*$", "description": "How, in a word or two."},
                   remove={"type": "boolean", "description": "Take the link away."}, **{"from": ID, "to": ID}), "required": ["from", "relation", "to"]},
         link_memories, "changed", writes=True, destroys=False, again=True),
)
