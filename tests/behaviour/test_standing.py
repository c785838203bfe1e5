"""Is a command that is forked from the standing process the installed command? The same words, streams, status and ends, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import threading

import pytest
from box import MEM, Box
from standing import standing

CALLS = [((), None), (("--version",), None), (("list", "--json"), None), (("list", "--no-such"), None), (("zzz",), None), (("show", "nothing"), None),
         (("add", "--help"), None), (("add", "-", "--dry-run"), "Gr\u00f6\u00dfe\n".encode()), (("add", "-"), b""), (("search", "\udcff"), None),
         (("list", "--vault", "nowhere", "--json"), None), (("__complete", "bash", "1", "mem", "a"), None), (("hook", "claude"), b"{}")]


@pytest.mark.parametrize(("args", "data"), CALLS, ids=lambda value: " ".join(value).encode("ascii", "replace").decode() if isinstance(value, tuple) else "")
def test_it_does_what_the_installed_command_does(box: Box, args: tuple[str, ...], data: bytes | None) -> None:
    assert box.run(*args, input=data) == box.call([MEM, *args], input=data)


def test_a_kill_is_seen_and_the_next_command_is_as_before(box: Box) -> None:
    assert box.run("add", "one", env={"MEM_FAULT": "committed:kill"}).status == -9
    assert box.run("add", "two", "--title", "Two", env={"MEM_NOW": "2031-01-01T00:00:00Z"}, check=0).err != ""
    assert box.json("list", "--sort", "created")["entries"][0]["title"] == "Two" and box.run("config", env={"MEM_NOW": "x"}).status == 14
    box.sound()


def test_what_is_settled_when_python_starts_is_given_to_a_new_one(box: Box) -> None:
    env, stands = {**box.env, "HOME": "/"}, standing(box.env)
    assert stands.fits({**env, "MEM_NOW": "", "TZ": "Asia/Tokyo", "EDITOR": "ed"})
    for name in ("PYTHONHASHSEED", "LANG", "LC_ALL", "PATH", "NPY_DISABLE_CPU_FEATURES", "GIT_PYTHON_REFRESH"):
        assert not stands.fits({**env, name: "1"}), name
    assert not stands.fits({name: value for name, value in env.items() if name != "LANG"})


def test_more_than_a_pipe_holds_goes_in_and_comes_out(box: Box) -> None:
    text = "".join(f"line {number}\n" for number in range(60_000))
    box.run("add", "-", "--title", "Long", input=text, check=0)
    assert text in box.run("show", box.json("list")["entries"][0]["path"], check=0).out


def test_one_that_does_not_end_is_ended(box: Box) -> None:
    os.mkdir(f"{box.home}/notes")
    with pytest.raises(subprocess.TimeoutExpired):
        box.run("ingest", "text", "../notes", "--watch", timeout_s=0.3)
    box.run("list", check=1)


def test_threads_run_theirs_at_once(box: Box) -> None:
    found: list[int] = []
    running = [threading.Thread(target=lambda: found.append(box.run("list").status)) for _ in range(2)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert found == [1, 1]  # an empty list
