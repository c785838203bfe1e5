"""Does mem watch keep the index exact while others edit, record what has come to rest, and is it never believed when it is not there?"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import watchfiles
from box import MEM, Box
from tokens import Mint

from memcli.cli import watch as watching
from memcli.cli.session import Session
from memcli.entries import text
from memcli.errors import Locked, UserError
from memcli.serve import noticing, watch
from memcli.serve.noticing import Stop
from memcli.serve.watch import Event, Watch, Wish
from memcli.store import Store

PATIENCE_S = 30
REMARK = "rewritten in place"


class Watcher:
    """A `mem watch --json` that runs in a box's vault, and what it says."""

    def __init__(self, box: Box, *words: str) -> None:
        self.process = subprocess.Popen([MEM, "watch", "--json", *words], cwd=box.vault, env=box.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        assert self.next()["event"] == "ready"

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)

    def next(self) -> dict[str, Any]:
        """What happens next."""
        found: dict[str, Any] = json.loads(self._lines.get(timeout=PATIENCE_S))
        return found

    def seen(self, kind: str, key: str) -> list[str]:
        """What the next event of a kind names; others are passed over."""
        while (event := self.next())["event"] != kind:
            pass
        found: list[str] = event[key]
        return found

    def until(self, **wanted: list[str]) -> None:
        """Read on until all of the paths wanted were named, in one event or several."""
        left = {(key, path) for key, paths in wanted.items() for path in paths}
        while left:
            event = self.next()
            assert event["event"] == "indexed", event
            left -= {(key, path) for key in wanted for path in event[key]}

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End it by a signal; returns its exit status and what it said aloud."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE_S)
        assert self.process.stderr
        return status, self.process.stderr.read()


@pytest.fixture
def large(copied: Box) -> Box:
    """A vault that counts as a large one: searches look at folders only."""
    copied.env["MEM_INDEX_SCAN_LIMIT"] = "0"
    copied.write("pond/bird.md", "A heron stands there.\n")
    os.utime(copied.path("pond"), (10**9, 10**9))
    copied.run("index", "--rebuild", check=0)
    assert copied.found("heron") == ["pond/bird.md"]
    return copied


def exact(box: Box, word: str) -> list[str]:
    """What is found when nothing is looked for but what the index knows."""
    result = box.run("search", word, "--no-scan", "--channels", "keyword", "--format", "{path}\n")
    return result.out.splitlines()


def in_place(box: Box, path: str, text: str) -> None:
    """Rewrite a file so that no folder's time tells of it."""
    with open(box.path(path), "r+", encoding="utf-8") as file:
        file.write(text)


def test_what_is_rewritten_in_place_is_found_while_it_is_watched_and_no_longer(large: Box) -> None:
    assert REMARK in large.run("search", "heron", check=0).err
    watcher = Watcher(large)
    in_place(large, "pond/bird.md", "An egret stands.....\n")
    watcher.until(changed=["pond/bird.md"])
    assert exact(large, "egret") == ["pond/bird.md"] and exact(large, "heron") == []
    assert REMARK not in large.run("search", "egret", check=0).err
    watcher.process.send_signal(signal.SIGSTOP)
    assert REMARK in large.run("search", "egret", check=0).err, "a stopped watcher vouches for nothing"
    in_place(large, "pond/bird.md", "A crane stands there\n")
    watcher.process.send_signal(signal.SIGCONT)
    watcher.until(changed=["pond/bird.md"])
    assert exact(large, "crane") == ["pond/bird.md"]
    assert large.run("watch", check=11).err.startswith("mem: error: this vault is watched already (mem watch, process ")
    assert watcher.end(signal.SIGKILL)[0] == -signal.SIGKILL
    assert REMARK in large.run("search", "crane", check=0).err, "a killed one too"
    watcher = Watcher(large)
    assert watcher.end() == (0, "")


