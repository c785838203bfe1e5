"""What does the plugin `files` make of traces: sessions, who deviates and why, habits, damage, growth, and a git history as a trace?"""

from __future__ import annotations

import json
import math
import statistics
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES, Box
from hypothesis import given, settings
from hypothesis import strategies as some

from memcli.errors import PluginFailed
from memcli.extend import registry
from memcli.extend.contracts import Draft, Rejected, Source, draft_id
from memcli.extend.gitlog import Change, Commit
from memcli.extend.intake import fault
from memcli.extend.traces import events, patterns, profile
from memcli.extend.traces.events import TYPES, Event, Session

AT = datetime(2025, 4, 1, 8, 0, tzinfo=timezone.utc)
TRELLIS = Path(FIXTURES, "ingest", "files", "trellis.jsonl")


def session(name: str, *steps: str, day: int = 0) -> Session:
    """Events of the types of `steps`, `TYPE PATH`, a minute apart."""
    made = []
    for number, words in enumerate(steps):
        type_, _, path = words.partition(" ")
        made.append(Event(type_, AT + timedelta(days=day, minutes=number), name, path=path or "a.py", fresh=type_ == "file_write"))
    return Session(name, "", tuple(made))


def row(type_: str, minute: float, session_id: str = "s", /, **more: object) -> dict[str, Any]:
    return {"event_id": f"{session_id}-{minute}", "event_type": type_, "timestamp": (AT + timedelta(minutes=minute)).timestamp() * 1000,
            "session_id": session_id, **more}


def pieces(folder: Path, *rows: object, **options: str) -> list[Draft | Rejected]:
    path = folder / "trace.jsonl"
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in rows))
    return list(registry.load("files").read(Source.open(str(path)), options))


def drafts(folder: Path, *rows: object) -> list[Draft]:
    return [one for one in pieces(folder, *rows) if isinstance(one, Draft)]


# -- events ----------------------------------------------------------------------------------------------------------------


def test_every_type_of_event_is_read() -> None:
    fields: dict[str, dict[str, Any]] = {
        "file_read": {"file_path": "a/b.py", "view_count": 3, "content_length": 90}, "file_write": {"file_path": "c", "operation": "create"},
        "file_edit": {"file_path": "c", "lines_added": 4, "lines_deleted": 2}, "file_search": {"query": "frost", "files_matched": 7},
        "file_rename": {"old_path": "x", "new_path": "y"}, "file_move": {"old_path": "x", "new_path": "d/x"}, "dir_create": {"dir_path": "d", "depth": 1},
        "file_delete": {"file_path": "t", "was_temporary": True}, "file_copy": {"source_path": "x", "dest_path": "x.bak", "is_backup": True},
        "file_browse": {"directory_path": "d", "files_listed": 5}, "fs_snapshot": {"total_files": 9},
        "context_switch": {"from_file": "x", "to_file": "y", "switch_count": 1}, "cross_file_reference": {"source_file": "x", "target_file": "y"}}
    assert fields.keys() == TYPES
    found = {type_: events.event(row(type_, 1, **more), "line 1") for type_, more in fields.items()}
    told = {type_: (one.path, one.other, one.count, one.added, one.deleted, one.flag, one.fresh) for type_, one in found.items() if isinstance(one, Event)}
    assert told["file_read"][:3] == ("a/b.py", "", 3) and told["file_edit"][3:5] == (4, 2) and told["file_write"][6] and told["file_browse"][:3] == ("d", "", 5)
    assert told["file_copy"] == ("x.bak", "x", 0, 0, 0, True, False) and told["file_delete"][5] and told["cross_file_reference"][:2] == ("y", "x")
    assert told["file_rename"][:2] == ("y", "x") and told["context_switch"][:3] == ("y", "x", 1) and told["fs_snapshot"][2] == 9
    assert events.event(row("tool_call", 1), "line 1") is None


@pytest.mark.parametrize("bad", ["not json", "[]", "null", "3", '"x"', "{}", '{"event_type": 5, "timestamp": 1}', '{"event_type": "file_read"}',
                                 '{"event_type": "file_read", "timestamp": -1}', '{"event_type": "file_read", "timestamp": 1e300}',
                                 '{"event_type": "file_read", "timestamp": NaN}', '{"event_type": "file_read", "timestamp": true}',
                                 "[" * 100_000, '{"event_type": "file_read", "timestamp": ' + "9" * 5000 + "}", '{"event_type": "file_read", "times'])
