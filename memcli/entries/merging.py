"""What do two versions of an entry make that came from one? A three-way merge by meaning; bytes in, bytes out, pure.

Front matter is merged field by field (`memcli.entries.fieldwise`), the text by lines (`memcli.entries.lines`). What cannot be decided is shown:
both texts stay, between markers in the body, and the entry is flagged `conflict: true`. The front matter of the result always parses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from memcli.entries import fieldwise, lines, text
from memcli.entries.frontmatter import same
from memcli.entries.model import Entry, Value
from memcli.errors import EntryInvalid

FLAG = "conflict"
_MACHINE = frozenset(("memory", "updated", "state", "importance_by", "confidence", "superseded_by", "archive", "reason", FLAG))


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged entry, and what a person has to look at in it: reasons, none where all was decided."""

    data: bytes
    conflicts: tuple[str, ...] = ()


def merge(base: bytes | None, ours: bytes, theirs: bytes, labels: tuple[str, str] = ("ours", "theirs"), marker: int = lines.MARKER) -> Merged:
    """The merge of two versions of one entry; `base` is what both came from, None where they have nothing in common.

    `labels` name the sides in conflict markers of `marker` characters. In the fields it does not matter which side is which. Raises EntryInvalid
    where no file can hold both: a side is not UTF-8, or the fields of both are too many.
    """
    if ours == theirs or base == theirs:
        return Merged(ours)
    if base == ours:
        return Merged(theirs)
    old, one, other = (text.read(data, "entry.md") for data in (base or b"", ours, theirs))
    for side in (ours, theirs):
        if not _is_text(side):
            raise EntryInvalid("entry.md", 0, "one side is not UTF-8 text", "keep both files and choose")
    if one.problem is not None or other.problem is not None:
        return _unread(old, one, other, (ours, theirs), labels, marker)
    found, conflicts = fieldwise.merged(old.meta, one.meta, other.meta)
    body = _stub_or_text(old, one, other, found, conflicts, base is None)
    if body is None:
        body, number = lines.merged(old.body, one.body, other.body, labels, marker)
        if number:
            conflicts.append("both sides changed the same lines of the text")
    return Merged(_written(old, one, other, (ours, theirs), _flagged(found, conflicts), body), tuple(conflicts))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _flagged(fields: dict[str, Value], conflicts: list[str]) -> dict[str, Value]:
    return {**fields, FLAG: True} if conflicts else fields


def _stub_or_text(old: Entry, one: Entry, other: Entry, found: dict[str, Value], conflicts: list[str], unrelated: bool) -> str | None:
    """The body where a side is a tombstone or archived, with `found` made to fit its state; None where both have a text of their own."""
    stubs = [side for side in (one, other) if _is_stub(side)]
    if len(stubs) == 2:
        kept, gone = _of_stubs(one, other, found)
    elif stubs:
        stub, living = (one, other) if stubs[0] is one else (other, one)
        edited, new = unrelated or _is_edited(old, living), stub.state != old.state or not _is_stub(old)
        if edited and new and stub.state == "forgotten":
            conflicts.append("forgotten on one side and edited on the other; the text is kept")
        kept, gone = (living, stub) if edited or not new else (stub, living)
    else:
        return None
    for name in ("state", "archive", "reason"):
        if name in kept.meta:
            found[name] = kept.meta[name]
        elif name in found:
            del found[name]
    if kept.state == "forgotten" and _is_stub(kept):
        for name in [name for name in found if name not in kept.meta]:
            del found[name]
    elif gone.state == "forgotten":
        for name, value in kept.meta.items():  # a tombstone has few fields: what it lacks was not taken away from the text
            found.setdefault(name, value)
    return kept.body


def _of_stubs(one: Entry, other: Entry, found: Mapping[str, Value]) -> tuple[Entry, Entry]:
    """Which of two entries without a text stays: a tombstone before an archived one, else that whose pack was chosen."""
    if one.state != other.state:
        return (one, other) if one.state == "forgotten" else (other, one)
    chosen = found.get("archive")
    return (other, one) if same(other.meta.get("archive"), chosen) and not same(one.meta.get("archive"), chosen) else (one, other)


def _is_stub(entry: Entry) -> bool:
    return entry.state == "forgotten" and not entry.body.strip() or entry.state == "archived" and "archive" in entry.meta


def _is_edited(old: Entry, new: Entry) -> bool:
    """Whether a person changed an entry: its text, or a field that is not the machine's own."""
    if old.body != new.body:
        return True
    machine = _MACHINE | ({"importance"} if new.meta.get("importance_by") == "auto" else set())
    names = (old.meta.keys() | new.meta.keys()) - machine
    return any(name not in old.meta or name not in new.meta or not same(old.meta[name], new.meta[name]) for name in names)


def _written(old: Entry, one: Entry, other: Entry, sides: tuple[bytes, bytes], fields: Mapping[str, Value], body: str) -> bytes:
    """The text of the merge, on that side's front matter which was changed by hand, so that comments, order and quoting live on."""
    order = (1, 0) if dict(one.meta) == dict(old.meta) else (0, 1)
    for which in order:
        present = (one, other)[which].meta
        changes: dict[str, Value | text.Remove] = {name: text.REMOVE for name in present if name not in fields}
        changes.update((name, value) for name, value in fields.items() if name not in present or not same(present[name], value))
        try:
            data = text.edit(sides[which], changes, body)
        except EntryInvalid:
            continue
        again = text.read(data, "entry.md")
        if again.problem is None and same(dict(again.meta), dict(fields)):
            return data
    return text.render(fields, body)


def _unread(old: Entry, one: Entry, other: Entry, sides: tuple[bytes, bytes], labels: tuple[str, str], marker: int) -> Merged:
    """The merge where the front matter of a side cannot be read: the other's stays, and the damaged file is shown whole in the text."""
    reason = "the front matter of one side cannot be read; its whole file stands in the text"
    if one.problem is not None and other.problem is not None:
        whole, number = lines.merged(old.body, one.body, other.body, labels, marker)
        return Merged(whole.encode(), ("the front matter of neither side can be read",) if number else ())
    good, which = (one, 0) if one.problem is None else (other, 1)
    bodies = (one.body, other.body)
    shown, _ = lines.merged("", bodies[0], bodies[1], labels, marker)
    fields = {**good.meta, FLAG: True}
    try:
        return Merged(text.edit(sides[which], {FLAG: True}, shown), (reason,))
    except EntryInvalid:
        return Merged(text.render(fields, shown), (reason,))

