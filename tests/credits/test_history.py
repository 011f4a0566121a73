"""The judge of histories: it lets pass what some order explains, and refuses what none does."""

import pytest

from tests.credits.history import Call, Debit, History, Lot, find_faults

POOL = Lot(1, None, 1, granted=0)
TAKEN = Debit(1, 11, 100, balance=0, committed=15)
TAKER = Call(11, (100,), "revealed", 10, 20)


def history(*calls: Call, lots: tuple[Lot, ...] = (POOL,), debits: tuple[Debit, ...] = (TAKEN,)) -> History:
    return History(list(lots), list(debits), list(calls))


LEGAL = {
    "empty once the credit is gone": history(TAKER, Call(12, (200,), "empty", 12, 16)),
    "empty before the credit is granted": history(Call(12, (200,), "empty", 0, 4), TAKER, lots=(Lot(1, None, 1, granted=9),)),
    "empty between two lots": history(TAKER, Call(12, (200,), "empty", 14, 19), lots=(POOL, Lot(2, None, 1, granted=18))),
    "empty beside a teammate's lot": history(TAKER, Call(12, (200,), "empty", 16, 19), lots=(POOL, Lot(2, 11, 5, granted=0))),
    "known while the payer still waits for the answer": history(TAKER, Call(12, (100,), "known", 11, 16)),
    "known under a merged id": history(TAKER, Call(12, (300, 100), "known", 30, 31)),
    "paid twice, merged meanwhile": history(
        TAKER,
        Call(12, (300, 100), "revealed", 19, 25),
        lots=(POOL, Lot(2, None, 1, granted=0)),
        debits=(TAKEN, Debit(2, 12, 300, 0, 24)),
    ),
}
ILLEGAL = {
    "empty while a credit is there": history(TAKER, Call(12, (200,), "empty", 11, 14)),
    "empty although the next lot came before the last one went": history(
        TAKER, Call(12, (200,), "empty", 12, 19), lots=(POOL, Lot(2, None, 1, granted=14))
    ),
    "empty although one's own lot is full": history(
        TAKER, Call(12, (200,), "empty", 16, 19), lots=(POOL, Lot(2, 12, 5, granted=0))
    ),
    "empty for the person on whom the last credit went": history(TAKER, Call(12, (100,), "empty", 11, 19)),
    "empty for a person paid long ago": history(TAKER, Call(12, (300, 100), "empty", 30, 31)),
    "known before anybody paid": history(TAKER, Call(12, (100,), "known", 11, 14)),
    "known, and nobody ever paid": history(TAKER, Call(12, (200,), "known", 30, 31)),
    "revealed without a debit": history(TAKER, Call(12, (200,), "revealed", 30, 31)),
    "a debit without a call": history(),
    "charged after the answer": history(Call(11, (100,), "revealed", 10, 14)),
    "told twice that it was charged": history(TAKER, Call(11, (100,), "revealed", 12, 22)),
    "charged twice": history(
        TAKER,
        Call(12, (100,), "revealed", 10, 20),
        lots=(POOL, Lot(2, None, 1, granted=0)),
        debits=(TAKEN, Debit(2, 12, 100, 0, 16)),
    ),
    "charged again under a merged id": history(
        TAKER,
        Call(12, (300, 100), "revealed", 21, 25),
        lots=(POOL, Lot(2, None, 1, granted=0)),
        debits=(TAKEN, Debit(2, 12, 300, 0, 24)),
    ),
    "more spent than there was": history(
        TAKER, Call(12, (200,), "revealed", 10, 20), debits=(TAKEN, Debit(1, 12, 200, -1, 16))
    ),
    "a balance told twice": history(
        TAKER,
        Call(12, (200,), "revealed", 10, 20),
        lots=(Lot(1, None, 2, granted=0),),
        debits=(Debit(1, 11, 100, 1, 15), Debit(1, 12, 200, 1, 16)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEGAL)
def test_what_some_order_explains_is_let_pass(name: str) -> None:
    assert find_faults(LEGAL[name]) == []


@pytest.mark.parametrize("name", ILLEGAL)
def test_what_no_order_explains_is_refused(name: str) -> None:
    assert find_faults(ILLEGAL[name])
