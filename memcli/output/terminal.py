"""What may a terminal be sent? Nothing from an entry that it would obey instead of show."""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_BREAKS = re.compile("[\n\t]")
BOLD, DIM, GREEN, YELLOW, RED, CYAN, RESET = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[36m", "\x1b[0m"


def clean(text: str) -> str:
    """`text` with control, bidirectional, zero-width and tag characters made visible (`\\x1b`); line feeds and tabs stay."""
    return _UNSAFE.sub(_visible, text.encode("utf-8", "replace").decode())


def line(text: str) -> str:
    """`clean` for what must stay on one line."""
    return _BREAKS.sub(_visible, clean(text))


def _visible(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x100:
        return {10: "\\n", 9: "\\t"}.get(number, f"\\x{number:02x}")
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def paint(text: str, style: str, color: bool) -> str:
    """`text` in a style when colour is on."""
    return f"{style}{text}{RESET}" if color and text else text
