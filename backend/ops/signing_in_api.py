"""HTTP: the way in for those who run Candor: the link that sets password and codes, signing in, signing out."""

import base64
import io

import segno
from flask import Response, request

from backend.accounts import LONGEST_PASSWORD
from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, SIGN_INS
from backend.kernel.pages import came_from_elsewhere, see_other, stay_within
from backend.kernel.problems import Problem
from backend.ops.enrolment import Enrolment, enrol, read_enrolment
from backend.ops.pages import COOKIE, answer_ops
from backend.ops.roles import READERS
from backend.ops.rules import LONGEST_SESSION
from backend.ops.sessions import Refused, sign_in, sign_out

api = Room("ops_signing_in", __name__, template_folder="templates")

HTML = "text/html"
_LONGEST = 200


@api.get("/ops/enrol/<link>", who="anyone", limit=PAGES, media=HTML)
def show_enrolment(link: str) -> Response:
    """Show the secret for the authenticator, and ask for a password and the first code."""
    return _enrolment(link)


@api.post("/ops/enrol/<link>", who="anyone", limit=SIGN_INS, media=HTML)
def take_enrolment(link: str) -> Response:
    """Set password and codes; whoever did is signed in."""
    try:
        session = enrol(kernel(), link, _field("password", LONGEST_PASSWORD), _field("code", 16))
    except Refused as refused:
        return _enrolment(link, refused.code)
    return _signed_in(session, "/ops")


@api.get("/ops/sign-in", who="anyone", limit=PAGES, media=HTML)
def show_sign_in() -> Response:
    """Ask for name, password and code."""
    return _sign_in()


@api.post("/ops/sign-in", who="anyone", limit=SIGN_INS, media=HTML)
def take_sign_in() -> Response:
    """Open a session of its own, and go where the operator wanted to."""
    if came_from_elsewhere():
        return answer_ops("refused.html", 403, reason="form")
    try:
        session = sign_in(kernel(), _field("name"), _field("password", LONGEST_PASSWORD), _field("code", 16))
    except Refused as refused:
        return _sign_in(refused.code, 403)
    except Problem as problem:
        response = _sign_in(problem.code, problem.kind.status)
        response.headers.update(problem.headers)
        return response
    return _signed_in(session, stay_within("/ops", _field("next")))


@api.post("/ops/sign-out", who="operator", roles=READERS, limit=SIGN_INS, media=HTML, status=303)
def take_sign_out() -> Response:
    """End this session."""
    sign_out(kernel(), request.cookies.get(COOKIE, ""))
    response = see_other("/ops/sign-in")
    response.delete_cookie(COOKIE, path="/ops")
    return response


def _signed_in(session: str, to: str) -> Response:
    response = see_other(to)
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(LONGEST_SESSION.total_seconds()),
        path="/ops",
        secure=kernel().settings.public_url.startswith("https:"),
        httponly=True,
        samesite="Strict",
    )
    return response


def _sign_in(refused: str = "", status: int = 200) -> Response:
    wanted = stay_within("/ops", _field("next") or request.args.get("next", ""))
    return answer_ops("sign_in.html", status, refused=refused, next=wanted)


def _enrolment(link: str, refused: str = "") -> Response:
    with kernel().database.begin() as connection:
        found = read_enrolment(connection, kernel(), link)
    status = 404 if found is None else 422 if refused else 200
    picture = _draw(found) if found else ""
    return answer_ops("enrol.html", status, found=found, link=link, picture=picture, refused=refused, longest=LONGEST_PASSWORD)


def _draw(found: Enrolment) -> str:
    drawn = io.BytesIO()
    segno.make(found.address).save(drawn, kind="svg", scale=4, border=4, dark="#16202a", light="#ffffff")
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


def _field(name: str, longest: int = _LONGEST) -> str:
    return request.form.get(name, "")[:longest]
