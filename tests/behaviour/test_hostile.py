"""Does the worst folder there can be stay harmless? Everything of fixtures/hostile.py in one vault, and every command run on it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hostile
import pytest
from box import Box, Result
from screen import raw, screen

from memcli.cli.verbs import COMMANDS

DOCUMENTED = {0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 130, 141}
ESCAPED = "name-\x1b]0;owned\x07\x1b[31m.md"
GOOD = ("crlf.md", "hard-link.md", "escapes.md", "two\nlines.md", ESCAPED, "-rf.md", "$(touch ran) `touch ran`;&.md",
        ":(exclude)magic.md", "n" * 252 + ".md")
ENTRIES = ("--", *GOOD)
SILENT = ("search.limit", "20")  # prints nothing in either form
# verb -> (exit status, arguments after the verb), in an order in which each finds something to do; all but a verb's first with --json
CALLS: dict[str, list[tuple[int, tuple[str, ...]]]] = {
    "init": [(0, (".",)), (0, (".",))],
    "add": [(0, ("some text",)), (0, ("--title", "\x1b[2J\u202e", "text"))],
    "edit": [(0, ("crlf.md",)), (4, ("fifo.md",)), (13, ("utf16.md",))],
    "set": [(0, (*ENTRIES, "tags+=x")), (13, ("anchors-bomb.md", "tags+=x")), (4, ("sparse.md", "tags+=x"))],
    "show": [(0, ("escapes.md",)), (0, ("utf16.md",)), (4, ("device.md",)), (4, ("million-lines.md",)), (0, ("--at", "HEAD", "crlf.md"))],
    "list": [(0, ()), (0, ("--sort", "title"))],
    "search": [(0, (hostile.WORD, "--explain")), (1, ('" OR title:[* TO *] \\ ((',)), (0, ("path:twins",))],
    "context": [(0, (hostile.WORD,)), (1, ('" OR title:[* TO *] \\ ((',))],
    "related": [(0, ("escapes.md",)), (4, ("device.md",)), (0, ("utf16.md",))],
    "timeline": [(0, ()), (0, ("--until", "2100"))],
    "forget": [(0, ("--policy", "budget", "--set", "entries=3")), (0, ENTRIES), (0, ("utf16.md", "nested-20k.md", "--reason", "\x1b[31m"))],
    "restore": [(0, ENTRIES), (0, ("utf16.md", "nested-20k.md"))],
    "purge": [(17, ("twins/README.md",)), (0, ("--yes", "twins/README.md", "two\nlines.md"))],
    "log": [(0, ()), (0, ("crlf.md",))],
    "diff": [(0, ()), (0, ("--from", "HEAD~3")), (0, ("crlf.md",))],
    "ingest": [(0, ("markdown", "../copied/windows", "--dry-run")), (0, ("markdown", "../copied/windows")), (2, ("markdown", "windows")),
               (15, ("locomo", "../copied/scalar.md")), (3, ("markdown", "../copied/sparse.md"))],
    "used": [(0, ("escapes.md", "utf16.md")), (4, ("device.md",)), (0, ("crlf.md", "--not", "--session", "\x1b[2J\"\\\n"))],
    "conflicts": [(0, ()), (0, ()), (4, ("--resolve", "device.md")), (2, ("--resolve", "escapes.md"))],
    "review": [(0, ()), (0, ()), (4, ("--merge", "device.md", "crlf.md")), (2, ("--apart", "crlf.md")), (2, ("crlf.md",))],
    "stats": [(0, ()), (0, ()), (2, ("--svg",))],
    "report": [(0, ("-o", "../page.html")), (0, ("-o", "../page.html")), (4, ("-o", "crlf.md")), (2, ("--type", "\x1b[31m"))],
    "consolidate": [(0, ("--dry-run",)), (0, ()), (2, ("--only", "\x1b[31m"))],
    "undo": [(0, ()), (2, ("--", "--exec=x"))],
    "index": [(0, ()), (0, ("--rebuild",))],
    "doctor": [(3, ()), (3, ("--deep", "--fix"))],
    "eval": [(4, ("locomo", "crlf.md")), (4, ("qrels", "."))],
    "config": [(0, ()), (0, SILENT), (0, ("--origin",))],
    "record": [(15, ("nowhere",))],
    "waiting": [(0, ()), (0, ()), (1, ("--keep", "\x1b[2J"))],
    "plugin": [(0, ("list",)), (0, ("list",)), (1, ("info", "../x")), (2, ("burn",))],
    "export": [(3, ("jsonl", "../out.jsonl")), (0, ("obsidian", "../notes")), (2, ("novel",))],
    "import": [(3, ("../out.jsonl",)), (4, ("nowhere",))],
    "bundle": [(4, ("inspect", "crlf.md")), (4, ("load", "../out.jsonl"))],
    "mcp": [(0, ())],
    "serve": [(0, ())],
    "lsp": [(0, ())],
    "hook": [(0, ("claude",)), (0, ("\x1b[2J",))],
    "install": [(0, ("cursor", "--dry-run"))],
    "schedule": [(1, ("status",))],
    "watch": [(0, ("--once", "--commit")), (0, ("--once",)), (2, ("--once", "--after", "5"))],
    "sync": [(0, ()), (4, ("nowhere",))],
    "hooks": [(0, ("status",)), (0, ("status",))],
    "merge-driver": [(4, ("crlf.md", "nowhere", "escapes.md"))],
    "textconv": [(0, ("escapes.md",))],
    "man": [(0, ("search",))],
    "completion": [(0, ("bash",))],
}
WITHOUT_JSON = {"diff", "man", "completion", "hook"}
AWAY = ("../vault.outside/kept.md", "link-folder-out/kept.md", "link-out.md", "round/again/crlf.md", "nested/inside.md",
        "submodule/inside.md", "other-vault/inside.md", ".mem/config.yaml", ".mem/state/x.md", ".git/config")


@dataclass
class Worst:
    """A vault of all hostile cases."""

    box: Box
    cases: list[hostile.Case]

    def outside(self) -> dict[str, tuple[int, int, bytes]]:
        """Mode, time and bytes of everything in the bait folder."""
        found = {}
        for folder, folders, names in os.walk(hostile.outside(self.box.vault)):
            for path in (os.path.join(folder, name) for name in (*folders, *names)):
                info = os.lstat(path)
                found[path] = (info.st_mode, info.st_mtime_ns, Path(path).read_bytes() if os.path.isfile(path) else b"")
        return found

    def run(self, *args: str) -> Result:
        """Run a command: its status is a documented one, and it has not read what lies outside."""
        result = self.box.run(*args, env={"EDITOR": "true"})
        assert result.status in DOCUMENTED, (args, result)
        assert hostile.BAIT not in result.out, args
        return result


def _built(home: str) -> Iterator[Worst]:
    box = Box(home)
    worst = Worst(box, hostile.build(box.vault))
    before = worst.outside()
    box.init()
    yield worst
    assert worst.outside() == before
    assert not os.path.exists(box.path("ran"))


@pytest.fixture(scope="module")
def worst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worst]:
    """For tests that only read."""
    yield from _built(str(tmp_path_factory.mktemp("worst")))


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worst]:
    """For tests that write."""
    yield from _built(str(tmp_path_factory.mktemp("scratch")))


def test_the_fixture_is_as_hostile_as_promised(worst: Worst) -> None:
    assert len(worst.cases) >= 80 and os.path.getsize(worst.box.path("sparse.md")) == hostile.GIB
    assert CALLS.keys() == COMMANDS.keys()


def test_every_harmless_case_is_found(worst: Worst) -> None:
    data = worst.box.run("search", hostile.WORD, "--limit", "1000", "-0", check=0).data
    found = {os.path.relpath(os.fsdecode(path), worst.box.vault) for path in data.split(b"\0") if path}
    assert {case.path for case in worst.cases if case.harmless} <= found
    assert not {path for path in found if path.startswith(("nested/", "submodule/", "other-vault/", "link-", "round/again"))}


def test_what_lies_outside_is_never_found(worst: Worst) -> None:
    for words in ((hostile.BAIT,), (hostile.BAIT, "--fuzzy"), (f"{hostile.BAIT[:4]}*",)):
        assert worst.run("search", *words).status == 1


def test_doctor_names_every_case_that_is_not_harmless(worst: Worst) -> None:
    problems = json.loads(worst.run("doctor", "--json").out)["problems"]
    named = "\n".join(f"{problem['path']}\n{problem['message']}" for problem in problems)
    assert [case for case in worst.cases if not case.harmless and case.path not in named] == []
    codes = {problem["code"] for problem in problems}
    assert codes == {"duplicate-id", "entry-invalid", "field-invalid", "front-matter-cut", "not-an-entry", "odd-name", "too-long"}
    assert {problem["path"] for problem in problems if problem["code"] == "odd-name"} >= {ESCAPED, "two\nlines.md"}


@pytest.mark.parametrize("path", AWAY)
def test_no_path_leads_out_of_the_vault(worst: Worst, path: str) -> None:
    before = worst.box.git("rev-parse", "HEAD")
    for words in (("show", path), ("set", path, "tags+=x"), ("forget", path), ("purge", "--yes", path)):
        assert worst.run(*words).status in (1, 4), words
    assert worst.box.git("rev-parse", "HEAD") == before


@pytest.mark.parametrize("path", ["name-\udcff\udcfe.md", "folder-\udcff/a.md"])
def test_a_name_that_is_not_utf8_is_refused_by_name_too(box: Box, path: str) -> None:
    full = box.write(path, "borogove\n")
    for words in (("set", path, "tags+=x"), ("show", path), ("forget", path), ("edit", path)):
        refused = box.run(*words, env={"EDITOR": "sed -i s/borogove/more/"}, check=4)
        assert "is not UTF-8" in refused.err and len(refused.err.splitlines()) == 2
    assert Path(full).read_text() == "borogove\n"
    box.run("list", check=1)
    assert {problem["code"] for problem in box.json("doctor", "--deep", check=3)["problems"]} == {"not-an-entry"}


def test_every_command_ends_as_documented(scratch: Worst) -> None:
    scratch.box.sh("mkdir ../copied && cp -r windows scalar.md ../copied && truncate -s 1G ../copied/sparse.md")
    for verb, calls in CALLS.items():
        for number, (status, words) in enumerate(calls):
            asked = number > 0 and verb not in WITHOUT_JSON
            result = scratch.run(verb, *(["--json"] if asked else []), *words)
            assert result.status == status, (verb, words, result.err)
            if asked and words != SILENT:
                json.loads(result.out or result.err.splitlines()[-1])
    codes = {problem["code"] for problem in scratch.box.json("doctor", check=3)["problems"]}
    assert not codes & {"index-differs", "git-damaged", "leftover"}
    assert scratch.box.git("fsck", "--strict", "--no-dangling") == ""


def test_a_hard_link_is_replaced_and_not_written_through(scratch: Worst) -> None:
    scratch.box.run("set", "hard-link.md", "tags+=x", check=0)
    assert b"tags: [x]" in scratch.box.read("hard-link.md")


SHOWN = (("list",), ("list", "--json"), ("list", "-0"), ("list", "--format", "{path} {title}\n"), ("search", hostile.WORD, "-n", "200"),
         ("search", hostile.WORD, "--explain", "--format", "{path} {snippet}\n"), ("search", "owned", "--jsonl"), ("log",),
         ("diff", "--from", "HEAD"), ("doctor",), ("doctor", "--json"), ("config",),
         ("show", "--format", "{title} {body}", "escapes.md"), ("show", ESCAPED + "x"),
         *(("show", *form, path) for path in ("escapes.md", "bidi.md", "zero-width.md", "utf16.md", ESCAPED) for form in ((), ("--json",))))


@pytest.mark.parametrize("words", SHOWN, ids=range(len(SHOWN)))
def test_nothing_raw_reaches_a_terminal(worst: Worst, words: tuple[str, ...]) -> None:
    status, text = screen(worst.box, *words)
    assert status in DOCUMENTED and text
    assert raw(text.replace("\0", "") if "-0" in words else text) == []


@pytest.mark.parametrize("words", [("list",), ("search", hostile.WORD, "-n", "200"), ("log",), ("diff", "--from", "HEAD"), ("doctor",)])
def test_with_color_there_are_our_styles_and_nothing_else(worst: Worst, words: tuple[str, ...]) -> None:
    text = screen(worst.box, *words, color=True)[1]
    assert "\x1b[3" in text
    assert raw(text, color=True) == []


def test_what_is_not_sent_raw_is_shown(worst: Worst) -> None:
    text = screen(worst.box, "show", "escapes.md")[1] + screen(worst.box, "doctor")[1]
    assert r"\x1b]52;c;" in text and r"name-\u202edm.exe.md" in text and r"two\nlines.md" in text
    assert raw(worst.box.run("show", "escapes.md").out)  # a pipe gets the file's own bytes


def test_names_that_are_not_utf8_are_readable_json(worst: Worst) -> None:
    data = worst.box.run("doctor", "--json", check=3).data
    paths = [problem["path"] for problem in json.loads(data.decode("utf-8", "strict"))["problems"]]
    assert "name-\udcff\udcfe.md" in paths and "folder-\udcff" in paths
