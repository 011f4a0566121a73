"""A browser on the pages of an account: cookies and forms, as somebody without the extension has them."""

import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_KEY = re.compile(r'name="form_key" value="(\w+)"')


@dataclass
class Browser:
    """Somebody's browser. Forms are sent as the last page read carries their key."""

    app: Flask
    email: str
    password: str
    lang: str = "en"
    client: FlaskClient = field(init=False)
    key: str = ""

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def cookie(self) -> str:
        """The session's cookie, empty where there is none."""
        found = self.client.get_cookie("candor_account", path="/account")
        return found.value if found else ""

    def get(self, path: str = "/account", **headers: str) -> TestResponse:
        answer = self.client.get(path, headers={"Accept-Language": self.lang, **headers})
        found = _KEY.search(answer.text)
        self.key = found[1] if found else self.key
        return answer

    def send(self, path: str, **given: Any) -> TestResponse:
        """A form of ours."""
        return self.client.post(path, data={"form_key": self.key, **given}, headers={"Accept-Language": self.lang})

    def sign_in(self, next: str = "/account", **changed: str) -> TestResponse:
        given = {"email": self.email, "password": self.password, "next": next, **changed}
        answer = self.client.post("/account/sign-in", data=given, headers={"Accept-Language": self.lang})
        if answer.status_code == 303:
            self.get()
        return answer
