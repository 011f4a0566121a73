"""HTTP: the cases that wait for a person: who is doubtful, suspended, appealing or sharing an account, and what to decide."""

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field

from backend.accounts import (
    count_open_cases,
    find_open_case,
    list_open_cases,
    read_cases,
    read_newest_actions,
    read_profile,
    read_questions,
    read_sessions,
    read_suspensions,
    say_signs,
)
from backend.credits import is_held
from backend.kernel.clock import PARIS
from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.pages import page_language
from backend.ops.figure_words import Say, name_steps
from backend.ops.pages import PLACES, Place, answer_ops, read_number, speak, write_short
from backend.ops.roles import DECIDERS, HELPERS, READERS
from backend.ops.timeline import KINDS, Timeline, read_timeline
from backend.ops.timeline_plot import draw_timeline

api = Room("ops_cases", __name__)
PLACES.append(Place("ops_cases.show_cases", "/ops/cases", "Cases"))

_AT_ONCE = 100


class Queue(Body):
    kind: Annotated[str, Field(max_length=40)] = ""
    after: int = 0


@api.get("/ops/cases", who="operator", roles=READERS, limit=PAGES, query=Queue, media="text/html")
def show_cases(query: Queue) -> Response:
    """Show the cases that wait, oldest first."""
    with kernel().database.begin() as connection:
        counts = count_open_cases(connection)
        found = list_open_cases(connection, kind=query.kind, after=query.after, most=_AT_ONCE + 1)
    more = found[_AT_ONCE - 1].case_id if len(found) > _AT_ONCE else None
    now = kernel().clock.now()
    return answer_ops("cases.html", cases=found[:_AT_ONCE], counts=counts, kind=query.kind, more=more, now=now, helpers=HELPERS)


@api.get("/ops/cases/<account_id>/<case_id>", who="operator", roles=HELPERS, limit=PAGES, media="text/html")
def show_case(account_id: str, case_id: str) -> Response:
    """Show a case: its signals, what its user handed in, the account's facts, and what can be decided."""
    number, case_number, house = read_number(account_id), read_number(case_id), kernel()
    with house.database.begin() as connection:
        profile = read_profile(connection, house, number)
        cases = read_cases(connection, house, number) if profile else []
        case = next((each for each in cases if each.case_id == case_number), None)
        if profile is None or case is None:
            return answer_ops("gone.html", 404)
        waiting = find_open_case(connection, number, case_number)
        suspensions = read_suspensions(connection, house, number, page_language())
        shown: dict[str, Any] = {
            "questions": read_questions(connection, house, number),
            "sessions": read_sessions(connection, house, number, 10),
            "actions": read_newest_actions(connection, number, 30),
            "held": profile.workspace_id is not None and is_held(connection, profile.workspace_id, number),
        }
        week = read_timeline(connection, house, number, case.opened_at) if case.kind in KINDS else None
    return answer_ops(
        "case.html",
        profile=profile,
        case=case,
        waiting=waiting,
        suspensions=suspensions,
        others=[each for each in cases if each.case_id != case_number],
        open_kinds={each.kind for each in cases if each.state == "open"},
        suspended_by=suspensions[0].opened_by if suspensions else None,
        now=house.clock.now(),
        decides=DECIDERS,
        **shown,
        **(_show_week(week, case.kind) if week else {}),
    )


def _show_week(week: Timeline, kind: str) -> dict[str, Any]:
    lang = page_language()
    held = [step for step in week.steps if step.step == "hold"]
    say = speak(lang)
    kept = [step.decided_by for step in week.steps if step.step in ("hold", "kept")]

    def hour_name(at: datetime) -> str:
        there = at.astimezone(PARIS)
        return f"{write_short(there, lang)} {there:%H:%M}"

    return {
        "week": week,
        # A case keeps the signs of its hold in English; its step tells them in the reader's language.
        "seen": say_signs(held[-1].signs, lang) if held and kind == "robots" else [],
        "picture": draw_timeline(week, say, lambda at: write_short(at.astimezone(PARIS), lang)),
        "step_names": name_steps(say),
        "say_signs": lambda signs: say_signs(signs, lang),
        "hour_name": hour_name,
        "gap": lambda seconds: _write_gap(seconds, say, lang),
        "kept_by": kept[-1] if kept else None,
    }


def _write_gap(seconds: float, say: Say, lang: str) -> str:
    if seconds < 60:
        return say("{seconds} s", seconds=f"{seconds:.1f}".replace(".", "," if lang == "fr" else "."))
    return say("{minutes} min", minutes=round(seconds / 60)) if seconds < 7200 else say("{hours} h", hours=round(seconds / 3600))
