"""HTTP: pages anybody may read, and the form for a new password. No script, nothing from elsewhere."""

from pathlib import Path

from flask import Response, current_app, request

from backend.accounts import LONGEST_PASSWORD, confirm_reset
from backend.kernel.http import ENDPOINTS, Room, kernel
from backend.kernel.limits import PAGES, SIGN_INS
from backend.kernel.openapi import describe_api
from backend.kernel.pages import answer_page
from backend.kernel.problems import KINDS, Problem
from backend.terms import read_newest_update
from backend.web.reference import list_operations

api = Room("web", __name__, template_folder="templates")

_STYLE = (Path(__file__).parent / "candor.css").read_text(encoding="utf-8")
HTML = "text/html"


@api.get("/candor.css", who="anyone", limit=PAGES, media="text/css")
def show_style() -> Response:
    """Every page's style."""
    response = Response(_STYLE, mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@api.get("/", who="anyone", limit=PAGES, media=HTML)
def show_start() -> Response:
    """Say what Candor is and where to begin."""
    settings = kernel().settings
    return answer_page("start.html", server=settings.public_url, mailbox=settings.local_mail)


@api.get("/robots.txt", who="anyone", limit=PAGES, media="text/plain")
def show_robots() -> Response:
    """Ask crawlers to stay away: nothing here is about anybody without a sign-in anyway."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@api.get("/docs", who="anyone", limit=PAGES, media=HTML)
def show_docs() -> Response:
    """Show the API's reference, made from `/openapi.json`."""
    document = describe_api(kernel().settings.public_url, current_app.view_functions)
    return answer_page("docs.html", lang="en", api=document, groups=list_operations(document))


@api.get("/problems", who="anyone", limit=PAGES, media=HTML)
def show_problems() -> Response:
    """List every problem a caller can meet."""
    return answer_page("problems.html", lang="en", kinds=KINDS)


@api.get("/problems/<code>", who="anyone", limit=PAGES, media=HTML)
def show_problem(code: str) -> Response:
    """Explain one problem: what it means, what to do, and which calls answer it."""
    if code not in KINDS:
        raise Problem("not-found")
    answering = [endpoint for endpoint in ENDPOINTS.values() if code in endpoint.problems]
    update = read_newest_update(kernel()) if code == "extension-outdated" else None
    return answer_page("problem.html", lang="en", code=code, kind=KINDS[code], answering=answering, update=update)


@api.get("/password/reset", who="anyone", limit=PAGES, media=HTML)
def show_reset() -> Response:
    """Ask for the mailed code and a new password."""
    return answer_page("reset.html", done=False, refused="", longest=LONGEST_PASSWORD)


@api.post("/password/reset", who="anyone", limit=SIGN_INS, media=HTML)
def take_reset() -> Response:
    """Set the new password, by form."""
    refused = ""
    try:
        confirm_reset(kernel(), request.form.get("token", "")[:64], request.form.get("password", "")[:LONGEST_PASSWORD])
    except Problem as problem:
        refused = problem.code
    return answer_page("reset.html", 422 if refused else 200, done=not refused, refused=refused, longest=LONGEST_PASSWORD)
