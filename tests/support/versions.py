"""Random versions of one entry, for merges: a base, and two sides that each changed something. Made from a number, so that a failure repeats."""

from __future__ import annotations

import random
from collections.abc import Mapping

from memcli.entries import text
from memcli.entries.model import Value

ID = "01jdbq4m9x3t5v7n2k8c6r0wze"
_WORDS = ("uv", "stone", "leaf", "Straße", "pressure: 1.2", "no", "12:30", "石頭", "a # b", "'quoted'", "x\"y", "1", "true", "")
_TAGS = ("python", "heating", "Über", "a/b", "42", "yes")


def base(rng: random.Random) -> tuple[dict[str, Value], str]:
    """Front matter and body of an entry, with some of its fields absent."""
    fields: dict[str, Value] = {"id": ID, "title": rng.choice(_WORDS[:5]), "type": "fact", "created": moment(rng), "updated": moment(rng)}
    for name in NAMES:
        if rng.random() < 0.5:
            fields[name] = value(rng, name)
    return fields, "".join(f"{line(rng)}\n" for _ in range(rng.randrange(9)))


def moment(rng: random.Random) -> str:
    """A moment, one of few, so that two are often the same."""
    return f"2026-0{rng.randrange(1, 4)}-1{rng.randrange(3)}T0{rng.randrange(3)}:00:00Z"


def line(rng: random.Random) -> str:
    """A line of text."""
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randrange(1, 4))).strip() or "-"


NAMES = ("tags", "aliases", "links", "supersedes", "memory", "importance", "state", "pinned", "mine", "source", "valid_from")


def value(rng: random.Random, name: str) -> Value:
    """A value such as a field may have; now and then one of the wrong kind."""
    if rng.random() < 0.05:
        odd: list[Value] = [None, "odd", 7, ["odd"], {"odd": 1}]
        return rng.choice(odd)
    deep: list[Value] = [rng.choice(_WORDS), [1, {"deep": [rng.choice(_WORDS)]}], {"a": 1, "b": rng.choice(_WORDS)}]
    made: Mapping[str, Value] = {
        "tags": list(rng.sample(_TAGS, rng.randrange(4))), "aliases": list(rng.sample(_WORDS[:6], rng.randrange(3))),
        "links": [{"rel": rng.choice(["supports", "prev"]), "to": rng.choice([ID, "note/a.md"])} for _ in range(rng.randrange(3))],
        "supersedes": [f"01jdbq4m9x3t5v7n2k8c6r0wz{rng.choice('abc')}"], "importance": round(rng.random(), 1), "state": rng.choice(["short", "long", "cold"]),
        "pinned": rng.random() < 0.5, "mine": rng.choice(deep),
        "source": {"plugin": "markdown", "uri": rng.choice(_WORDS)}, "valid_from": moment(rng),
        "memory": {"uses": rng.randrange(9), "last": moment(rng), "stability": round(rng.random() * 30, 1), "difficulty": round(1 + rng.random() * 9, 2),
                   "days": rng.randrange(5), "at": moment(rng)},
    }
    return made[name]


def changed(rng: random.Random, fields: Mapping[str, Value], body: str) -> tuple[dict[str, Value], str]:
    """One side's version: fields set, taken away and added, lists grown and cut, lines changed."""
    found = dict(fields)
    for _ in range(rng.randrange(4)):
        name = rng.choice((*NAMES, "title", "updated"))
        kind = rng.random()
        if kind < 0.2 and name not in ("title", "updated"):
            found.pop(name, None)
        elif kind < 0.3:
            found[f"own-{rng.randrange(1000)}"] = rng.choice(_WORDS)
        else:
            found[name] = moment(rng) if name == "updated" else rng.choice(_WORDS) if name == "title" else value(rng, name)
    lines = body.split("\n")[:-1]
    for _ in range(rng.randrange(3)):
        at = rng.randrange(len(lines) + 1)
        lines[at:at + rng.randrange(2)] = [line(rng)] if rng.random() < 0.8 else []
    return found, "".join(f"{one}\n" for one in lines)


def versions(seed: int) -> tuple[bytes, bytes, bytes]:
    """Base, ours and theirs. The base carries a comment and a spelling of its own, which edits leave alone."""
    rng = random.Random(seed)
    fields, body = base(rng)
    old = text.render(fields, body).replace(b"type: fact\n", b"type:   'fact'   # by hand\n")
    sides = []
    for _ in range(2):
        new, now = changed(rng, fields, body)
        changes: dict[str, Value | text.Remove] = {name: text.REMOVE for name in fields if name not in new}
        changes.update((name, one) for name, one in new.items() if name not in fields or fields[name] != one or type(fields[name]) is not type(one))
        sides.append(text.edit(old, changes, now))
    return old, sides[0], sides[1]
