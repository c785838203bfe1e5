"""Is a bundle that was tampered with refused, naming the member, and do two bundles become one without losing a text?"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from box import Box

from memcli.errors import UserError
from memcli.life.exchange import inspected
from memcli.life.export.bundle import digest

ID = "01jdbq4m9x3t5v7n2k8c6r0wze"
NOTE = "entries/note/a.md"
Members = dict[str, bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A vault with a bundle of it beside: an entry with an earlier text and a use, settings."""
    box = Box(str(tmp_path_factory.mktemp("made"))).init()
    box.write("note/a.md", f"---\nid: {ID}\ntitle: A\nupdated: 2026-01-01T00:00:00Z\n---\nfirst\n")
    box.git("add", "-A")
    box.git("commit", "-q", "-m", "x")
    box.run("set", ID, "tags+=x", check=0)
    box.run("used", ID, check=0)
    box.run("export", "bundle", "../good", check=0)
    return box


@pytest.fixture
def packed(bare: Box, made: Box) -> Box:
    """A copy of them."""
    shutil.copy(f"{made.home}/good", bare.home)
    return bare.like(made)


def members(path: str) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: str, found: Members) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(name, data)


def resealed(found: Members, change: Callable[[dict[str, Any]], object]) -> Members:
    """With a manifest that was changed by somebody who knows how the digest is made."""
    head = json.loads(found["manifest.json"])
    change(head)
    head["digest"] = digest(head)
    return {**found, "manifest.json": json.dumps(head).encode()}


TAMPERED: dict[str, tuple[Callable[[Members], Members], str]] = {
    "text": (lambda found: {**found, NOTE: found[NOTE].replace(b"first", b"other")}, NOTE),
    "longer": (lambda found: {**found, NOTE: found[NOTE] + b"more"}, NOTE),
    "uses": (lambda found: {**found, "state/uses.jsonl": b""}, "state/uses.jsonl"),
    "added": (lambda found: {**found, "entries/evil.md": b"x"}, "entries/evil.md"),
    "lost": (lambda found: {name: data for name, data in found.items() if name != NOTE}, NOTE),
    "no manifest": (lambda found: {name: data for name, data in found.items() if name != "manifest.json"}, "manifest.json"),
    "manifest": (lambda found: {**found, "manifest.json": found["manifest.json"].replace(b'"by": "mem"', b'"by": "eve"')}, "manifest.json"),
    "not json": (lambda found: {**found, "manifest.json": b"[" * 100_000}, "manifest.json"),
    "number": (lambda found: {**found, "manifest.json": b'{"format": ' + b"9" * 5000 + b"}"}, "manifest.json"),
    "format 2": (lambda found: resealed(found, lambda head: head.update(format_version=2)), "manifest.json states format 2"),
    "types": (lambda found: resealed(found, lambda head: head.update(counts=[1])), "manifest.json"),
    "sums": (lambda found: resealed(found, lambda head: head["members"][0].update(sha256=5)), "manifest.json"),
    "escape": (lambda found: {**found, "entries/../../out.md": b"x"}, "'entries/../../out.md'"),
    "absolute": (lambda found: {**found, "/etc/out.md": b"x"}, "'/etc/out.md'"),
    "hooks": (lambda found: {**found, "vault/.git/hooks/post-commit": b"x"}, "'vault/.git/hooks/post-commit'"),
    "foreign": (lambda found: {**found, "readme.txt": b"x"}, "'readme.txt'"),
    "bomb": (lambda found: {**found, NOTE: bytes(100_000_000)}, f"{NOTE} would unpack to too much"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_bundle_is_refused_naming_the_member(packed: Box, how: str) -> None:
    change, told = TAMPERED[how]
    write(f"{packed.home}/bad", change(members(f"{packed.home}/good")))
    packed.run("init", "../other", check=0)
    before = packed.files(f"{packed.home}/other")
    for words in (("inspect", "../bad"), ("load", "../bad", "--vault", "../other"), ("fuse", "../good", "../bad", "-o", "../both")):
        result = packed.run("bundle", *words)
        assert result.status == 4 and told in result.err and "bad is refused" in result.err and not result.out, (words, result)
    assert packed.run("import", "../bad", "--vault", "../other").status == 4
    assert packed.files(f"{packed.home}/other") == before and not os.path.exists(f"{packed.home}/both")
    assert not os.path.exists(f"{packed.home}/out.md")


def test_a_member_that_comes_twice_or_is_a_link(packed: Box) -> None:
    good = members(f"{packed.home}/good")
    write(f"{packed.home}/twice", good)
    with pytest.warns(UserWarning), zipfile.ZipFile(f"{packed.home}/twice", "a") as archive:
        archive.writestr(NOTE, good[NOTE])
    assert f"{NOTE} is in it twice" in packed.run("bundle", "inspect", "../twice", check=4).err
    with zipfile.ZipFile(f"{packed.home}/link", "w") as archive:
        for name, data in good.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if name == NOTE else 0o100644) << 16
            archive.writestr(info, data)
    assert f"{NOTE} is encrypted, a link" in packed.run("bundle", "inspect", "../link", check=4).err


def test_no_byte_can_be_cut_off_or_flipped_unnoticed(packed: Box) -> None:
    data = Path(packed.home, "good").read_bytes()
    packed.run("init", "../other", check=0)
    before = packed.files(f"{packed.home}/other")
    for size in (0, 1, 4, 30, len(data) // 2, len(data) - 30, len(data) - 1):
        Path(packed.home, "short").write_bytes(data[:size])
        assert packed.run("bundle", "load", "../short", "--vault", "../other").status == 4, size
    good = members(f"{packed.home}/good")
    unnoticed = 0
    for at in range(0, len(data), 3):
        Path(packed.home, "bent").write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:])
        try:
            with inspected(f"{packed.home}/bent") as bundle:
                assert all(bundle.read(name) == text for name, text in good.items() if name != "manifest.json")
        except UserError:
            continue
        unnoticed += 1  # times, versions and lengths that no reader of a zip looks at
    assert unnoticed < len(data) / 12
    assert packed.files(f"{packed.home}/other") == before


