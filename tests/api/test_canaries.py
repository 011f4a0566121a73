"""Secrets and personal data stay where they belong: marked ones go through all of Candor, then whatever it leaves is searched.

Searched are the log lines, the metrics, every answer that is a refusal, every table as its owner sees it, and Redis.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.accounts.consent import CONSENT_VERSION
from backend.app import create_app
from backend.directory.commands import run_import
from backend.kernel import Kernel
from backend.kernel.due import tick
from backend.kernel.logs import configure_logs
from backend.settings import Settings
from tests.accounts.conftest import Newcomer, bearer, read_letters
from tests.api.routes import BODIES, OPERATIONS, Slot, text_slots
from tests.conftest import due_pieces

VANITY = "zephyrine-quillfeather-canary"
PERSON = {
    "full_name": "Zephyrine Quillfeather",
    "linkedin_url": f"https://www.linkedin.com/in/{VANITY}/",
    "work_email": "z.quillfeather@heronsbridge.example",
    "personal_email": "zephyrine@marshlight.example",
    "mobile_phone": "+33639980417",
    "company": "Heronsbridge Lampworks",
    "title": "Keeper of Lanterns",
    "member_id": "731946285017",
}
EMAIL, SUB, TYPED = "barnabas.thistlewood@copperwharf.example", "member-sub-oyelaran", "Gwendolyn Osterhagen"
PASSWORD, NEW_PASSWORD, WRONG_PASSWORD = "velvet-anchor-saffron-17", "marble-otter-juniper-58", "granite-falcon-wisteria-93"

# Parts, so that a value cut in two, or in other letters, is found as well.
MARKS = {
    *("zephyrine", "quillfeather", "heronsbridge", "marshlight", "639980417", "lampworks", "lanterns", "731946285017"),
    *("barnabas", "thistlewood", "copperwharf", "oyelaran", "gwendolyn", "osterhagen"),
    *("velvet-anchor", "marble-otter", "granite-falcon"),
}


_HEADERS = (
    "X-Request-Id", "X-Candor-Client", "User-Agent", "Referer", "Idempotency-Key", "Accept", "Accept-Language", "Origin", "Cookie",
    "X-Forwarded-For", "Range",
)  # fmt: skip


@dataclass
class Walk:
    """A walk through the whole of Candor, which remembers what was refused and which tokens were given."""

    app: Flask
    kernel: Kernel
    secrets: set[str] = field(default_factory=set)
    refusals: list[TestResponse] = field(default_factory=list)

    @property
    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def send(self, method: str, path: str, *, refused: bool | None = False, **options: Any) -> TestResponse:
        """One request; `refused` says whether it must be, None that either will do."""
        answer = self.browser.open(path, method=method, **options)
        assert answer.status_code < 500 or refused is None
        assert refused is None or (answer.status_code >= 400) is refused, (method, answer.status_code, answer.text)
        if answer.status_code >= 400:
            self.refusals.append(answer)
        return answer

    def take_tokens(self, answer: TestResponse) -> str:
        """Remember the tokens of an answer, each in its parts; the access token."""
        given = dict(answer.json or {})
        self.secrets |= {given["access_token"].split(".")[2], given["refresh_token"][52:], given["refresh_token"][:26]}
        return str(given["access_token"])

    def letters(self, to: str) -> str:
        return "\n".join(letter.text for letter in read_letters(self.kernel) if letter.to == to)

    def work(self) -> None:
        done = tick(self.kernel.database.engine, due_pieces(self.kernel), self.kernel.clock.now())
        assert done.failed == ()

    def import_person(self, folder: Path) -> None:
        file = folder / "people.csv"
        file.write_text(",".join(PERSON) + "\n" + ",".join(PERSON.values()) + "\n", encoding="utf-8")
        papers = {"source": "Registre des Essais", "licence": "LIC-7", "kind": "registry", "visibility": "public_registry",
                  "basis": "legitimate_interest", "country": "FR"}  # fmt: skip
        assert run_import(self.kernel, file, papers).added == 1

    def sign_up(self) -> str:
        """From the form to both steps done; the access token."""
        newcomer = Newcomer(self.app, self.kernel, EMAIL, PASSWORD)
        assert newcomer.sign_up().status_code == 201
        assert newcomer.sign_up().status_code == 201
        self.send("POST", "/v1/accounts/validate", json={"email": EMAIL, "code": TYPED}, refused=True)
        self.secrets.add(code := newcomer.code())
        token = self.take_tokens(newcomer.validate(code))
        headers = bearer(token) | {"X-Candor-Client": "extension/0.1.0"}
        connected = self.send("POST", "/v1/linkedin/connect", json={"consent": CONSENT_VERSION}, headers=headers)
        self.synchronise((connected.json or {})["authorize_url"])
        return token

    def synchronise(self, authorize_url: str) -> None:
        browser = self.browser
        self.secrets.add(authorize_url.rpartition("/")[2])
        form = browser.get(browser.get(authorize_url).headers["Location"])
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text))
        self.secrets |= set(fields.values())
        sent = browser.post("/local-linkedin/authorize", data={**fields, "sub": SUB, "email": EMAIL})
        assert browser.get(sent.headers["Location"]).status_code == 200

    def change_passwords(self, token: str) -> str:
        """Wrong ones, a new one, a reset by mail, and a session that was used twice; a fresh access token."""
        wrong = {"email": EMAIL, "password": WRONG_PASSWORD}
        self.send("POST", "/v1/sessions", json=wrong, refused=True)
        change = {"current": PASSWORD, "password": NEW_PASSWORD}
        self.send("PUT", "/v1/password", json={**change, "current": WRONG_PASSWORD}, headers=bearer(token), refused=True)
        self.send("PUT", "/v1/password", json={**change, "password": EMAIL}, headers=bearer(token), refused=True)
        self.send("PUT", "/v1/password", json=change, headers=bearer(token))
        self.send("POST", "/v1/password/reset", json={"email": EMAIL})
        reset = re.findall(r"^ {4}([A-Z2-7-]{20,})$", self.letters(EMAIL), re.MULTILINE)[-1]
        self.secrets |= {reset, reset.replace("-", "")}
        form = {"token": WRONG_PASSWORD, "password": NEW_PASSWORD}
        self.send("POST", "/password/reset", data=form, refused=True)
        self.send("POST", "/v1/password/reset/confirm", json={"token": reset, "password": PASSWORD})
        signed_in = self.send("POST", "/v1/sessions", json={"email": EMAIL, "password": PASSWORD})
        self.take_tokens(signed_in)
        refresh = bearer((signed_in.json or {})["refresh_token"])
        self.take_tokens(self.send("POST", "/v1/sessions/refresh", headers=refresh))
        self.send("POST", "/v1/sessions/refresh", headers=refresh, refused=True)
        return self.take_tokens(self.send("POST", "/v1/sessions", json={"email": EMAIL, "password": PASSWORD}))

    def reveal_and_object(self, token: str) -> None:
        """Every kind is shown, and asked for again until the credits are used; then the person objects."""
        asked = {"profile": PERSON["linkedin_url"], "kinds": ["b2b_email", "phone", "direct_email"]}
        self.send("POST", "/v1/lookups", json={"profile": asked["profile"]}, headers=bearer(token))
        shown = self.send("POST", "/v1/reveals", json=asked, headers=bearer(token), refused=None)
        assert PERSON["work_email"] in shown.text
        self.send("GET", "/v1/credits/entries", headers=bearer(token))
        self.work()
        [link] = re.findall(r"/objection/([a-z2-7]{26})", self.letters(PERSON["work_email"]))[:1]
        self.secrets.add(link)
        self.send("GET", f"/objection/{link}")
        self.send("POST", f"/objection/{link}")
        self.send("POST", "/v1/reveals", json=asked, headers=bearer(token))

    def ask_wrongly(self, token: str) -> None:
        """Marks in every place where a caller writes: right ones, unknown ones, headers, addresses and methods."""
        for slot in text_slots():
            self.send(slot.method, self.path_with(slot), headers=bearer(token), json=self.body_with(slot), refused=None)
        for each in OPERATIONS:
            for options in (
                {"json": {TYPED: TYPED, "name": PERSON["full_name"]}},
                {"data": TYPED, "content_type": "application/json"},
                {"data": f'{{"{TYPED}": ', "content_type": "application/json"},
                {"data": {"name": TYPED}},
                {"query_string": {TYPED: TYPED, "limit": TYPED, "cursor": TYPED}},
            ):
                self.send(each.method, each.path, headers=bearer(token), refused=None, **options)
        strange = dict.fromkeys(_HEADERS, TYPED)
        self.send("GET", "/v1/me", headers=bearer(TYPED), refused=True)
        self.send("GET", "/v1/me", headers=bearer(token) | strange, refused=None)
        self.send("GET", f"/in/{VANITY}?email={EMAIL}", refused=True)
        self.send("GET", f"//in//{VANITY}", refused=None)
        self.send("GWENDOLYN", "/v1/me", refused=True)
        self.send("GWENDOLYN", f"/in/{VANITY}", refused=True)
        self.send("POST", "/local-linkedin/token", data={"code": TYPED}, refused=True)
        self.send("GET", "/linkedin/callback", query_string={"state": TYPED, "code": TYPED, "error": TYPED}, refused=True)

    @staticmethod
    def path_with(slot: Slot) -> str:
        path = slot.path.replace(f"{{{slot.name}}}", quote(TYPED))
        return f"{path}?{slot.name}={quote(TYPED)}" if slot.where == "query" else path

    @staticmethod
    def body_with(slot: Slot) -> Any:
        known = BODIES.get(f"{slot.method} {slot.path}")
        return None if known is None else {**known, slot.name.partition(".")[0]: TYPED}


def found(marks: set[str], text: str) -> set[str]:
    """Which marks stand in a text, as they are, as hexadecimal or as base64."""
    text, folded = text.replace("\\u0040", "@"), text.lower()
    ways = {mark: {mark.lower(), mark.lower().encode().hex(), mark.encode().hex()} for mark in marks}
    plain = {mark for mark in marks if any(way in folded for way in ways[mark])}
    return plain | {mark for mark in marks if base64.b64encode(mark.encode()).decode().rstrip("=")[:-1] in text}


def read_tables(owner: psycopg.Connection[Any]) -> Iterator[tuple[str, str]]:
    """Each row of each table as PostgreSQL writes it, with bytes as Latin-1."""
    for (table,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
        for (row,) in owner.execute(f"SELECT {table}::text FROM {table}").fetchall():  # type: ignore[call-overload]
            yield table, re.sub(r"\\x([0-9a-f]+)", lambda found: bytes.fromhex(found[1]).decode("latin-1"), row)


@pytest.fixture
def walk(app: Flask, kernel: Kernel) -> Walk:
    """The walk, before its first step."""
    return Walk(app, kernel)


def test_nothing_secret_or_personal_is_left_where_it_does_not_belong(
    walk: Walk,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    owner: psycopg.Connection[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Standard error is another one since the application was made.
    configure_logs()
    walk.import_person(tmp_path)
    token = walk.change_passwords(walk.sign_up())
    walk.reveal_and_object(token)
    walk.ask_wrongly(token)
    fail_with_marks(walk, monkeypatch)
    walk.work()

    marks = MARKS | walk.secrets
    logs = capfd.readouterr().err + caplog.text
    assert '"route":"/v1/reveals"' in logs
    assert '"route":"/objection/{token}"' in logs
    assert '"exception":"RuntimeError"' in logs
    assert found(marks, logs) == set()

    metrics = walk.browser.get("/metrics").text
    assert 'route="/v1/reveals"' in metrics
    assert found(marks, metrics) == set()

    assert len(walk.refusals) > 100
    assert {answer.status_code for answer in walk.refusals} >= {400, 401, 404, 405, 415, 422, 500, 503}
    for answer in walk.refusals:
        assert found(marks, f"{answer.headers}\n{answer.text}") == set(), answer.text

    rows = list(read_tables(owner))
    assert "Registre des Essais" in "\n".join(row for _, row in rows)
    assert {table for table, _ in rows} >= {
        "accounts",
        "facts",
        "identities",
        "mails",
        "notices",
        "reveals",
        "sessions",
        "suppression",
    }
    # A Workspace's name is what a company calls itself; its members read it.
    assert [(table, left) for table, row in rows if table != "workspaces" and (left := found(marks, row))] == []


def fail_with_marks(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures nobody foresaw, whose messages quote what they should not."""
    for error in (RuntimeError(f"{TYPED} {EMAIL}"), psycopg.OperationalError(f"password {PASSWORD} for {EMAIL}")):
        with monkeypatch.context() as patch:

            def fail(wrong: Exception = error) -> bytes:
                raise wrong

            patch.setattr("backend.kernel.api.render_metrics", fail)
            assert walk.send("GET", "/metrics", refused=None).status_code >= 500


