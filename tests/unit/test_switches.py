"""Which signals do --channels and --ablate switch off?"""

from __future__ import annotations

import pytest

from memcli.cli.switches import without
from memcli.errors import Usage
from memcli.search.fuse import CHANNELS


def test_nothing_is_off_unless_told() -> None:
    assert without("", "") == set()


def test_channels_keep_and_ablate_leaves_out() -> None:
    off = without("keyword,", "words")
    assert off >= {"words", *CHANNELS["vector"]} and "entry" not in off


@pytest.mark.parametrize(("channels", "ablate", "said"), [(",", "", "names no channel"), ("foo", "", "'foo'"), ("", "vector,bar", "'bar'")])
def test_what_is_no_channel_is_refused(channels: str, ablate: str, said: str) -> None:
    with pytest.raises(Usage, match=said):
        without(channels, ablate)
