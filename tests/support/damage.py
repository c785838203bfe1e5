"""Does a damaged index ever crash a search or change its answer, and is it sound again afterwards? One vault, one damaged file, one search.

The vault has all kinds of files that an index can have: several segments of words and of vectors, a graph beside the largest, a lexicon and
a pending log. It is damaged as its commands left it, or made anew first, so that what is believed by its size and times is too.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from box import Box
from breaking import Tally

WORDS = ["winter", "garden", "bridge", "river", "market", "doctor", "teacher", "engine", "forest", "kitchen", "window", "letter", "mountain", "summer"]
LIMIT = 40
QUERY = ("search", "a physician beside the river, not in summer", "--limit", str(LIMIT), "--json")
GRAPH_FROM = "from memcli.index import vector; vector.HNSW_FROM = 50; from memcli.cli.main import main; main()"  # so that a small vault has a graph


def mem(box: Box, *args: str) -> tuple[int, str, str]:
    """Run `mem ARGS`, with graphs for small vaults. Returns exit status, standard output and standard error."""
    done = box.call([sys.executable, "-c", GRAPH_FROM, *args])
    return done.status, done.out, done.err


def template(box: Box) -> Box:
    """A vault whose index has grown: three folds, then an entry added, one changed and one gone, all three pending."""
    box.env["MEM_INDEX_PENDING_MAX"] = "4"
    rng = random.Random(4)
    for count in (70, 6, 6, 1):
        for number in range(count):
            box.write(f"{count}/{number:02}-{len(os.listdir(box.vault))}.md", " ".join(rng.sample(WORDS, 6)) + ".\n")
        if count == 70:
            box.init()
        if count == 1:
            box.write("70/00-1.md", "the doctor swims in the river\n")
            os.unlink(box.path("70/01-1.md"))
        assert mem(box, "index")[0] == 0
    names = sorted(name.split("-")[0] for name in os.listdir(box.path(".mem/index")))
    assert {*names} == {"graph", "keyword", "lexicon", "manifest", "pending", "vectors"} and names.count("vectors") > 2, names
    return box


@dataclass(frozen=True, slots=True)
class Target:
    """A vault to damage: `index` is a copy of its index as it grew, and what a search may answer with that (`grown`) and once it was made anew from the
    files (`anew`), when frequencies are counted afresh."""

    box: Box
    index: str
    grown: list[dict[str, object]]
    anew: list[dict[str, object]]

    @classmethod
    def of(cls, box: Box) -> Target:
        """The vault in a new home."""
        template(box)
        index = f"{box.home}/index"
        shutil.copytree(box.path(".mem/index"), index)
        grown = _hits(mem(box, *QUERY)[1])
        assert mem(box, "index", "--rebuild")[0] == 0
        found = cls(box, index, grown, _hits(mem(box, *QUERY)[1]))
        assert len(grown) == len(found.anew) == LIMIT, "both answer"  # the last few may differ: replaced versions count until segments merge
        return found

    def as_it_grew(self) -> None:
        """Put the index back. Its files have other times, so nothing is believed by these."""
        shutil.rmtree(self.box.path(".mem/index"))
        shutil.copytree(self.index, self.box.path(".mem/index"))


def _hits(out: str) -> list[dict[str, object]]:
    """The hits that a search printed; none of what is no answer."""
    try:
        found: list[dict[str, object]] = json.loads(out)["hits"]
    except ValueError:
        return []
    return found


def _flip(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]


def _overwrite(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(16) + data[at + 16:]


KINDS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flip": _flip,
    "overwrite": _overwrite,
    "truncate": lambda data, rng: data[:rng.randrange(len(data))],
    "extend": lambda data, rng: data + rng.randbytes(rng.randrange(1, 200)),
    "repeat": lambda data, rng: data + data,
    "zero": lambda data, rng: bytes(len(data)),
    "empty": lambda data, rng: b"",
}


def damage(box: Box, rng: random.Random) -> str:
    """Damage one file of the index, or swap two. Returns what was done, in words."""
    top = box.path(".mem/index")
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names)
    groups = sorted({os.path.relpath(file, top).split("-")[0] for file in files})
    group = rng.choice(groups)  # each kind of file as often as any other
    path = rng.choice([file for file in files if os.path.relpath(file, top).startswith(group)])
    kind = rng.choice((*KINDS, "delete", "swap"))
    name = os.path.relpath(path, top)
    if kind == "swap":
        alike = [file for file in files if file != path and os.path.dirname(file) == os.path.dirname(path)]
        other = rng.choice(alike)
        os.rename(path, f"{top}/between")
        os.rename(other, path)
        os.rename(f"{top}/between", other)
        return f"swap {name} with {os.path.basename(other)}"
    if kind == "delete":
        os.unlink(path)
        return f"delete {name}"
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as broken:
        broken.write(KINDS[kind](data, rng) if data else rng.randbytes(40))
    return f"{kind} {name}"


def damaged_once(target: Target, number: int, tally: Tally, *, deep: bool) -> None:
    """Damage the index and search; of what is wrong `tally` tells. Of an even `number` the index is made anew before. `deep`: after `mem
    index` it must equal a rebuild, and a second search finds the same without a warning."""
    rng, box, grown = random.Random(number), target.box, bool(number % 2)
    right = [target.grown, target.anew] if grown else [target.anew]
    if grown:
        target.as_it_grew()
    else:
        mem(box, "index", "--rebuild")
    what = f"{number} ({'grown' if grown else 'made anew'}): {damage(box, rng)}"
    tally.runs += 1

    def ran(*args: str, may_warn: bool = False) -> str:
        status, out, err = mem(box, *args)
        if status or len(err.splitlines()) > may_warn:
            tally.wrong.append(f"{what}: {args[0]} ended with {status}: {out[-200:] if status else ''} {err.strip()[:400]}")
        return out

    if _hits(ran(*QUERY, may_warn=True)) not in right:
        tally.wrong.append(f"{what}: other hits")
    if deep:
        ran("index", may_warn=True)
        ran("doctor", "--deep", "--json")
        if _hits(ran(*QUERY)) not in right:
            tally.wrong.append(f"{what}: other hits afterwards")