@pytest.mark.usefixtures("real_passwords")
def test_passwords_are_kept_as_argon2id_and_tokens_as_digests(walk: Walk, owner: psycopg.Connection[Any]) -> None:
    newcomer = Newcomer(walk.app, walk.kernel, EMAIL, PASSWORD)
    newcomer.sign_up()
    codes = owner.execute("SELECT password_hash, digest FROM codes").fetchall()
    token = walk.sign_up()
    walk.send("POST", "/v1/password/reset", json={"email": EMAIL})
    walk.send("POST", "/v1/linkedin/connect", json={"consent": CONSENT_VERSION}, headers=bearer(token))
    hashes = [row[0] for row in codes + owner.execute("SELECT password_hash FROM accounts").fetchall()]
    assert len(hashes) == 2
    assert all(hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for hashed in hashes)
    digests = {"codes": [row[1] for row in codes]}
    for table, column in (
        ("sessions", "refresh_digest"),
        ("resets", "digest"),
        ("linkedin_tickets", "digest"),
        ("logins", "digest"),
    ):
        digests[table] = [row[0] for row in owner.execute(f"SELECT {column} FROM {table}").fetchall()]  # type: ignore[call-overload]
    for table, kept in digests.items():
        assert kept, table
        assert {len(digest) for digest in kept} == {32}, table


