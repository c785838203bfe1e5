"""Does mem ingest --auto ask once, remember, and read only what it may?"""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

from box import MEM, Box


def home(box: Box) -> None:
    """Two known sources."""
    Path(box.home, ".bash_history").write_text("#1763971200\ndocker compose up -d\n#1763971260\nmake release VERSION=1.2\n")
    project = Path(box.home, ".claude", "projects", "-work-till")
    project.mkdir(parents=True)
    row = {"type": "user", "uuid": "u1", "parentUuid": None, "sessionId": "s1", "timestamp": "2026-11-20T10:00:00Z", "cwd": "/work/till",
           "message": {"role": "user", "content": "Why does the till round down?"}}
    (project / "s1.jsonl").write_text(json.dumps(row) + "\n")


def test_nobody_to_ask_reads_nothing(box: Box) -> None:
    home(box)
    result = box.run("ingest", "--auto", check=0)
    assert "2 not read: nobody is there to ask" in result.err and "claude-code" in result.err and "1 file" in result.err
    assert box.json("list")["entries"] == []
    seen = json.loads(box.run("ingest", "--auto", "--json", check=0).out)
    assert [row["read"] for row in seen["places"]] == [None, None] and seen["runs"] == []


def test_what_is_said_is_remembered(box: Box) -> None:
    home(box)
    leader, follower = pty.openpty()
    process = subprocess.Popen([MEM, "ingest", "--auto"], stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=box.env, cwd=box.vault)
    os.write(leader, b"n\ny\n")
    out = process.communicate(timeout=60)[0].decode()
    os.close(follower)
    os.close(leader)
    assert out.count("read it, now and from now on?") == 2 and process.returncode == 0, out
    tags = {entry["type"] for entry in box.json("list")["entries"]}
    assert len(box.json("list")["entries"]) == 1 and tags == {"event"}
    again = box.run("ingest", "--auto", "--yes", check=0)
    assert "no, as before" in again.err and "yes, as before" in again.err and "0 added" in again.out
    assert len(box.json("list")["entries"]) == 1


def test_what_grows_is_read_on(box: Box) -> None:
    home(box)
    assert box.run("ingest", "--auto", "--yes", check=0).out.count("1 added") == 2
    with open(os.path.join(box.home, ".bash_history"), "a", encoding="utf-8") as file:
        file.write("#1763971320\nterraform apply\n")
    runs = json.loads(box.run("ingest", "--auto", "--json", check=0).out)["runs"]
    assert {run["plugin"]: (run["report"]["added"], run["report"]["updated"]) for run in runs} == {"claude-code": (0, 0), "shell": (0, 1)}
    assert box.found("terraform")


def test_the_vault_is_no_source_of_its_own(box: Box) -> None:
    assert "no source that mem knows of" in box.run("ingest", "--auto", check=1).err
