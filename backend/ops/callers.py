"""Around every page of those who run Candor: who is signed in, whether their role may, and whether a form is our own."""

from urllib.parse import quote

from flask import Flask, Response, g, redirect, request

from backend.kernel import Kernel
from backend.kernel.http import endpoint_of_request
from backend.kernel.pages import carries_key, form_key
from backend.ops.pages import COOKIE, answer_ops
from backend.ops.sessions import find_operator


def install_operators(app: Flask, kernel: Kernel) -> None:
    """Let nobody but an operator of a named role reach an endpoint of theirs; without a session, ask for it."""

    @app.before_request
    def recognise_operator() -> Response | None:
        endpoint = endpoint_of_request()
        if endpoint is None or endpoint.who != "operator" or request.method == "OPTIONS":
            return None
        session = request.cookies.get(COOKIE, "")
        operator = find_operator(kernel, session) if session else None
        if operator is None:
            back = quote(request.path) if request.method in ("GET", "HEAD") else "/ops"
            answer = redirect(f"/ops/sign-in?next={back}", 303)
            answer.delete_cookie(COOKIE, path="/ops")
            return answer  # type: ignore[return-value]
        g.operator, g.form_key = operator, form_key(session)
        if operator.role not in endpoint.roles:
            return answer_ops("refused.html", 403, reason="role")
        if endpoint.method != "GET" and not carries_key(g.form_key):
            return answer_ops("refused.html", 403, reason="form")
        return None
