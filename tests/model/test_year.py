"""A year of a workspace with three members, by the sandbox's clock: how long it takes, and that nothing of it is missing."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts.sample import arrange
from backend.app import create_app
from backend.credits.audit import audit
from backend.kernel import Kernel
from backend.settings import Settings
from tests.subscriptions.conftest import Buyer
from tests.workspaces.conftest import PASSWORD

SECONDS = 10
"""What this process works for it, and PostgreSQL as long again: what else the machine does is not counted."""


@pytest.fixture
def sandbox(settings: Settings, app: Flask) -> Iterator[Flask]:
    """The sandbox with its own clock, on the tables that `app` has emptied."""
    made = create_app(settings)
    yield made
    made.extensions["candor"].database.close()


def test_a_year_of_a_workspace_with_three_members_passes_in_under_ten_seconds(
    sandbox: Flask, owner: psycopg.Connection[Any]
) -> None:
    client, kernel = sandbox.test_client(), sandbox.extensions["candor"]
    assert isinstance(kernel, Kernel)
    assert client.post("/v1/sandbox/clock", json={"now": "2031-01-31T09:00:00Z"}).status_code == 200
    ada, bob, cid = (
        Buyer(
            sandbox, kernel, f"{name}@acme.example", arrange(kernel, f"{name}@acme.example", PASSWORD, "ready", "en", f"sub-{name}")
        )
        for name in ("ada", "bob", "cid")
    )
    assert ada.create().status_code == 201
    ada.subscribe("business", 3)
    for guest in (bob, cid):
        guest.enter(ada)
    began = time.process_time()
    assert client.post("/v1/sandbox/clock", json={"advance": "P365D"}).status_code == 200
    assert 2 * (time.process_time() - began) < SECONDS
    renewals = "SELECT count(*), max(due_at)::date::text FROM dues WHERE what = 'renewal'"
    assert owner.execute(renewals).fetchone() == (12, "2032-01-30")  # the first instant of 31 January in Paris
    with kernel.database.begin() as connection:
        assert audit(connection) == []
