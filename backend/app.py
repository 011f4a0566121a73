"""`create_app`: the one file that knows every room. A request enters here and falls through the floors."""

import time
import uuid
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from flask import Flask, Response, g, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

import backend.accounts.tables
import backend.credits.tables
import backend.directory.tables
import backend.kernel.tables
import backend.subscriptions.tables
import backend.terms.tables
import backend.workspaces.tables  # noqa: F401
from backend.accounts import AccountActivated, mark_extension_seen, read_extension_version, read_version
from backend.accounts.api import api as accounts_room
from backend.accounts.linkedin_api import PROVIDER
from backend.accounts.linkedin_api import api as linkedin_room
from backend.accounts.local_linkedin import build_local_provider
from backend.accounts.local_linkedin_api import api as local_linkedin_room
from backend.accounts.provider import LINKEDIN, LinkedInIdentityProvider, OpenIdProvider
from backend.accounts.sandbox_api import api as sandbox_accounts_room
from backend.credits import check_session
from backend.credits.api import api as credits_room
from backend.credits.due import Expiry
from backend.directory.due import MonthOver, Notices, NoticesLate
from backend.directory.sandbox_api import api as sandbox_people_room
from backend.kernel import Kernel, build_kernel
from backend.kernel.api import api as service_room
from backend.kernel.clock import Clock
from backend.kernel.due import Piece
from backend.kernel.http import LARGEST_BODY, PROBLEM_JSON, Room, endpoint_of_request, install_problems
from backend.kernel.limits import PAGES, Limit, install_limiter, write_limit_headers
from backend.kernel.logs import configure_logs
from backend.kernel.mail import Delivery, SmtpSender, send_to_mailbox
from backend.kernel.metrics import REQUESTS
from backend.kernel.problems import Problem
from backend.kernel.switches import EXTENSION_OFF
from backend.kernel.tokens import install_tokens, read_caller
from backend.lookup.api import api as lookup_room
from backend.privacy.api import api as privacy_room
from backend.settings import Settings
from backend.subscriptions import begin_freemium
from backend.subscriptions.api import api as subscriptions_room
from backend.subscriptions.due import Renewal
from backend.web.api import api as web_room
from backend.web.mailbox_api import api as mailbox_room
from backend.web.sandbox_api import api as sandbox_mail_room

ROOMS: list[Room] = [
    web_room, lookup_room, privacy_room, subscriptions_room, linkedin_room, accounts_room, credits_room, service_room,
]  # fmt: skip
"""Every room with an HTTP face, top floor first."""

_SEEN_KEPT = 100_000
"""How many accounts a process remembers as seen by the extension; a forgotten one costs one look at its row."""

