"""The tests can fail: each wrong ledger is noticed by the check that names it, and the right one by none."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.credits.conftest import Ledger
from tests.credits.mutants import MUTANTS, SOURCE, Mutant


@pytest.fixture
def wrong(ledger: Ledger) -> Iterator[Ledger]:
    """A ledger in which a wrong function may be installed; the right ones come back whatever happens."""
    try:
        yield ledger
    finally:
        ledger.owner.execute(SOURCE)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_wrong_ledger_is_noticed(wrong: Ledger, mutant: Mutant) -> None:
    wrong.owner.execute(mutant.text())
    try:
        mutant.noticed_by(wrong)
    except (AssertionError, psycopg.IntegrityError):
        return
    pytest.fail(f"“{mutant.name}” was not noticed by {mutant.noticed_by.__name__}")
