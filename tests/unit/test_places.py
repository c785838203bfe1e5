"""Which of the places where known sources lie are there?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from memcli.extend import places
from memcli.extend.places import KNOWN, found

SESSION = "5b0e7c1a-3f0d-4c55-9a57-2f1d8f3c6a01.jsonl"


def _write(path: Path, size: int = 10) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return str(path)


def _told(home: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> list[tuple[str, str, str, int, int]]:
    """What is found, with paths from home."""
    return [(one.plugin, one.label, os.path.relpath(one.path, home), one.files, one.size_bytes) for one in found(str(home), env or {}, str(cwd or home))]


def test_a_home_with_everything_is_told_sorted(tmp_path: Path) -> None:
    claude, codex = tmp_path / ".claude", tmp_path / ".codex"
    _write(claude / "projects" / "-home-lena-shop" / SESSION, 100)
    _write(claude / "projects" / "-home-lena-shop" / "memory" / "user_role.md", 20)
    _write(claude / "projects" / "-home-lena-shop" / "tool-results" / "a.txt", 5000)
    _write(claude / "history.jsonl", 7)
    _write(codex / "sessions" / "2026" / "10" / "15" / "rollout-a.jsonl", 30)
    _write(codex / "archived_sessions" / "rollout-b.jsonl", 40)
    for name in (".bash_history", ".zsh_history", ".local/share/fish/fish_history", ".local/share/atuin/history.db", ".mozilla/firefox/a.default/places.sqlite",
                 "snap/firefox/common/.mozilla/firefox/b.default/places.sqlite", ".config/google-chrome/Default/Bookmarks",
                 ".config/google-chrome/Profile 1/Bookmarks", "Library/Application Support/BraveSoftware/Brave-Browser/Default/Bookmarks",
                 ".var/app/com.microsoft.Edge/config/microsoft-edge/Default/Bookmarks", ".config/chromium/Default/Bookmarks"):
        _write(tmp_path / name)
    shop = tmp_path / "shop" / "src"
    _write(tmp_path / "shop" / ".git" / "HEAD", 21)
    _write(tmp_path / "shop" / ".git" / "objects" / "aa" / "bb", 200)
    _write(shop / ".aider.chat.history.md", 60)
    assert _told(tmp_path, cwd=shop) == [
        ("aider", "aider", "shop/src/.aider.chat.history.md", 1, 60),
        ("bookmarks", "Brave", "Library/Application Support/BraveSoftware/Brave-Browser/Default/Bookmarks", 1, 10),
        ("bookmarks", "Chrome", ".config/google-chrome/Default/Bookmarks", 1, 10),
        ("bookmarks", "Chrome", ".config/google-chrome/Profile 1/Bookmarks", 1, 10),
        ("bookmarks", "Chromium", ".config/chromium/Default/Bookmarks", 1, 10),
        ("bookmarks", "Edge", ".var/app/com.microsoft.Edge/config/microsoft-edge/Default/Bookmarks", 1, 10),
        ("bookmarks", "Firefox", ".mozilla/firefox/a.default/places.sqlite", 1, 10),
        ("bookmarks", "Firefox", "snap/firefox/common/.mozilla/firefox/b.default/places.sqlite", 1, 10),
        ("claude-code", "Claude Code", ".claude/projects", 2, 120),
        ("codex", "Codex", ".codex/archived_sessions", 1, 40),
        ("codex", "Codex", ".codex/sessions", 1, 30),
        ("git", "git", "shop", 2, 221),
        ("shell", "atuin", ".local/share/atuin/history.db", 1, 10),
        ("shell", "bash", ".bash_history", 1, 10),
        ("shell", "fish", ".local/share/fish/fish_history", 1, 10),
        ("shell", "zsh", ".zsh_history", 1, 10),
    ]


def test_an_empty_home_has_nothing(tmp_path: Path) -> None:
    (tmp_path / ".claude" / "projects").mkdir(parents=True)
    _write(tmp_path / ".bash_history", 0)
    assert _told(tmp_path) == []


def test_variables_say_where(tmp_path: Path) -> None:
    _write(tmp_path / ".claude" / "projects" / "-old" / SESSION)
    _write(tmp_path / "moved" / "projects" / "-new" / SESSION)
    _write(tmp_path / "codex" / "sessions" / "rollout-a.jsonl")
    _write(tmp_path / "data" / "fish" / "fish_history")
    history = _write(tmp_path / "zsh" / ".zsh_history")
    env = {"CLAUDE_CONFIG_DIR": f"{tmp_path}/moved", "CODEX_HOME": f"{tmp_path}/codex", "XDG_DATA_HOME": f"{tmp_path}/data", "ZDOTDIR": f"{tmp_path}/zsh",
           "HISTFILE": history, "XDG_CONFIG_HOME": "not/absolute", "ATUIN_DB_PATH": "~/nowhere"}
    assert [one[:3] for one in _told(tmp_path, env)] == [
        ("claude-code", "Claude Code", "moved/projects"), ("codex", "Codex", "codex/sessions"), ("shell", "fish", "data/fish/fish_history"),
        ("shell", "zsh", "zsh/.zsh_history")]  # once, though HISTFILE names it too
    assert [one[2] for one in _told(tmp_path, {"HISTFILE": _write(tmp_path / "own")})] == [".claude/projects", "own"]
    assert [one[2] for one in _told(tmp_path, {"HISTFILE": "own", "CLAUDE_CONFIG_DIR": ""})] == [".claude/projects"]


def test_links_are_not_followed_below_what_is_named(tmp_path: Path) -> None:
    outside = _write(tmp_path / "outside" / "secret.jsonl", 99)
    home = tmp_path / "home"
    _write(home / "dotfiles" / "claude" / "projects" / "-shop" / SESSION)
    (home / ".claude").symlink_to(home / "dotfiles" / "claude")
    (home / ".claude" / "projects" / "-link").symlink_to(tmp_path / "outside")
    (home / ".claude" / "projects" / "-shop" / "b.jsonl").symlink_to(outside)
    (home / ".codex").mkdir()
    (home / ".codex" / "sessions").symlink_to(tmp_path / "outside")
    (home / ".aider.chat.history.md").symlink_to(outside)
    _write(tmp_path / "profile" / "places.sqlite")
    (home / ".mozilla" / "firefox").mkdir(parents=True)
    (home / ".mozilla" / "firefox" / "a").symlink_to(tmp_path / "profile")
    os.mkfifo(home / ".bash_history")
    assert _told(home) == [("claude-code", "Claude Code", ".claude/projects", 1, 10)]


def test_the_repository_one_stands_in_is_the_nearest(tmp_path: Path) -> None:
    _write(tmp_path / ".git" / "HEAD")
    _write(tmp_path / "deep" / ".git", 30)  # a linked work tree's
    (tmp_path / "deep" / "er").mkdir()
    assert _told(tmp_path, cwd=tmp_path / "deep" / "er") == [("git", "git", "deep", 1, 30)]
    assert _told(tmp_path, cwd=tmp_path) == [("git", "git", ".", 1, 10)]


def test_what_is_looked_at_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        _write(tmp_path / ".claude" / "projects" / "-shop" / f"{number:02}.jsonl")
    _write(tmp_path / ".codex" / "sessions" / "a.jsonl")
    monkeypatch.setattr(places, "LOOKED_AT_MAX", 8)
    (one,) = found(str(tmp_path), {}, str(tmp_path))
    assert (one.files, one.size_bytes, one.whole) == (7, 70, False)
    monkeypatch.setattr(places, "LOOKED_AT_MAX", 100)
    assert [(one.files, one.whole) for one in found(str(tmp_path), {}, str(tmp_path))] == [(12, True), (1, True)]


def test_a_folder_that_may_not_be_read_or_is_a_file_hides_nothing_else(tmp_path: Path) -> None:
    _write(tmp_path / ".codex" / "sessions")
    _write(tmp_path / ".mozilla")
    _write(tmp_path / ".claude" / "projects" / "-shop" / SESSION)
    shut = tmp_path / ".claude" / "projects" / "-shut"
    shut.mkdir(mode=0)
    try:
        assert [(one.plugin, one.files) for one in found(str(tmp_path), {}, "/")] == [("claude-code", 1)]
    finally:
        shut.chmod(0o700)


def test_every_pattern_has_a_beginning_that_is_understood() -> None:
    for one in KNOWN:
        for pattern in one.patterns:
            assert pattern.startswith(("~/", "./", "../", "${")), pattern
    assert found("/nonexistent", {}, "/nonexistent") == []
