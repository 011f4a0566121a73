"""The pictures of docs/robots: what each threshold finds and wrongly finds, and what is lost before the first question."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt

from backend.robots.thresholds import THRESHOLDS

INK, PAPER, ACCENT, ERROR = "#16202A", "#FBFAF7", "#0B6E6E", "#A3261F"


def draw(folder: Path, people: Mapping[str, Sequence[Any]], families: Mapping[str, Sequence[Any]]) -> None:
    """Write `roc.svg` and `lost.svg` into the folder. The sequences hold outcomes of bench.robots."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, chart in (("roc", _roc(people["people not seen"], families)), ("lost", _lost(families))):
        styled = chart.configure(background=PAPER, font="system-ui, sans-serif").configure_axis(labelColor=INK, titleColor=INK)
        styled.configure_legend(labelLimit=300).save(folder / f"{name}.svg")


def _roc(people: Sequence[Any], families: Mapping[str, Sequence[Any]]) -> Any:
    # A share of none asked wrongly has no place on a logarithmic axis: it stands at the left edge.
    edge = 0.5 / len(people)
    points: list[dict[str, Any]] = []
    for threshold in [each / 2 for each in range(1, 161)]:
        wrong = max(edge, sum(person.highest >= threshold for person in people) / len(people))
        points += [
            {"family": family, "wrongly": wrong, "found": sum(each.highest >= threshold for each in robots) / len(robots)}
            for family, robots in families.items()
        ]
    axis = alt.Axis(format="%")
    return (
        alt.Chart(alt.Data(values=points), title="In a month: robots found, by people wrongly brought there")
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("wrongly:Q", scale=alt.Scale(type="log", domain=[edge, 1]), axis=axis, title="account-months of people"),
            y=alt.Y("found:Q", scale=alt.Scale(domain=[0, 1]), axis=axis, title="accounts of the family"),
            color=alt.Color("family:N", title=None, sort=list(families), scale=alt.Scale(scheme="tableau20")),
        )
        .properties(width=520, height=340)
    )


def _lost(families: Mapping[str, Sequence[Any]]) -> Any:
    rows: list[dict[str, Any]] = []
    for family, robots in families.items():
        lost = sorted(max(1, each.before.get("ask", each.reveals)) for each in robots)
        middle, tenth, ninth = lost[len(lost) // 2], lost[len(lost) // 10], lost[int(len(lost) * 0.9)]
        rows.append({"family": family, "middle": middle, "low": tenth, "high": ninth})
    chart = alt.Chart(
        alt.Data(values=rows), title=f"Credits lost before the first question (score {THRESHOLDS.tree['ladder']['ask']:g})"
    )
    place = alt.Y("family:N", sort=list(families), title=None, axis=alt.Axis(labelLimit=300))
    scale = alt.Scale(type="log", domain=[10, 10_000])
    span = chart.mark_rule(color=ACCENT, size=3, opacity=0.5).encode(
        y=place, x=alt.X("low:Q", scale=scale, title="credits"), x2="high:Q"
    )
    middle_ones = chart.mark_point(filled=True, color=ACCENT, size=70, opacity=1).encode(y=place, x=alt.X("middle:Q", scale=scale))
    words = chart.mark_text(dy=-10, color=INK).encode(
        y=place, x=alt.X("middle:Q", scale=scale), text=alt.Text("middle:Q", format=",")
    )
    return (span + middle_ones + words).properties(width=520, height=alt.Step(26))
