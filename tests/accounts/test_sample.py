"""The sample account of the embedded default, and the accounts that the sandbox makes."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.accounts import sample
from backend.accounts.provider import Member
from backend.accounts.synchronising import synchronise
from backend.app import create_app
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.settings import Settings
from tests.accounts.conftest import EXTENSION, Newcomer, bearer

PROFILE = {"profile": "https://www.linkedin.com/in/some-one-candor-sample/"}


def test_the_sample_account_can_look_up_as_soon_as_the_extension_signs_in(app: Flask, kernel: Kernel) -> None:
    email, password = sample.create(kernel)
    assert sample.create(kernel) == (email, password)
    sam = Newcomer(app, kernel, email, password)
    tokens = sam.sign_in().json
    assert tokens is not None
    assert sam.post("/v1/lookups", PROFILE, **bearer(tokens["access_token"]), **EXTENSION).status_code == 200
    assert sam.me(tokens["access_token"]).json["credits"]["phone"]["available"] == 7  # type: ignore[index]


def test_the_sample_account_is_mended_at_the_next_start(app: Flask, kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
    sam = Newcomer(app, kernel, *sample.create(kernel))
    owner.execute("UPDATE accounts SET password_hash = 'x'")
    owner.execute("UPDATE linkedin_members SET renew_by = renew_by - interval '61 days'")
    sample.create(kernel)
    tokens = sam.sign_in().json
    assert tokens is not None
    assert sam.me(tokens["access_token"]).json["linkedin"]["synced"] is True  # type: ignore[index]


def test_the_sample_account_waits_where_its_member_is_somebody_elses(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    jane.join()
    account = owner.execute("SELECT account_id FROM accounts").fetchone()
    assert account is not None
    synchronise(jane.kernel, account[0], Member("candor-sample-member", True, None), "v")
    sam = Newcomer(jane.app, jane.kernel, *sample.create(jane.kernel))
    assert sam.sign_in().status_code == 200


def test_no_account_with_a_known_password_is_made_for_the_world(kernel: Kernel) -> None:
    object.__setattr__(kernel, "settings", kernel.settings.model_copy(update={"public_url": "https://candor.example"}))
    with pytest.raises(RuntimeError):
        sample.create(kernel)


@pytest.fixture
def sandbox(settings: Settings, clock: MovableClock, owner: psycopg.Connection[Any]) -> Iterator[FlaskClient]:
    made = create_app(settings.model_copy(update={"sandbox": True}), clock)
    yield made.test_client()
    made.extensions["candor"].database.close()


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("validated", "linkedin-sync-required"),
        ("seen", "linkedin-sync-required"),
        ("synchronised", "extension-required"),
        ("ready", ""),
        ("suspended", "account-suspended"),
    ],
)
def test_the_sandbox_makes_an_account_in_any_state(sandbox: FlaskClient, state: str, code: str) -> None:
    made = sandbox.post("/v1/sandbox/accounts", json={"state": state})
    assert made.status_code == 201
    assert made.json is not None
    answer = sandbox.post("/v1/lookups", json=PROFILE, headers=bearer(made.json["access_token"]))
    assert (answer.json or {}).get("code", "") == code


def test_a_pending_account_has_no_tokens_and_a_known_address_is_refused(sandbox: FlaskClient) -> None:
    made = sandbox.post("/v1/sandbox/accounts", json={"state": "pending", "email": "ann@acme.example"})
    assert made.json is not None
    assert set(made.json) == {"email", "password", "state"}
    assert sandbox.post("/v1/sandbox/accounts", json={"email": "ANN@acme.example"}).status_code == 422


def test_without_the_sandbox_its_doors_are_not_there(client: FlaskClient) -> None:
    assert client.post("/v1/sandbox/accounts", json={}).status_code == 404
    assert client.get("/v1/sandbox/mail").status_code == 404
    paths = client.get("/openapi.json").json["paths"]  # type: ignore[index]
    assert not [path for path in paths if "sandbox" in path]


def test_the_sandbox_answers_under_this_machines_names_only(sandbox: FlaskClient) -> None:
    for path in ("/v1/sandbox/mail", "/mailbox"):
        assert sandbox.get(path).status_code == 200
        assert sandbox.get(path, headers={"Host": "rebound.example"}).status_code == 404
    assert sandbox.post("/v1/sandbox/accounts", json={}, headers={"Host": "rebound.example"}).status_code == 404