def test_a_bad_line_costs_itself_only(tmp_path: Path, bad: str) -> None:
    found = pieces(tmp_path, row("file_read", 1, file_path="a"), bad, row("file_edit", 2, file_path="b"))
    (refused,) = (one for one in found if isinstance(one, Rejected))
    (kept,) = (one for one in found if isinstance(one, Draft))
    assert refused.position == "line 2" and "`a`" in kept.body and "`b`" in kept.body


_json = some.recursive(some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20), lambda inner: some.lists(inner, max_size=3)
                       | some.dictionaries(some.text(max_size=5), inner, max_size=3), max_leaves=6)


_keys = ("file_path", "query", "content_length", "lines_added", "old_path", "event_id", "view_count", "profile_id", "operation", "dir_path")
_fields = {"event_type": some.sampled_from(sorted(TYPES)), "timestamp": some.integers(0, 10**13), "session_id": _json}


@settings(max_examples=60, deadline=None)
@given(some.lists(some.fixed_dictionaries(_fields, optional=dict.fromkeys(_keys, _json)), max_size=25))
def test_whatever_the_fields_hold_the_drafts_keep_the_contract(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]) -> None:
    found = drafts(tmp_path_factory.mktemp("trace"), *rows)
    assert [fault(one) for one in found] == [""] * len(found) and len({draft_id("files", one) for one in found}) == len(found)
    assert all(one.body.encode() for one in found)


def test_order_and_repetition_do_not_matter(tmp_path: Path) -> None:
    lines = TRELLIS.read_text().splitlines()
    want = drafts(tmp_path, *lines)
    assert drafts(tmp_path, *reversed(lines)) == want == drafts(tmp_path, *lines, *lines)
    half = len(lines) // 2
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.jsonl").write_text("\n".join(lines[:half]))
    (folder / "a.jsonl").write_text("\n".join(lines[half:]))
    found = list(registry.load("files").read(Source.open(str(folder)), {}))
    assert [one.body for one in found if isinstance(one, Draft)] == [one.body for one in want]


def test_a_trace_that_grows_keeps_its_places(tmp_path: Path) -> None:
    lines = TRELLIS.read_text().splitlines()
    before, after = (drafts(tmp_path, *part) for part in (lines[:46], lines))
    ids = {draft_id("files", one): one for one in after}
    assert {draft_id("files", one) for one in before} <= ids.keys()
    old = next(one for one in before if one.type == "profile")
    new = ids[draft_id("files", old)]
    assert (new.position, "Seen in 6 sessions" in old.body, "Seen in 7 sessions" in new.body) == ("profile", True, True)


def test_a_vault_follows_a_trace_that_grows(box: Box, tmp_path: Path) -> None:
    lines = TRELLIS.read_text().splitlines(keepends=True)
    path = tmp_path / "trace.jsonl"
    path.write_text("".join(lines[:46]))
    box.run("ingest", "files", str(path), check=0)
    (old,) = (row["id"] for row in box.json("list")["entries"] if row["type"] == "profile")
    path.write_text("".join(lines))
    report = box.json("ingest", "files", str(path))
    (new,) = (row["id"] for row in box.json("list")["entries"] if row["type"] == "profile")
    assert old == new and report["added"] and "Seen in 7 sessions" in box.json("show", new)["body"]
    again = box.json("ingest", "files", str(path))
    assert (again["added"], again["commit"]) == (0, None)
    box.sound()


def test_more_events_than_can_be_held_are_said_to_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.load("files"), "EVENTS_MAX", 3)
    found = pieces(tmp_path, *(row("file_read", number, file_path=f"{number}") for number in range(9)))
    assert [one.reason for one in found if isinstance(one, Rejected)] == ["holds more than 3 events: split it by time; what comes after these was not read"]
    assert [one.span for one in found if isinstance(one, Draft)] == ["events 1-3"]


