"""Does mem keep its hands off what a person's own git is in the middle of: a merge, a commit with its editor open?"""

from __future__ import annotations

import subprocess

import pytest
from box import Box


@pytest.fixture
def merging(box: Box) -> tuple[Box, str]:
    """A merge that stopped at a conflict in the text of an entry; returns its path too."""
    path: str = box.json("add", "first line\n\nmiddle", "--title", "Torn")["path"]
    box.git("switch", "-qc", "theirs")
    box.sh(f"sed -i s/middle/theirs/ {path} && git commit -qam theirs", env=_AS)
    box.git("switch", "-q", "main")
    box.sh(f"sed -i s/middle/ours/ {path} && git commit -qam ours", env=_AS)
    box.git("merge", "-q", "theirs", check=1)
    assert b"<<<<<<< " in box.read(path)
    return box, path


_AS = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}


@pytest.mark.parametrize("words", [("set", "PATH", "tags+=x"), ("forget", "PATH"), ("edit", "PATH"), ("restore", "PATH", "--at", "HEAD~1")])
def test_a_conflict_is_not_marked_as_resolved(merging: tuple[Box, str], words: tuple[str, ...]) -> None:
    box, path = merging
    before, head, unmerged = box.files(), box.git("rev-parse", "HEAD"), box.git("ls-files", "-u")
    refused = box.run(*(path if word == "PATH" else word for word in words), env={"EDITOR": "sed -i s/first/1st/"}, check=17)
    assert len(refused.err.splitlines()) == 2 and "in the middle of a merge" in refused.err
    assert f"add {path}" in refused.err or "your text is kept in" in refused.err
    assert (box.files(), box.git("rev-parse", "HEAD"), box.git("ls-files", "-u")) == (before, head, unmerged)


def test_the_other_entries_can_be_written_during_a_merge(merging: tuple[Box, str]) -> None:
    box, path = merging
    other = box.json("add", "another")["path"]
    box.run("set", other, "tags+=x", check=0)
    assert len(box.git("ls-files", "-u").splitlines()) == 3
    box.sh(f"sed -i '/^[<=>]\\{{7\\}}/d; /^conflict: true/d' {path} && git add {path} && git commit -qm merged", env=_AS)
    box.run("set", path, "tags+=x", check=0)
    assert box.git("log", "--merges", "--format=%s") == "merged\n"
    box.sound()


@pytest.mark.parametrize("holder", ["git", "open"])
def test_the_lock_of_a_running_git_is_respected(box: Box, holder: str) -> None:
    """A git with the vault as its folder (it closes the file while an editor is open for it), or any program that has the lock open."""
    lock = box.path(".git/index.lock")
    box.write(".git/index.lock", "")
    before, head = box.files(), box.git("rev-parse", "HEAD")
    line = "exec git cat-file --batch" if holder == "git" else f"exec cat 9<{lock}"
    with subprocess.Popen(["bash", "-c", line], cwd=box.vault, env=box.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        refused = box.run("add", "words", env={"MEM_LOCK_TIMEOUT_S": "0.3"}, check=11)
        assert len(refused.err.splitlines()) == 2 and ".git/index.lock" in refused.err and "nothing was changed" in refused.err
        assert "leftover" not in box.run("doctor", "--json", check=0).out
        assert (box.files(), box.git("rev-parse", "HEAD"), box.read(".git/index.lock")) == (before, head, b"")
        running.communicate()
    assert "leftover" in box.run("doctor", "--json", check=3).out
    box.run("add", "words", check=0)
    box.sound()


def test_a_lock_that_goes_in_time_is_waited_for(box: Box) -> None:
    box.sh("exec 9>.git/index.lock; (sleep 1; rm .git/index.lock) & exec 9>&-; mem add words")
    box.sound()
