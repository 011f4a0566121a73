"""The ledger does in every walk what the model says that the terms say."""

import pytest

from tests.credits.conftest import Ledger
from tests.credits.walk import walk


@pytest.mark.clause("9.2", "9.3", "9.15", "9.17")
def test_every_answer_is_the_one_the_model_predicts(ledger: Ledger) -> None:
    walk(ledger, 80, shrink=True)
