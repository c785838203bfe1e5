"""What does the plugin `git` make of hostile, damaged, odd and growing repositories?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from box import FIXTURES

from memcli.errors import PluginFailed
from memcli.extend import gitlog, registry
from memcli.extend.contracts import Draft, Source, draft_id
from memcli.extend.gitlog import History, public_url

TRELLIS = os.path.join(FIXTURES, "ingest", "git", "trellis.git")


def git(folder: Path, *words: str, date: str = "2025-04-01T10:00:00+02:00", feed: bytes | None = None) -> str:
    """git in a folder, with an author and a date."""
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Lena"), ("EMAIL", "lena@example.org"), ("DATE", date))}
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **who}
    return subprocess.run(["git", *words], cwd=folder, env=env, input=feed, capture_output=True, check=True).stdout.decode()


def repository(folder: Path) -> Path:
    """A fresh repository with one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", ".")
    return commit(folder, "Begin", {"a.txt": "one\n"})


def commit(folder: Path, message: str, files: dict[str, str], **more: str) -> Path:
    """One more commit."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "-A", ".")
    git(folder, "commit", "-q", "--allow-empty", "--allow-empty-message", "-F", "-", feed=message.encode(), **more)
    return folder


def drafts(folder: Path | str, **options: str) -> list[Draft]:
    return [one for one in registry.load("git").read(Source.open(str(folder)), options) if isinstance(one, Draft)]


def test_nothing_that_a_repository_configures_runs(tmp_path: Path) -> None:
    folder = repository(tmp_path / "work")
    (folder / ".gitattributes").write_text("*.txt diff=evil filter=evil\n")
    commit(folder, "More", {"a.txt": "one\ntwo\n", "b.bin": "x"})
    trap = tmp_path / "trap"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho run >> {trap}\ncat \"$1\"\n")
    evil.chmod(0o755)
    for key in ("core.pager", "pager.log", "core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean",
                "filter.evil.smudge", "gpg.program", "core.sshCommand", "core.editor", "alias.log", "core.askPass", "credential.helper"):
        git(folder, "config", key, f"!{evil}" if key.startswith("alias") else str(evil))
    for key, value in (("log.showSignature", "true"), ("color.ui", "always"), ("log.showRoot", "false"), ("diff.renames", "false"),
                       ("format.pretty", "raw"),
                       ("log.mailmap", "true"), ("core.hooksPath", str(tmp_path)), ("log.diffMerges", "on"), ("diff.noprefix", "true"),
                       ("remote.origin.url", f"ext::{evil}"), ("remote.origin.promisor", "true"), ("extensions.partialClone", "origin"),
                       ("core.repositoryFormatVersion", "1")):
        git(folder, "config", key, value)
    found = drafts(folder)
    assert [one.title for one in found] == ["Begin", "More"] and "`a.txt` (new, +1 -0)" in found[0].body and "`a.txt` (+1 -0)" in found[1].body
    assert not trap.exists() and evil.name not in found[0].uri


def test_the_user_s_own_settings_and_a_hook_s_variables_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "work")
    other = commit(repository(tmp_path / "other"), "Elsewhere", {"z": "z"})
    want = drafts(folder)
    (tmp_path / ".gitconfig").write_text("[log]\n\tshowRoot = false\n[diff]\n\trenames = false\n[core]\n\tquotePath = true\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert drafts(folder) == want
    program = folder / "git"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    assert drafts(folder) == want


def test_a_clone_a_shallow_one_and_a_fork_give_the_same_ids(tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--no-local", "--depth", "3", f"file://{TRELLIS}", "shallow")
    whole = {draft_id("git", one) for one in drafts(TRELLIS)}
    assert {draft_id("git", one) for one in drafts(tmp_path / "shallow")} < whole and len(whole) == 7
    shutil.copytree(TRELLIS, tmp_path / "fork.git")
    assert {draft_id("git", one) for one in drafts(tmp_path / "fork.git")} == whole


def test_a_history_that_grows_adds_only_what_is_new(tmp_path: Path) -> None:
    folder = repository(tmp_path / "work")
    before = drafts(folder)
    commit(folder, "Second\n\nbecause", {"b.txt": "b\n"}, date="2024-01-01T00:00:00Z")
    assert drafts(folder)[:1] == before and drafts(folder)[1].title == "Second"


@pytest.mark.parametrize(("message", "kept"), [
    ("v1.2.3", False), ("1.2.3", False), ("Release 2.0.0-rc.1", False), ("Bump version to 0.9.1", False), ("chore(release): 1.4.0", False),
    ("Bump version to 0.9.1\n\nThe first one that reads maps.", True), ("Release the brake", True),
    ("Bump numpy from 1.24.0 to 2.0.0 for free threading", True), ("", True),
])
def test_a_version_bump_says_nothing_unless_it_says_why(tmp_path: Path, message: str, kept: bool) -> None:
    folder = commit(repository(tmp_path / "work"), message, {"VERSION": "2\n"})
    assert len(drafts(folder)) == 1 + kept


def test_hostile_names_and_messages_feign_nothing(tmp_path: Path) -> None:
    name = "\x1e" + "a" * 40
    said = f"One\n\n\x1e{'b' * 40}\x1f1\t1\tx\n:100644 100644 {'c' * 40} M"
    folder = commit(repository(tmp_path / "work"), said, {name: "1\n", "1\t1\tq": "q\n", ":0 M": "z\n"})
    (folder / os.fsdecode(b"latin-\xe9")).write_text("x")
    commit(folder, "Two", {})
    (_, one, two) = History(str(folder), "work").commits()
    assert {change.path for change in one.changes} == {name, "1\t1\tq", ":0 M"} and [change.path for change in two.changes] == ["latin-\ufffd"]
    assert one.message.startswith("One\n\n\x1e")


def test_a_large_commit_is_told_in_short(tmp_path: Path) -> None:
    folder = commit(repository(tmp_path / "work"), "Import", {f"d/{number}": "x\n" for number in range(gitlog.FILES_MAX + 20)})
    found = drafts(folder)[1]
    assert found.body.count("\n- ") == 13 and f"and {gitlog.FILES_MAX + 8} more files" in found.body


def test_damage_keeps_what_was_read(tmp_path: Path) -> None:
    folder = repository(tmp_path / "work")
    for number in range(3):
        commit(folder, f"Step {number}", {f"{number}.txt": f"{number}\n"})
    tree = git(folder, "rev-parse", "HEAD~1^{tree}").strip()
    (folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    found: list[str] = []
    with pytest.raises(PluginFailed, match="git cannot read its history"):
        found.extend(one.title for one in registry.load("git").read(Source.open(str(folder)), {}) if isinstance(one, Draft))
    assert found == ["Begin"]  # the one that git was at when it failed may lack files


def test_what_is_no_repository_is_refused_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    inner = repository(tmp_path / "work") / "inner"
    inner.mkdir()
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    git(fresh, "init", "-q", ".")
    for place, said in (("file", "is no folder"), ("empty", "is no git repository"), ("work/inner", "is no git repository"), ("fresh", "has no commit yet")):
        with pytest.raises(PluginFailed, match=said):
            drafts(tmp_path / place)
    for options, said in (({"since": "soon"}, "since takes a date"), ({"branch": "x"}, "no option 'branch'")):
        with pytest.raises(PluginFailed, match=said):
            drafts(tmp_path / "work", **options)


def test_git_ends_when_the_reader_stops_or_it_falls_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = tmp_path / "pid"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    answer = ("\x1e" + "a" * 40, "", "2025-01-01T00:00:00Z", "0", "Lena", "", "Hello", "\x1e" + "b" * 40, "")
    program.write_text(f"#!{sys.executable}\nimport os, time\nopen({str(marks)!r}, 'w').write(str(os.getpid()))\n"
                       f"print(*{answer!r}, sep='\\0', end='', flush=True)\ntime.sleep(60)\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    reading = History(str(tmp_path), "slow").commits()
    assert next(reading).message == "Hello"
    reading.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(int(marks.read_text()), 0)
    monkeypatch.setattr(gitlog, "SILENCE_S", 0.3)
    with pytest.raises(PluginFailed, match="said nothing for 0.3 seconds"):
        list(History(str(tmp_path), "slow").commits())
    with pytest.raises(ProcessLookupError):
        os.kill(int(marks.read_text()), 0)


def test_a_setting_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "work")
    os.mkfifo(tmp_path / "pipe")
    git(folder, "config", "include.path", str(tmp_path / "pipe"))
    monkeypatch.setattr(gitlog, "SILENCE_S", 0.3)
    with pytest.raises(PluginFailed, match="said nothing for 0.3 seconds"):
        drafts(folder)


@pytest.mark.parametrize(("url", "public"), [
    ("https://lena:s3same@example.org/a/b.git", "https://example.org/a/b.git"), ("https://example.org/a?token=s3same#x", "https://example.org/a"),
    ("git@example.org:a/b.git", "example.org:a/b.git"), ("ssh://git@example.org:2222/a/b", "ssh://example.org:2222/a/b"),
    ("/srv/git/a.git", ""), ("file:///srv/a.git", ""), ("ext::sh -c x", ""), ("https://[bad", ""), ("C:\\work", ""), ("", ""),
])
def test_a_remote_is_told_without_its_secrets(url: str, public: str) -> None:
    assert public_url(url) == public


def test_only_the_commits_that_are_named_are_read(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r")
    for number in range(3):
        commit(folder, f"Change {number}\n\nwhy", {"a.txt": f"{number}\n"})
    one, other = git(folder, "rev-parse", "HEAD~1").strip(), git(folder, "rev-parse", "HEAD").strip()
    assert sorted(draft.title for draft in drafts(folder, commits=f"{one},{other},{'0' * 40}")) == ["Change 1", "Change 2"]
    with pytest.raises(PluginFailed, match="takes hashes"):
        drafts(folder, commits="--all")
