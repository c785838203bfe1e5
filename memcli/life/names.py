"""What is an entry called in a sentence?"""

from __future__ import annotations


def short(id_: str) -> str:
    """The last six characters of an id: the ones that differ, and that stand in the file's name."""
    return id_[-6:]


def count(number: int, one: str, many: str = "") -> str:
    """`1 entry`, `3 entries`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
