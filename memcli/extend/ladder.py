"""What does a value mean for an entry? The rule that most policies share: below one threshold it cools, once cold and below another it is packed."""

from __future__ import annotations

from memcli.extend.policy import Remembered, Verdict

FADING = ("short", "long")


def verdict(entry: Remembered, value: float, reason: str, cool: float, archive: float) -> Verdict:
    """The verdict on an entry of this value (0..1): cool it below `cool`, archive a cold one below `archive`, else keep it."""
    value = min(max(value, 0.0), 1.0)
    if entry.pinned:
        return Verdict(entry.id, "keep", value, "pinned")
    if entry.state == "cold" and value < archive:
        return Verdict(entry.id, "archive", value, f"{reason} < {archive:g}")
    if entry.state in FADING and value < cool:
        return Verdict(entry.id, "cool", value, f"{reason} < {cool:g}")
    return Verdict(entry.id, "keep", value, reason)


def idle(entry: Remembered, days: float) -> str:
    """`not used for 200 days`, or `never used in 200 days`."""
    return f"not used for {days:.0f} days" if entry.uses else f"never used in {days:.0f} days"
