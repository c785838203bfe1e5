"""Every session in this folder, and the console blocks of the README, print what they say. `make sessions` writes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from box import TOP, Box
from transcript import Step, parse, replay, shapes, written

FOLDER = os.path.join(TOP, "tests", "cli")
SESSIONS = sorted(name for name in os.listdir(FOLDER) if name.endswith(".txt"))
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _compare(expected: list[Step], found: list[Step], path: str, rewrite: bool, new_text: str) -> None:
    same = [one == other for one, other in zip(shapes(expected), shapes(found))]
    if rewrite:
        if not all(same):
            Path(path).write_text(new_text, encoding="utf-8")
        return
    for good, one, other in zip(same, expected, found):
        assert good, f"{os.path.basename(path)}: $ {one.command}\n--- expected\n{written(one)}--- printed\n{written(other)}(make sessions writes it anew)"


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_prints_what_it_says(name: str, box: Box, request: pytest.FixtureRequest) -> None:
    path = os.path.join(FOLDER, name)
    text = Path(path).read_text(encoding="utf-8")
    head = text[:text.index("$ ")]
    expected = parse(text)
    assert expected, "a session without a command"
    found = replay(box, expected, box.vault)
    _compare(expected, found, path, request.config.getoption("--regenerate"), head + "\n".join(map(written, found)))


def test_the_readme_prints_what_it_says(bare: Box, request: pytest.FixtureRequest) -> None:
    path = os.path.join(TOP, "README.md")
    text = Path(path).read_text(encoding="utf-8")
    blocks = [parse(block) for block in _BLOCK.findall(text)]
    assert len(blocks) > 5
    expected = [step for block in blocks for step in block]
    found = replay(bare, expected, TOP)
    rest = iter(found)
    parts = _BLOCK.split(text)
    for at, block in enumerate(blocks):
        parts[2 * at + 1] = "```console\n" + "".join(written(next(rest)) for _ in block) + "```"
    _compare(expected, found, path, request.config.getoption("--regenerate"), "".join(parts))
