"""Do clones that are changed at random become one tree again, with every text kept? And does sync keep its hands off what it must not touch?

The default run makes a few rounds; the campaign 200: ROUNDS=200 pytest tests/behaviour/test_sync.py -k "random or killed" -s
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from box import MEM, Box

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


POINTS = ("temporary-written", "journal-written", "committing", "committed", "file-renamed", "staged")
EVERY = [(point, way) for point in POINTS for way in ("merge", "move on")]
KILLS = EVERY if "ROUNDS" in os.environ else [("journal-written", "move on"), ("committed", "merge"), ("committed", "move on"), ("file-renamed", "move on")]


@pytest.mark.parametrize(("point", "way"), KILLS)
def test_a_sync_that_is_killed_never_happened_or_is_finished(point: str, way: str, box: Box) -> None:
    """At each step of the writing: no entry is lost, and the next sync makes both one."""
    box.run("add", "A stone\n\nA leaf", "--title", "Stone", check=0)
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git && mem sync && git clone -q ../hub.git ../two")
    two = Box(box.home)
    two.vault = f"{box.home}/two"
    path = box.json("list")["entries"][0]["path"]
    box.write(path, box.read(path) + b"A pebble\n")
    box.run("add", "From the first", "--title", "First", check=0)
    box.run("sync", check=0)
    if way == "merge":
        two.run("add", "From the second", "--title", "Second", check=0)
    killed = two.run("sync", env={"MEM_FAULT": f"{point}:kill"})
    assert killed.status == -9, killed
    for _ in range(2):
        two.run("sync", check=0)
        box.run("sync", check=0)
    assert box.git("rev-parse", "HEAD") == two.git("rev-parse", "HEAD") and box.files() == two.files()
    whole = b"".join(box.files().values())
    assert all(word in whole for word in (b"A leaf", b"A pebble", b"From the first", *([b"From the second"] if way == "merge" else [])))
    assert two.git("log", "--format=%s").count("edited by hand") == 1
    two.run("init", ".", check=0)
    two.sound()


def test_a_hand_that_types_meanwhile_loses_nothing(box: Box) -> None:
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git && mem sync && git clone -q ../hub.git ../two")
    box.sh("mem add --vault ../two 'A stone' --title Stone && mem sync --vault ../two")
    path = os.path.relpath(box.sh("find ../two -name 'stone*.md'").out.strip(), "../two")
    box.write(path, "something else\n")
    box.sh("git add -N . ; git rm -q --cached -r note")
    box.write(".git/info/exclude", "note\n")
    refused = box.run("sync", check=17)
    assert "another file of that name" in refused.err and box.read(path) == b"something else\n"


def test_most_of_a_vault_that_is_gone_is_not_passed_on(box: Box) -> None:
    for number in range(12):
        box.write(f"a/{number}.md", f"stone {number}\n")
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git && mem sync && rm -r a")
    refused = box.run("sync", check=17)
    assert "12 of 12 entries are gone" in refused.err and "checkout" in refused.err
    box.sh("git checkout -q -- . && rm a/1.md && mem sync")
    assert "a/1.md" not in box.sh("git -C ../hub.git ls-tree -r --name-only main").out


def test_two_vaults_that_began_apart_become_one(box: Box) -> None:
    box.run("add", "From the first", check=0)
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git && mem sync")
    box.sh("mem init ../two && git -C ../two remote add origin ../hub.git && mem add --vault ../two 'From the second' && mem sync --vault ../two && mem sync")
    assert box.sh("git rev-parse HEAD").out == box.sh("git -C ../two rev-parse HEAD").out
    assert len(box.json("list")["entries"]) == 2


def test_a_repository_that_is_no_vault_is_refused(box: Box) -> None:
    box.sh("git init -q -b main ../code && git -C ../code commit -q --allow-empty -m x && git clone -q --bare ../code ../code.git", env=_AS)
    assert "no vault" in box.run("sync", "../code.git", check=17).err


def test_what_both_removed_moved_and_changed(clones: list[Box]) -> None:
    one, two, _ = clones
    for name in "abcd":
        one.run("add", f"text of {name}\n\nmore", "--title", name, check=0)
    one.write("image.bin", b"\0one")
    one.sh("git add image.bin && git commit -qm image && mem sync && mem sync --vault ../two", env=_AS)
    paths = {row["title"]: row["path"] for row in one.json("list")["entries"]}
    one.sh(f"mkdir moved && git mv {paths['a']} moved/a.md && rm {paths['b']} {paths['c']} && ln -s image.bin link && git add link", env=_AS)
    one.write("image.bin", b"\0mine")
    two.write(paths["a"], two.read(paths["a"]) + b"added\n")
    two.write(paths["b"], two.read(paths["b"]) + b"added\n")
    two.write("image.bin", b"\0yours")
    two.run("forget", paths["d"], check=0)
    one.write(paths["d"], one.read(paths["d"]) + b"added\n")
    one.sh("git commit -qam hand && mem sync", env=_AS)
    done = two.json("sync", check=3)
    assert sorted(row["path"] for row in done["conflicts"]) == sorted([paths["b"], paths["d"], "image.bin"])
    one.run("sync", check=0)
    found = one.files()
    assert found == two.files() and found["moved/a.md"].endswith(b"added\n") and paths["a"] not in found and paths["c"] not in found
    assert found[paths["b"]].endswith(b"added\n") and found[paths["d"]].endswith(b"added\n") and b"conflict: true" in found[paths["d"]]
    assert found["image.bin"] == b"\0mine" and b"\0yours" in found.values()
    assert os.readlink(two.path("link")) == "image.bin" and two.git("status", "--porcelain") == one.git("status", "--porcelain") == ""
    assert "merge-conflict" in one.run("doctor", check=3).out


def test_no_program_of_the_vaults_own_configuration_is_run(box: Box, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    box.sh(f"printf '#!/bin/sh\\ntouch {ran}\\nexit 1\\n' > ../marker && chmod +x ../marker && git init -q --bare -b main ../hub.git")
    box.sh("git remote add origin ../hub.git && mkdir -p .git/hooks && cp ../marker .git/hooks/pre-push && cp ../marker .git/hooks/reference-transaction")
    box.run("sync", check=0)
    for key, url in (("core.sshCommand", "ssh://host.invalid/x.git"), ("remote.origin.uploadpack", "../hub.git"), ("credential.helper", "https://host.invalid/x")):
        box.sh(f"git config {key} $PWD/../marker && git remote set-url origin {url}")
        assert key.lower() in box.run("sync", check=17).err
        box.sh(f"git config --unset {key}")
    box.sh(f"git remote set-url origin 'ext::sh -c touch% {ran}'")
    assert "only file, ssh, https, git" in box.run("sync", check=4).err
    for word in ("--upload-pack=x", "nowhere"):
        assert box.run("sync", "--", word, check=4).err.startswith(f"mem: error: no remote '{word}'")
    box.sh("git remote set-url origin ssh://host.invalid/x.git")
    away = box.run("sync", env={"GIT_SSH_COMMAND": "echo 'ssh: Could not resolve hostname host.invalid' >&2; exit 255 #"}, check=0)
    assert away.out == "" and len(away.err.splitlines()) == 1 and "cannot be reached" in away.err
    assert not ran.exists()


def test_a_secret_written_by_hand_is_not_passed_on(box: Box) -> None:
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git")
    box.write("key.md", "The key is AKIA" + "Q3EGRIVSEOBMZ7KD\n")
    refused = box.run("sync", check=17)
    assert "key.md" in refused.err and "AKIAQ3" not in refused.err
    assert box.git("log", "--format=%s") == "mem(init): a new vault\n"


def test_a_password_in_a_url_is_told_to_nobody(box: Box) -> None:
    box.write("words.md", "first words\n")
    box.sh("git init -q --bare -b main ../hub.git && mem sync ../hub.git && git clone -q ../hub.git ../two")
    box.write("words.md", "our words\n")
    box.sh("echo their words >../two/words.md && cd ../two && mem sync")
    ssh = Path(box.home, "ssh")
    ssh.write_text('#!/bin/sh\nfor last; do :; done\neval "$last"\n')
    ssh.chmod(0o700)
    done = box.run("sync", f"ssh://me:opensesame@host{box.home}/hub.git", env={"GIT_SSH_COMMAND": str(ssh)}, check=3)
    assert f"ssh://host{box.home}/hub.git: " in done.err and f">>>>>>> ssh://host{box.home}/hub.git\n".encode() in box.read("words.md")
    assert "opensesame" not in done.out + done.err + box.git("log", "-p", "--format=%B")


def test_a_remote_that_refuses_says_why(box: Box) -> None:
    box.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git")
    hook = Path(box.home, "hub.git/hooks/pre-receive")
    hook.write_text("#!/bin/sh\necho frozen until Monday >&2\nexit 1\n")
    hook.chmod(0o700)
    refused = box.run("sync", check=4).err
    assert "origin refused what was pushed (pre-receive hook declined): frozen until Monday" in refused and "doctor" not in refused
    hook.unlink()
    box.run("sync", check=0)


def test_syncs_at_once(clones: list[Box]) -> None:
    for number, box in enumerate(clones):
        box.run("add", f"from {number}", check=0)
    running = [subprocess.Popen([MEM, "sync"], cwd=box.vault, env=box.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
               for box in clones for _ in range(2)]
    for one in running:
        assert one.wait(60) == 0, one.communicate()
    for box in clones:
        box.run("sync", check=0)
    clones[0].run("sync", check=0)
    assert clones[0].git("rev-parse", "HEAD") == clones[2].git("rev-parse", "HEAD") and len(clones[0].json("list")["entries"]) == 3
