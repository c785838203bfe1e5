"""What do the ingest plugins make of real and of broken sources? Good pieces are kept, the others refused with a reason."""

from __future__ import annotations

import contextlib
import json
import locale
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from box import FIXTURES, Box

from memcli.extend import registry
from memcli.extend.contracts import MAX_BYTES, Draft, Rejected, Source

TALK = os.path.join(FIXTURES, "ingest", "conversation.locomo.json")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def _conversation() -> Any:
    return json.loads(Path(TALK).read_text(encoding="utf-8"))


def _sessions(talk: Any) -> list[str]:
    """The keys of the sessions that hold turns."""
    return [key for key in talk if key.startswith("session_") and isinstance(talk[key], list) and talk[key]]


def _written(folder: Path, data: object) -> str:
    path = folder / "talk.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return str(path)


def _read(path: str) -> list[Draft | Rejected]:
    return list(registry.load("locomo").read(Source.open(path), {}))


def _session(stamp: str, **turn: object) -> list[dict[str, object]]:
    said = {"speaker": "A", "text": "hello", "dia_id": "D1:1", **turn}
    return [{"sample_id": "x", "conversation": {"session_1": [said], "session_1_date_time": stamp}}]


# -- locomo ----------------------------------------------------------------------------------------------------------------


def test_a_session_is_an_event_with_its_turns_captions_and_date(box: Box) -> None:
    box.run("ingest", "locomo", TALK, check=0)
    talk = _conversation()[0]["conversation"]
    sessions = _sessions(talk)
    entries = [box.json("show", row["id"]) for row in box.json("list")["entries"]]
    assert len(entries) == len(sessions) == 6
    first = next(entry for entry in entries if entry["front_matter"]["source"]["session"] == "session_1")
    assert (first["type"], first["front_matter"]["valid_from"]) == ("event", "2025-03-06T19:12:00Z")
    paragraphs = first["body"].strip().split("\n\n")
    assert len(paragraphs) == len(talk["session_1"])
    for turn, paragraph in zip(talk["session_1"], paragraphs):
        caption = f" [image: {turn['blip_caption']}]" if "blip_caption" in turn else ""
        assert paragraph == f"**{turn['speaker']}:** {turn['text']}{caption} ^{turn['dia_id'].lower().replace(':', '-')}"
    assert {entry["type"] for entry in entries} == {"event"}
    assert len(box.found("moss")) == 1  # a caption
    assert box.found("d1") == box.found('"d1-3"') == box.found("d1*") == []  # a block id is no word


def test_order_of_keys_does_not_matter(box: Box, tmp_path: Path) -> None:
    box.run("ingest", "locomo", TALK, check=0)
    data = _conversation()
    for sample in data:
        sample["conversation"] = dict(reversed(sample["conversation"].items()))
    again = box.json("ingest", "locomo", _written(tmp_path, [dict(reversed(sample.items())) for sample in data]))
    assert (again["added"], again["duplicate"]) == (0, 6)