EXTENSION_ORIGIN = r"^chrome-extension://[a-p]{32}$"
EXPOSED = [
    "X-Request-Id", "X-Credits-Charged", "X-Credits-Left", "X-Candor-Extension",
    "RateLimit-Policy", "RateLimit", "Retry-After", "Link",
]  # fmt: skip


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """The application, from `settings` or the environment; `clock` is given by tests."""
    settings = settings or Settings()
    configure_logs()
    app = Flask("candor", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    kernel = build_kernel(settings, clock)
    app.extensions["candor"] = kernel
    _wire_events(kernel)
    install_problems(app)
    _install_request_frame(app, kernel)
    install_tokens(app, settings)
    _install_callers(app, kernel)
    install_limiter(app, settings.redis_url, settings.rate_limits)
    CORS(app, origins=[EXTENSION_ORIGIN], max_age=timedelta(days=1), expose_headers=EXPOSED,
         allow_headers=["Authorization", "Content-Type", "X-Candor-Client", "X-Request-Id", "Idempotency-Key"])  # fmt: skip
    for room in [*ROOMS, *_local_rooms(settings)]:
        app.register_blueprint(room)
    trust_proxies(app, settings)
    app.extensions[PROVIDER] = _choose_linkedin(app, settings)
    return app


def _local_rooms(settings: Settings) -> list[Room]:
    """Rooms that exist on the user's own machine only."""
    rooms = {
        mailbox_room: settings.local_mail,
        local_linkedin_room: settings.local_linkedin,
        sandbox_mail_room: settings.sandbox,
        sandbox_accounts_room: settings.sandbox,
        sandbox_people_room: settings.sandbox,
    }
    return [room for room, open_here in rooms.items() if open_here]


def _choose_linkedin(app: Flask, settings: Settings) -> LinkedInIdentityProvider | None:
    """LinkedIn itself where a client is named, our stand-in on the embedded default, else nobody."""
    if settings.linkedin_client_id:
        return OpenIdProvider(LINKEDIN, settings.linkedin_client_id, settings.linkedin_client_secret)
    return build_local_provider(settings, app) if settings.local_linkedin else None


def due_pieces(kernel: Kernel) -> list[Piece]:
    """Everything that time does, in any order: `kernel.due.tick` sorts by instant."""
    settings = kernel.settings
    send = send_to_mailbox if settings.local_mail else SmtpSender(settings.smtp_url, settings.mail_from)
    delivery = Delivery(kernel.sealer, send, keep=settings.local_mail)
    return [Expiry(), Renewal(), MonthOver(), Notices(kernel), delivery, NoticesLate()]


def _wire_events(kernel: Kernel) -> None:
    """Who hears of what, in this order, in the emitter's transaction."""
    kernel.events.on(AccountActivated, begin_freemium)


def _install_callers(app: Flask, kernel: Kernel) -> None:
    """Before the limits: who calls, as the endpoint declares it, and whether the extension is new enough and seen."""
    oldest = read_version(kernel.settings.oldest_extension)
    seen: set[int] = set()

    @app.before_request
    def recognise() -> None:
        if request.method == "OPTIONS":
            return
        version = read_extension_version(request.headers.get("X-Candor-Client", ""))
        if version is not None and version < oldest:
            raise Problem("extension-outdated")
        endpoint = endpoint_of_request()
        if endpoint is None or endpoint.who in ("anyone", "refresher"):
            return
        who = read_caller()
        first_call = version is not None and who.account_id not in seen
        if first_call or endpoint.who == "person":
            check_session(kernel.database, who)
        if first_call:
            mark_extension_seen(kernel, who.account_id)
            if len(seen) >= _SEEN_KEPT:
                seen.clear()
            seen.add(who.account_id)
        g.caller = who


def _install_request_frame(app: Flask, kernel: Kernel) -> None:
    log = structlog.get_logger()
    undeclared = Limit("undeclared", PAGES.amount, PAGES.seconds, PAGES.burst)

    @app.before_request
    def enter() -> None:
        g.entered = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if given.isascii() and given.isalnum() and len(given) <= 64 else uuid.uuid4().hex
        endpoint = endpoint_of_request()
        g.limit = endpoint.limit if endpoint else undeclared

    @app.after_request
    def leave(response: Response) -> Response:
        endpoint = endpoint_of_request()
        route = endpoint.path if endpoint else "none"
        seconds = time.perf_counter() - g.get("entered", time.perf_counter())
        REQUESTS.labels(request.method, route, response.status_code).observe(seconds)
        write_limit_headers(response)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers["X-Candor-Extension"] = "off" if kernel.switches.is_on(EXTENSION_OFF) else "on"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.mimetype in ("application/json", PROBLEM_JSON):
            response.headers["Cache-Control"] = "no-store"
        log.info("request", request_id=g.get("request_id"), method=request.method, route=route,
                 status=response.status_code, ms=round(seconds * 1000, 1))  # fmt: skip
        return response


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe `X-Forwarded-*` only from the networks that TRUSTED_PROXIES names."""
    inner = app.wsgi_app
    fixed = ProxyFix(inner, x_for=1, x_proto=1, x_host=1)

    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return (fixed if _is_within(environ.get("REMOTE_ADDR", ""), settings.trusted_proxies) else inner)(environ, start_response)

    if settings.trusted_proxies:
        app.wsgi_app = choose  # type: ignore[method-assign]


def _is_within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False
