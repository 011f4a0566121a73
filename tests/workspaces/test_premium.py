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
