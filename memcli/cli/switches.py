"""Which signals of a search are switched off? What --channels and --ablate mean, in mem search and mem eval."""

from __future__ import annotations

from memcli.errors import Usage


def without(channels: str, ablate: str) -> set[str]:
    """The signals that are switched off."""
    if not channels and not ablate:
        return set()
    from memcli.search.fuse import CHANNELS, SIGNALS

    for word in filter(None, f"{channels},{ablate}".split(",")):
        if word not in CHANNELS and word not in SIGNALS:
            raise Usage(f"{word!r} is no channel or signal", f"channels: {', '.join(CHANNELS)}; signals: {', '.join(SIGNALS)}")
    if channels and not channels.strip(","):
        raise Usage("--channels names no channel", f"channels: {', '.join(CHANNELS)}")
    off = {name for word in ablate.split(",") for name in CHANNELS.get(word, (word,))}
    kept = {name for word in channels.split(",") for name in CHANNELS.get(word, (word,))}
    return off | ({name for names in CHANNELS.values() for name in names if name not in kept} if channels else set())
