"""Which files of a folder are entries, and which path may a command work on?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memcli.entries import text, vault
from memcli.errors import UserError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault with one entry in a folder, another vault, and a folder beside it."""
    for folder in ("vault/.mem", "vault/notes", "vault/other/.mem", "outside"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("vault/notes/one.md", "vault/other/two.md", "outside/three.md"):
        (tmp_path / name).write_text("text\n")
    return tmp_path / "vault"


def test_links_are_named_and_never_followed(root: Path) -> None:
    (root / "away").symlink_to("../outside")
    (root / "link.md").symlink_to("../outside/three.md")
    (root / "loop").symlink_to("loop")
    (root / "picture.png").symlink_to("../outside/three.md")
    found = vault.scan(str(root))
    assert found.paths == ["notes/one.md"]
    assert found.skipped == {"away": "a link, never followed", "link.md": "a link, never followed", "other": "a repository or vault of its own"}


def test_a_file_that_vanishes_meanwhile_hides_no_other(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "notes" / "gone.md").write_text("text\n")
    take = vault._take

    def vanishing(entry: os.DirEntry[str], *rest: object) -> None:
        if entry.name == "gone.md":
            os.unlink(entry.path)
        take(entry, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(vault, "_take", vanishing)
    assert vault.scan(str(root)).paths == ["notes/one.md"]


@pytest.mark.parametrize("path", ["../outside/three.md", "/etc/x.md", "notes//one.md", "./notes/one.md", "notes/../notes/one.md", "a\0.md", ".git/x.md",
                                  ".mem/x.md", "notes/.hidden.md", "other/two.md", "notes/one.txt", ""])
def test_no_command_works_on_what_is_no_entry(root: Path, path: str) -> None:
    with pytest.raises(UserError):
        vault.Vault(str(root)).entry(path)


NO_ENTRIES = {os.fsdecode(b"name-\xff.md"): "not UTF-8", os.fsdecode(b"folder-\xff/a.md"): "not UTF-8", "link.md": "a link", "folder.md": "a folder",
              "pipe.md": "not a regular file"}


def test_no_command_works_on_what_a_walk_passes_over_and_says_why(root: Path) -> None:
    os.mkdir(root / os.fsdecode(b"folder-\xff"))
    for path in list(NO_ENTRIES)[:2]:
        (root / path).write_text("x\n")
    (root / "link.md").symlink_to(root / "notes" / "one.md")
    (root / "folder.md").mkdir()
    os.mkfifo(root / "pipe.md")
    walked = vault.scan(str(root)).paths
    for path, reason in NO_ENTRIES.items():
        assert path not in walked
        with pytest.raises(UserError, match=reason):
            vault.Vault(str(root)).entry(path)


def test_an_entry_is_worked_on(root: Path) -> None:
    assert vault.Vault(str(root)).entry("notes/one.md") == "notes/one.md"


@pytest.mark.parametrize("letter", ["é", "字", "🌶"])
def test_a_limit_cuts_no_character_in_two(letter: str) -> None:
    whole = f"ab{letter}{letter}".encode()
    for limit in range(1, len(whole) + 3):
        kept = text.head(whole[:limit], limit)
        assert kept.decode() == whole[:limit].decode(errors="ignore")
    assert text.head(b"ab\xff", 3) == b"ab"
    assert text.head(b"a\xe9b", 3) == b"a\xe9b"
    assert text.head(b"", 0) == b""
