"""Pages of a signed-in person: who reads them, by a cookie, what guards their forms, and the frame that rooms above use, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, request

from backend.accounts.callers import acts_for
from backend.accounts.sessions import find_reader
from backend.kernel import Kernel
from backend.kernel.http import endpoint_of_request
from backend.kernel.pages import answer_page, carries_key, form_key, page_language, see_other, speak
from backend.kernel.problems import Problem
from backend.kernel.writing import write_moment, write_number

COOKIE = "candor_account"
HOME = "/account"
SIGN_IN = "/account/sign-in"
_ROOM = Path(__file__).parent
_IN_THE_WAY = ("account-suspended", "account-terminated")


@dataclass(frozen=True)
class PagePlace:
    """A page in the navigation of an account, with its name by language."""

    address: str
    title: Mapping[str, str]


PLACES: list[PagePlace] = [PagePlace(HOME, {"en": "Fair use", "fr": "Usage raisonnable"})]
"""The navigation, in order; rooms above add theirs."""


def install_readers(app: Flask, kernel: Kernel) -> None:
    """Set `g.caller` for pages of an account; ask for a sign-in where there is none, and refuse forms that are not our own."""

    @app.before_request
    def recognise_reader() -> Response | None:
        endpoint = endpoint_of_request()
        if endpoint is None or endpoint.who != "reader" or request.method == "OPTIONS":
            return None
        cookie = request.cookies.get(COOKIE, "")
        try:
            g.caller = find_reader(kernel, cookie)
        except Problem as problem:
            if problem.code in _IN_THE_WAY:
                raise
            wanted = request.path if request.method in ("GET", "HEAD") else HOME
            return forget_cookie(see_other(f"{SIGN_IN}?next={quote(wanted)}"))
        g.form_key = form_key(cookie)
        if endpoint.method != "GET":
            if not carries_key(g.form_key):
                return answer_account("account/refused.html", 403, code="form")
            acts_for(g.caller.account_id, g.caller.session_id)
        return None


def answer_account(template: str, status: int = 200, *, room: Path = _ROOM, **context: Any) -> Response:
    """Render a page for whoever is signed in; `room` is the folder whose `french.toml` has the template's sentences."""
    lang = page_language()
    return answer_page(
        template,
        status,
        lang=lang,
        signed_in="caller" in g,
        places=PLACES,
        here=request.path,
        form_key=g.get("form_key", ""),
        say=speak(lang, room, _ROOM),
        moment=lambda at: write_moment(at, lang),
        number=lambda number: write_number(number, lang),
        **context,
    )


def answer_refusal(problem: Problem) -> Response:
    """A problem as a page, for the error handlers of rooms whose readers are people."""
    wait = problem.headers.get("Retry-After", "")
    response = answer_account(
        "account/refused.html", problem.kind.status, code=problem.code, title=problem.kind.title, detail=problem.detail, wait=wait
    )
    response.headers.update(problem.headers)
    return response


def forget_cookie(response: Response) -> Response:
    """Without the session's cookie."""
    response.delete_cookie(COOKIE, path=HOME)
    return response
