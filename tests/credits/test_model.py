"""The ledger does what the model says that the terms say."""

import pytest

from tests.credits.conftest import Ledger
from tests.credits.standing import every_standing
from tests.credits.walk import walk


@pytest.mark.clause("9.3", "9.15", "9.17")
def test_every_answer_is_the_one_the_model_predicts(ledger: Ledger) -> None:
    walk(ledger, 80, shrink=True)


@pytest.mark.clause("8.2.1")
def test_every_combination_of_steps_undone_is_told_in_its_order(ledger: Ledger) -> None:
    every_standing(ledger)
