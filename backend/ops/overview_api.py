"""HTTP: the overview: what was counted today, in 7 and in 30 days, as plots and as tables, and the rows behind each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from flask import Response, current_app
from pydantic import Field

from backend.kernel.due import Piece, read_dues
from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem
from backend.kernel.sandbox_api import DUE_PIECES
from backend.kernel.waiting_mails import count_waiting
from backend.ops.figure_words import Say, name_columns, name_figures, name_labels
from backend.ops.overview import WINDOWS, Overview, read_overview
from backend.ops.pages import PLACES, Place, answer_ops, speak, write_short
from backend.ops.plots import draw_bars, draw_lines
from backend.ops.roles import READERS
from backend.ops.rows import ALL, read_rows

api = Room("ops_overview", __name__)
PLACES.insert(0, Place("ops_overview.show_overview", "/ops", "Overview"))

_SHARES = {"p50": 0.5, "p95": 0.95}
_LONGEST = 30


class Window(Body):
    days: Annotated[int, Field(ge=1, le=_LONGEST)] = _LONGEST


class RowsAsked(Window):
    cursor: Annotated[str, Field(max_length=64)] = ""
    label: Annotated[str, Field(max_length=64)] = ""


@dataclass(frozen=True)
class Plot:
    """A picture, and the same numbers as a table: by series, one number for each day."""

    title: str
    picture: str
    rows: str
    series: Mapping[str, Sequence[float | None]]
    about: str = ""


@api.get("/ops", who="operator", roles=READERS, limit=PAGES, query=Window, media="text/html")
def show_overview(query: Window) -> Response:
    """Show what was counted."""
    now, say, lang = kernel().clock.now(), speak(page_language()), page_language()
    pieces: list[Piece] = current_app.extensions[DUE_PIECES]
    dues = read_dues(kernel().database.engine, pieces, now)
    with kernel().database.begin() as connection:
        found = read_overview(connection, now)
        waiting = count_waiting(connection, now)
    labels = name_labels(say)
    return answer_ops(
        "overview.html",
        found=found,
        windows=WINDOWS,
        days=query.days,
        shown=[write_short(day, lang) for day in found.days[-query.days :]],
        plots=_draw(found, query.days, lang, say, labels),
        figures=name_figures(say),
        labels=labels,
        shares=_SHARES,
        late=sum((now - due).total_seconds() > 60 for due in dues.values()),
        oldest=min(dues.values(), default=None),
        waiting=waiting,
    )


@api.get("/ops/rows/<what>", who="operator", roles=READERS, limit=PAGES, query=RowsAsked, media="text/html")
def show_rows(what: str, query: RowsAsked) -> Response:
    """Show the rows behind a number, newest first, by our own ids."""
    if what not in ALL:
        raise Problem("not-found")
    now, say = kernel().clock.now(), speak(page_language())
    try:
        with kernel().database.begin() as connection:
            rows, more = read_rows(connection, what, query.days, now, query.cursor, query.label)
    except ValueError:
        raise Problem("not-found") from None
    return answer_ops(
        "rows.html",
        what=what,
        days=query.days,
        label=query.label,
        rows=rows,
        more=more,
        title=name_figures(say)[what],
        labels=name_labels(say),
        columns=name_columns(say),
        is_instant=lambda value: isinstance(value, datetime),
        is_day=lambda value: isinstance(value, date) and not isinstance(value, datetime),
    )


def _draw(found: Overview, days: int, lang: str, say: Say, labels: Mapping[str, str]) -> list[Plot]:
    shown = [write_short(day, lang) for day in found.days[-days:]]

    def named(series: Mapping[str, Any]) -> dict[str, Any]:
        return {labels.get(label, label): numbers for label, numbers in series.items()}

    bars = [
        (say("Reveals by outcome"), "reveals", named(found.series("outcomes", days))),
        (say("Reveals by kind"), "reveals", named(found.series("kinds", days))),
        (say("Credits granted"), "granted", named(found.series("granted", days))),
        (say("Credits spent"), "spent", named(found.series("spent", days))),
        (say("Answers that were errors"), "answers", named(found.series("errors", days))),
        (say("Mails that came back"), "bounces", named(found.series("bounces", days))),
    ]
    newcomers = {
        say("Sign-ups"): [found.counts["sign-ups"]["all"].get(day, 0) for day in found.days[-days:]],
        say("Last synchronised with LinkedIn"): [found.counts["syncs"]["all"].get(day, 0) for day in found.days[-days:]],
    }
    times: dict[str, list[float | None]] = {}
    for group in ("reveals", "lookups"):
        for name, share in _SHARES.items():
            line = [found.quantile(group, share, [day]) for day in found.days[-days:]]
            if any(value is not None for value in line):
                times[f"{labels[group]} {name}"] = line
    lines: list[tuple[str, str, Mapping[str, Sequence[float | None]]]] = [
        (say("Newcomers"), "sign-ups", newcomers if any(map(any, newcomers.values())) else {}),
        (say("Time to answer, in milliseconds"), "times", times),
    ]
    drawn = [Plot(title, draw_lines(title, shown, series) if series else "", rows, series) for title, rows, series in lines]
    return [*drawn, *(Plot(title, draw_bars(title, shown, series) if series else "", rows, series) for title, rows, series in bars)]
