"""Can a linked work tree (`git worktree add`) of another repository be a vault?"""

from __future__ import annotations

import os

import pytest
from box import Box
from rounds import other_repository, round_of_commands


@pytest.fixture
def linked(bare: Box) -> Box:
    """The vault's folder as a linked work tree, on branch `notes`, of a repository beside it."""
    folder = other_repository(bare)
    os.rmdir(bare.vault)
    bare.sh(f"git worktree add -q -b notes '{bare.vault}'", cwd=folder)
    return bare


def test_a_linked_work_tree_can_be_a_vault(linked: Box) -> None:
    before = linked.sh("git rev-parse HEAD; git ls-files -s; git status --porcelain", cwd=f"{linked.home}/other").out
    linked.init()
    round_of_commands(linked)
    linked.git("pack-refs", "--all")
    round_of_commands(linked)
    assert linked.sh("git rev-parse HEAD; git ls-files -s; git status --porcelain", cwd=f"{linked.home}/other").out == before
    assert linked.git("status", "--porcelain") == ""
    linked.sound()


def test_attributes_beside_a_persons_own_hold_in_a_linked_work_tree_too(linked: Box) -> None:
    linked.write(".gitattributes", "*.md text\n")
    linked.init()
    assert linked.git("check-attr", "diff", "text", "--", "note.md") == "note.md: diff: mem\nnote.md: text: unset\n"
