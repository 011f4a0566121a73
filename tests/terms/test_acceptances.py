"""Acceptances are proof: chained, and the application may add and read them, nothing else."""

import psycopg
import pytest
import sqlalchemy as sa

from backend.kernel import Kernel
from backend.terms import NEEDED, find_in_force, record_acceptances


@pytest.mark.parametrize("change", ["UPDATE acceptances SET version = 'x'", "DELETE FROM acceptances", "TRUNCATE acceptances"])
def test_the_application_cannot_change_an_acceptance(kernel: Kernel, change: str) -> None:
    with kernel.database.begin() as connection:
        record_acceptances(connection, 7, "en", kernel.clock.now())
        rows = connection.execute(sa.text("SELECT document, version FROM acceptances")).all()
        in_force = {kind: find_in_force(connection, kind, kernel.clock.now()).version for kind in NEEDED}
        assert {row.document: row.version for row in rows} == in_force
    with pytest.raises(sa.exc.ProgrammingError) as refused, kernel.database.begin() as connection:
        connection.execute(sa.text(change))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
