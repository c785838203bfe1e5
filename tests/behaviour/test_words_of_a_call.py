"""What is said to a command line that means two things, names a path from below, or is one letter off?"""

from __future__ import annotations

import pytest
from box import Box


@pytest.mark.parametrize("line", [("list", "--json", "--jsonl"), ("list", "-0", "--format", "{id}"), ("search", "x", "--jsonl", "--null"),
                                  ("log", "--json", "--format", "x"),
                                  ("show", "x", "--format", "-", "--json"), ("--color", "never", "list", "--json", "--jsonl")])
def test_two_shapes_of_output_are_refused(box: Box, line: tuple[str, ...]) -> None:
    refused = box.run(*line, check=2)
    assert refused.out == "" and "ask for different output" in refused.err
