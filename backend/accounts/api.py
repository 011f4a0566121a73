"""HTTP: sign-up, sessions, passwords."""

import re
from typing import Annotated

from flask import request
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from backend.accounts import resets, sessions, signup
from backend.accounts.rules import LONGEST_PASSWORD, read_email
from backend.accounts.sightings import Place
from backend.accounts.steps import read_extension_version
from backend.kernel.frame import came_by_proxy
from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import SIGN_INS, WRITES
from backend.kernel.pages import page_language
from backend.kernel.tokens import make_access_token, read_bearer

api = Room("accounts", __name__, template_folder="templates")

# XX and T1 are what proxies write where they do not know.
_COUNTRY = re.compile(r"(?!XX)[A-Za-z]{2}")


def _must_be_true(ticked: bool) -> bool:
    if not ticked:
        raise ValueError("This must be ticked.")
    return ticked


Email = Annotated[str, Field(max_length=320, json_schema_extra={"format": "email"}), AfterValidator(read_email)]
Password = Annotated[str, Field(max_length=LONGEST_PASSWORD)]
Ticked = Annotated[bool, Field(json_schema_extra={"const": True}), AfterValidator(_must_be_true)]


class SignUp(Body):
    email: Email
    password: Password
    accept_terms: Ticked
    adult: Ticked


class OnlyEmail(Body):
    email: Email


class Validation(Body):
    email: Email
    code: Annotated[str, Field(max_length=32)]


class SignIn(Body):
    email: Email
    password: Password


class NewPassword(Body):
    token: Annotated[str, Field(max_length=64)]
    password: Password


class PasswordChange(Body):
    current: Password
    password: Password


class Pending(TypedDict):
    state: str


class Tokens(TypedDict):
    access_token: str
    refresh_token: str
    expires_in: int


def show_tokens(signed_in: sessions.SignedIn) -> Tokens:
    """A session's tokens, as its owner gets them."""
    return {
        "access_token": make_access_token(signed_in.caller),
        "refresh_token": signed_in.refresh_token,
        "expires_in": kernel().settings.access_token_minutes * 60,
    }


@api.post("/v1/accounts", who="anyone", limit=SIGN_INS, body=SignUp, answer=Pending, status=201,
          problems=("business-email", "password-weak", "email-retired"))  # fmt: skip
def sign_up(body: SignUp) -> Pending:
    """Sign up with a business email; a code is mailed to it.

    A known address is answered the same, and its owner gets a mail that says so.
    """
    signup.sign_up(kernel(), body.email, body.password, page_language())
    return {"state": "pending"}


@api.post("/v1/accounts/code", who="anyone", limit=SIGN_INS, body=OnlyEmail, status=202)
def send_code(body: OnlyEmail) -> None:
    """Mail another code to a pending account."""
    signup.send_code(kernel(), body.email)


@api.post("/v1/accounts/validate", who="anyone", limit=SIGN_INS, body=Validation, answer=Tokens, problems=("code-wrong",))
def validate(body: Validation) -> Tokens:
    """Enter the mailed code: the account is active and signed in."""
    return show_tokens(signup.validate(kernel(), body.email, body.code, _client()))


@api.post("/v1/sessions", who="anyone", limit=SIGN_INS, body=SignIn, answer=Tokens,
          problems=("credentials-wrong", "account-pending", "account-suspended"))  # fmt: skip
def sign_in(body: SignIn) -> Tokens:
    """Sign in."""
    return show_tokens(sessions.sign_in(kernel(), body.email, body.password, _client(), read_place()))


@api.post("/v1/sessions/refresh", who="refresher", limit=WRITES, answer=Tokens, problems=("session-ended",))
def refresh() -> Tokens:
    """Change the refresh token for new tokens.

    Each refresh token works once. One that was used before ends the session with all its tokens, so send one refresh at a time.
    """
    return show_tokens(sessions.refresh(kernel(), read_bearer(), read_place()))


@api.delete("/v1/sessions/current", limit=WRITES, status=204)
def sign_out() -> None:
    """Sign out: this session's tokens end at once."""
    sessions.sign_out(kernel(), caller())


@api.post("/v1/password/reset", who="anyone", limit=SIGN_INS, body=OnlyEmail, status=202)
def ask_reset(body: OnlyEmail) -> None:
    """Mail a code to choose a new password with, where the address has an account."""
    resets.ask_reset(kernel(), body.email)


@api.post("/v1/password/reset/confirm", who="anyone", limit=SIGN_INS, body=NewPassword, status=204,
          problems=("reset-wrong", "password-weak"))  # fmt: skip
def confirm_reset(body: NewPassword) -> None:
    """Set a new password with the mailed code; every session ends."""
    resets.confirm_reset(kernel(), body.token, body.password)


@api.put("/v1/password", limit=WRITES, body=PasswordChange, status=204, problems=("credentials-wrong", "password-weak"))
def change_password(body: PasswordChange) -> None:
    """Change the password; every other session ends."""
    resets.change_password(kernel(), caller(), body.current, body.password)


def _client() -> str:
    named = request.headers.get("X-Candor-Client", "")
    return named if read_extension_version(named) else ""


def read_place() -> Place:
    """Where the request being answered came from."""
    header = kernel().settings.country_header
    country = request.headers.get(header, "") if header and came_by_proxy() else ""
    return Place(request.remote_addr or "", country.upper() if _COUNTRY.fullmatch(country) else "")