def test_whatever_a_person_does_to_files_is_in_the_index(copied: Box) -> None:
    copied.git("config", "user.email", "a@example.org")
    watcher = Watcher(copied)
    copied.write("a/b/one.md", "A tern.\n")
    copied.write("a/two.md", "A tern too.\n")
    watcher.until(added=["a/b/one.md", "a/two.md"])
    copied.sh("git add -A && git -c user.name=a commit -qm one && git checkout -qb side && mv a/b c && echo 'The stork.' > c/one.md && git add -A"
              " && git -c user.name=a commit -qm two")
    watcher.until(added=["c/one.md"], gone=["a/b/one.md"])
    copied.sh("git checkout -q main")
    watcher.until(added=["a/b/one.md"], gone=["c/one.md"])
    assert exact(copied, "stork") == [] and sorted(exact(copied, "tern")) == ["a/b/one.md", "a/two.md"]
    copied.sh("git merge -q side")
    watcher.until(added=["c/one.md"])
    copied.sh("rm -r a")
    watcher.until(gone=["a/two.md"])
    assert exact(copied, "tern") == [] and exact(copied, "stork") == ["c/one.md"]
    outside = Path(copied.home, "outside")
    outside.mkdir()
    os.symlink(outside, copied.path("link"))
    Path(outside, "away.md").write_text("A tern away.\n")
    copied.sh("git init -q nested && echo 'A tern inside.' > nested/in.md")
    copied.write("c/last.md", "A last tern.\n")
    watcher.until(added=["c/last.md"])
    assert exact(copied, "tern") == ["c/last.md"]
    assert watcher.end(signal.SIGINT)[0] == 130
    copied.sh("rm -rf link nested")
    copied.sound()


def test_edits_are_committed_when_they_rest_and_secrets_are_not(copied: Box) -> None:
    watcher = Watcher(copied, "--commit", "--after", "1")
    token = "ghp" + "_" + Mint(3).run(36)
    copied.write("secret.md", f"the token is {token}\n")
    for number in range(3):
        copied.write(f"n{number}.md", f"Number {number}.\n")
    assert sorted(watcher.seen("recorded", "paths")) == ["n0.md", "n1.md", "n2.md"]
    trouble = watcher.next()
    assert trouble["event"] == "trouble" and "secret.md:1: this looks like a secret" in trouble["message"] and token not in json.dumps(trouble)
    copied.write("secret.md", "no token any more\n")
    assert watcher.seen("recorded", "paths") == ["secret.md"]
    assert [row["verb"] for row in copied.json("log")["commits"]] == ["record", "record", "init"]
    copied.write(".git/MERGE_HEAD", copied.git("rev-parse", "HEAD"))
    copied.write("n0.md", "In a merge.\n")
    assert "MERGE_HEAD" in watcher.seen("trouble", "message") and copied.git("status", "--porcelain") == " M n0.md\n"
    os.remove(copied.path(".git/MERGE_HEAD"))
    assert watcher.seen("recorded", "paths") == ["n0.md"]
    copied.run("add", "by mem itself", check=0)
    assert watcher.end() == (0, "") and len(copied.json("log")["commits"]) == 5
    assert copied.json("watch", "--once", "--commit")["event"] == "ready" and len(copied.json("log")["commits"]) == 5


def test_what_has_no_readable_name_is_neither_recorded_nor_indexed(copied: Box) -> None:
    odd = os.fsencode(copied.path("n\udcff.md"))
    with open(odd, "w", encoding="utf-8") as file:
        file.write("An odd name.\n")
    copied.write("even.md", "An even name.\n")
    assert copied.run("watch", "--once", "--commit", check=0).out.endswith(f"recorded 1 file in {copied.git('rev-parse', 'HEAD')[:10]}\n")
    copied.git("add", "-A")
    copied.git("commit", "-qm", "by hand")
    with open(odd, "w", encoding="utf-8") as file:
        file.write("An odd name, edited.\n")
    copied.run("watch", "--once", "--commit", check=0)  # git knows it, so it is recorded
    assert copied.git("status", "--porcelain") == "" and copied.run("index", check=0).err.find("making it anew") < 0
    for words in (["search", "odd"], ["search", "odd", "--at", "HEAD"], ["list"]):
        assert "anew" not in (seen := copied.run(*words)).err and "n\udcff" not in seen.out and seen.status in (0, 1), seen


def test_it_ends_when_its_vault_goes(copied: Box) -> None:
    watcher = Watcher(copied)
    shutil.rmtree(copied.vault)
    assert watcher.process.wait(PATIENCE_S) == 10
    assert watcher.process.stderr and "is gone" in watcher.process.stderr.read() and not os.path.exists(copied.vault)


