"""HTTP: LinkedIn synchronisation, as JSON for the extension and as pages for the browser on its way."""

from datetime import datetime

from flask import Response, current_app, redirect, request
from typing_extensions import TypedDict

from backend.accounts.consent import CONSENT_VERSION, Mention, list_mentions
from backend.accounts.provider import LinkedInIdentityProvider
from backend.accounts.records import read_account
from backend.accounts.synchronising import WAY_MINUTES, Reason, SyncRefused, ask_ticket, finish, start
from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import PAGES, READS, WRITES
from backend.kernel.pages import answer_page, page_language
from backend.kernel.problems import KINDS, Problem

api = Room("linkedin", __name__)

PROVIDER = "candor_linkedin"
"""Where the application keeps its LinkedInIdentityProvider, or None."""

_COOKIE = "candor_linkedin"
_CODES: dict[Reason, str] = {"taken": "linkedin-taken", "other-member": "linkedin-other", "suspended": "account-suspended"}


class Consent(TypedDict):
    version: str
    mentions: list[Mention]


class Link(TypedDict):
    synced: bool
    synced_at: datetime | None
    renew_by: datetime | None
    consent: Consent


class Agreed(Body):
    consent: str | None = None


class Departing(TypedDict):
    authorize_url: str


@api.get("/v1/linkedin", limit=READS, answer=Link, leads_to={"linkedin.connect": {"consent": "/consent/version"}})
def read_link() -> Link:
    """Whether LinkedIn is synchronised, until when, and what one agrees to by synchronising."""
    house = kernel()
    account = read_account(house, caller().account_id)
    mentions = list_mentions(page_language(), house.settings.synchronisation_days)
    return {
        "synced": account.renew_by is not None and account.renew_by > house.clock.now(),
        "synced_at": account.synced_at,
        "renew_by": account.renew_by,
        "consent": {"version": CONSENT_VERSION, "mentions": mentions},
    }


@api.post("/v1/linkedin/connect", limit=WRITES, body=Agreed, answer=Departing, problems=("consent-required",))
def connect(body: Agreed) -> Departing:
    """Agree to the consent's version, and get the one-time address that starts the synchronisation."""
    _provider()
    return {"authorize_url": ask_ticket(kernel(), caller().account_id, body.consent)}


@api.get("/linkedin/start/<ticket>", who="anyone", limit=PAGES, media="text/html")
def leave(ticket: str) -> Response:
    """Bind this browser and go on to LinkedIn."""
    try:
        departure = start(kernel(), _provider(), ticket)
    except SyncRefused as refused:
        return _tell(refused.reason)
    response = redirect(departure.url)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_cookie(
        _COOKIE,
        departure.cookie,
        max_age=WAY_MINUTES * 60,
        path="/linkedin",
        secure=kernel().settings.public_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response  # type: ignore[return-value]


@api.get("/linkedin/callback", who="anyone", limit=PAGES, media="text/html")
def come_back() -> Response:
    """Take LinkedIn's answer, from the browser that left."""
    given = request.args
    try:
        finish(
            kernel(),
            _provider(),
            state=given.get("state", ""),
            cookie=request.cookies.get(_COOKIE, ""),
            code=given.get("code", ""),
            cancelled="error" in given or "code" not in given,
        )
    except SyncRefused as refused:
        response = _tell(refused.reason)
    else:
        response = answer_page("linkedin.html", reason="")
    response.delete_cookie(_COOKIE, path="/linkedin")
    return response


def _tell(reason: Reason) -> Response:
    code = _CODES.get(reason, "linkedin-failed")
    return answer_page("linkedin.html", KINDS[code].status, reason=reason, code=code)


def _provider() -> LinkedInIdentityProvider:
    provider: LinkedInIdentityProvider | None = current_app.extensions[PROVIDER]
    if provider is None:
        raise Problem("unavailable", "Signing in with LinkedIn is not set up on this server.")
    return provider
