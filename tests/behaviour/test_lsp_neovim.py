"""Does a real editor get along with mem lsp? Neovim, headless, set up as the manual says, by tests/support/editor.lua."""

from __future__ import annotations

import os
import shutil

import pytest
from box import TOP, Box

SCRIPT = os.path.join(TOP, "tests/support/editor.lua")
KEY = "---\nid: 01jdbq4m9x3t5v7n2k8c6r0wze\ntitle: Spare key\ntype: fact\n---\nAda keeps it behind the barrel.\n"
TRIP = "---\ntitle: Trip\ntype: note\ntags: [travel]\n---\nTake the [[Spare key]] along.\nTo [[Nowhere]] at all.\n"


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_a_morning_in_neovim(copied: Box) -> None:
    copied.write("key.md", KEY)
    copied.write("trip.md", TRIP)
    setup = copied.run("lsp", "--help", check=0).out.partition("Neovim 0.7 to 0.10:\n")[2].partition("Neovim, all")[0]
    assert "start_client" in setup
    init = copied.write("../init.lua", setup)
    done = copied.call(["nvim", "--headless", "-n", "-u", init, "-c", f"luafile {SCRIPT}"], timeout_s=60)
    told = done.out + done.err
    assert done.status == 0 and "TIMEOUT" not in told and "Error" not in told, told
    lines = told.replace("\r", "").splitlines()
    assert "diagnostic 7:6 dead-link no entry is called `Nowhere`" in lines
    assert "definition key.md 3" in lines and "completion Spare key -> Spare key]] (fact · short)" in lines
    assert "line 😀 漢字 [[Spare key]]" in lines
    assert [line for line in lines if line.startswith("renamed")] == [
        "renamed Take the [[Key to the house]] along.", "renamed 😀 漢字 [[Key to the house]]", "renamed title: Key to the house"]
    assert "action New entry “Nowhere”" in lines and "diagnostics left 0" in lines and "stopped" in lines
    assert b"pinned: true" in copied.read("trip.md")
    assert "Nowhere" in copied.run("list", check=0).out
    copied.sound()
