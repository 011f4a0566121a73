"""Those who run Candor, signed in as they would be."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.kernel import Kernel
from backend.kernel.ops import make_operator
from backend.ops import ask_to_enrol

PASSWORD = "nine-boats-under-the-moon"


@dataclass
class Person:
    """Somebody who runs Candor, with a browser and an authenticator."""

    app: Flask
    kernel: Kernel
    name: str
    role: str
    secret: str = ""
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.app.test_client()

    def code(self, later: int = 0) -> str:
        """The code their authenticator shows, or will so many steps later."""
        codes = pyotp.TOTP(self.secret)
        return codes.generate_otp(codes.timecode(datetime.now(UTC)) + later)

    def link(self) -> str:
        """A new link to set password and codes, without the host."""
        with self.kernel.database.begin() as connection:
            return "/" + ask_to_enrol(connection, self.kernel, self.name).split("/", 3)[3]

    def enrol(self, link: str | None = None, password: str = PASSWORD) -> TestResponse:
        """Set both, from what the page shows."""
        link = link or self.link()
        shown = re.search(r"<code>([A-Z2-7]+)</code>", self.browser.get(link).text)
        self.secret = shown[1] if shown else self.secret
        return self.browser.post(link, data={"password": password, "code": self.code()})

    def sign_in(self, *, later: int = 1, **changed: str) -> TestResponse:
        """Sign in as the form does."""
        given = {"name": self.name, "password": PASSWORD, "code": self.code(later), "next": "/ops", **changed}
        return self.browser.post("/ops/sign-in", data=given)

    def get(self, path: str, lang: str = "en") -> TestResponse:
        return self.browser.get(path, headers={"Accept-Language": lang})

    def send(self, path: str, **given: Any) -> TestResponse:
        """Send a form of ours, as the page of its session carries it."""
        found = re.search(r'name="form_key" value="(\w+)"', self.get("/ops/tasks").text)
        assert found, "not signed in"
        return self.browser.post(path, data={"form_key": found[1], **given})


@pytest.fixture
def operator(app: Flask, kernel: Kernel) -> Callable[..., Person]:
    """Makes somebody who runs Candor, signed in unless told otherwise."""

    def make(name: str = "olga", role: str = "admin", *, signed_in: bool = True) -> Person:
        with kernel.database.begin() as connection:
            make_operator(connection, name, role, kernel.clock.now())
        made = Person(app, kernel, name, role)
        if signed_in:
            assert made.enrol().status_code == 303
        return made

    return make
