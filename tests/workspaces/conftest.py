"""People with accounts of their own, who make Workspaces, invite each other, join, spend and leave."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.accounts.sample import State, arrange
from backend.accounts.sessions import open_session
from backend.credits import Grant, grant
from backend.credits.audit import Finding, audit
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import read_messages
from backend.kernel.tokens import make_access_token
from backend.settings import Settings
from backend.workspaces import set_seats
from tests.accounts.conftest import read_letters
from tests.lookup.conftest import Directory, profile

PASSWORD = "nine-boats-under-the-moon"


@pytest.fixture(scope="session", autouse=True)
def keep_the_local_key_away(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The stand-in for LinkedIn makes its key in the data folder: here, one that goes away."""
    object.__setattr__(settings, "candor_data", tmp_path_factory.mktemp("data"))


@dataclass
class Person:
    """Somebody with an account, signed in. Every call is one HTTP request; `token` follows them when they move."""

    app: Flask
    kernel: Kernel
    email: str
    account_id: int
    token: str = ""
    refresh_token: str = ""
    caller: Caller = field(default_factory=lambda: Caller(0, 0, 0))

    def __post_init__(self) -> None:
        self.sign_in()

    def sign_in(self) -> None:
        """A new session; the token names the workspace of now."""
        signed_in = open_session(self.kernel, self.account_id)
        self.caller, self.refresh_token = signed_in.caller, signed_in.refresh_token
        with self.app.app_context():
            self.token = make_access_token(self.caller)

    def call(self, method: str, path: str, body: Any = None, *, token: str = "") -> TestResponse:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.app.test_client().open(path, method=method, json=body, headers=headers)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def create(self, name: str = "Acme Sales") -> TestResponse:
        return self.call("POST", "/v1/workspaces", {"name": name})

    def invite(self, email: str, **more: Any) -> TestResponse:
        return self.call("POST", "/v1/workspace/invitations", {"email": email, **more})

    def code(self) -> str:
        """The code of the newest invitation mailed to this person."""
        texts = [letter.text for letter in read_letters(self.kernel) if letter.to == self.email]
        return re.findall(r"^ {4}([a-z2-7]{52})$", "\n".join(texts), re.MULTILINE)[-1]

    def accept(self, code: str = "") -> TestResponse:
        """Accept, and go on with the token of the answer."""
        answer = self.call("POST", "/v1/invitations/accept", {"token": code or self.code()})
        if answer.status_code == 200:
            self.sign_in()
        return answer

    def join(self, admin: "Person", **more: Any) -> None:
        """Be invited, and accept."""
        assert admin.invite(self.email, **more).status_code == 201
        assert self.accept().status_code == 200

    def member_id(self, who: "Person") -> str:
        [found] = [one["member_id"] for one in self.get("/v1/workspace")["members"] if one["email"] == who.email]
        return str(found)

    def change(self, who: "Person", **change: Any) -> TestResponse:
        return self.call("PUT", f"/v1/workspace/members/{self.member_id(who)}", change)

    def remove(self, who: "Person") -> TestResponse:
        return self.call("DELETE", f"/v1/workspace/members/{self.member_id(who)}")

    def reveal(self, vanity: str, kind: str = "phone") -> TestResponse:
        return self.call("POST", "/v1/reveals", {"profile": profile(vanity), "kinds": [kind]})

    def outcome(self, vanity: str, kind: str = "phone") -> str:
        return str((self.reveal(vanity, kind).json or {})["results"][kind]["outcome"])

    def left(self, kind: str = "phone") -> int:
        return int(self.get("/v1/credits")[kind]["available"])

    def told(self) -> list[str]:
        """The codes of what they were told, newest first."""
        with self.kernel.database.begin() as connection:
            return [one.code for one in read_messages(connection, self.kernel.sealer, self.account_id, 2**62, 50)]


@pytest.fixture
def person(app: Flask, kernel: Kernel) -> Callable[..., Person]:
    """Makes people who have done every step, with the credits of a freemium, or stand where `state` says."""

    def make(name: str, state: State = "ready") -> Person:
        email = f"{name}@{name}-company.example"
        return Person(app, kernel, email, arrange(kernel, email, PASSWORD, state, "en", sub=f"sub-{name}"))

    return make


@pytest.fixture
def ann(person: Callable[..., Person]) -> Person:
    """The admin of Acme Sales."""
    made = person("ann")
    assert made.create().status_code == 201
    return made


@pytest.fixture
def ben(person: Callable[..., Person]) -> Person:
    """Ben, in a home of one."""
    return person("ben")


@pytest.fixture
def cid(person: Callable[..., Person]) -> Person:
    """Cid, in a home of one."""
    return person("cid")


@pytest.fixture
def directory(kernel: Kernel, owner: psycopg.Connection[Any]) -> Directory:
    """Twenty people with an email and a phone each, p0 to p19."""
    made = Directory(kernel, owner)
    for number in range(20):
        made.add(f"p{number}", b2b_email=f"p{number}@found.example", phone=f"+31970102{number:03}")
    return made


@pytest.fixture
def pool(kernel: Kernel) -> Callable[..., None]:
    """Gives a workspace what a premium would: seats, and credits for everybody in it."""
    given = iter(range(1000))

    def make(admin: Person, seats: int | None = 10, **amounts: int) -> None:
        with kernel.database.begin() as connection:
            set_seats(connection, admin.caller.workspace_id, seats)
            for kind, amount in amounts.items():
                key = f"pool:{next(given)}"
                now = kernel.clock.now()
                grant(connection, Grant(admin.caller.workspace_id, None, kind, "purchased", amount, now, None, key))

    return make


@pytest.fixture
def findings(kernel: Kernel) -> Callable[[], list[Finding]]:
    """What `candor audit` says."""

    def look() -> list[Finding]:
        with kernel.database.begin() as connection:
            return audit(connection)

    return look


def code_of(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, (answer.json or {}).get("code", "")
