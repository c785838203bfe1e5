"""Does mem behave in pipes, with editors, pagers and terminals as a user of git expects?"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest
from box import BIN, MEM, Box


@pytest.fixture
def full(box: Box) -> Box:
    """A vault with more than a screen of entries."""
    for number in range(60):
        box.write(f"n/{number:02}.md", f"---\ntitle: Note {number:02}\ntags: [even, t{number}]\n---\n" + f"line of note {number}\n" * 300)
    box.run("index", check=0)
    return box


def terminal(box: Box, *args: str, env: dict[str, str] | None = None, keys: bytes = b"") -> tuple[int, str]:
    """Run mem on a terminal of 80 columns; returns its exit status and what the terminal was sent."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(box.vault)
        os.execve(MEM, [MEM, *args], {**box.env, "TERM": "xterm", "COLUMNS": "80", "LINES": "24", **(env or {})})
    out = b""
    if keys:
        os.write(fd, keys)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            if not data:
                break
            out += data
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    return os.waitstatus_to_exitcode(status), out.decode("utf-8", "replace")


def test_a_reader_that_goes_away_is_no_error(full: Box) -> None:
    for line in ("mem show n/00.md | head -1", "mem list | head -1", "mem search line --limit 60 --jsonl | head -1", "mem list -0 | head -c 1"):
        done = full.sh(f"{line}; exit ${{PIPESTATUS[0]}}", check=None)
        assert done.status in (0, 141) and done.err == "" and done.data, (line, done)


def test_a_folder_that_was_removed_is_no_bug(full: Box) -> None:
    for words in ("search x", "list", "add x", "serve"):
        done = full.sh(f"mkdir gone && cd gone && rmdir ../gone && mem --vault {full.vault} {words} < /dev/null", check=4)
        assert done.err == "mem: error: the folder you are in was removed\nhint: cd to one that is there\n"


def test_a_full_output_is_one_line(full: Box) -> None:
    for command in ("list", "show n/00.md", "search line"):
        done = full.sh(f"mem {command} > /dev/full", check=None)
        assert done.status == 4 and done.err == "mem: error: cannot write the output: No space left on device\n", done
    assert json.loads(full.sh("mem search line --json > /dev/full", check=4).err)["error"]["exit_status"] == 4


def test_closed_streams_are_no_bug(full: Box) -> None:
    for redirect in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = full.sh(f"mem list {redirect}", check=None)
        assert done.status == 0, (redirect, done)


def test_paths_for_xargs(full: Box) -> None:
    full.write("n/with space\nand line.md", "spaced\n")
    out = full.sh("mem list -0 | xargs -0 cat | wc -l").out
    assert int(out) == 60 * 304 + 1
    assert full.sh("mem search spaced -0 | xargs -0 cat").out == "spaced\n"


def test_json_lines_stand_alone(full: Box) -> None:
    rows = [json.loads(line) for line in full.sh("mem search line --jsonl").out.splitlines()]
    assert len(rows) == 10 and {"id", "title", "path", "score", "snippet"} <= rows[0].keys()
    pretty = full.sh("mem search line --json").out
    assert [hit["id"] for hit in json.loads(pretty)["hits"]] == [row["id"] for row in rows]


def test_text_comes_from_a_file_or_a_pipe(box: Box) -> None:
    source = Path(box.home, "in.md")
    source.write_text("# From a file\n\nwith ümläuts\n")
    box.sh(f"mem add - < {source}")
    box.sh("printf 'piped in\\n' | mem add --title 'From a pipe'")
    assert [row["title"] for row in box.json("list")["entries"]] == ["From a file", "From a pipe"] or len(box.json("list")["entries"]) == 2
    assert "with ümläuts" in box.sh("mem show \"$(mem search ümläuts --format '{id}')\"").out


def test_the_vault_is_found_as_git_finds_a_repository(full: Box) -> None:
    inside = full.path("n")
    assert full.run("list", "--limit", "1", cwd=inside).status == 0
    elsewhere = full.home
    assert full.run("list", cwd=elsewhere).status == 10
    for words in (("--vault", full.vault, "list"), ("list", "--vault", full.vault), ("list", f"--vault={full.vault}")):
        assert full.run(*words, cwd=elsewhere).status == 0
    assert full.run("list", cwd=elsewhere, env={"MEM_VAULT": full.vault}).status == 0


def test_ids_by_beginning_or_end(box: Box) -> None:
    one, two = box.json("add", "one")["id"], box.json("add", "two")["id"]
    for name in (one, one.upper(), one[-6:], one[-4:], one[:-2]):
        assert box.run("show", name, "--json").out.count(one) >= 1, name
    done = box.run("show", one[:4], check=2)
    assert "ambiguous" in done.err and two != one
    assert box.run("show", "../../etc/passwd").status in (1, 2, 4)


def test_colour_only_where_it_is_wanted(full: Box) -> None:
    escape = "\x1b["
    assert escape not in full.run("search", "line").out
    assert escape in full.run("--color", "always", "search", "line").out
    assert escape in terminal(full, "search", "line", "-n", "2")[1]
    assert escape not in terminal(full, "search", "line", "-n", "2", env={"NO_COLOR": "1"})[1]
    assert escape not in terminal(full, "search", "line", "-n", "2", env={"TERM": "dumb"})[1]
    assert escape not in terminal(full, "--color", "never", "list", "-n", "2")[1]


