"""Every combination of steps done and undone, and what the ledger tells of it."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from tests.credits.conftest import ANN, WORKSPACE, Ledger
from tests.credits.model import Model, Permit, Refused, same


def every_standing(ledger: Ledger) -> None:
    """Each combination of steps undone, at the instants around their end, told as the model says; one call in all is charged."""
    stranger = Caller(99, WORKSPACE, 901)
    ledger.give(5)
    states = ("active", "suspended", "ended")
    instants = (None, ledger.now, ledger.now + timedelta(microseconds=1))
    for state, terms_ok, synced, seen, plan, ended in product(
        states, (True, False), instants, (True, False), instants, (False, True)
    ):
        steps: dict[str, Any] = {
            "state": state, "terms_ok": terms_ok, "synced_until": synced, "extension_seen": seen, "plan_until": plan
        }  # fmt: skip
        model = Model()
        model.permits[ANN.workspace_id, ANN.account_id] = Permit(**steps, ended_sessions={ANN.session_id} if ended else set())
        ledger.change(ANN, **steps)
        if ended:
            ledger.end_session(ANN)
        for caller in (ANN, stranger):
            told = _obstacles(lambda: model.check_standing(caller, ledger.now))  # noqa: B023
            same(told, _obstacles(lambda: ledger.reveal(1, by=caller)))  # noqa: B023
            same(told, _obstacles(lambda: ledger.quote([1], caller)))  # noqa: B023
        if ended:
            ledger.owner.execute("UPDATE permits SET ended_sessions = '{}'")
    same([(4,)], ledger.owner.execute("SELECT remaining FROM lots").fetchall())


def _obstacles(call: Callable[[], object]) -> str | None:
    try:
        call()
    except Refused as refused:
        return str(refused)
    except Problem as problem:
        return problem.code
    return None