def test_what_inspect_tells(packed: Box) -> None:
    told = json.loads(packed.run("bundle", "inspect", "../good", "--json", check=0).out)
    assert told["counts"] == {"entries": 1, "files": 3, "packs": 0, "versions": 1, "uses": 1} and told["whole"] and told["by"] == "mem"
    assert [member["name"] for member in told["members"]] == sorted(set(members(f"{packed.home}/good")) - {"manifest.json"})
    version = json.loads(members(f"{packed.home}/good")[f"versions/{ID}.jsonl"])
    assert version["text"].endswith("first\n") and "tags" not in version["text"] and version["date"] and version["commit"]


def test_the_same_vault_at_the_same_time_makes_the_same_bytes(packed: Box) -> None:
    packed.run("export", "bundle", "../again", check=0)
    assert Path(packed.home, "again").read_bytes() == Path(packed.home, "good").read_bytes()
    assert packed.run("export", "bundle", check=0).data == Path(packed.home, "good").read_bytes()


def test_uses_come_along_once(packed: Box) -> None:
    packed.run("init", "../other", check=0)
    for _ in range(2):
        packed.run("bundle", "load", "../good", "--vault", "../other", check=0)
    lines = Path(packed.home, "other", ".mem", "state", "access.log").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["used"]
    here = Path(packed.vault, ".mem", "state", "access.log").read_text()
    packed.run("bundle", "load", "../good", check=0)
    assert Path(packed.vault, ".mem", "state", "access.log").read_text() == here


@pytest.mark.parametrize("row", [
    '{"id": "' + ID + '", "uses": [["2026-01-01T00:00:00Z\\"}\\n", "used", 0]]}', "[1]", '{"id": 3, "uses": []}{', '{"id": 3, "uses": [["", "", 0]]}',
    '{"id": "' + ID + '", "uses": [["2026-01-01T00:00:00Z", "owned", 0]]}', '{"id": "' + ID + '", "uses": [["2026-01-01T00:00:00Z", ["used"], 0]]}',
    '{"id": "../../../../../../../../../", "uses": [["2026-01-01T00:00:00Z", "used", 0]]}'])
def test_uses_that_are_none_are_refused_even_if_well_sealed(packed: Box, row: str) -> None:
    import hashlib

    data = row.encode() + b"\n"

    def change(head: dict[str, Any]) -> None:
        for member in head["members"]:
            if member["name"] == "state/uses.jsonl":
                member.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())

    write(f"{packed.home}/bad", resealed({**members(f"{packed.home}/good"), "state/uses.jsonl": data}, change))
    result = packed.run("bundle", "load", "../bad")
    assert result.status == 4 and "state/uses.jsonl does not hold uses" in result.err


def test_of_forgotten_entries_no_text_leaves(packed: Box) -> None:
    packed.run("forget", ID, check=0)
    packed.run("export", "bundle", "../gone", check=0)
    found = members(f"{packed.home}/gone")
    rows = [json.loads(line) for line in found[f"versions/{ID}.jsonl"].splitlines()]
    assert len(rows) == 2 and all("text" not in row for row in rows) and not any(b"first\n" in data or b"first\\n" in data for data in found.values())
    result = packed.run("bundle", "fuse", "../good", "../gone", "-o", "../both", check=0)
    assert result.out.startswith("1 entry, 1 of them in both, 0 in conflict") and b"state: forgotten" in members(f"{packed.home}/both")[NOTE]


