"""What is an entry called? Identifiers (ULIDs, lower case) and the readable part of file names; pure apart from randomness.

An id is 26 characters of Crockford base 32: 48 bits of milliseconds since the epoch, then 80 bits, so ids sort by time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
SLUG_LENGTH = 60

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TAIL = 1 << 80
_WELL_FORMED = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}", re.ASCII).fullmatch
_LOOKALIKES = str.maketrans("ilo", "110")
_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))))
_LETTERS = {  # letters without a Unicode decomposition to ASCII
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h", "ŋ": "n",
}  # fmt: skip

_last = -1  # the newest id made in this process, as a number


def new_id(now: datetime, entropy: bytes | None = None) -> str:
    """A fresh id for the instant `now`; ids of one process made in the same millisecond go up by one.

    `entropy` (10 bytes) makes the answer repeatable and takes no part in the order within a process.
    """
    global _last
    time = _milliseconds(now)
    if entropy is not None:
        return _encode(time * _TAIL + int.from_bytes(entropy[:10].rjust(10, b"\0"), "big"))
    if _last // _TAIL == time and (_last + 1) // _TAIL == time:
        _last += 1
    else:
        import os

        _last = time * _TAIL + int.from_bytes(os.urandom(10), "big")
    return _encode(_last)


def stable_id(at: datetime | None, key: str) -> str:
    """The same id for the same instant and key on every machine: how a second ingest finds what the first one wrote."""
    return _encode((0 if at is None else _milliseconds(at)) * _TAIL + int.from_bytes(_digest(key, 10), "big"))


def derived_id(path: str) -> str:
    """The id of a file that states none: 128 bits of a hash of its path's bytes, as two spellings of one name can be two files."""
    return _encode(int.from_bytes(_digest(path, 16), "big"))


def is_id(text: str) -> bool:
    """Whether `text` is a whole id, in any case and with Crockford's lookalikes (i, l for 1; o for 0)."""
    return len(text) == LENGTH and _WELL_FORMED(normalise(text)) is not None


def normalise(text: str) -> str:
    """The canonical spelling of an id or of the start of one."""
    return text.lower().translate(_LOOKALIKES)


def slug(title: str) -> str:
    """A file name part for `title`: `a-z`, `0-9` and `-`, at most 60 characters, cut at a word, never a device name."""
    text = title.lower()
    if not text.isascii():
        import unicodedata

        text = "".join(_LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFKD", text))
        text = "".join(letter for letter in text if not unicodedata.combining(letter)).lower()
    text = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])['’](?=[a-z0-9])", "", text)).strip("-")
    if len(text) > SLUG_LENGTH:
        cut = text.rfind("-", 0, SLUG_LENGTH + 1)
        text = text[: cut if cut > SLUG_LENGTH // 3 else SLUG_LENGTH].strip("-")
    if not text:
        return "entry"
    return f"{text}-entry" if text in _DEVICES else text


def _milliseconds(at: datetime) -> int:
    """Whole milliseconds since the epoch, held to the 48 bits an id has for them."""
    passed = at - _EPOCH
    whole = (passed.days * 86_400 + passed.seconds) * 1000 + passed.microseconds // 1000
    return min(max(whole, 0), (1 << 48) - 1)


def _digest(key: str, size: int) -> bytes:
    from _blake2 import blake2b

    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=size).digest()


def _encode(number: int) -> str:
    """128 bits as 26 characters."""
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
