"""Does the live recorder tell what really happens to files, once, without what they hold?"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from memcli.errors import PluginFailed
from memcli.extend import registry
from memcli.extend.contracts import Draft, Rejected, Source
from memcli.extend.traces import recorder
from memcli.extend.traces.recorder import Seen, record, told

AT = datetime(2025, 4, 1, 8, 0, tzinfo=timezone.utc)
PATIENCE_S = 20


class Watch:
    """A recorder that runs beside the test, and what it has told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.events, self.stop = folder, list[dict[str, Any]](), threading.Event()
        self.thread = threading.Thread(target=record, args=(str(folder), self.events.append, self.stop, lambda: AT), kwargs={"profile": "lena"}, daemon=True)

    def wait(self, about: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event like that; fails when none comes in time."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = next((one for one in self.events if about(one)), None)
            if found is not None:
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing like that came: {self.events}")

    def kind(self, event_type: str, path: str) -> dict[str, Any]:
        """The first event of a type about a path."""
        return self.wait(lambda one: one["event_type"] == event_type and path in (one.get("file_path"), one.get("new_path"), one.get("dir_path")))


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    folder = tmp_path / "work"
    (folder / ".git").mkdir(parents=True)
    (folder / "plan").mkdir()
    (folder / "plan" / "frost.py").write_text("one\ntwo\n")
    (folder / "old.txt").write_text("leave me\n")
    one = Watch(folder)
    one.thread.start()
    for number in range(PATIENCE_S * 10):  # until the watch has begun
        (folder / f"begin-{number}.md").write_text(f"{number}\n")
        time.sleep(0.1)
        if one.events:
            break
    assert one.events
    yield one
    one.stop.set()
    one.thread.join(PATIENCE_S)
    assert not one.thread.is_alive()


def test_real_changes_are_told(watch: Watch, tmp_path: Path) -> None:
    folder = watch.folder
    (folder / "plan" / "frost.py").write_text("one\ntwo\nthree\nfour, a secret word\n")
    edit = watch.kind("file_edit", "plan/frost.py")
    assert (edit["lines_added"], edit["lines_deleted"], edit["file_type"]) == (2, 0, "py") and edit["before_hash"] != edit["after_hash"]
    (folder / "notes").mkdir()
    (folder / "notes" / "süd.md").write_text("x" * 100)
    watch.kind("dir_create", "notes")
    assert (made := watch.kind("file_write", "notes/süd.md"))["operation"] == "create" and made["content_length"] == 100
    (folder / "old.txt").rename(folder / "notes" / "old.txt")
    assert watch.kind("file_move", "notes/old.txt")["old_path"] == "old.txt"
    (folder / "notes" / "old.txt").rename(folder / "notes" / "new.txt")
    assert watch.kind("file_rename", "notes/new.txt")["old_path"] == "notes/old.txt"
    (folder / ".save.tmp").write_text("1\n2\n")
    (folder / ".save.tmp").replace(folder / "plan" / "frost.py")  # as editors save
    watch.wait(lambda one: one["event_type"] == "file_edit" and one["lines_deleted"] == 2)
    (folder / "notes").rename(folder / "pages")
    watch.wait(lambda one: one.get("new_path") == "pages")
    (folder / "pages" / "süd.md").unlink()
    watch.kind("file_delete", "pages/süd.md")
    told_of = [one for one in watch.events if "begin-" not in str(one)]
    assert [one["event_type"] for one in told_of] == ["file_edit", "dir_create", "file_write", "file_move", "file_rename", "file_edit", "file_rename",
                                                      "file_delete"]
    assert "secret" not in json.dumps(watch.events)
    assert {(one["session_id"], one["profile_id"], one["timestamp"]) for one in watch.events} == {("2025-04-01", "lena", 1743494400000)}
    assert len({one["event_id"] for one in watch.events}) == len(watch.events)
    path = tmp_path / "trace.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in watch.events))
    drafts = list(registry.load("files").read(Source.open(str(path)), {}))
    assert not any(isinstance(one, Rejected) for one in drafts) and isinstance(drafts[0], Draft)
    assert "edited `plan/frost.py` (+2 -0)" in drafts[0].body and "renamed `notes/old.txt` to `notes/new.txt`, `notes` to `pages`" in drafts[0].body


def test_hidden_built_and_linked_things_are_passed_over(watch: Watch, tmp_path: Path) -> None:
    folder = watch.folder
    (tmp_path / "outside.txt").write_text("outside\n")
    (folder / ".git" / "index").write_text("x")
    (folder / "build").mkdir()
    (folder / "build" / "a.o").write_text("x")
    (folder / "plan" / "__pycache__").mkdir()
    (folder / "plan" / "__pycache__" / "frost.pyc").write_text("x")
    (folder / "frost.py~").write_text("x")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    (folder / "big.bin").write_bytes(b"\0" * (recorder.TEXT_MAX + 1))
    assert watch.kind("file_write", "big.bin")["after_hash"] is None
    (folder / "last.md").write_text("last\n")
    watch.kind("file_write", "last.md")
    assert {one["file_path"] for one in watch.events if "begin-" not in one["file_path"]} == {"big.bin", "last.md"}


def test_what_cannot_be_watched_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PluginFailed, match="is no folder"):
        record(str(tmp_path / "none"), print, threading.Event(), lambda: AT)
    for number in range(3):
        (tmp_path / f"{number}").write_text("x")
    monkeypatch.setattr(recorder, "FILES_MAX", 2)
    with pytest.raises(PluginFailed, match="more than 2 files"):
        record(str(tmp_path), print, threading.Event(), lambda: AT)


@pytest.mark.parametrize(("known", "changed", "want"), [
    ({"a": Seen(1, 3, False, "s", 1)}, {"a": None, "d/a": Seen(9, 3, False, "s", 1)}, [("file_move", "d/a")]),  # by contents, over a file system's edge
    ({"a": Seen(1, 0, False, "s")}, {"a": None, "b": Seen(2, 0, False, "s")}, [("file_write", "b"), ("file_delete", "a")]),  # empty files are all alike
    ({"a": Seen(1, 3, False, "s", 1)}, {"a": Seen(7, 3, False, "s", 1)}, []),  # touched
    ({"d": Seen(1, 0, True), "d/x": Seen(2, 1, False, "s")}, {"d": None, "d/x": None}, [("file_delete", "d/x")]),
    ({"d": Seen(1, 0, True), "d/x": Seen(2, 1, False, "s"), "d/y": Seen(3, 1, False, "t")},
     {"d": None, "d/x": None, "d/y": None, "e": Seen(1, 0, True), "e/x": Seen(2, 1, False, "s"), "e/z": Seen(3, 1, False, "t")},
     [("file_rename", "e"), ("file_move", "e/z")]),
    ({"a": Seen(1, 2, False, "s", 1)}, {"a": Seen(1, 1 << 21, False)}, [("file_write", "a")]),
    ({"a": Seen(1, 1 << 21, False, touched=5)}, {"a": Seen(1, 1 << 21, False, touched=6)}, [("file_write", "a")]),
    ({}, {"gone": None}, []),
])
def test_changes_are_explained(known: dict[str, Seen], changed: dict[str, Seen | None], want: list[tuple[str, str]]) -> None:
    found = list(told(known, changed))
    assert [(one["event_type"], one.get("new_path") or one.get("file_path")) for one in found] == want
    assert known == {path: now for path, now in {**known, **changed}.items() if now is not None} and list(told(known, {})) == []
