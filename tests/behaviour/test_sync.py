"""Do clones that are changed at random become one tree again, with every text kept? And does sync keep its hands off what it must not touch?

The default run makes a few rounds; the campaign 200: ROUNDS=200 pytest tests/behaviour/test_sync.py -k random -s
"""

from __future__ import annotations

import os
import random
import shutil

import pytest
from box import Box

from memcli.clock import parse
from memcli.config import resolve
from memcli.entries.vault import Vault
from memcli.store import Store, Talk

ROUNDS = int(os.environ.get("ROUNDS", "3"))
_AS = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}


@pytest.fixture
def clones(box: Box) -> list[Box]:
    """Three clones of one vault around a bare repository."""
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git && mem sync")
    others = []
    for name in ("two", "three"):
        box.sh(f"git clone -q ../hub.git ../{name}")
        other = Box(box.home)
        other.vault = os.path.join(box.home, name)
        others.append(other)
    return [box, *others]


class Hand:
    """A person at one clone who changes it at random; `lines` holds every line that must stay somewhere."""

    def __init__(self, box: Box, rng: random.Random, name: str, lines: set[str]) -> None:
        self.box, self.rng, self.name, self.lines, self.number = box, rng, name, lines, 0

    def store(self) -> Store:
        """The clone, opened."""
        self.number += 1
        env = {key: value for key, value in self.box.env.items() if not key.startswith("MEM_")}
        return Store(Vault(os.path.realpath(self.box.vault)), resolve([]), env, Talk(lambda *_: None, lambda _: None),
                     parse(f"2026-11-23T08:{self.number % 60:02}:00Z"))

    def fresh(self) -> str:
        """A line that nothing else is like."""
        self.number += 1
        line = f"{self.name}{self.number} {self.rng.choice(['stone', 'leaf', 'pressure', 'Größe'])}"
        self.lines.add(line)
        return line

    def change(self) -> None:
        """One random edit: by mem or by hand."""
        store = self.store()
        rows = store.rows(lambda row: row.state != "forgotten")
        kind = self.rng.choice(["add", "tag", "append", "append", "insert", "move", "uses"]) if rows else "add"
        path = self.rng.choice(rows).path if rows else ""
        if kind == "add":
            store.add(self.fresh() + "\n\n" + self.fresh(), {"title": self.fresh()})
        elif kind == "tag":
            store.set([path], [f"tags+={self.rng.choice('abcdef')}"])
        elif kind == "uses":
            store.set([path], [f"importance={self.rng.randrange(10) / 10}"])
        elif kind == "move":
            shutil.move(self.box.path(path), self._place(path))
        else:
            text = self.box.read(path).decode()
            head, fence, body = text.rpartition("---\n")
            lines = body.split("\n")
            at = len(lines) - 1 if kind == "append" else self.rng.randrange(len(lines))
            lines.insert(at, self.fresh())
            self.box.write(path, head + fence + "\n".join(lines))

    def _place(self, path: str) -> str:
        os.makedirs(self.box.path(f"moved-{self.name}"), exist_ok=True)
        return self.box.path(f"moved-{self.name}/{os.path.basename(path)}")


def test_three_clones_with_random_edits_become_one(clones: list[Box], capsys: pytest.CaptureFixture[str]) -> None:
    rng, lines = random.Random(7), set[str]()
    hands = [Hand(box, rng, name, lines) for box, name in zip(clones, "xyz")]
    conflicts = 0
    for number in range(ROUNDS):
        for hand in hands:
            for _ in range(rng.randrange(3)):
                hand.change()
        for hand in rng.sample(hands, 3):
            conflicts += len(hand.store().sync().conflicts)
        for hand in hands:
            hand.store().sync()
        heads = {hand.box.git("rev-parse", "HEAD") for hand in hands}
        trees = [hand.box.files() for hand in hands]
        assert len(heads) == 1 and trees[0] == trees[1] == trees[2], number
        whole = b"\n".join(trees[0].values()).decode()
        assert [line for line in lines if line not in whole] == [], number
        assert clones[0].git("status", "--porcelain") == ""
    for box in clones:
        problems = [one for one in box.json("doctor", check=None)["problems"] if one["code"] not in ("merge-conflict", "git-unset")]
        assert problems == []
    if "ROUNDS" in os.environ:
        with capsys.disabled():
            print(f"\n{ROUNDS} rounds of random edits in three clones: one commit, one tree, all {len(lines)} lines kept; {conflicts} conflicts shown")
