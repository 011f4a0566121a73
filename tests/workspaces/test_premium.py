"""A premium hangs on a Workspace, and its pool is for everybody in it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backend.credits.audit import Finding
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer, buyer, settings  # noqa: F401
from tests.workspaces.conftest import code_of


@pytest.mark.clause("2.Workspace.b", "7.2.3")
def test_a_premium_needs_a_workspace_and_its_pool_is_spent_by_those_invited(
    buyer: Callable[..., Buyer],  # noqa: F811
    directory: Directory,
    owner: psycopg.Connection[Any],
    findings: Callable[[], list[Finding]],
) -> None:
    ada, bob = buyer(workspace=False), buyer("bob", workspace=False)
    quote = ada.quote().json
    assert code_of(ada.accept(quote)) == (409, "workspace-required")
    assert ada.create().status_code == 201
    assert ada.accept(quote).status_code == 201
    pool, own = ada.pool(owner)["phone"], bob.left()
    assert pool == 400
    bob.enter(ada)
    assert bob.left() == pool + own
    assert bob.outcome("p0") == "revealed"
    assert ada.pool(owner)["phone"] == pool - 1
    assert ada.outcome("p0") == "known"
    assert findings() == []


@pytest.mark.clause("7.2.1")
def test_a_premium_without_a_created_workspace_is_refused_over_http_and_by_the_database(
    buyer: Callable[..., Buyer],  # noqa: F811
    owner: psycopg.Connection[Any],
) -> None:
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe()
    assert code_of(bob.accept(bob.quote().json)) == (409, "workspace-required")
    names = owner.execute(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = 'premiums'::regclass AND attnum > 0"
        " AND NOT attisdropped AND attidentity = '' AND attgenerated = '' AND attname <> 'workspace_id'"
    ).fetchone()
    assert names
    copy = f"INSERT INTO premiums (workspace_id, {names[0]}) SELECT %s, {names[0]} FROM premiums"
    with pytest.raises(psycopg.errors.CheckViolation, match="created Workspace"):
        owner.execute(copy, (bob.caller.workspace_id,))  # type: ignore[call-overload]
    with pytest.raises((psycopg.errors.NotNullViolation, psycopg.errors.CheckViolation)):
        owner.execute(copy, (None,))  # type: ignore[call-overload]
    assert bob.create().status_code == 201
    with owner.transaction(force_rollback=True):
        owner.execute(copy, (bob.caller.workspace_id,))  # type: ignore[call-overload]
        assert owner.execute("SELECT count(*) FROM premiums").fetchone() == (2,)
