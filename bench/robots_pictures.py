"""The pictures of docs/robots: what each threshold finds and wrongly finds, and what is lost before the first question."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt

from backend.robots.thresholds import THRESHOLDS
from bench.robots_families import CRUDE, PACED, REPLAYED

INK, PAPER, ACCENT = "#16202A", "#FBFAF7", "#0B6E6E"
ALONE = ("turned account", "camouflaged", "slow and low")


def draw(folder: Path, people: Sequence[Any], families: Mapping[str, Sequence[Any]]) -> None:
    """Write `roc.svg` and `lost.svg` into the folder. The sequences hold outcomes of bench.robots."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, chart in (("roc", _roc(people, families)), ("lost", _lost(families))):
        styled = chart.configure(background=PAPER, font="system-ui, sans-serif").configure_axis(labelColor=INK, titleColor=INK)
        styled.configure_legend(labelLimit=300).save(folder / f"{name}.svg")


def _roc(people: Sequence[Any], families: Mapping[str, Sequence[Any]]) -> Any:
    # A share of none brought there wrongly has no place on a logarithmic axis: it stands at the left edge.
    edge = 0.5 / len(people)
    groups = {"crude": CRUDE, "paced": PACED, "replayed people": REPLAYED} | {name: (name,) for name in ALONE}
    points: list[dict[str, Any]] = []
    for threshold in (40 * 0.93**power for power in range(100)):
        wrong = max(edge, sum(person.highest >= threshold for person in people) / len(people))
        for group, names in groups.items():
            robots = [each for name in names for each in families[name]]
            found = sum(each.highest >= threshold for each in robots) / len(robots)
            points.append({"group": group, "wrongly": wrong, "found": found, "threshold": threshold})
    share = alt.Axis(format="%")
    return (
        alt.Chart(
            alt.Data(values=points), title="In a month: robots found, and people wrongly found, as the threshold falls from 40 to 0"
        )
        .mark_line()
        .encode(
            x=alt.X(
                "wrongly:Q",
                scale=alt.Scale(type="log", domain=[edge, 1]),
                axis=share,
                title="account-months of people, those at the edge included",
            ),
            y=alt.Y("found:Q", scale=alt.Scale(domain=[0, 1]), axis=share, title="robots' accounts"),
            color=alt.Color("group:N", title=None, scale=alt.Scale(domain=list(groups))),
            strokeDash=alt.StrokeDash("group:N", title=None, scale=alt.Scale(domain=list(groups))),
            order="threshold:Q",
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
    words = chart.mark_text(dy=-9, color=INK, fontSize=10).encode(
        y=place, x=alt.X("middle:Q", scale=scale), text=alt.Text("middle:Q", format=",")
    )
    return (span + middle_ones + words).properties(width=520, height=alt.Step(26))
