"""HTTP: the pages of an account: signing in and out with a browser, and fair use with its human check and its appeal.

The cookie is sent along when a link from a mail or from the extension opens a page (SameSite=Lax), never with another site's form;
every form of ours carries the session's key besides.
"""

from datetime import timedelta

from flask import Response, request

from backend.accounts import sessions
from backend.accounts.api import read_place
from backend.accounts.fair_use import read_fair_use
from backend.accounts.holds import appeal, read_stand
from backend.accounts.pages import COOKIE, HOME, SIGN_IN, answer_account, answer_refusal, forget_cookie
from backend.accounts.records import read_account
from backend.accounts.rules import LONGEST_PASSWORD, NotAnEmail, read_email
from backend.kernel.http import Room, caller, kernel
from backend.kernel.limits import PAGES, SIGN_INS, WRITES
from backend.kernel.pages import came_from_elsewhere, page_language, read_field, see_other, stay_within
from backend.kernel.problems import Problem
from backend.robots import NothingAsked, answer_question, ask_question

api = Room("account", __name__, template_folder="templates")
api.register_error_handler(Problem, answer_refusal)

HTML = "text/html"
_LONGEST_APPEAL = 2000
_CHOICES = ("0", "1", "2")
_SAID = ("passed", "appealed")


@api.get("/account/sign-in", who="anyone", limit=PAGES, media=HTML)
def show_sign_in() -> Response:
    """Ask for email and password."""
    return _ask_sign_in()


@api.post("/account/sign-in", who="anyone", limit=SIGN_INS, media=HTML)
def take_sign_in() -> Response:
    """Open a session of its own, as POST /v1/sessions does, and go where its reader wanted to."""
    if came_from_elsewhere():
        return answer_account("account/refused.html", 403, code="form")
    try:
        email = read_email(request.form.get("email", "")[:320])
        password = request.form.get("password", "")[:LONGEST_PASSWORD]
        signed_in = sessions.sign_in(kernel(), email, password, sessions.WEB, read_place())
    except NotAnEmail:
        return _ask_sign_in("not-an-email", 422)
    except Problem as problem:
        response = _ask_sign_in(problem.code, problem.kind.status, problem)
        response.headers.update(problem.headers)
        return response
    _end_one_before()
    response = see_other(stay_within(HOME, read_field("next")))
    settings = kernel().settings
    response.set_cookie(
        COOKIE,
        signed_in.refresh_token,
        max_age=timedelta(days=settings.session_days),
        path=HOME,
        secure=settings.public_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response


@api.post("/account/sign-out", who="reader", limit=WRITES, media=HTML, status=303)
def take_sign_out() -> Response:
    """End this session."""
    sessions.sign_out(kernel(), caller())
    return forget_cookie(see_other(SIGN_IN))


@api.get("/account", who="reader", limit=PAGES, media=HTML)
def show_account() -> Response:
    """Show fair use: what is left, when it begins anew, what a question or a hold rests on, and how to object."""
    said = request.args.get("said", "")
    return _show(said=said if said in _SAID else "")


@api.post("/account/check", who="reader", limit=SIGN_INS, media=HTML)
def take_check() -> Response:
    """Answer the human check by form; a wrong or late answer is followed by another question."""
    choice = request.form.get("choice", "")
    if choice not in _CHOICES:
        return _show(wrong="choice", status=422)
    try:
        passed = answer_question(kernel(), caller().account_id, read_field("check", 100), int(choice), page_language())
    except NothingAsked:
        return see_other(HOME)
    return see_other(f"{HOME}?said=passed") if passed else _show(wrong="check", status=422)


@api.post("/account/appeal", who="reader", limit=WRITES, media=HTML)
def take_appeal() -> Response:
    """Appeal against the hold by form: a person reads it."""
    text = read_field("text", _LONGEST_APPEAL)
    if not text:
        return _show(wrong="empty", status=422)
    try:
        appeal(kernel(), caller().account_id, text)
    except Problem as problem:
        if problem.code != "nothing-held":
            raise
        return see_other(HOME)
    return see_other(f"{HOME}?said=appealed")


def _show(*, said: str = "", wrong: str = "", status: int = 200) -> Response:
    lang, who = page_language(), caller()
    use = read_fair_use(kernel(), who, lang)
    return answer_account(
        "account/fair_use.html",
        status,
        email=read_account(kernel(), who.account_id).email,
        use=use,
        question=ask_question(kernel(), who.account_id, lang) if use.state == "asked" else None,
        stand=read_stand(kernel(), who.account_id) if use.state == "held" else None,
        longest=_LONGEST_APPEAL,
        said=said,
        wrong=wrong,
    )


def _ask_sign_in(refused: str = "", status: int = 200, problem: Problem | None = None) -> Response:
    return answer_account(
        "account/sign_in.html",
        status,
        refused=refused,
        detail=problem.detail if problem else "",
        wait=problem.headers.get("Retry-After", "") if problem else "",
        next=stay_within(HOME, read_field("next") or request.args.get("next", "")),
        longest=LONGEST_PASSWORD,
    )


def _end_one_before() -> None:
    """Whoever signs in anew leaves the session of before behind."""
    try:
        sessions.sign_out(kernel(), sessions.find_reader(kernel(), request.cookies.get(COOKIE, "")))
    except Problem:
        return
