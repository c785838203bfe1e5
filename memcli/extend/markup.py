"""What did a person type, of a message into which a program put things of its own? Blocks between tags are taken out or read; pure, one pass over the text.

Programs that hand a person's words to a model put other matter beside them: `<system-reminder>...</system-reminder>`, `<environment_context>...`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_ -]{0,40})>")


def without(text: str, tags: Collection[str]) -> str:
    """`text` without the blocks of these tags. What is opened and never closed stays, as it may be what somebody wrote about."""
    kept: list[str] = []
    open_tag, at, opened = "", 0, 0
    for match in _TAG.finditer(text):
        closing, tag = bool(match[1]), match[2]
        if not open_tag and not closing and tag in tags:
            kept.append(text[at:match.start()])
            open_tag, opened = tag, match.start()
        elif closing and tag == open_tag:
            open_tag, at = "", match.end()
    kept.append(text[opened if open_tag else at:])
    return "".join(kept).strip()


def between(text: str, tag: str) -> str:
    """What stands in the first block of that tag, "" when there is none."""
    inside, closed, _ = text.partition(f"<{tag}>")[2].partition(f"</{tag}>")
    return inside.strip() if closed else ""
