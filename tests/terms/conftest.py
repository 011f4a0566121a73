"""Users with accounts, new versions of documents, and time that passes for all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.accounts.bounces import take_bounce
from backend.accounts.sample import State, arrange
from backend.accounts.sessions import open_session
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.database import Database
from backend.kernel.due import find_next, tick
from backend.kernel.http import Caller
from backend.kernel.ops import Act, make_operator
from backend.kernel.tokens import make_access_token
from backend.settings import Settings
from backend.terms import load_documents
from backend.terms.publishing import publish
from tests.conftest import due_pieces

PASSWORD = "nine-boats-under-the-moon"
ACT = Act("olga", "the summer's review")
NEW = "2026-09"
LOOKUP = {"profile": "https://www.linkedin.com/in/jan/"}
REVEAL = {**LOOKUP, "kinds": ["phone"]}


@pytest.fixture(scope="session")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """With the stand-in for LinkedIn's keys in a folder that goes away."""
    return settings.model_copy(update={"candor_data": tmp_path_factory.mktemp("data")})


@dataclass
class User:
    """Somebody with an account, signed in."""

    app: Flask
    kernel: Kernel
    email: str
    account_id: int

    def __post_init__(self) -> None:
        self.sign_in()

    def sign_in(self) -> None:
        """A new session."""
        self.caller: Caller = open_session(self.kernel, self.account_id).caller
        with self.app.app_context():
            self.token = make_access_token(self.caller)

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        """One request with this user's token."""
        client: FlaskClient = self.app.test_client()
        return client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {self.token}"})

    def obstacle(self) -> str:
        """What is in the way of a reveal: a problem's code, or nothing."""
        answer = self.call("POST", "/v1/reveals", REVEAL)
        return str(answer.json["code"]) if answer.status_code == 403 else ""  # type: ignore[index]

    def terms(self) -> dict[str, Any]:
        """What `GET /v1/terms` shows."""
        return dict(self.call("GET", "/v1/terms").json or {})

    def holds(self, kind: str) -> tuple[str, str, str]:
        """Version, SHA-256 and action of what holds for this user."""
        (mine,) = [each for each in self.terms()["mine"] if each["document"] == kind]
        return mine["version"], mine["sha256"], mine["action"]

    def answer(self, what: str, **body: Any) -> int:
        """Accept or refuse; the status."""
        return self.call("POST", f"/v1/terms/{what}", body).status_code

    def bounce(self) -> int:
        """Let the mail sent so far come back."""
        return take_bounce(self.kernel, self.email)


@pytest.fixture
def enter(app: Flask, kernel: Kernel) -> Callable[..., User]:
    """Makes users whose accounts are in any state."""

    def make(name: str = "ann", state: State = "ready", lang: str = "en") -> User:
        email = f"{name}@{name}-company.example"
        return User(app, kernel, email, arrange(kernel, email, PASSWORD, state, lang, sub=f"sub-{name}"))

    return make


@dataclass
class House:
    """Those who run Candor, and the clock."""

    kernel: Kernel
    clock: MovableClock
    folder: Path

    def draft(self, kind: str, version: str = NEW, texts: dict[str, str] | None = None) -> None:
        """Bring a new version into the database, as a start with new files does."""
        if kind == "plan-sheet":
            (self.folder / "sheets").mkdir(exist_ok=True)
            (self.folder / "sheets" / f"{version}.yaml").write_text((texts or {})["en"], encoding="utf-8")
        else:
            (self.folder / "texts").mkdir(exist_ok=True)
            for lang, text in (texts or {"en": f"# {kind} {version}\n", "fr": f"# {kind} {version}, en français\n"}).items():
                (self.folder / "texts" / f"{kind}.{version}.{lang}.txt").write_text(text, encoding="utf-8")
        self.load(self.folder)

    def load(self, folder: Path) -> None:
        """Load a folder's documents, as the owner of the tables."""
        database = Database(self.kernel.settings.owner_url, role=None)
        with database.begin() as connection:
            load_documents(connection, folder)
        database.close()

    def publish(self, effective_at: datetime, kind: str = "terms", version: str = NEW) -> None:
        """Announce a version."""
        publish(self.kernel, ACT, kind, version, effective_at)

    def work(self) -> None:
        """Do what is due now."""
        assert tick(self.kernel.database.engine, due_pieces(self.kernel), self.clock.now()).failed == ()

    def pass_time(self, to: datetime) -> None:
        """Go to an instant, doing what falls due on the way at its instant."""
        engine, waiting = self.kernel.database.engine, due_pieces(self.kernel)
        for _ in range(1000):
            found = find_next(engine, waiting, to)
            if found is None:
                break
            self.clock.set(max(self.clock.now(), found[0]))
            result = tick(engine, waiting, self.clock.now())
            assert result.failed == ()
            if not result.done:
                waiting.remove(found[1])
        self.clock.set(to)


@pytest.fixture
def house(kernel: Kernel, clock: MovableClock, tmp_path: Path) -> House:
    """Candor as Olga runs it."""
    with kernel.database.begin() as connection:
        make_operator(connection, ACT.by, "admin", clock.now())
    return House(kernel, clock, tmp_path)
