"""Access tokens: short-lived JWTs that say which account, workspace and session is calling, and grant nothing by themselves.

Flask-JWT-Extended makes them. They are read with PyJWT, on which it stands: it decodes each token three times over, and every
request reads one (229 µs, against 49). A token that was read is remembered until it is over: a client sends the same for minutes.
"""

import time
from datetime import timedelta
from typing import NamedTuple

import jwt
from flask import Flask, current_app, request
from flask_jwt_extended import JWTManager, create_access_token

from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.settings import Settings

_ALGORITHM = "HS256"
_LEEWAY_SECONDS = 5
_REMEMBERED = "candor_tokens"
_MOST_REMEMBERED = 10_000


class _Read(NamedTuple):
    """Whom a token names, and when it is over (seconds since 1970)."""

    caller: Caller
    over_at: float


def install_tokens(app: Flask, settings: Settings) -> None:
    """Sign and check tokens with JWT_SECRET (HS256, the real clock)."""
    app.config["JWT_SECRET_KEY"] = settings.jwt_secret
    app.config["JWT_ALGORITHM"] = _ALGORITHM
    app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(minutes=settings.access_token_minutes)
    app.extensions[_REMEMBERED] = {}
    JWTManager(app)


def make_access_token(caller: Caller) -> str:
    """A token for one session; needs an application context."""
    claims = {"w": caller.workspace_id, "s": caller.session_id}
    token: str = create_access_token(identity=str(caller.account_id), additional_claims=claims)
    return token


def read_bearer() -> str:
    """What the request carries as `Authorization: Bearer …`, not yet checked."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem("token-missing")
    return token.strip()


def read_caller() -> Caller:
    """Who the request's token names; raises the Problem of a token that is missing, forged, of another use or over."""
    remembered: dict[str, _Read] = current_app.extensions[_REMEMBERED]
    token = read_bearer()
    read = remembered.get(token)
    if read is None or read.over_at <= time.time():
        read = _read_token(token)
        if len(remembered) >= _MOST_REMEMBERED:
            remembered.clear()
        remembered[token] = read
    return read.caller


def _read_token(token: str) -> _Read:
    secret = current_app.config["JWT_SECRET_KEY"]
    try:
        claims = jwt.decode(token, secret, [_ALGORITHM], leeway=_LEEWAY_SECONDS, options={"require": ["exp"]})
        if claims["type"] != "access":
            raise Problem("token-invalid")
        return _Read(Caller(int(claims["sub"]), int(claims["w"]), int(claims["s"])), int(claims["exp"]) + _LEEWAY_SECONDS)
    except jwt.ExpiredSignatureError:
        raise Problem("token-expired") from None
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        raise Problem("token-invalid") from None
