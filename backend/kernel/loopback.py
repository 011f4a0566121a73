"""A guard for what exists on the user's own machine only: a page elsewhere must not reach it by a name that points here."""

from urllib.parse import urlsplit

from flask import request

from backend.kernel.problems import Problem
from backend.settings import LOOPBACK_HOSTS


def refuse_other_hosts() -> None:
    """Answer as if nothing were here where the Host header is not this machine's own (DNS rebinding)."""
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:
        host = None
    if host not in LOOPBACK_HOSTS:
        raise Problem("not-found")
