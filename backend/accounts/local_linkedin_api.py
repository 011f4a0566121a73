"""HTTP: the local stand-in for LinkedIn's sign-in, on this machine only. Its page is a form with one field, `sub`."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, request
from pydantic_core import to_json

from backend.accounts.local_linkedin import (
    CLIENT_ID,
    CLIENT_SECRET,
    PATH,
    TOKEN_SECONDS,
    Typed,
    describe_keys,
    make_code,
    make_identity_token,
    read_code,
)  # fmt: skip
from backend.accounts.synchronising import callback_of
from backend.kernel.http import JSON, Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.loopback import refuse_other_hosts
from backend.kernel.pages import answer_page
from backend.kernel.problems import Problem

api = Room("local-linkedin", __name__)
api.before_request(refuse_other_hosts)

_LONGEST = 200


@api.get(f"{PATH}/authorize", who="anyone", limit=PAGES, media="text/html")
def ask() -> Response:
    """Ask which member to be."""
    given = request.args
    if given.get("client_id") != CLIENT_ID or given.get("redirect_uri") != callback_of(kernel()):
        raise Problem("invalid-query")
    return answer_page("local_linkedin.html", state=given.get("state", ""), nonce=given.get("nonce", ""), path=PATH)


@api.post(f"{PATH}/authorize", who="anyone", limit=PAGES, media="text/html")
def answer() -> Response:
    """Go back as the member typed, or without one."""
    form = request.form
    sub = form.get("sub", "").strip()[:_LONGEST]
    if not sub:
        back = {"state": form.get("state", ""), "error": "user_cancelled_login"}
    else:
        typed = Typed(
            sub=sub,
            email=form.get("email", "").strip()[:_LONGEST],
            picture="no_picture" not in form,
            plain="plain" in form,
            nonce=form.get("nonce", "")[:_LONGEST],
        )
        back = {"state": form.get("state", ""), "code": make_code(kernel(), typed)}
    return redirect(f"{callback_of(kernel())}?{urlencode(back)}", 303)  # type: ignore[return-value]


@api.post(f"{PATH}/token", who="anyone", limit=PAGES, listed=False)
def exchange() -> Response:
    """Change a code for an identity token."""
    form = request.form
    typed = read_code(kernel(), form.get("code", ""))
    known = form.get("client_id") == CLIENT_ID and form.get("client_secret") == CLIENT_SECRET
    if typed is None or not known or form.get("redirect_uri") != callback_of(kernel()):
        return _json({"error": "invalid_request"}, 400)
    token = make_identity_token(kernel().settings, typed)
    return _json({"access_token": "none", "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": token})


@api.get(f"{PATH}/keys", who="anyone", limit=PAGES, listed=False)
def show_keys() -> Response:
    """Show the key that identity tokens are signed with."""
    return _json(describe_keys(kernel().settings))


def _json(found: dict[str, Any], status: int = 200) -> Response:
    return Response(to_json(found), status, mimetype=JSON)
