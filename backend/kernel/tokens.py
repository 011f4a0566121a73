"""Access tokens: short-lived JWTs that say which account, workspace and session is calling, and grant nothing by themselves."""

from datetime import timedelta

from flask import Flask, Response
from flask_jwt_extended import JWTManager, create_access_token, get_jwt, verify_jwt_in_request

from backend.kernel.http import Caller, answer_problem
from backend.kernel.problems import Problem
from backend.settings import Settings


def install_tokens(app: Flask, settings: Settings) -> None:
    """Sign and check tokens with JWT_SECRET (HS256, the real clock); failures are answered as problems."""
    app.config["JWT_SECRET_KEY"] = settings.jwt_secret
    app.config["JWT_ALGORITHM"] = "HS256"
    app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(minutes=settings.access_token_minutes)
    app.config["JWT_TOKEN_LOCATION"] = ["headers"]
    app.config["JWT_DECODE_LEEWAY"] = 5
    manager = JWTManager(app)

    @manager.unauthorized_loader
    def missing(_reason: str) -> Response:
        return answer_problem(Problem("token-missing"))

    @manager.invalid_token_loader
    def invalid(_reason: str) -> Response:
        return answer_problem(Problem("token-invalid"))

    @manager.expired_token_loader
    def expired(_header: dict[str, str], _claims: dict[str, str]) -> Response:
        return answer_problem(Problem("token-expired"))


def make_access_token(caller: Caller) -> str:
    """A token for one session; needs an application context."""
    claims = {"w": caller.workspace_id, "s": caller.session_id}
    token: str = create_access_token(identity=str(caller.account_id), additional_claims=claims)
    return token


def read_caller() -> Caller:
    """Who the request's token names; a missing, forged or expired token is answered by the loaders above."""
    verify_jwt_in_request()
    claims = get_jwt()
    try:
        return Caller(int(claims["sub"]), int(claims["w"]), int(claims["s"]))
    except (KeyError, TypeError, ValueError):
        raise Problem("token-invalid") from None
