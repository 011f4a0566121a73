"""HTTP: accounts in any state, for those who try things out. It exists with `--sandbox` only, on this machine only."""

import secrets
from typing import NotRequired

from typing_extensions import TypedDict

from backend.accounts.api import Email, Password, show_tokens
from backend.accounts.bounces import take_bounce
from backend.accounts.sample import PASSWORD, State, arrange
from backend.accounts.sessions import open_session
from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import CHECKS
from backend.kernel.loopback import refuse_other_hosts
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem

api = Room("sandbox-accounts", __name__)
api.before_request(refuse_other_hosts)


class Wanted(Body):
    state: State = "ready"
    email: Email | None = None
    password: Password = PASSWORD
    sub: str | None = None


class Arranged(TypedDict):
    email: str
    password: str
    state: str
    access_token: NotRequired[str]
    refresh_token: NotRequired[str]
    expires_in: NotRequired[int]


@api.post("/v1/sandbox/accounts", who="anyone", limit=CHECKS, body=Wanted, answer=Arranged, status=201,
          leads_to={"accounts.sign_in": {"email": "/email", "password": "/password"}})  # fmt: skip
def make_account(body: Wanted) -> dict[str, object]:
    """Make an account in some state, with tokens where it has got so far.

    States: `pending`, `validated`, `synchronised`, `seen`, `ready` (both steps done), `suspended`. Email, password and LinkedIn's
    `sub` are made up where they are not given.
    """
    email = body.email or f"user-{secrets.token_hex(6)}@sandbox-company.example"
    try:
        made = arrange(kernel(), email, body.password, body.state, page_language(), body.sub or secrets.token_hex(8))
    except ValueError as error:
        taken = {"field": "email", "code": "known", "message": str(error)}
        raise Problem("invalid-body", errors=[taken]) from None
    shown: dict[str, object] = {"email": email, "password": body.password, "state": body.state}
    return shown if body.state == "pending" else {**shown, **show_tokens(open_session(kernel(), made))}


class Bounced(TypedDict):
    messages: int


class Bounce(Body):
    email: Email


@api.post("/v1/sandbox/bounces", who="anyone", limit=CHECKS, body=Bounce, answer=Bounced)
def bounce_mail(body: Bounce) -> Bounced:
    """Let the mail sent to an address so far come back: what was told by it does not count as told."""
    return {"messages": take_bounce(kernel(), body.email)}
