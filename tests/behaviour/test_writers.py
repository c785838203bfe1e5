"""Who may write, and when? Many at once, one that waits, one that died, and a vault that cannot be written."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from box import MEM, Box

PROCESSES, EACH = 8, 6
NOBODY = 65_534
HOLD = "import fcntl, os, sys; fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT); fcntl.flock(fd, fcntl.LOCK_EX); os.write(fd, sys.argv[2].encode())"


def test_many_writers_lose_nothing(box: Box) -> None:
    loop = 'for part in $(seq "$2"); do "$0" add "note $1 $part unique$1x$part" --json || exit; done'
    env = {**box.env, "MEM_LOCK_TIMEOUT_S": "120"}
    running = [subprocess.Popen(["bash", "-c", loop, MEM, str(number), str(EACH)], cwd=box.vault, env=env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True) for number in range(PROCESSES)]
    said = [process.communicate() for process in running]
    assert [err for _, err in said if err] == []
    acknowledged = {json.loads(line)["id"] for out, _ in said for line in out.splitlines()}
    assert len(acknowledged) == PROCESSES * EACH
    assert acknowledged == {row["id"] for row in box.json("list")["entries"]}
    parents = box.git("log", "--format=%P").splitlines()
    assert len(parents) == PROCESSES * EACH + 1
    assert not any(" " in line for line in parents)
    for number in range(PROCESSES):
        assert len(box.found(*(f"unique{number}x{part}" for part in range(1, EACH + 1)))) == EACH
    assert box.git("status", "--porcelain") == ""
    box.sound()


# -- the lock ------------------------------------------------------------------------------------------------------------------


@contextmanager
def locked(box: Box, note: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process holds the vault's lock."""
    line = f"{HOLD}; print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([os.path.join(os.path.dirname(MEM), "python"), "-c", line, box.path(".mem/state/lock"), note],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        yield holder
        holder.kill()


def test_a_second_writer_says_who_holds_the_lock(box: Box) -> None:
    before = box.git("rev-parse", "HEAD")
    with locked(box, json.dumps({"pid": 4711, "verb": "ingest", "since": "2026-11-23T08:00:00Z"})):
        result = box.run("add", "too many cooks", env={"MEM_LOCK_TIMEOUT_S": "0.3"})
        assert result.status == 11
        assert re.match(r"mem: error: another command is writing .*mem ingest, process 4711, since 2026-11-23T08:00:00Z\)\nhint: .*\n$", result.err)
        assert result.data == b""
        assert box.found("cooks") == []
    assert box.git("rev-parse", "HEAD") == before
    box.run("add", "one cook", check=0)
    box.sound()


def test_a_lock_without_a_readable_note_is_still_one_clear_line(box: Box) -> None:
    with locked(box, "\x01{not json"):
        result = box.run("add", "too many cooks", env={"MEM_LOCK_TIMEOUT_S": "0"})
    assert result.status == 11
    assert result.err.startswith("mem: error: another command is writing to this vault\n")


def test_reading_does_not_wait_for_a_writer(box: Box) -> None:
    box.run("add", "a plain thought", check=0)
    with locked(box, ""):
        box.write("byhand.md", "a second thought\n")
        for words in (("search", "thought"), ("list",), ("show", "byhand.md"), ("log",), ("diff",)):
            assert box.run(*words, check=0, timeout_s=5).err == ""
        assert len(box.found("thought")) == 2


def test_of_two_writers_that_bring_the_same_id_one_is_refused(box: Box) -> None:
    """Both looked whether the id is free before either could write."""
    id_ = "01jdbq4m9x3t5v7n2k8c6r0wze"
    box.run("list")
    with locked(box, "") as holder:
        running = [subprocess.Popen([MEM, "add", "-"], cwd=box.vault, env={**box.env, "MEM_LOCK_TIMEOUT_S": "60"}, text=True,
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        for number, process in enumerate(running):
            assert process.stdin
            process.stdin.write(f"---\nid: {id_}\n---\nnumber {number}\n")
            process.stdin.close()
            process.stdin = None
        time.sleep(1.5)
        holder.kill()
    said = [process.communicate()[1] for process in running]
    assert sorted(process.returncode for process in running) == [0, 2], said
    assert f"an entry {id_} exists already" in "".join(said)
    assert [row["id"] for row in box.json("list")["entries"]] == [id_]
    box.sound()


def test_a_lock_left_by_a_dead_process_does_not_block(box: Box) -> None:
    with locked(box, json.dumps({"pid": 4711, "verb": "ingest", "since": "2026-11-23T08:00:00Z"})) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        result = box.run("add", "life goes on", env={"MEM_LOCK_TIMEOUT_S": "0"}, check=0)
        assert result.err == ""
    assert len(box.found("goes")) == 1


def test_a_waiting_writer_goes_on_when_the_lock_is_free(box: Box) -> None:
    with locked(box, "") as holder:
        waiting = subprocess.Popen([MEM, "add", "patience"], cwd=box.vault, env=box.env)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.5)
        holder.kill()
        assert waiting.wait(20) == 0
    assert len(box.found("patience")) == 1


# -- a vault that cannot be written --------------------------------------------------------------------------------------------


@pytest.fixture
def shut(box: Box) -> Iterator[Box]:
    """A vault with two entries, run by a user who may read all of it and write nothing."""
    box.run("add", "a plain thought", check=0)
    box.write("byhand.md", "a second thought\n")
    assert len(box.found("thought")) == 2
    box.sh("chmod -R a+rX,a-w . && chmod a+rx ..")
    reader = copy.copy(box)
    if os.geteuid() == 0:  # whom permissions do not stop
        words = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", MEM]
        reader.run = lambda *args, **how: box.call([*words, *args], **how)  # type: ignore[method-assign]
        for folder in parents(box.home):
            os.chmod(folder, os.stat(folder).st_mode | 0o055)
    yield reader
    box.sh("chmod -R u+w .")


def parents(folder: str) -> list[str]:
    """The folders on the way to one, as far as they belong to this test run."""
    found = []
    while os.path.basename(folder).startswith(("test_", "popen-", "pytest-")):
        found.append(folder)
        folder = os.path.dirname(folder)
    return found


def test_a_vault_that_cannot_be_written_is_read(shut: Box) -> None:
    for words in (("search", "thought"), ("list",), ("show", "byhand.md")):
        assert "second thought" in shut.run(*words, check=0).out


def test_a_vault_that_cannot_be_written_is_searched_without_an_index(shut: Box) -> None:
    os.chmod(shut.path(".mem"), 0o755)
    shutil.rmtree(shut.path(".mem/index"))
    os.chmod(shut.path(".mem"), 0o555)
    result = shut.run("search", "second", check=0)
    assert "byhand.md" in result.out
    assert re.fullmatch(r"mem: the index cannot be written \(.*\); searching without it\n", result.err)


def test_a_vault_that_cannot_be_written_refuses_to_add(shut: Box) -> None:
    before, head = shut.files(), shut.git("-c", "safe.directory=*", "rev-parse", "HEAD")
    result = shut.run("add", "too late")
    assert result.status == 4
    assert re.fullmatch(r"mem: error: this vault cannot be written: [^\n]*\nhint: [^\n]*\n", result.err)
    assert (shut.files(), shut.git("-c", "safe.directory=*", "rev-parse", "HEAD")) == (before, head)
