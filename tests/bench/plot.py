"""A picture of cost against size: lines over two logarithmic axes, written as SVG by hand."""

from __future__ import annotations

import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 440, 60, 210, 40, 50
COLOURS = ("#1b6ca8", "#6fb1de", "#b8500f", "#e9a268", "#4a8c3f", "#777777", "#8e3b8e")


def svg(curves: dict[str, dict[int, float]], title: str) -> str:
    """The picture. `curves` are milliseconds by number of entries, by name."""
    sizes = sorted({size for curve in curves.values() for size in curve})
    times = [ms for curve in curves.values() for ms in curve.values()]
    low, high = 10 ** math.floor(math.log10(min(times))), 10 ** math.ceil(math.log10(max(times)))

    def x(size: float) -> float:
        span = math.log10(sizes[-1] / sizes[0]) or 1.0
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(size / sizes[0]) / span

    def y(ms: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log10(ms / low) / math.log10(high / low)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', f'<text x="{LEFT}" y="22" font-size="15">{title}</text>']
    for size in sizes:
        parts += [f'<line x1="{x(size):.1f}" y1="{TOP}" x2="{x(size):.1f}" y2="{HEIGHT - BOTTOM}" stroke="#eeeeee"/>',
                  f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{size:,}</text>']
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        parts += [f'<line x1="{LEFT}" y1="{y(10 ** power):.1f}" x2="{WIDTH - RIGHT}" y2="{y(10 ** power):.1f}" stroke="#dddddd"/>',
                  f'<text x="{LEFT - 8}" y="{y(10 ** power) + 4:.1f}" text-anchor="end">{10 ** power:g}</text>']
    parts += [f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">entries</text>', f'<text x="14" y="{TOP - 10}">ms</text>']
    ends = sorted(((y(curve[max(curve)]), name) for name, curve in curves.items()))
    labels: dict[str, float] = {}
    for at, name in ends:
        labels[name] = max(at, max(labels.values(), default=0.0) + 15)
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{x(size):.1f},{y(ms):.1f}" for size, ms in sorted(curve.items()))
        parts += [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  *(f'<circle cx="{x(size):.1f}" cy="{y(ms):.1f}" r="3" fill="{colour}"/>' for size, ms in curve.items()),
                  f'<text x="{x(max(curve)) + 10:.1f}" y="{labels[name] + 4:.1f}" fill="{colour}">{name}, {curve[max(curve)]:.0f} ms</text>']
    return "\n".join([*parts, "</svg>\n"])
