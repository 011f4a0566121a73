"""The whole application, sandbox included, with people in its directory and signed-in sellers of different workspaces."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.accounts.questions import ask
from backend.accounts.sample import State, arrange
from backend.accounts.sessions import WEB, open_session, start_session
from backend.directory import sample_people
from backend.helpdesk.threads import Opening, start_thread
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Message, tell
from backend.kernel.pages import form_key
from backend.kernel.tokens import make_access_token
from backend.settings import Settings
from backend.subscriptions.checkout import make_quote
from backend.subscriptions.prices import Order
from backend.workspaces import create_workspace, invite
from tests.api.routes import PASSWORD
from tests.lookup.conftest import Directory


@pytest.fixture(scope="session")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """With every room open, and keys of the stand-in for LinkedIn that go away."""
    return settings.model_copy(update={"sandbox": True, "candor_data": tmp_path_factory.mktemp("data")})


@dataclass
class Member:
    """Somebody with an account and a workspace of their own, signed in."""

    app: Flask
    kernel: Kernel
    email: str
    account_id: int

    def __post_init__(self) -> None:
        self.sign_in()

    def sign_in(self) -> None:
        """A new session, in place of the one before."""
        signed_in = open_session(self.kernel, self.account_id)
        self.caller: Caller = signed_in.caller
        self.refresh_token = signed_in.refresh_token
        with self.app.app_context():
            self.token = make_access_token(self.caller)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None, **options: Any) -> TestResponse:
        """One request with this member's access token, or another one; on the pages of an account with its cookie and form key."""
        if path.startswith("/account"):
            return self.call_page(method, path, **options)
        headers = {"Authorization": f"Bearer {self.token if token is None else token}", **options.pop("headers", {})}
        return self.client.open(path, method=method, json=body, headers=headers, **options)

    def call_page(self, method: str, path: str, **options: Any) -> TestResponse:
        """A page of the account in a browser signed in a moment ago, or a form of it sent."""
        with self.kernel.database.begin() as connection:
            opened = start_session(connection, self.kernel, self.account_id, self.caller.workspace_id, WEB)
        client, cookie = self.client, opened.refresh_token
        client.set_cookie("candor_account", cookie, path="/account")
        form = (
            None if method in ("GET", "HEAD") else {"form_key": form_key(cookie), "text": "It still does.", "category": "question"}
        )
        return client.open(path, method=method, data=form, **options)


@pytest.fixture
def directory(kernel: Kernel, owner: psycopg.Connection[Any]) -> Directory:
    """An empty directory."""
    return Directory(kernel, owner)


@pytest.fixture
def join(app: Flask, kernel: Kernel) -> Callable[..., Member]:
    """Makes members whose accounts are in any state."""

    def make(name: str, state: State = "ready") -> Member:
        email = f"{name}@{name}-company.example"
        member = Member(app, kernel, email, arrange(kernel, email, PASSWORD, state, "en", sub=f"sub-{name}"))
        with kernel.database.begin() as connection:
            for ref in ("first", "second"):
                told = Message(member.account_id, "password-old", ref, kernel.clock.now(), {"set_on": "2025-03-02"})
                tell(connection, kernel.sealer, told)
            ask(connection, kernel, member.account_id, "Which company do you work for?", 7)
        for category in ("question", "advice"):
            start_thread(kernel, member.account_id, Opening(category, "normal", "chat", "What may I export?"))
        create_workspace(kernel, member.caller, f"{name}-company")
        invite(kernel, member.caller, f"guest@guest-of-{name}-company.example", "member", "en")
        make_quote(kernel, member.caller, Order("business", 5, "month"))
        return member

    return make


def read_document(app: Flask) -> dict[str, Any]:
    """The document as every client gets it."""
    return dict(app.test_client().get("/openapi.json").json or {})


@pytest.fixture
def profiles(kernel: Kernel, directory: Directory) -> list[str]:
    """Addresses of three people who are known, and of nobody. The first of them are what the sandbox lists."""
    shown = [person.profile for person in sample_people(kernel, 4)]
    for address in shown[:3]:
        vanity = address.rstrip("/").rpartition("/")[2]
        directory.add(vanity, country="GB", b2b_email=f"{vanity}@acme.example", phone="+442079460001")
    return shown
