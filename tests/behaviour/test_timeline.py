"""Does `mem timeline` say rightly why it shows nothing?"""

from __future__ import annotations

import pytest
from box import Box


@pytest.mark.parametrize(("call", "said"), [
    ((), "no entry that says when it happened"),
    (("heron", "outage"), "nothing found for 'heron outage'"),
    (("--since", "2020"), "nothing happened then"),
])
def test_an_empty_timeline_says_why(box: Box, call: tuple[str, ...], said: str) -> None:
    errors = box.run("timeline", *call, check=1).err
    assert said in errors and "hint: " in errors
    assert call or "without options" not in errors
