"""Do git's own commands merge entries by meaning, whichever of them it is, and does what cannot be merged say what to do next?"""

from __future__ import annotations

import re

import pytest
from box import Box

_AS = {f"GIT_{who}_{what}": word for who in ("AUTHOR", "COMMITTER") for what, word in (("NAME", "a"), ("EMAIL", "a@example.org"))}
WAYS = {"merge": "git merge -q theirs", "rebase": "git rebase -q theirs", "cherry-pick": "git cherry-pick theirs",
        "stash": "git checkout -q theirs && sed -i 's/theirs]/theirs, mine]/' note.md && git stash -q && git checkout -q main && git stash pop -q"}
ENTRY = "---\nid: 01jdbq4m9x3t5v7n2k8c6r0wze\ntags: [%s]\n---\ntext\n"


@pytest.fixture
def forked(box: Box) -> Box:
    """A vault where a branch has changed the same line of an entry."""
    box.write("note.md", ENTRY % "base")
    box.sh("git add note.md && git commit -qm base && git branch theirs", env=_AS)
    box.write("note.md", ENTRY % "base, ours")
    box.sh("git commit -qam ours && git checkout -q theirs", env=_AS)
    box.write("note.md", ENTRY % "base, theirs")
    box.sh("git commit -qam theirs && git checkout -q main", env=_AS)
    return box


@pytest.mark.parametrize("way", WAYS)
def test_each_of_gits_commands_merges_by_meaning(way: str, forked: Box) -> None:
    forked.sh(WAYS[way], env=_AS)
    kept = {"stash": b"[base, mine, ours]"}.get(way, b"[base, ours, theirs]")
    assert kept in forked.read("note.md") and b"<<<<" not in forked.read("note.md")


@pytest.mark.parametrize("way", ["merge", "rebase", "cherry-pick"])
def test_the_next_step_for_what_is_no_text_can_be_taken(way: str, forked: Box) -> None:
    forked.write("note.md", b"ours \xff\n")
    forked.sh("git commit -qam bytes", env=_AS)
    told = forked.sh(f"{WAYS[way]} 2>&1; true", env=_AS).out
    command = re.search(r"hint: (git show \S+)", told)
    assert command, told
    one, other = sorted((forked.read("note.md"), forked.sh(command[1]).data))
    assert other == b"ours \xff\n" and b"theirs]" in one