def test_a_pager_for_more_than_a_screen(full: Box) -> None:
    marker = Path(full.home, "paged")
    pager = {"PAGER": f"tee {marker}"}
    terminal(full, "list", "-n", "3", env=pager)
    assert not marker.exists()
    terminal(full, "list", env=pager)
    assert marker.read_text().count("\n") == 60
    marker.unlink()
    terminal(full, "--no-pager", "list", env=pager)
    full.run("list", env=pager)
    assert not marker.exists()


def test_a_vault_does_not_choose_the_pager(full: Box) -> None:
    marker = Path(full.home, "chosen")
    full.write(".mem/config.yaml", f"format: 1\noutput:\n  pager: touch {marker}\n")
    status, shown = terminal(full, "list", env={"PAGER": "cat"})
    assert status == 0 and "output.pager in .mem/config.yaml is ignored" in shown and not marker.exists()


def test_an_editor_writes_a_new_entry(box: Box) -> None:
    script = Path(box.home, "editor.sh")
    script.write_text('#!/bin/sh\nprintf "# From an editor\\n\\nby hand\\n" > "$1"\n')
    script.chmod(0o755)
    status, _ = terminal(box, "add", env={"EDITOR": str(script)})
    assert status == 0 and box.json("list")["entries"][0]["title"] == "From an editor"


def test_a_new_entry_that_cannot_be_added_stays_as_a_draft(box: Box) -> None:
    script = Path(box.home, "editor.sh")
    script.write_text('#!/bin/sh\nprintf -- "---\\ntitle: [\\n---\\nby hand\\n" > "$1"\n')
    script.chmod(0o755)
    status, shown = terminal(box, "add", env={"EDITOR": str(script)})
    kept = re.search(r"kept in (\S+\.md)", re.sub(r"\s*\r\n", " ", shown))
    assert status == 13 and kept and Path(kept[1]).read_text().endswith("by hand\n")


def test_what_an_editor_left_is_not_lost(box: Box) -> None:
    path = box.json("add", "words")["path"]
    done = box.run("edit", path, env={"EDITOR": f"sh -c 'echo changed >> \"$0\"; echo also >> {box.path(path)}'"}, check=16)
    kept = re.search(r"kept in (\S+\.md)", done.err)
    assert kept and "changed" in Path(kept[1]).read_text() and box.read(path).endswith(b"also\n")
    Path(kept[1]).unlink()


def test_an_interrupt_ends_with_130(box: Box) -> None:
    def heard() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may have it ignored

    process = subprocess.Popen([MEM, "add"], cwd=box.vault, env=box.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=heard)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130 and b"Traceback" not in err and b"interrupted" in err
    box.sound()


def test_bash_completes_commands_options_ids_and_tags(full: Box) -> None:
    id_ = full.json("list", "-n", "1")["entries"][0]["id"]

    def completed(*words: str) -> list[str]:
        quoted = " ".join(f"'{word}'" for word in words)
        script = f"source <(mem completion bash); COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _mem; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return full.sh(script).out.split()

    assert sorted(completed("mem", "se")) == ["search", "serve", "set"]
    assert "--fuzzy" in completed("mem", "search", "--f")
    assert completed("mem", "show", id_[-6:-1]) == [id_[-6:]]
    assert completed("mem", "list", "--tag", "ev") == ["even"]


def test_help_and_version_answer_everywhere(bare: Box) -> None:
    for words in (("--help",), ("-h",), ("search", "--help"), ("search", "-h"), ("--version",), ("man", "search")):
        assert bare.run(*words, check=0).out
    assert bare.call([f"{BIN}/python", "-m", "memcli", "--version"], check=0).out.startswith("mem ")


def test_paths_that_mem_prints_name_entries(full: Box) -> None:
    full.sh("mem list -0 -n 3 | xargs -0 mem set tags+=seen")
    assert len(full.json("list", "--tag", "seen")["entries"]) == 3


def test_words_and_standard_input_are_not_mixed(box: Box) -> None:
    assert "not both" in box.run("add", "words", "-", input="piped\n", check=2).err
    assert box.run("list").status == 1


def test_a_pager_that_is_not_there_is_done_without(full: Box) -> None:
    status, shown = terminal(full, "list", env={"PAGER": "no-such-pager"})
    assert status == 0 and shown.count("Note") == 60


def test_an_editor_that_removes_the_file_changes_nothing(box: Box) -> None:
    path = box.json("add", "words")["path"]
    before = box.read(path)
    assert "nothing was changed" in box.run("edit", path, env={"EDITOR": "rm"}, check=4).err
    assert box.read(path) == before


def test_an_interrupt_in_the_editor_is_the_editors(box: Box) -> None:
    path = box.json("add", "words")["path"]
    editor = "sh -c 'kill -INT $PPID; sleep 0.3; echo more >> \"$0\"'"
    box.run("edit", path, env={"EDITOR": editor}, check=0)
    assert box.read(path).endswith(b"more\n")
