"""What comes back from the archive? Entries that were used since they were packed, with the text and the front matter they had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memcli.entries import archive, text
from memcli.entries.model import Value
from memcli.errors import EntryInvalid, UserError
from memcli.life.ladder import Move
from memcli.memory.events import PRESENTING

if TYPE_CHECKING:
    from memcli.life.consolidating import Edit, Work


def revived(work: Work) -> list[Edit]:
    """Edits that put the texts of used archived entries back, in the state they had before they cooled, with what their stubs remember of use."""
    from memcli.life.consolidating import Edit

    edits = []
    for one in work.held:
        kept = one.entry.meta.get("archive")
        since = str(kept.get("at", "")) if isinstance(kept, dict) else ""
        used = [event for event in one.events if event.kind in PRESENTING and event.at >= since]
        if not used or not archive.place(one.entry)[0]:
            continue
        try:
            data = archive.original(work.root, one.entry)
        except UserError as error:
            work.remarks.append(f"{one.path} cannot come back: {error.message}")
            continue
        memory = one.entry.meta.get("memory")
        block: dict[str, Value] = {str(name): value for name, value in memory.items()} if isinstance(memory, dict) else {}
        back = str(block.pop("was", "short"))
        block.pop("cooled", None)
        after = back if back in ("short", "long") else "short"
        changes: dict[str, Value | text.Remove] = {"state": after}
        if block:
            changes["memory"] = block
        try:
            new = text.edit(data, changes, path=one.path)
        except EntryInvalid as error:  # it comes back as it was
            work.remarks.append(f"{one.path} came back as it was: {error}")
            new = data
        edits.append(Edit(one.path, new, f"{used[-1].kind} on {used[-1].at[:10]}",
                          Move(one.id, one.path, one.entry.title, "archived", after, f"{used[-1].kind} on {used[-1].at[:10]}")))
    return edits
