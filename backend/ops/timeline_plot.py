"""The picture of an account's week: reveals and other work by hour before the band of what people do, and the gaps between reveals.

It stands in the page itself, so that its colours are the page's own, light or dark; the table beside it says the same.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from backend.kernel.clock import PARIS
from backend.ops.timeline import Timeline
from backend.robots import Range

WIDTH, HEIGHT = 960, 460
_LEFT, _RIGHT = 64, 16
_REVEALS, _OTHER, _GAPS = (52, 172), (204, 274), (306, 430)
"""From which height to which each part stands."""
_HOUR = timedelta(hours=1)
_SHORTEST, _LONGEST = 0.1, 200_000.0
_CLOSE = 15.0
_DOT = 2.0

Say = Callable[..., str]


def draw_timeline(week: Timeline, say: Say, write_day: Callable[[datetime], str]) -> Markup:
    """The picture, as part of a page."""
    reveals = {hour.begins: hour.reveals for hour in week.hours}
    other = {hour.begins: hour.other for hour in week.hours}
    title = say("What the account did in the week until {at}, hour by hour", at=write_day(week.until))
    parts = [
        f'<svg class="plot" role="img" aria-label={quoteattr(title)} viewBox="0 0 {WIDTH} {HEIGHT}">',
        *_days(week, write_day),
        *_bars(week, _REVEALS, reveals, week.band.reveals, say("Reveals in an hour")),
        *_bars(week, _OTHER, other, week.band.other, say("Other work in an hour")),
        *_gaps(week, say),
        *_steps(week),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 (numbers, and words that were escaped)


def _x(week: Timeline, at: datetime) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * ((at - week.since) / (week.until - week.since))


def _days(week: Timeline, write_day: Callable[[datetime], str]) -> Iterator[str]:
    at = week.since
    while at < week.until:
        if at.astimezone(PARIS).hour == 0:
            x = _x(week, at)
            yield f'<path class="grid" d="M{x:.1f},{_REVEALS[0]} V{_GAPS[1]}"/>'
            if x < WIDTH - 100:
                yield f'<text class="name" x="{x + 4:.1f}" y="{_GAPS[1] + 18}">{escape(write_day(at))}</text>'
        at += _HOUR


def _bars(week: Timeline, place: tuple[int, int], counts: dict[datetime, int], band: Sequence[Range], name: str) -> Iterator[str]:
    most = max([*counts.values(), *(each.high for each in band), 4])
    top, bottom = place

    def y(value: float) -> float:
        return bottom - (bottom - top) * min(value, most) / most

    yield _head(place, name)
    for value in (0, most):
        yield f'<text class="name end" x="{_LEFT - 6}" y="{y(value) + 4:.1f}">{value:,.0f}</text>'
    yield f'<path class="band" d="{_outline(week, band, y)}"/>'
    wide = (WIDTH - _LEFT - _RIGHT) / (24 * (week.until - week.since).days)
    bars = "".join(
        f"M{_x(week, at) + 0.5:.1f},{bottom} V{y(count):.1f} h{wide - 1:.1f} V{bottom} z" for at, count in counts.items() if count
    )
    yield f'<path class="bars" d="{bars}"/><path class="axis" d="M{_LEFT},{bottom} H{WIDTH - _RIGHT}"/>'


def _outline(week: Timeline, band: Sequence[Range], y: Callable[[float], float]) -> str:
    # The upper edge from left to right, the lower one back.
    hours, at = [], week.since
    while at < week.until:
        hours.append(at)
        at += _HOUR
    upper = " ".join(f"H{_x(week, at):.1f} V{y(band[at.astimezone(PARIS).hour].high):.1f}" for at in hours)
    lower = " ".join(f"V{y(band[at.astimezone(PARIS).hour].low):.1f} H{_x(week, at):.1f}" for at in reversed(hours))
    return f"M{_LEFT},{y(0):.1f} {upper} H{WIDTH - _RIGHT} {lower} z"


def _gaps(week: Timeline, say: Say) -> Iterator[str]:
    top, bottom = _GAPS

    def y(seconds: float) -> float:
        share = math.log(min(max(seconds, _SHORTEST), _LONGEST) / _SHORTEST) / math.log(_LONGEST / _SHORTEST)
        return bottom - (bottom - top) * share

    yield _head(_GAPS, say("Time between two reveals, each as a dot"))
    names = {1: say("1 s"), 10: say("10 s"), 60: say("1 min"), 600: say("10 min"), 3600: say("1 h"), 86400: say("1 day")}
    for seconds, name in names.items():
        yield f'<path class="grid" d="M{_LEFT},{y(seconds):.1f} H{WIDTH - _RIGHT}"/>'
        yield f'<text class="name end" x="{_LEFT - 6}" y="{y(seconds) + 4:.1f}">{escape(name)}</text>'
    upper, lower = y(week.band.gaps.high), y(week.band.gaps.low)
    yield f'<rect class="band" x="{_LEFT}" y="{upper:.1f}" width="{WIDTH - _LEFT - _RIGHT}" height="{lower - upper:.1f}"/>'
    # Dots on a grid as fine as they are: ten thousand reveals are no more of them than there is room for.
    dots = {(round(_x(week, gap.at) / _DOT), round(y(gap.seconds) / _DOT)) for gap in week.gaps}
    path = "".join(f"M{x * _DOT:.0f},{height * _DOT:.0f}h0" for x, height in sorted(dots))
    yield f'<path class="dots" d="{path}"/><path class="axis" d="M{_LEFT},{bottom} H{WIDTH - _RIGHT}"/>'


def _steps(week: Timeline) -> Iterator[str]:
    inside = [(number, _x(week, step.at)) for number, step in enumerate(week.steps, start=1) if week.since <= step.at < week.until]
    for x, numbers in _gather(inside):
        name = f"{numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
        yield f'<path class="step" d="M{x:.1f},{_REVEALS[0] - 22} V{_GAPS[1]}"/>'
        yield f'<text class="step-name" x="{x:.1f}" y="{_REVEALS[0] - 28}">{name}</text>'


def _gather(steps: Iterable[tuple[int, float]]) -> Iterator[tuple[float, list[int]]]:
    # Steps too close for a number each share one.
    numbers: list[int] = []
    begun = 0.0
    for number, x in steps:
        if numbers and x - begun < _CLOSE:
            numbers.append(number)
            continue
        if numbers:
            yield begun, numbers
        begun, numbers = x, [number]
    if numbers:
        yield begun, numbers


def _head(place: tuple[int, int], name: str) -> str:
    return f'<text class="head" x="{_LEFT}" y="{place[0] - 8}">{escape(name)}</text>'