def test_an_entry_that_was_moved_keeps_its_earlier_texts(packed: Box) -> None:
    packed.git("mv", "note/a.md", "note/b.md")
    packed.git("commit", "-q", "-m", "moved")
    packed.run("export", "bundle", "../moved", check=0)
    assert b"first" in members(f"{packed.home}/moved")[f"versions/{ID}.jsonl"]


def other(box: Box, *commands: tuple[str, ...], name: str = "there") -> None:
    """A vault that loaded the good bundle, changed by commands, and its bundle beside."""
    box.run("init", f"../{name}-vault", check=0)
    box.run("bundle", "load", "../good", "--vault", f"../{name}-vault", check=0)
    for words in commands:
        box.run(*words, "--vault", f"../{name}-vault", check=0)
    box.run("export", "bundle", f"../{name}", "--vault", f"../{name}-vault", check=0)


def test_the_descendant_wins_without_a_conflict(packed: Box) -> None:
    other(packed, ("set", ID, "importance=0.9"), ("add", "Only there"))
    for one, two in (("good", "there"), ("there", "good")):
        result = packed.run("bundle", "fuse", f"../{one}", f"../{two}", "-o", f"../{one}-{two}", check=0)
        assert result.out.startswith("2 entries, 1 of them in both, 0 in conflict")
        assert b"importance: 0.9" in members(f"{packed.home}/{one}-{two}")[NOTE]
    here, there = (members(f"{packed.home}/{name}") for name in ("good-there", "there-good"))
    assert here.keys() == there.keys() and all(here[name] == there[name] for name in here if name != "manifest.json")
    packed.run("init", "../last", check=0)
    packed.run("bundle", "load", "../good-there", "--vault", "../last", check=0)
    assert packed.files(f"{packed.home}/last") == packed.files(f"{packed.home}/there-vault")


def test_two_texts_that_parted_are_both_kept(packed: Box) -> None:
    other(packed, ("set", ID, "importance=0.9"), name="there")
    packed.run("set", ID, "importance=0.1", env={"MEM_NOW": "2026-11-24T08:00:00Z"}, check=0)
    packed.run("export", "bundle", "../here", check=0)
    result = packed.run("bundle", "fuse", "../there", "../here", "-o", "../both", "--json")
    assert result.status == 3
    fused = json.loads(result.out)
    assert fused["conflicts"] == [{"id": ID, "path": "note/a.md", "reason": "the text of here stays, that of there is kept as a version"}]
    found = members(f"{packed.home}/both")
    assert b"importance: 0.1" in found[NOTE] and b"importance: 0.9" in found[f"versions/{ID}.jsonl"]
    packed.run("bundle", "inspect", "../both", check=0)
    again = packed.run("bundle", "fuse", "../both", "../there", "-o", "../thrice", check=0)
    assert "0 in conflict" in again.out, "what was settled stays settled"


def test_two_entries_of_one_path_both_find_room(packed: Box) -> None:
    second = ID[:-1] + "f"
    packed.run("init", "../other", check=0)
    packed.write("../other/note/a.md", f"---\nid: {second}\n---\nother\n")
    packed.run("export", "bundle", "../theirs", "--vault", "../other", check=0)
    packed.run("bundle", "fuse", "../good", "../theirs", "-o", "../both", check=0)
    found = members(f"{packed.home}/both")
    assert b"first" in found[NOTE] and b"other" in found[f"entries/note/a-{second}.md"]


def test_settings_that_differ_are_told(packed: Box) -> None:
    other(packed, ("config", "search.limit", "7"))
    packed.run("config", "search.limit", "8", check=0)
    packed.run("export", "bundle", "../here", check=0)
    result = packed.run("bundle", "fuse", "../here", "../there", "-o", "../both")
    assert result.status == 3 and ".mem/config.yaml: that of here stays" in result.err
    assert b"limit: 8" in members(f"{packed.home}/both")["vault/.mem/config.yaml"]


def test_plugins_leave_and_are_not_let_in(packed: Box) -> None:
    packed.write(".mem/plugins/mine.py", "print(1)\n")
    packed.git("add", "-A")
    packed.git("commit", "-q", "-m", "x")
    packed.run("export", "bundle", "../with", check=0)
    packed.run("init", "../other", check=0)
    result = packed.run("bundle", "load", "../with", "--vault", "../other")
    assert result.status == 3 and ".mem/plugins/mine.py: a plugin is a program" in result.err
    assert not os.path.exists(f"{packed.home}/other/.mem/plugins") and os.path.exists(f"{packed.home}/other/note/a.md")