def test_each_person_has_a_profile_of_their_own(tmp_path: Path) -> None:
    rows = [row("file_read", 60 * number, f"s{number}", profile_id=who, file_path="a") for number in range(4) for who in ("lena", "marcus")]
    found = drafts(tmp_path, *rows)
    assert [one.title for one in found if one.type == "profile"] == ["How lena works with files", "How marcus works with files"]
    assert len({draft_id("files", one) for one in found}) == len(found) == 10
    assert not any(one.type == "profile" for one in drafts(tmp_path, *(row("file_read", 60 * number, f"s{number}") for number in range(2))))


def test_options_are_checked(tmp_path: Path) -> None:
    for options, said in (({"from": "svn"}, "takes events or git"), ({"x": "1"}, "no option 'x'"), ({"from": "git"}, "is no folder")):
        with pytest.raises(PluginFailed, match=said):
            pieces(tmp_path, **options)


# -- profile ---------------------------------------------------------------------------------------------------------------


def test_a_fingerprint_counts_what_was_done() -> None:
    made = (Event("file_search", AT, "s", query="x"), Event("file_browse", AT, "s", path="d"), Event("file_read", AT, "s", path="a"),
            Event("file_read", AT, "s", path="a"), Event("file_write", AT, "s", path="d/e/t.csv", size=300, fresh=True),
            Event("file_write", AT, "s", path="b.md", size=100), Event("file_edit", AT, "s", path="b.md", added=2, deleted=3),
            Event("file_edit", AT, "s", path="c.png", added=30), Event("file_delete", AT, "s", path="x"), Event("file_delete", AT, "s", path="y"),
            Event("dir_create", AT, "s", path="d/e/f"), Event("file_move", AT, "s", path="d/z", other="z"))
    assert profile.fingerprint(made) == {
        "search_ratio": 0.25, "browse_ratio": 0.25, "revisit_ratio": 0.5, "avg_output_length": 200, "files_created": 1, "total_output_chars": 400,
        "dirs_created": 1, "max_dir_depth": 3, "files_moved": 1, "total_edits": 2, "avg_lines_changed": 17.5, "small_edit_ratio": 0.5,
        "total_deletes": 2, "delete_to_create_ratio": 2, "structured_files_created": 1, "kinds_written": 3, "image_files_created": 0}
    assert len(profile.NAMES) == 17 and [len(names) for names in profile.FEATURES.values()] == [3, 3, 3, 3, 2, 3]


def test_a_session_deviates_beyond_the_mean_and_one_and_a_half_deviations() -> None:
    many = [session(f"s{number}", "file_read a", "file_edit a", *["file_edit b"] * (number % 3)) for number in range(8)]
    odd = session("odd", *(f"file_delete {number}" for number in range(9)))
    known = profile.profile([*many, odd])
    prints = [list(one.values()) for one in known.fingerprints.values()]
    means, spread = [statistics.mean(column) for column in zip(*prints)], [statistics.stdev(column) for column in zip(*prints)]
    far = [math.dist([value / scale if scale else 0 for value, scale in zip(one, spread)], [mean / scale if scale else 0 for mean, scale in zip(means, spread)])
           for one in prints]
    limit = statistics.mean(far) + 1.5 * statistics.stdev(far)
    assert [id_ for id_, distance in zip(known.fingerprints, far) if distance > limit] == list(known.shifts) == ["odd"]
    assert {name for name, _, _ in known.shifts["odd"]} <= {"total_deletes", "delete_to_create_ratio", "total_edits", "kinds_written", "small_edit_ratio"}
    assert known.means["total_deletes"] == pytest.approx(9 / 17)  # the others count twice
    assert profile.profile([*many[:1], odd]).shifts == {} and profile.profile(many[:1] * 1).shifts == {}


@pytest.mark.parametrize(("means", "want"), [
    ({"browse_ratio": 0.3, "search_ratio": 0.5}, "RRRRRR"), ({"search_ratio": 0.2, "avg_output_length": 3000, "dirs_created": 3, "total_edits": 3,
     "small_edit_ratio": 0.6, "total_deletes": 1, "image_files_created": 0.3}, "MLLLLL"),
    ({"avg_output_length": 800, "dirs_created": 0.5, "total_edits": 1, "total_deletes": 0.1, "structured_files_created": 0.1}, "LMMMMM"),
])
def test_labels_follow_the_limits(means: dict[str, float], want: str) -> None:
    found = profile.labels({**dict.fromkeys(profile.NAMES, 0.0), **means}, looked=True)
    assert "".join(found.values()) == want
    assert profile.labels({**dict.fromkeys(profile.NAMES, 0.0), **means}, looked=False)["consumption"] == ""