def test_what_counts_attempts_holds_no_address(app: Flask, settings: Settings, owner: psycopg.Connection[Any]) -> None:
    limited = create_app(settings.model_copy(update={"rate_limits": True}))
    for _ in range(12):
        last = limited.test_client().post("/v1/sessions", json={"email": EMAIL, "password": WRONG_PASSWORD})
    assert last.status_code == 429
    assert found(MARKS, last.text) == set()
    kept = redis.Redis.from_url(settings.redis_url)
    keys = [key.decode("latin-1") for key in kept.keys("*")]
    assert any("login:" in key for key in keys)
    assert found(MARKS, "\n".join([*keys, *(str(kept.get(key)) for key in keys)])) == set()
    limited.extensions["candor"].database.close()


def test_the_database_logs_no_statement_that_failed(owner: psycopg.Connection[Any]) -> None:
    kept = {name: owner.execute(f"SHOW {name}").fetchone() for name in  # type: ignore[call-overload]
            ("log_min_messages", "log_min_error_statement", "log_statement", "log_parameter_max_length_on_error")}  # fmt: skip
    assert kept == {
        "log_min_messages": ("log",), "log_min_error_statement": ("panic",), "log_statement": ("none",),
        "log_parameter_max_length_on_error": ("0",),
    }  # fmt: skip


@pytest.mark.parametrize(
    "leak", [b'{"to": "Zephyrine"}', b"zephyrine".hex().encode(), base64.b64encode(b"zephyrine@marshlight.example")]
)
def test_a_leak_in_a_table_would_be_found(owner: psycopg.Connection[Any], leak: bytes) -> None:
    owner.execute("INSERT INTO mails (sealed, due_at) VALUES (%s, now())", (leak,))
    assert [table for table, row in read_tables(owner) if found({"zephyrine"}, row)] == ["mails"]
