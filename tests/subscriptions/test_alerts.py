"""Credits about to expire: 7 days and 1 day ahead their owners are told how many of which kind, in one message."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts.sample import arrange
from backend.credits import Grant, grant
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import find_next, tick
from backend.kernel.mail import read_mailbox
from backend.kernel.messages import Told, read_messages
from backend.subscriptions.alerts import ExpiryAlerts, expiry_alerts
from tests.conftest import due_pieces
from tests.subscriptions.conftest import Time

END = datetime.fromisoformat("2026-04-20T00:00:00+02:00")
CODES = ("credits-expire", "credits-expire-or-kept")


class Owner:
    """Somebody with an account and a workspace, who holds credits."""

    def __init__(self, kernel: Kernel, name: str) -> None:
        self.kernel, self.email = kernel, f"{name}@{name}-company.example"
        self.account_id = arrange(kernel, self.email, "nine-boats-under-the-moon", "ready", "en", sub=f"sub-{name}")
        with kernel.database.begin() as connection:
            found = "SELECT workspace_id FROM members WHERE account_id = %s"
            self.workspace_id = int(connection.exec_driver_sql(found, (self.account_id,)).scalar_one())
        self._given = 0

    def hold(self, amount: int, kind: str, ends_at: datetime = END, *, pool: bool = False, **more: Any) -> None:
        self._given += 1
        now = self.kernel.clock.now()
        account_id = None if pool else self.account_id
        given = Grant(self.workspace_id, account_id, kind, "purchased", amount, now, ends_at, f"t{self._given}", **more)
        with self.kernel.database.begin() as connection:
            grant(connection, given)

    def told(self, day: str = "2026-04-20") -> list[Told]:
        """What was said of credits that end on this day, newest first."""
        with self.kernel.database.begin() as connection:
            found = read_messages(connection, self.kernel.sealer, self.account_id, 2**62, 200)
        return [one for one in found if one.code in CODES and one.ref.startswith(day)]


@pytest.fixture
def ada(app: Flask, kernel: Kernel) -> Owner:
    return Owner(kernel, "ada")


def pass_to(kernel: Kernel, clock: MovableClock, to: datetime) -> None:
    """Let time pass; what falls due on the way is done at its instant."""
    pieces = due_pieces(kernel)
    for _ in range(300):
        found = find_next(kernel.database.engine, pieces, to)
        if found is None or found[0] >= to:
            break
        clock.set(max(found[0], clock.now()))
        assert tick(kernel.database.engine, pieces, clock.now()).failed == ()
    clock.set(to)
    assert tick(kernel.database.engine, pieces, to).failed == ()


def amounts(told: Told) -> dict[str, str]:
    return {kind: told.facts[kind] for kind in ("b2b_email", "phone", "direct_email", "export")}


def test_one_message_names_all_kinds_seven_days_and_one_day_ahead(ada: Owner, kernel: Kernel, clock: MovableClock) -> None:
    ada.hold(12, "phone")
    ada.hold(40, "export", pool=True)
    ada.hold(3, "phone", END + timedelta(hours=5), pool=True)
    ada.hold(7, "export", END + timedelta(days=1))
    pass_to(kernel, clock, END - timedelta(days=7, seconds=1))
    assert ada.told() == []
    pass_to(kernel, clock, END - timedelta(days=7))
    (first,) = ada.told()
    assert (first.at, first.code, first.ref) == (END - timedelta(days=7), "credits-expire", "2026-04-20:7")
    assert amounts(first) == {"b2b_email": "0", "phone": "15", "direct_email": "0", "export": "40"}
    pass_to(kernel, clock, END - timedelta(days=1, seconds=1))
    assert ada.told() == [first]
    pass_to(kernel, clock, END)
    assert [one.ref for one in ada.told()] == ["2026-04-20:1", "2026-04-20:7"]
    assert ada.told()[0].at == END - timedelta(days=1)
    assert [amounts(one)["export"] for one in ada.told("2026-04-21")] == ["7", "7"]


def test_it_is_in_the_account_and_goes_by_mail(ada: Owner, kernel: Kernel, clock: MovableClock) -> None:
    ada.hold(12, "phone")
    pass_to(kernel, clock, END - timedelta(days=7) + timedelta(minutes=1))
    (told,) = ada.told()
    assert told.mailed_at is not None
    assert told.bounced_at is None
    with kernel.database.begin() as connection:
        letter, *_ = [sent.letter for sent in read_mailbox(connection, kernel.sealer) if "expire" in sent.letter.subject]
    assert letter.to == ada.email
    assert "Phone: 12" in letter.text
    assert "20 April 2026" in letter.text


def test_what_was_spent_meanwhile_is_not_named_and_who_has_nothing_left_is_not_told(
    ada: Owner, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    ada.hold(12, "phone")
    pass_to(kernel, clock, END - timedelta(days=7))
    owner.execute("UPDATE lots SET remaining = 0 WHERE source = 'purchased'")
    pass_to(kernel, clock, END)
    assert [one.ref for one in ada.told()] == ["2026-04-20:7"]


def test_a_plan_that_keeps_says_what_is_carried_over(ada: Owner, kernel: Kernel, clock: MovableClock) -> None:
    ada.hold(12, "phone", pool=True, keeps=True)
    ada.hold(4, "phone")
    pass_to(kernel, clock, END - timedelta(days=7))
    (told,) = ada.told()
    assert (told.code, told.facts["kept"], told.facts["phone"]) == ("credits-expire-or-kept", "12", "16")


def test_everybody_is_told_of_their_own_and_nobody_twice_whoever_works(
    kernel: Kernel, clock: MovableClock, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.credits.expiring._AT_ONCE", 2)
    owners = [Owner(kernel, f"owner{n}") for n in range(5)]
    for number, one in enumerate(owners, 1):
        one.hold(number, "phone")
    clock.set(END - timedelta(days=7))
    time.work_at_once(expiry_alerts)
    tick(kernel.database.engine, expiry_alerts(kernel), clock.now())
    assert [[amounts(told)["phone"] for told in one.told()] for one in owners] == [["1"], ["2"], ["3"], ["4"], ["5"]]


def test_an_alert_that_is_undone_is_given_again(ada: Owner, kernel: Kernel, clock: MovableClock) -> None:
    ada.hold(12, "phone")
    clock.set(END - timedelta(days=7))
    with kernel.database.engine.connect() as connection:
        assert ExpiryAlerts(kernel, 7).run(connection, clock.now())
        connection.rollback()
    assert ada.told() == []
    tick(kernel.database.engine, expiry_alerts(kernel), clock.now())
    assert len(ada.told()) == 1


def test_who_slept_through_is_told_late_and_of_nothing_that_is_over(ada: Owner, kernel: Kernel, clock: MovableClock) -> None:
    ada.hold(12, "phone", END - timedelta(days=2))
    ada.hold(3, "export")
    clock.set(END - timedelta(hours=1))
    tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert [amounts(one)["phone"] for one in ada.told("2026-04-18")] == []
    assert sorted(one.ref for one in ada.told()) == ["2026-04-20:1", "2026-04-20:7"]
