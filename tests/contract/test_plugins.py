"""Do our plugins keep the contract, and does the suite notice those that do not?"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

import pytest
from box import FIXTURES, Box

from memcli.errors import PluginFailed
from memcli.extend import registry
from memcli.extend.conformance import check_ingest
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.intake import Intake, entries_of

NOTES = os.path.join(FIXTURES, "ingest", "notes")
TALK = os.path.join(FIXTURES, "ingest", "conversation.locomo.json")
OURS = [("markdown", NOTES, 5), ("markdown", os.path.join(NOTES, "bicycle.md"), 1), ("locomo", TALK, 6)]
_count = itertools.count()
Read = Callable[[Source, Mapping[str, str]], Iterator[Draft | Rejected]]


class Plugin:
    """A plugin whose `read` is given."""

    name, summary, api_version = "rogue", "For tests.", API_VERSION

    def __init__(self, read: Read) -> None:
        self.read = read


def _draft(**changed: object) -> Draft:
    fields = {"body": "text\n", "source": "s", "position": "1", **changed}
    return Draft(**fields)  # type: ignore[arg-type]


def _yields(*pieces: object) -> Plugin:
    def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
        source.read()
        yield from pieces  # type: ignore[misc]

    return Plugin(read)


def _raises_on_garbage(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    data = source.read()
    if not data.startswith(b"good"):
        raise KeyError("turns")
    yield _draft()


def _prints(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    print("hello")
    yield _draft()


def _writes(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    with open(source.path, "ab") as file:
        file.write(b"more")
    yield _draft()


def _good(folder: Path) -> str:
    path = folder / "good.txt"
    path.write_bytes(b"good")
    return str(path)


ROGUES = {
    "no draft": (_yields("just text"), "yields a str, neither a draft nor a rejection"),
    "other ids each time": (Plugin(lambda source, options: iter([_draft(position=str(next(_count)))])), "differently the second time"),
    "ids from the place": (Plugin(lambda source, options: iter([_draft(source=source.path)])), "other ids when the source lies elsewhere"),
    "an absolute position": (_yields(_draft(position="/etc/passwd")), "a position that leads out of the source"),
    "a position upwards": (_yields(_draft(position="a/../../b")), "a position that leads out of the source"),
    "a type upwards": (_yields(_draft(type="../../outside")), "unknown type '../../outside'"),
    "one id twice": (_yields(_draft(), _draft()), "two drafts have the same source and position"),
    "no position": (_yields(_draft(position="")), "no source or no position"),
    "bytes": (_yields(_draft(body=b"text")), "its body is not text"),
    "a NUL": (_yields(_draft(body="a\0b")), "it holds a NUL"),
    "nothing": (_yields(_draft(body=" \n")), "empty"),
    "a naive time": (_yields(_draft(created=datetime(2026, 1, 1))), "a time without an offset"),
    "too few": (_yields(), "yields 0 drafts of 1"),
    "raises on garbage": (Plugin(_raises_on_garbage), "raises KeyError on b''"),
    "prints": (Plugin(_prints), "prints; a plugin only yields"),
    "writes": (Plugin(_writes), "changes its source"),
    "a list": (Plugin(lambda source, options: [_draft()]), "does not return an iterator"),  # type: ignore[arg-type, return-value]
    "rejects good input": (_yields(_draft(), Rejected("2", "odd")), "rejects 2 of good input: odd"),
}


@pytest.mark.parametrize(("name", "good", "expect"), OURS)
def test_ours_keep_the_contract(name: str, good: str, expect: int) -> None:
    assert check_ingest(registry.load(name), good, expect=expect) == []


@pytest.mark.parametrize("name", ROGUES)
def test_the_suite_names_the_rule_that_a_rogue_breaks(tmp_path: Path, name: str) -> None:
    good = _good(tmp_path)
    plugin, rule = ROGUES[name]
    broken = check_ingest(plugin, good, expect=1)
    assert any(rule in line for line in broken), broken


def test_a_plugin_that_keeps_the_contract_passes(tmp_path: Path) -> None:
    good = _good(tmp_path)
    assert check_ingest(_yields(_draft()), good, expect=1) == []


def test_a_plugin_that_raises_or_lacks_something_is_named(tmp_path: Path) -> None:
    def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
        raise ZeroDivisionError("no")

    assert "raises ZeroDivisionError on good input: no" in check_ingest(Plugin(read), NOTES)
    other = Plugin(read)
    other.api_version = API_VERSION + 1
    assert f"api_version is {API_VERSION + 1}, not {API_VERSION}" in check_ingest(other, NOTES)
    assert check_ingest(object(), NOTES)[-1] == "lacks read"  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["../../etc/passwd", "/etc/passwd", "..", "a\0b/../..", "x" * 500, "CON", "\x1b[2J", ""])
def test_no_title_leads_out_of_the_vault(title: str) -> None:
    found = list(entries_of("rogue", [_draft(title=title)], datetime(2026, 11, 23, tzinfo=timezone.utc)))
    for one in found:
        if isinstance(one, Rejected):
            assert one.reason == "not text: it holds a NUL"
        else:
            assert isinstance(one, Intake) and one.path.startswith("note/2026/11/") and one.path.count("/") == 3 and ".." not in one.path


def test_what_breaks_the_contract_is_refused_and_the_rest_kept() -> None:
    pieces = [_draft(position="1"), "text", _draft(position="2", type="novel"), Rejected("3", "odd"), _draft(position="4")]
    found = list(entries_of("rogue", pieces, datetime(2026, 11, 23, tzinfo=timezone.utc)))  # type: ignore[arg-type]
    assert [one.position for one in found] == ["1", "piece 2", "2", "3", "4"]
    assert [type(one) for one in found] == [Intake, Rejected, Rejected, Rejected, Intake]


@pytest.mark.parametrize(("name", "source", "expect"), [OURS[0], OURS[2]])
def test_a_second_run_adds_nothing(box: Box, name: str, source: str, expect: int) -> None:
    first = box.json("ingest", name, source, "--dry-run")
    assert (first["added"], first["commit"]) == (expect, None) and box.git("status", "--porcelain") == ""
    assert box.json("list")["entries"] == [] and box.git("rev-list", "--count", "HEAD") == "1\n"
    done = box.json("ingest", name, source)
    assert done["added"] == expect == len(box.json("list")["entries"]) and done["commit"]
    before = box.files()
    for words in ((), ("--dry-run",)):
        again = box.json("ingest", name, source, *words)
        assert (again["added"], again["duplicate"], again["commit"]) == (0, expect, None)
    assert box.files() == before and box.git("rev-list", "--count", "HEAD") == "2\n"
    box.sound()


def test_a_source_gives_only_what_lies_inside(tmp_path: Path) -> None:
    folder, outside = f"{tmp_path}/folder", f"{tmp_path}/secret.md"
    os.mkdir(folder)
    (tmp_path / "secret.md").write_text("secret\n")
    os.symlink(outside, f"{folder}/link.md")
    os.symlink(tmp_path, f"{folder}/up")
    os.mkfifo(f"{folder}/fifo.md")
    source = Source.open(folder)
    for path, reason in (("../secret.md", "leads out"), (outside, "leads out"), ("up/secret.md", "leads out"),
                         ("link.md", "a link, never followed"), ("fifo.md", "not a regular file"), ("none.md", "No such file")):
        with pytest.raises(PluginFailed, match=reason):
            source.read(path)
    assert list(source.files(".md")) == ["fifo.md", "link.md"]


def test_an_unknown_option_or_plugin_is_named(box: Box) -> None:
    for name, source in (("markdown", NOTES), ("locomo", TALK)):
        assert "has no option 'colour'" in box.run("ingest", name, source, "-o", "colour=red", check=15).err
    assert "did you mean locomo" in box.run("ingest", "locmo", TALK, check=2).err
    assert box.json("list")["entries"] == []
