"""How does a fading look? Lines of block characters for a terminal, and a picture as SVG."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH, _HEIGHT, _LEFT, _TOP = 640, 240, 48, 34
_BANDS = (("hot", "#d9822b"), ("cold", "#6b9ac4"), ("archived", "#b8bec6"))


def spark(values: Sequence[float]) -> str:
    """One character per value (0..1), eight heights."""
    return "".join(_BLOCKS[min(int(max(value, 0.0) * len(_BLOCKS)), len(_BLOCKS) - 1)] for value in values)


def bar(share: float, width: int) -> str:
    """A bar of `share` (0..1) of so many columns, at least one mark for anything above 0."""
    return "█" * max(round(share * width), int(share > 0))


def months(counts: Sequence[tuple[int, int, int]], title: str) -> str:
    """An SVG of entries hot, cold and archived over the months to come, stacked."""
    total = max((sum(count) for count in counts), default=1) or 1
    step = _WIDTH / max(len(counts) - 1, 1)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + _LEFT + 90} {_HEIGHT + _TOP + 40}" font-family="sans-serif" font-size="12">',
             f'<text x="{_LEFT}" y="20" font-size="14">{_escaped(title)}</text>']
    below = [0.0] * len(counts)
    for band, (name, colour) in enumerate(_BANDS):
        above = [low + count[band] / total for low, count in zip(below, counts)]
        points = [(at, high) for at, high in enumerate(above)] + [(at, low) for at, low in reversed(list(enumerate(below)))]
        path = " ".join(f"{_LEFT + at * step:.1f},{_TOP + _HEIGHT * (1 - share):.1f}" for at, share in points)
        parts.append(f'<polygon points="{path}" fill="{colour}"/>')
        if counts and counts[-1][band]:
            middle = (above[-1] + below[-1]) / 2
            parts.append(f'<text x="{_LEFT + _WIDTH + 6}" y="{_TOP + _HEIGHT * (1 - middle) + 4:.1f}">{name} {counts[-1][band]}</text>')
        below = above
    parts += [f'<text x="{_LEFT + at * step:.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{at}</text>' for at in range(0, len(counts), 3)]
    parts += [f'<text x="{_LEFT - 6}" y="{_TOP + 8}" text-anchor="end">{total}</text>',
              f'<text x="{_LEFT - 6}" y="{_TOP + _HEIGHT}" text-anchor="end">0</text>',
              f'<text x="{_LEFT + _WIDTH / 2}" y="{_TOP + _HEIGHT + 36}" text-anchor="middle">months from now, if nothing is used</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