BROKEN: dict[str, tuple[Any, str]] = {
    "cut short": (Path(TALK).read_bytes()[:2000], ":68: not JSON"),
    "another encoding": (Path(TALK).read_text(encoding="utf-8").encode("utf-16"), "is not UTF-8"),
    "Latin-1": ('[{"sample_id": "café"}]'.encode("latin-1"), "is not UTF-8 (byte 19)"),
    "nested": (b"[" * 100_000, "nested too deeply"),
    "a huge number": (b"[" + b"9" * 5_000 + b"]", "4300 digits"),
    "something else": ({"a": 1}, "holds no conversation"),
    "nothing": (b"", ":1: not JSON"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_refused_and_others_are_kept(box: Box, tmp_path: Path, name: str) -> None:
    data, reason = BROKEN[name]
    path = _written(tmp_path, data)
    alone = box.run("ingest", "locomo", path, check=15)
    assert "mem: error: talk.json" in alone.err and reason in alone.err
    assert box.json("list")["entries"] == []
    both = box.json("ingest", "locomo", path, TALK, check=3)
    assert (both["added"], both["refused"]) == (6, 1)
    assert both["reasons"][0]["position"] == "talk.json" and reason in both["reasons"][0]["reason"]
    box.sound()


def test_a_huge_file_is_refused_without_reading_it_whole(box: Box, tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert f"huge.json is longer than {MAX_BYTES} bytes" in box.run("ingest", "locomo", str(path), check=15).err


def test_good_sessions_are_kept_beside_bad_ones(box: Box, tmp_path: Path) -> None:
    data = _conversation()
    talk = data[0]["conversation"]
    one, two, three, four, five, _ = _sessions(talk)
    talk[f"{one}_date_time"] = "the day after"
    talk[two][0].pop("speaker")
    talk[three] = "not a list"
    talk[four][0]["text"] = "half \ud800 a character"
    talk[five][0]["text"] = "a \0 byte"
    talk["session_٣"] = talk["session_06"] = []
    report = box.json("ingest", "locomo", _written(tmp_path, [*data, "no sample", {"conversation": {}}]), check=3)
    reasons = {row["position"].removeprefix("own-1 "): row["reason"] for row in report["reasons"]}
    assert report["added"] == 1 and reasons.keys() == {one, two, three, four, five, "sample 2", "sample 3"}
    assert "date cannot be read: 'the day after'" in reasons[one] and "no speaker" in reasons[two]
    assert "cannot be written" in reasons[four] or "half a character" in reasons[four]
    assert "NUL" in reasons[five] and "no sample_id" in reasons["sample 3"]
    box.sound()


@pytest.mark.parametrize(("stamp", "at"), [
    ("1:56 pm on 8 May, 2023", "2023-05-08T13:56"), ("12:05 am on 8 may, 2023", "2023-05-08T00:05"),
    ("12:05 PM on 8 May 2023", "2023-05-08T12:05"), ("13:56 on 8 May, 2023", "2023-05-08T13:56"), ("8 May, 2023", "2023-05-08T00:00"),
    *((f"1 {month}, 2024", f"2024-{number:02}-01T00:00") for number, month in enumerate(MONTHS, 1)),
    ("31 April, 2023", ""), ("13:56 pm on 8 May, 2023", ""), ("0:10 am on 8 May, 2023", ""), ("24:00 on 8 May, 2023", ""),
    ("8 mai, 2023", ""), ("", ""),
])
def test_a_session_date(tmp_path: Path, stamp: str, at: str) -> None:
    (one,) = _read(_written(tmp_path, _session(stamp)))
    if isinstance(one, Draft):
        assert one.valid_from and one.valid_from.isoformat() == at + ":00+00:00"
        assert one.title == f"A, {one.valid_from.day} {MONTHS[one.valid_from.month - 1]} {one.valid_from.year}"
    else:
        assert at == ""


def test_month_names_are_english_in_every_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCPATH", str(tmp_path))
    before = locale.setlocale(locale.LC_TIME)
    with contextlib.suppress(OSError, locale.Error):  # a system without this locale proves less
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(tmp_path / "de_DE.UTF-8")], check=False, capture_output=True)
        locale.setlocale(locale.LC_TIME, "de_DE.UTF-8")
    try:
        (one,) = _read(_written(tmp_path, _session("8 May, 2023")))
    finally:
        locale.setlocale(locale.LC_TIME, before)
    assert isinstance(one, Draft) and one.title == "A, 8 May 2023"


# -- markdown --------------------------------------------------------------------------------------------------------------


def test_markdown_from_standard_input_a_file_and_a_folder(box: Box) -> None:
    notes = os.path.join(FIXTURES, "ingest", "notes")
    page = Path(notes, "bicycle.md").read_bytes()
    assert box.run("ingest", "markdown", "-", input=page, check=0).out.startswith("1 added")
    assert box.run("ingest", "markdown", "-", input=page, check=0).out.startswith("0 added, 1 there already")
    assert box.json("ingest", "markdown", os.path.join(notes, "bicycle.md"))["added"] == 1
    assert box.json("ingest", "markdown", notes)["added"] == 5
    assert page.rstrip().split(b"\n")[-1] in box.read(box.json("list")["entries"][0]["path"]) + b"".join(box.files().values())


def test_what_leads_out_of_a_folder_or_cannot_be_read_is_refused(box: Box, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("a tarpan\n")
    (folder / "good.md").write_text("a quagga\n")
    (folder / "early.md").write_text("---\ncreated: 0001-01-01T00:00:00+14:00\n---\na quagga of old\n")
    (folder / "long.md").write_text(f"---\ntitle: {'word ' * 60}\n---\na quagga with a long title\n")
    (folder / "latin.md").write_bytes(b"caf\xe9\n")
    (folder / "half.md").write_bytes(b'---\ntitle: "\\ud83d"\n---\nx\n')
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "fifo.md")
    report = box.json("ingest", "markdown", str(folder), check=3)
    assert report["added"] == 3 and {one["position"] for one in report["reasons"]} == {"latin.md", "half.md", "link.md", "fifo.md"}
    assert len(box.found("quagga")) == 3 and box.found("tarpan") == []
    long = next(entry["path"] for entry in report["entries"] if "word-word" in entry["path"])
    box.run("set", long, "tags+=x", check=0)  # its title was made one that an entry may have
    assert "none.md: No such file" in box.run("ingest", "markdown", str(folder / "good.md"), str(tmp_path / "none.md"), check=4).err
    assert "did you mean markdown?" in box.run("ingest", "markdwn", str(folder), check=2).err
    box.sound()
