"""How is an entry replaced by a newer one that a person is about to write? A copy becomes the new one, the old one ends; one commit."""

from __future__ import annotations

from memcli import clock
from memcli.entries import fields, ids, layout, text
from memcli.entries.model import Value
from memcli.errors import Usage
from memcli.life import screening
from memcli.life.desk import Changed, Desk
from memcli.life.names import short

_KEPT = ("type", "tags", "key", "links")  # what a successor has from the one before


def succeed(desk: Desk, name: str) -> Changed:
    """Both entries, the new one first. Raises Usage for one that has a successor or is forgotten."""
    with desk.run("supersede") as run:
        path, old = desk.locate(name)
        entry = desk.readable(path, old)
        if entry.meta.get("superseded_by") or entry.state == "forgotten":
            raise Usage(f"{path} is {'forgotten' if entry.state == 'forgotten' else 'superseded already'}", f"mem show {short(entry.id)} tells more")
        stamp, id_ = clock.rfc3339(desk.now), ids.new_id(desk.now)
        mark = f" (from {stamp[:10]})"
        title = f"{entry.title[:fields.TITLE_LENGTH - len(mark)].rstrip()}{mark}"
        kept: dict[str, Value] = {name: entry.meta[name] for name in _KEPT if name in entry.meta}
        made: dict[str, Value] = {"type": entry.type, **kept, "id": id_, "title": title, "state": "short", "created": stamp, "updated": stamp,
                                  "valid_from": stamp, "supersedes": [entry.id]}
        new = screening.kept(desk, text.render(made, entry.body), "the text")
        ended: dict[str, Value | text.Remove] = {"superseded_by": id_, "valid_to": stamp}
        if not entry.has_id:
            ended["id"] = entry.id
        if "updated" in entry.meta:
            ended["updated"] = stamp
        place = layout.path_for(entry.type, desk.now, screening.said(desk.settings, title), id_)
        commit = desk.save(run, [(place, None, new), (path, old, text.edit(old, ended, path=path))], title, [("Mem-Entry", id_)])
    return Changed(((id_, place), (entry.id, path)), commit)
