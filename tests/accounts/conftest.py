"""A newcomer who walks through sign-up, and the letters they get."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from backend.accounts import passwords
from backend.kernel import Kernel
from backend.kernel.mail import Letter
from backend.kernel.tables import mails
from backend.settings import Settings

EMAIL = "jane.doe@acme.example"
PASSWORD = "seven-lamps-on-a-hill"
EXTENSION = {"X-Candor-Client": "extension/0.1.0"}


def read_letters(kernel: Kernel) -> list[Letter]:
    """Every letter in the outbox, oldest first, sent or not."""
    with kernel.database.begin() as connection:
        rows = connection.execute(mails.select().order_by(mails.c.mail_id)).all()
    return [Letter(**json.loads(kernel.sealer.open(row.sealed, "mail"))) for row in rows]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Newcomer:
    """Somebody at the door: every call is one HTTP request with its own client."""

    app: Flask
    kernel: Kernel
    email: str = EMAIL
    password: str = PASSWORD

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        return self.app.test_client().post(path, json=body, headers=headers)

    def sign_up(self, **changes: Any) -> TestResponse:
        body = {"email": self.email, "password": self.password, "accept_terms": True, "adult": True}
        return self.post("/v1/accounts", body | changes)

    def code(self) -> str:
        """The newest code mailed to this address."""
        texts = [letter.text for letter in read_letters(self.kernel) if letter.to.lower() == self.email.lower()]
        return re.findall(r"^ {4}(\d{6})$", "\n".join(texts), re.MULTILINE)[-1]

    def validate(self, code: str = "") -> TestResponse:
        return self.post("/v1/accounts/validate", {"email": self.email, "code": code or self.code()})

    def join(self) -> dict[str, Any]:
        """Sign up and validate; the tokens."""
        assert self.sign_up().status_code == 201
        answer = self.validate()
        assert answer.status_code == 200
        return dict(answer.json or {})

    def sign_in(self, password: str = "") -> TestResponse:
        return self.post("/v1/sessions", {"email": self.email, "password": password or self.password})

    def refresh(self, token: str) -> TestResponse:
        return self.post("/v1/sessions/refresh", **bearer(token))

    def me(self, access_token: str, **headers: str) -> TestResponse:
        return self.app.test_client().get("/v1/me", headers=bearer(access_token) | headers)


@pytest.fixture
def jane(app: Flask, kernel: Kernel) -> Newcomer:
    """Jane, who has no account yet."""
    return Newcomer(app, kernel)


@pytest.fixture(scope="session", autouse=True)
def keep_the_local_key_away(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The stand-in for LinkedIn makes its key in the data folder: here, one that goes away."""
    object.__setattr__(settings, "candor_data", tmp_path_factory.mktemp("data"))


@pytest.fixture
def hashing(real_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the one thing that takes long at a sign-up or a sign-in."""
    asked: list[str] = []

    class Counting:
        def hash(self, password: str) -> str:
            asked.append("hash")
            return real_hasher.hash(password)

        def verify(self, password_hash: str, password: str) -> bool:
            asked.append("verify")
            return real_hasher.verify(password_hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    return asked
