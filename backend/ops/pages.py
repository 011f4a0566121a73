"""How a page of those who run Candor is answered: its place in the navigation, its words, and what its forms must carry."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from flask import Response, g, request

from backend.kernel import pages
from backend.kernel.clock import PARIS
from backend.kernel.http import ENDPOINTS, kernel
from backend.kernel.ops import Act, NoReason
from backend.kernel.pages import answer_page, page_language
from backend.kernel.pages import read_field as read_field
from backend.kernel.pages import see_other as see_other
from backend.kernel.problems import Problem
from backend.kernel.switches import MAINTENANCE
from backend.kernel.writing import write_day, write_moment, write_money, write_number
from backend.ops.sessions import Operator

COOKIE = "candor_ops"
Done = TypeVar("Done")
LONGEST_REASON = 1000
_ROOM = Path(__file__).parent


@dataclass(frozen=True)
class Place:
    """A page of the navigation, by the endpoint that answers it."""

    endpoint: str
    address: str
    title: str


PLACES: list[Place] = []
"""The navigation, in order; each api file of this room adds its own."""


def speak(lang: str) -> Callable[..., str]:
    """Says an English sentence of these pages in the reader's language; what stands in braces is filled in."""
    return pages.speak(lang, _ROOM)


def read_act() -> Act:
    """Who is acting, with the reason given in the form: `log_act` refuses one that says nothing."""
    operator: Operator = g.operator
    return Act(operator.name, request.form.get("reason", "").replace("\x00", "")[:LONGEST_REASON])


def read_day(name: str) -> date | None:
    """A day from a form's field; None where it is none."""
    try:
        return date.fromisoformat(read_field(name))
    except ValueError:
        return None


def read_moment(name: str) -> datetime | None:
    """An instant from a form's field, as a clock in Paris shows it; None where it is none."""
    try:
        return datetime.fromisoformat(read_field(name)).replace(tzinfo=PARIS).astimezone(UTC)
    except ValueError:
        return None


def carry_out(do: Callable[[Any, Act], Done], *refusals: type[Exception]) -> tuple[Done | None, str]:
    """Do something with the form's reason, in one transaction: its answer, and why it was refused, empty where it was not.

    A refusal is `reason`, or what one of `refusals` says; anything else is raised.
    """
    try:
        with kernel().database.begin() as connection:
            return do(connection, read_act()), ""
    except NoReason:
        return None, "reason"
    except refusals as why:
        return None, str(why)


def write_short(day: date, lang: str) -> str:
    """2 Mar, 02/03."""
    return f"{day.day:02d}/{day.month:02d}" if lang == "fr" else f"{day.day} {day:%b}"


def read_number(text: str) -> int:
    """A row's number in an address; the problem `not-found` where it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Problem("not-found")
    return int(text)


def answer_ops(template: str, status: int = 200, **context: Any) -> Response:
    """Render a template of this room for whoever is signed in, with the pages their role may open."""
    operator: Operator | None = g.get("operator")
    lang = page_language()
    writers: dict[str, Callable[[Any], str]] = {
        "day": lambda day: write_day(day, lang),
        "moment": lambda at: write_moment(at, lang),
        "money": lambda amount: write_money(amount, lang),
        "number": lambda number: write_number(number, lang),
    }
    places = [each for each in PLACES if operator and operator.role in ENDPOINTS[each.endpoint].roles]
    return answer_page(
        f"ops/{template}",
        status,
        lang=lang,
        operator=operator,
        places=places,
        here=request.path,
        form_key=g.get("form_key", ""),
        maintenance_on=kernel().switches.is_on(MAINTENANCE),
        say=speak(lang),
        **writers,
        **context,
    )
