"""What of a stranger's text can an entry hold? All but NULs and half characters, with LF line ends; or on one line, where it is a name or a title; pure."""

from __future__ import annotations

LINE_CHARS = 1_000  # of a value that are looked at for one line


def clean(text: str) -> str:
    """Text as an entry can hold it: no NULs, no half characters, LF line ends, no blank space around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def line(value: object, most: int = LINE_CHARS) -> str:
    """The same of the first `most` characters, on one line; "" for what is no text."""
    return " ".join(clean(value[:most]).split()) if isinstance(value, str) else ""
