"""How does memory that was freed go back to the system? The C library keeps it for later; before a step that needs much of another kind it is given back."""

from __future__ import annotations


def give_back() -> None:
    """Let the system have what is free (glibc's malloc_trim); nothing happens where there is no such call."""
    import ctypes

    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        pass  # another C library