def test_it_syncs_and_is_calm_without_a_network(copied: Box) -> None:
    copied.sh("git init -q --bare -b main ../hub.git && git remote add origin ../hub.git")
    event = [json.loads(line) for line in copied.run("watch", "--once", "--sync", "5", "--json", check=0).out.splitlines()][1]
    assert event["event"] == "synced" and "given" in event["message"]
    os.rename(f"{copied.home}/hub.git", f"{copied.home}/away.git")
    event = [json.loads(line) for line in copied.run("watch", "--once", "--sync", "5", "--json", check=0).out.splitlines()][1]
    assert event["event"] == "trouble" and "cannot be reached" in event["message"]


class Heard:
    """A watch run in this process, with what the system tells put in the place of the system."""

    def __init__(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {**box.env, "MEM_INDEX_SCAN_LIMIT": "0"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(box.vault)
        self.box, self.stop, self.events, self.looks = box, Stop(), list[Event](), list[object]()
        follow = Store.follow

        def followed(store: Store, told: Any) -> Any:
            self.looks.append(None if told is None else sorted(told))
            return follow(store, told)

        monkeypatch.setattr(Store, "follow", followed)

    def run(self) -> None:
        """Until it is to end."""
        session = Session()
        Watch(lambda: session.store(self.box.vault), Wish(), self.events.append, self.stop).run()


@pytest.fixture
def heard(copied: Box, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """A watch that can be run here."""
    return Heard(copied, monkeypatch)


def test_after_a_flood_or_a_sleep_every_file_is_looked_at(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    heard.box.write("a.md", "one\n")

    def batches(*_: object, **__: object) -> Iterator[set[str]]:
        yield set()
        yield {heard.box.path("a.md"), heard.box.path("b.png")}
        yield {heard.box.path(f"{number}.md") for number in range(watch.FLOOD + 1)}
        monkeypatch.setattr(noticing, "GAP_S", -1.0)
        yield set()
        heard.stop.set()

    monkeypatch.setattr(noticing, "batches", batches)
    heard.run()
    assert heard.looks == [None, None, ["a.md"], None, None]


def test_a_folder_that_goes_before_it_can_be_followed_is_told_of(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    heard.box.write("a/one.md", "one\n")

    def batches(paths: Iterable[str], *_: object, **__: object) -> Iterator[set[str]]:
        if heard.box.path("a") in paths:
            shutil.rmtree(heard.box.path("a"))
            raise FileNotFoundError(heard.box.path("a"))
        heard.stop.set()
        yield set()

    monkeypatch.setattr(noticing, "batches", batches)
    heard.run()
    assert [event.noticed.gone for event in heard.events if event.kind == "indexed"] == [["a/one.md"]]


def test_what_another_command_keeps_from_the_index_is_looked_at_again(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    locked: list[bool] = []
    follow = Store.follow

    def refuses(store: Store, told: Any) -> Any:
        if told and not locked:
            locked.append(store.followed())
            raise Locked("another command is writing to this vault")
        return follow(store, told)

    def batches(*_: object, **__: object) -> Iterator[set[str]]:
        yield set()
        heard.box.write("a.md", "one\n")
        yield {heard.box.path("a.md")}
        assert not Session().store(heard.box.vault).followed(), "nothing is vouched for meanwhile"
        monkeypatch.setattr(watch, "AGAIN_S", -1.0)
        yield set()
        assert Session().store(heard.box.vault).followed()
        heard.stop.set()
        yield set()

    monkeypatch.setattr(Store, "follow", refuses)
    monkeypatch.setattr(noticing, "batches", batches)
    heard.run()
    assert locked == [True] and [event.noticed.added for event in heard.events[1:]] == [["a.md"]]


def test_where_the_system_does_not_suffice_it_says_so_and_looks_itself(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **given: object) -> Iterator[set[tuple[watchfiles.Change, str]]]:
        assert given["ignore_permission_denied"] is False, "else the real one is silent about limits too"
        raise OSError('OS file watch limit reached. about ["/x"]')

    monkeypatch.setattr(watchfiles, "watch", refused)
    monkeypatch.setattr(watch, "SCAN_S", 0.0)
    monkeypatch.setattr(watch, "SHARE", 0)
    waits = [0]

    def wait(_: float) -> bool:
        waits[0] += 1
        if waits[0] == 2:
            heard.box.write("new.md", "new\n")
            assert not Session().store(heard.box.vault).followed()
        return waits[0] > 2

    monkeypatch.setattr(heard.stop, "wait", wait)
    monkeypatch.setattr(heard.stop, "is_set", lambda: waits[0] > 2)
    heard.run()
    assert [event.kind for event in heard.events] == ["ready", "trouble", "indexed"] and heard.events[2].noticed.added == ["new.md"]
    assert heard.events[1].text == "the system cannot tell of changes (OS file watch limit reached); every file is looked at now and then instead"
    with pytest.raises(UserError, match="limit reached") as limit:
        next(noticing.batches([heard.box.vault], Stop(), lambda _: True, deep=False))
    assert "max_user_watches" in limit.value.hint
    monkeypatch.setattr(watchfiles, "watch", undecodable)
    with pytest.raises(UserError, match="decode") as odd:
        next(noticing.batches([heard.box.vault], Stop(), lambda _: True, deep=False))
    assert "not UTF-8" in odd.value.hint and "max_user_watches" not in odd.value.hint


def undecodable(*_: object, **__: object) -> Iterator[set[tuple[watchfiles.Change, str]]]:
    """As watchfiles does when a file is touched whose name is not UTF-8."""
    raise RuntimeError('Unable to decode path "/x/\\xFF" to string')


def test_a_first_look_that_fails_tells_of_no_entries(heard: Heard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(store: Store, told: Any) -> Any:
        raise UserError("no space left")

    def batches(*_: object, **__: object) -> Iterator[set[str]]:
        heard.stop.set()
        yield set()

    monkeypatch.setattr(Store, "follow", full)
    monkeypatch.setattr(noticing, "batches", batches)
    heard.run()
    ready = next(event for event in heard.events if event.kind == "ready")
    watching._print(Session(), heard.box.vault, ready)
    assert capsys.readouterr().err.endswith(f"following {heard.box.vault}; interrupt to end\n")


def test_a_network_file_system_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / /home/my\\040notes rw,x shared:1 - nfs4 host:/n rw\n"
                      "3 1 0:9 / /home/my\\040notes/in rw - tmpfs t rw\n")
    monkeypatch.setattr(noticing, "_MOUNTS", str(mounts))
    for path, kind in (("/home/my notes/v", "nfs4"), ("/home/my notes", "nfs4"), ("/home/my notes/in/v", ""), ("/home/my notesv", ""), ("/", "")):
        assert noticing.far(path) == kind
    monkeypatch.setattr(noticing, "_MOUNTS", str(tmp_path / "none"))
    assert noticing.far("/home/my notes") == ""


def told_by_files(box: Box) -> dict[str, str]:
    """What an index made anew would hold: checksums by path."""
    return {path: text.data_sum(data) for path, data in box.files().items() if path.endswith(".md")}


def told_by_index(box: Box) -> dict[str, str]:
    """What the index holds, without a look at the files."""
    session = Session()
    session.env.update(box.env)
    return session.store(box.vault).index.load().sums()


def one_random_change(box: Box, rng: random.Random, number: int) -> None:
    """What some program might do to a vault's files."""
    here = sorted(path for path in told_by_files(box) if os.path.dirname(path))
    folders = sorted({os.path.dirname(path) for path in here})
    kind = rng.choice(["new", "new", "place", "place", "rename", "remove", "move", "tree", "replace"])
    if kind == "new" or not here:
        box.write(f"d{rng.randrange(4)}/{rng.choice('abc')}/{number}.md", f"new {number}\n")
    elif kind == "place":
        box.write(rng.choice(here), f"rewritten {number}\n")
    elif kind == "rename":
        os.rename(box.path(rng.choice(here)), box.path(f"{rng.choice(folders)}/r{number}.md"))
    elif kind == "replace":
        os.replace(box.write(f"{rng.choice(folders)}/.part", f"replaced {number}\n"), box.path(rng.choice(here)))
    elif kind == "remove":
        os.remove(box.path(rng.choice(here)))
    elif kind == "move":
        os.rename(box.path(rng.choice(folders)), box.path(f"m{number}"))
    else:
        shutil.rmtree(box.path(rng.choice(folders)))


def test_after_random_changes_the_index_holds_what_the_files_hold(large: Box) -> None:
    """A few in the default run; the campaign: CHANGES=3000 pytest tests/behaviour/test_watch.py -k random"""
    watcher, rng = Watcher(large), random.Random(7)
    for number in range(int(os.environ.get("CHANGES", "60"))):
        one_random_change(large, rng, number)
        if rng.random() < 0.2:
            time.sleep(rng.random() * 0.15)
        if number % 30 == 29:
            begun = time.monotonic()
            while told_by_index(large) != told_by_files(large):
                assert time.monotonic() - begun < 10, number
                time.sleep(0.05)
    assert watcher.end() == (0, "")
