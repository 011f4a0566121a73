"""Plots as SVG pictures of our own making, told apart without colour: bars that stand on each other, and lines.

Altair with vl-convert draws them too, and takes 115 MB more in each worker, 2 s for the first and half a second for every other.
"""

import base64
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 34, 26
INK, PAPER, LINE, QUIET = "var(--ink)", "var(--paper)", "var(--line)", "var(--quiet)"
_COLOURS = tuple(f"var(--c{n})" for n in range(6))
_LIGHT = ("#16202a", "#fbfaf7", "#d5d2c9", "#56606a", "#0b6e6e", "#8a5a00", "#16202a", "#a3261f", "#56606a", "#4a2f7a")
_DARK = ("#e8ecef", "#10161c", "#2c363f", "#9aa5ae", "#4fc3bd", "#e0a63c", "#e8ecef", "#f08a80", "#9aa5ae", "#b79cf0")
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "1 5", "12 6")
_HATCHES = (
    "",
    "M0,8 L8,0",
    "M0,4 H8",
    "M4,0 V8",
    "M0,0 L8,8",
    "M0,8 L8,0 M0,0 L8,8",
)
_GRID_LINES = 4
_TICKS = 8


def draw_bars(title: str, days: Sequence[str], series: Mapping[str, Sequence[float]]) -> str:
    """Bars of each day, the series on top of each other; the picture's address for an `img`."""
    top = _round_up(max((sum(values) for values in zip(*series.values(), strict=True)), default=0))
    wide = (WIDTH - _LEFT - _RIGHT) / max(len(days), 1)
    drawn = []
    for n in range(len(days)):
        below = 0.0
        for which, values in enumerate(series.values()):
            if values[n] > 0:
                upper, lower = _y(below + values[n], top), _y(below, top)
                place = f'x="{_x(n, wide) + wide * 0.1:.1f}" y="{upper:.1f}" width="{wide * 0.8:.1f}" height="{lower - upper:.1f}"'
                drawn.append(f'<rect {place} fill="{_COLOURS[which % 6]}"/>')
                if _HATCHES[which % 6]:
                    drawn.append(f'<rect {place} fill="url(#h{which % 6})"/>')
                below += values[n]
    keys = [
        f'<rect y="-9" width="12" height="12" fill="{_COLOURS[n % 6]}"/><rect y="-9" width="12" height="12" fill="url(#h{n % 6})"/>'
        for n in range(len(series))
    ]
    return _picture(title, days, series, keys, top, drawn, wide)


def draw_lines(title: str, days: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> str:
    """A line for each series, broken where there is nothing; the picture's address for an `img`."""
    top = _round_up(max((value for values in series.values() for value in values if value is not None), default=0))
    wide = (WIDTH - _LEFT - _RIGHT) / max(len(days), 1)
    drawn, keys = [], []
    for which, values in enumerate(series.values()):
        look = f'stroke="{_COLOURS[which % 6]}" stroke-width="2" fill="none" stroke-dasharray="{_DASHES[which % 6]}"'
        path, pen_up = "", True
        for n, value in enumerate(values):
            if value is not None:
                x, y = _x(n, wide) + wide / 2, _y(value, top)
                path += f"{'M' if pen_up else 'L'}{x:.1f},{y:.1f} "
                drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{_COLOURS[which % 6]}"/>')
            pen_up = value is None
        drawn.append(f'<path d="{path.strip()}" {look}/>' if path else "")
        keys.append(f'<path d="M0,-4 H20" {look}/>')
    return _picture(title, days, series, keys, top, drawn, wide)


def _picture(
    title: str,
    days: Sequence[str],
    series: Mapping[str, object],
    keys: Sequence[str],
    top: float,
    drawn: Sequence[str],
    wide: float,
) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(title)} viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title><desc>{escape(', '.join(series))}</desc>",
        f"<style>svg{{{_name_colours(_LIGHT)}}}@media(prefers-color-scheme:dark){{svg{{{_name_colours(_DARK)}}}}}</style><defs>",
        *(_hatch(n) for n in range(min(len(series), 6))),
        f'</defs><rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        *_grid(top),
        *drawn,
        *_name_days(days, wide),
        *_name_series(series, keys),
        "</svg>",
    ]
    return "data:image/svg+xml;base64," + base64.b64encode("".join(parts).encode()).decode()


def _name_colours(colours: Sequence[str]) -> str:
    names = ("ink", "paper", "line", "quiet", *(f"c{n}" for n in range(6)))
    return ";".join(f"--{name}:{colour}" for name, colour in zip(names, colours, strict=True))


def _hatch(which: int) -> str:
    lines = f'<path d="{_HATCHES[which]}" stroke="{PAPER}" stroke-width="1.5"/>' if _HATCHES[which] else ""
    return f'<pattern id="h{which}" width="8" height="8" patternUnits="userSpaceOnUse">{lines}</pattern>'


def _grid(top: float) -> list[str]:
    lines = []
    for n in range(_GRID_LINES + 1):
        value = top * n / _GRID_LINES
        y = _y(value, top)
        lines.append(f'<path d="M{_LEFT},{y:.1f} H{WIDTH - _RIGHT}" stroke="{LINE}"/>')
        lines.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{QUIET}">{value:,.6g}</text>')
    return lines


def _name_days(days: Sequence[str], wide: float) -> list[str]:
    every = -(-len(days) // _TICKS) or 1
    return [
        f'<text x="{_x(n, wide) + wide / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle" fill="{QUIET}">{escape(day)}</text>'
        for n, day in enumerate(days)
        if (len(days) - 1 - n) % every == 0
    ]


def _name_series(series: Mapping[str, object], keys: Sequence[str]) -> list[str]:
    x, named = _LEFT, []
    for name, key in zip(series, keys, strict=True):
        named.append(f'<g transform="translate({x},18)">{key}<text x="24" y="1" fill="{INK}">{escape(name)}</text></g>')
        x += 40 + 7 * len(name)
    return named


def _x(n: int, wide: float) -> float:
    return _LEFT + n * wide


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / top


def _round_up(value: float) -> float:
    """A number that divides into four parts one can read."""
    if value <= 0:
        return float(_GRID_LINES)
    step = 0.001
    while True:
        for factor in (1, 2, 2.5, 5):
            if step * factor * _GRID_LINES >= value and (value < 1 or (step * factor).is_integer()):
                return step * factor * _GRID_LINES
        step *= 10
