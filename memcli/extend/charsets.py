"""Which characters are these bytes? The declared ones where they fit, else UTF-8, else the Western ones of Windows: never an error."""

from __future__ import annotations

import codecs

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF16_LE, "utf-16-le"),
          (codecs.BOM_UTF16_BE, "utf-16-be"))
_NARROW = ("ascii", "iso8859-1", "cp1252")  # what says so is most often what Windows writes
_NO_TEXT = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined")


def mark(data: bytes) -> tuple[str, int]:
    """(the encoding that a byte order mark tells, the mark's length); "" and 0 without one."""
    return next(((name, len(begin)) for begin, name in _MARKS if data.startswith(begin)), ("", 0))


def decoded(data: bytes, declared: str = "") -> tuple[str, str]:
    """(text, name of the encoding it was read by): by its mark, as `declared`, as UTF-8, else as Windows-1252."""
    marked, length = mark(data)
    if marked:
        return data[length:].decode(marked, "replace"), marked
    name = known(declared)
    for encoding in ("utf-8", "") if name in ("", *_NARROW) else (name, "utf-8"):
        try:
            if encoding:
                return data.decode(encoding), encoding
        except (UnicodeError, ValueError):
            continue
    return western(data), "cp1252"


def western(data: bytes) -> str:
    """Bytes as Windows-1252, its five gaps as Latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes((byte,)).decode("cp1252" if byte not in b"\x81\x8d\x8f\x90\x9d" else "latin-1") for byte in data)


def known(declared: str) -> str:
    """The codec's own name of a declared encoding, "" for what is none of text."""
    try:
        found = codecs.lookup(declared.strip().strip("\"'")[:40])
    except (LookupError, ValueError):
        return ""
    return found.name if getattr(found, "_is_text_encoding", True) and found.name.replace("_", "-") not in _NO_TEXT else ""
