"""Does what a stranger wrote cost time in proportion to its length, and does one odd value cost nothing but itself?

Each text here took minutes or longer where a pattern looked at the same characters over and over; the bound is far above what one pass needs on a slow machine.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from memcli.errors import PluginFailed
from memcli.extend import mailtext, parallel, registry
from memcli.extend.contracts import Draft, Rejected, Source

N = 150_000  # characters; what is quadratic takes more than a minute for these
BOUND_S = 10.0  # of processor


def _read(plugin: str, path: Path | str) -> list[Draft | Rejected]:
    return list(registry.load(plugin).read(Source.open(str(path)), {}))


HEAD = "From: Kim <kim@example.org>\nSubject: Hi\nMessage-ID: <1@example.org>\n"
HOSTILE = (
    ("obsidian", "a.md", "`" * N), ("obsidian", "a.md", "- " + "~" * N), ("obsidian", "a.md", "[[" + "a" * N), ("basic-memory", "a.md", "- " + " " * N + "x"),
    ("mbox", "a.eml", HEAD + "\n" + "> a\nb\n" * (N // 6)), ("mbox", "a.eml", HEAD + "\nHi\n" + "--\n" * (N // 3)),
    ("mbox", "a.eml", HEAD + "Content-Type: text/plain; " + ">" * N + "\n\nHi\n"), ("mbox", "a.eml", HEAD + "To: " + "(" * N + "\n\nHi\n"),
    ("bookmarks", "a.html", "<dl><h3>a</h3><dl><a href=https://example.org>x</a>" * (N // 50)),
    ("bookmarks", "a.html", "<a href=https://example.org>" + "<" * N),
    ("ics", "a.ics", "BEGIN:VEVENT\nSUMMARY:a\nDTSTART:20260101\n" + "".join(f"X-{number}:\n" for number in range(2_000)) + "A:\n" * N + "END:VEVENT\n"),
    ("shell", ".bash_history", "a" * N + " b\n" + "A" * N + "=b c\n"),
)


@pytest.mark.parametrize("plugin, name, text", HOSTILE, ids=[f"{plugin} {number}" for number, (plugin, _, _) in enumerate(HOSTILE)])
def test_a_hostile_text_is_read_in_one_pass(plugin: str, name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    begun = time.process_time()
    found = _read(plugin, tmp_path / name)
    assert time.process_time() - begun < BOUND_S
    assert found and all(isinstance(one, Draft) for one in found)


def test_signatures_below_each_other_and_questions_that_are_answered() -> None:
    assert mailtext.own("Hi\n--\nKim\n--\nHome\n", reply=False) == "Hi\n\n[...]"
    assert mailtext.own("> one?\nYes.\n> two?\nNo.\n> three?\n", reply=True) == "> one? [...]\n\nYes.\n\n> two? [...]\n\nNo.\n\n[...]"
    assert mailtext.own("Hi\n--\n" + "a\n" * 40, reply=False).startswith("Hi\n--\na")


@pytest.mark.parametrize("line", ["SEQUENCE:²", "RRULE:FREQ=YEARLY;BYMONTH=²,0121", "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z", "DTEND:00010101"])
def test_an_odd_number_in_a_calendar_costs_only_itself(line: str, tmp_path: Path) -> None:
    odd = f"BEGIN:VEVENT\nUID:1\nSUMMARY:Odd\nDTSTART:20260101T100000Z\nDURATION:PT2H\n{line}\nEND:VEVENT\n"
    day = f"BEGIN:VEVENT\nUID:2\nSUMMARY:Day\nDTSTART;VALUE=DATE:20260101\n{line}\nEND:VEVENT\n"
    (tmp_path / "a.ics").write_text(f"{odd}{day}BEGIN:VEVENT\nUID:3\nSUMMARY:Good\nDTSTART:20260102\nEND:VEVENT\n")
    found = _read("ics", tmp_path / "a.ics")
    assert [one.title for one in found if isinstance(one, Draft)] == ["Odd", "Day", "Good"]


def test_what_a_command_runs_is_its_own_first_word(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("".join(f"{line} {name}\n" for line in ("visudo -f", "sudo A=1 apt install") for name in "abc"))
    assert [one.title for one in _read("shell", tmp_path / "history") if isinstance(one, Draft)] == ["Shell commands with visudo", "Shell commands with apt"]


def test_bookmarks_in_folders_that_are_alike_and_deep(tmp_path: Path) -> None:
    def nested(name: str) -> dict[str, object]:
        node: dict[str, object] = {"name": "Page", "url": f"https://example.org/{name}"}
        for _ in range(150):
            node = {"name": "a", "children": [node]}
        return node

    (tmp_path / "Bookmarks").write_text(json.dumps({"roots": {name: {"name": name, "children": [nested(name)]} for name in ("one", "two")}}))
    assert [one.uri for one in _read("bookmarks", tmp_path / "Bookmarks") if isinstance(one, Draft)] == ["https://example.org/one", "https://example.org/two"]


def _too_deep(folder: Path) -> None:
    """Folders in each other until no path can name the last one."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        there = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
    os.close(here)


@pytest.mark.parametrize("plugin", ["markdown", "text", "obsidian", "logseq", "html", "claude-code"])
def test_a_folder_that_cannot_be_listed_costs_only_itself(plugin: str, tmp_path: Path) -> None:
    good = {"text": "a.txt", "html": "a.html", "claude-code": "memory/a.md"}.get(plugin, "a.md")
    (tmp_path / good).parent.mkdir(exist_ok=True)
    (tmp_path / good).write_text("<p>Good</p>" if plugin == "html" else "# Good\n\nKept.\n")
    _too_deep(tmp_path)
    found = _read(plugin, tmp_path)
    assert len([one for one in found if isinstance(one, Draft)]) == 1
    assert ["cannot be" in one.reason for one in found if isinstance(one, Rejected)] == [True]


def test_a_source_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(PluginFailed, match="No such file"):
        list(Source(str(tmp_path / "gone"), "gone").files())


def test_a_link_among_traces_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"event_type": "file_read", "timestamp": 1_760_000_000_000, "file_path": "a.md"}) + "\n")
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "a.jsonl")
    found = _read("files", tmp_path)
    assert [type(one) for one in found] == [Rejected, Draft]
    assert "a link, never followed" in str(found[0])


def test_names_of_two_lines_are_not_read_side_by_side(tmp_path: Path) -> None:
    for name in ("a\nb.txt", "c.txt", "d.txt"):
        (tmp_path / name).write_text("word " * (parallel.LEAST_BYTES // 10))
    side_by_side = parallel.reads(registry.load("text"), Source.open(str(tmp_path)), {}, registry.NOWHERE, 2)
    assert {one.uri for one in side_by_side if isinstance(one, Draft)} == {"a\nb.txt", "c.txt", "d.txt"}
