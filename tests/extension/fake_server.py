"""A stand-in for the Candor server, for the extension's own tests: it records every request and answers as a test tells it to.

Its answers have the shapes of the API's contract; the true server is tried in e2e/.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KINDS = ("b2b_email", "phone", "direct_email")
MENTIONS = ["use", "when", "what", "withdraw", "delete", "specification"]
VALUES = {"b2b_email": "ada.example@work.example", "phone": "+44 7700 900123", "direct_email": "ada@home.example"}


FAIR_USE = {
    "kind": "b2b_email",
    "left": 9000,
    "of": 10000,
    "resets_at": "2026-12-01T00:00:00+01:00",
    "near": False,
    "state": "free",
    "asked_because": None,
    "how_to_appeal": "A person decides, and somebody else decides again if you object to that.",
}


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FakeServer:
    """`answers` holds overrides: path → (status, body, headers); `delay` seconds are waited before any POST is answered."""

    requests: list[Request] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, Any], dict[str, str]]] = field(default_factory=dict)
    kinds: dict[str, dict[str, str]] = field(default_factory=lambda: {k: {"state": "available"} for k in KINDS})
    left: dict[str, int] = field(default_factory=lambda: {"b2b_email": 24, "phone": 7, "direct_email": 7, "export": 15})
    owned: set[tuple[str, str]] = field(default_factory=set)
    synced: bool = True
    switch: str = "on"
    delay: float = 0.0
    generation: int = 0
    access_alive: bool = True
    notices: list[dict[str, str]] = field(default_factory=list)
    fair_use: dict[str, Any] = field(default_factory=lambda: dict(FAIR_USE))
    address: str = ""

    def start(self) -> str:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def handle_any(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(size)
                if self.command == "OPTIONS":
                    return self.reply(204, None, {})
                body = json.loads(raw) if raw else None
                request = Request(self.command, self.path, dict(self.headers.items()), body)
                fake.requests.append(request)
                if self.command == "POST" and fake.delay:
                    time.sleep(fake.delay)
                status, answer, headers = fake.answer(request)
                return self.reply(status, answer, headers)

            do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = handle_any

            def reply(self, status: int, body: Any, headers: dict[str, str]) -> None:
                data = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin") or "*")
                self.send_header("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
                self.send_header("Access-Control-Allow-Headers", "authorization, content-type, x-candor-client")
                self.send_header("Access-Control-Expose-Headers", "X-Candor-Extension, Retry-After, X-Credits-Left")
                self.send_header("X-Candor-Extension", fake.switch)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.httpd.server_address[1]}"

    def stop(self) -> None:
        self.httpd.shutdown()
        self.httpd.server_close()

    def sent(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def answer(self, request: Request) -> tuple[int, dict[str, Any] | None, dict[str, str]]:
        if request.path in self.answers:
            return self.answers[request.path]
        if request.path in ("/v1/sessions", "/v1/accounts/validate"):
            return 200, self.tokens(), {}
        if request.path == "/v1/sessions/refresh":
            return self.refresh(request)
        if request.path in ("/v1/accounts", "/v1/accounts/code", "/v1/password/reset"):
            return 202, {"state": "pending"}, {}
        if request.path == "/v1/password/reset/confirm":
            return 204, None, {}
        if request.headers.get("Authorization") != f"Bearer access-{self.generation}" or not self.access_alive:
            return 401, {"code": "token-expired", "title": "Sign in", "status": 401}, {}
        return self.signed_in(request)

    def tokens(self) -> dict[str, Any]:
        self.generation += 1
        self.access_alive = True
        return {"access_token": f"access-{self.generation}", "refresh_token": f"refresh-{self.generation}", "expires_in": 900}

    def refresh(self, request: Request) -> tuple[int, dict[str, Any], dict[str, str]]:
        if request.headers.get("Authorization") != f"Bearer refresh-{self.generation}":
            return 401, {"code": "session-ended", "title": "Sign in again", "status": 401}, {}
        return 200, self.tokens(), {}

    def signed_in(self, request: Request) -> tuple[int, dict[str, Any] | None, dict[str, str]]:
        if request.path == "/v1/me":
            return 200, self.me(), {}
        if request.path == "/v1/credits":
            return 200, self.credits(), {}
        if request.path == "/v1/linkedin":
            consent = {
                "version": "2026-01",
                "mentions": [{"title": word.title(), "text": f"Sample text about {word}."} for word in MENTIONS],
            }
            return 200, {"synced": self.synced, "consent": consent}, {}
        if request.path == "/v1/linkedin/connect":
            return 200, {"authorize_url": "/linkedin/start/ticket"}, {}
        if request.path == "/v1/sessions/current":
            return 204, None, {}
        if request.path == "/v1/fair-use":
            return 200, self.fair_use, {}
        if request.path == "/v1/robots/check":
            return 200, self.check(request), {}
        if request.path == "/v1/robots/appeal":
            return 204, None, {}
        profile = request.body["profile"]
        if request.path == "/v1/lookups":
            kinds = {k: {"state": "owned"} if (profile, k) in self.owned else dict(v) for k, v in self.kinds.items()}
            return 200, {"person_id": "p1", "found": True, "kinds": kinds, "view": f"view of {profile}"}, {}
        return 200, {"person_id": "p1", "results": {kind: self.reveal(profile, kind) for kind in request.body["kinds"]}}, {}

    def check(self, request: Request) -> dict[str, Any]:
        """Thursday is right."""
        if request.method == "POST":
            passed = request.body["choice"] == 1
            self.fair_use = {**self.fair_use, "state": "free" if passed else "asked"}
            return {"passed": passed}
        says, choices = "The meeting was moved from Tuesday to Thursday.", ["Tuesday", "Thursday", "Friday"]
        return {"question": {"check": "c1", "says": says, "asks": "On which day is it now?", "choices": choices}}

    def reveal(self, profile: str, kind: str) -> dict[str, Any]:
        known = (profile, kind) in self.owned
        if not known and not self.left[kind]:
            return {"outcome": "empty", "values": [], "charged": 0, "left": 0}
        self.left[kind] -= 0 if known else 1
        self.owned.add((profile, kind))
        value = {
            "value": VALUES[kind],
            "source": "Sample registry",
            "collected_at": "2026-01-10T08:00:00Z",
            "verified_at": None if kind == "direct_email" else time.strftime("%Y-%m-01T08:00:00Z"),
            "method": "smtp",
            "basis": "legitimate_interest",
            "confidence": 0.93,
        }
        outcome = "known" if known else "revealed"
        return {"outcome": outcome, "values": [value], "charged": 0 if known else 1, "left": self.left[kind]}

    def me(self) -> dict[str, Any]:
        return {
            "account": {"id": "a1", "email": "sam@buyer.example", "state": "active"},
            "workspace": {"id": "w1", "name": None, "role": "admin"},
            "plan": {"code": "free", "name": "Free"},
            "linkedin": {"synced": self.synced, "synced_at": "2026-09-01T08:00:00Z" if self.synced else None},
            "extension": {"seen": True},
            "credits": self.credits(),
            "notices": self.notices,
        }

    def credits(self) -> dict[str, Any]:
        balances: dict[str, Any] = {kind: {"available": amount} for kind, amount in self.left.items()}
        balances["phone"]["next_expiry"] = {"amount": 5, "at": "2026-12-01T00:00:00Z"}
        return balances