# -- patterns and episodes -------------------------------------------------------------------------------------------------


def test_a_pattern_needs_three_sessions() -> None:
    habit = ("file_search x", "file_read a.py", "file_read b.py", "file_edit a.py", "file_edit tests/test_a.py")
    sessions = [session(f"s{number}", *habit, f"file_delete {number}") for number in range(3)]
    assert patterns.patterns(sessions[:2]) == []
    (found,) = patterns.patterns(sessions)
    assert found.steps == ("search", "read", "edit", "edit a test", "delete") and list(found.seen) == ["s0", "s1", "s2"]
    assert patterns.patterns([session("one", *habit * 5), session("two", "file_read a")]) == []


def test_steps_to_and_fro_are_no_pattern() -> None:
    assert patterns.patterns([session(f"s{number}", *("file_read a", "file_edit a") * 9) for number in range(5)]) == []
    circle = patterns.patterns([session(f"s{number}", *("file_read a", "file_edit a", "file_delete b") * 9) for number in range(5)])
    assert len(circle) == 1


@pytest.mark.parametrize(("path", "word"), [
    ("tests/a.py", "edit a test"), ("src/test_a.py", "edit a test"), ("a.spec.ts", "edit a test"), ("a_test.go", "edit a test"),
    ("docs/a.md", "edit a page"), ("latest/a.py", "edit"), ("contest.py", "edit")])
def test_what_a_step_is_called(path: str, word: str) -> None:
    assert patterns.step(Event("file_edit", AT, "s", path=path)) == word


def test_episodes_are_joined_by_likeness() -> None:
    reading = [f"file_read plan/{number}.py" for number in range(10)]
    tidying = [f"file_delete old/{number}.txt" for number in range(10)]
    whole = session("s", *reading, *tidying, "file_write last.md")
    found = patterns.episodes(whole.events)
    assert [one for part in found for one in part] == list(whole.events) and len(found) <= patterns.EPISODES_MAX
    assert all(len(part) >= patterns.EPISODE_EVENTS for part in found) and {one.type for one in found[0]} == {"file_read"}
    assert len(patterns.episodes(session("long", *(f"file_read {number}/{number}.py" for number in range(300))).events)) <= patterns.EPISODES_MAX
    assert [len(part) for part in patterns.episodes(whole.events[:2])] == [2]


# -- a git history ---------------------------------------------------------------------------------------------------------


def test_a_day_of_an_author_is_a_session() -> None:
    late = datetime(2025, 4, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    changes = (Change("a/b/c.py", "A", 3, 0), Change("x.py", "M", 2, 1), Change("y.py", "D", 0, 9), Change("n.py", "R", 0, 0, "o.py"),
               Change("a/m.py", "R", 1, 0, "m.py"), Change("p.png", "M"))
    commits = [Commit("1" * 40, (), late, "Lena", (), "x", changes), Commit("2" * 40, (), late + timedelta(hours=1), "Lena", (), "y", changes[1:2]),
               Commit("3" * 40, (), None, "Lena", (), "z", changes), Commit("4" * 40, (), late, "", (), "w", changes[1:2])]
    found = events.sessions(events.of_history(commits))
    assert [(one.id, one.profile, len(one.events)) for one in found] == [("Lena 2025-04-01", "Lena", 8), ("someone 2025-04-01", "someone", 1),
                                                                        ("Lena 2025-04-02", "Lena", 1)]
    assert sorted((one.type, one.path) for one in found[0].events) == [
        ("dir_create", "a/b"), ("file_delete", "y.py"), ("file_edit", "a/m.py"), ("file_edit", "p.png"), ("file_edit", "x.py"), ("file_move", "a/m.py"),
        ("file_rename", "n.py"), ("file_write", "a/b/c.py")]
