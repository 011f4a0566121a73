"""An update that a subscriber need not put up with: who was told, who installed it, and ending the premium because of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from backend.accounts.bounces import take_bounce
from backend.accounts.update_report import list_standings
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.ops import make_operator
from backend.ops_cli import ops_command
from backend.terms.updates import announce_update
from tests.subscriptions.conftest import Buyer, Time, buyer, clean, directory, settings, time  # noqa: F401
from tests.subscriptions.test_renewal import start
from tests.terms.conftest import ACT, House
from tests.terms.test_updates import BOTH, ELSE, HOW, UPDATE

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
DAYS = timedelta(days=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def house(kernel: Kernel, clock: MovableClock, tmp_path: Path) -> House:
    """Candor as Olga runs it."""
    with kernel.database.begin() as connection:
        make_operator(connection, ACT.by, "admin", clock.now())
    return House(kernel, clock, tmp_path)


def refuse(who: Buyer, version: str = "0.3.0") -> tuple[int, Any]:
    answer = who.post("/v1/subscription/refuse-update", {"version": version})
    return answer.status_code, answer.json


def call_with(who: Buyer, version: str) -> Any:
    headers = {"Authorization": f"Bearer {who.token}", "X-Candor-Client": f"extension/{version}"}
    return who.app.test_client().get("/v1/me", headers=headers)


@pytest.mark.clause("12.14")
def test_of_an_update_it_is_known_who_was_told_and_who_installed_it(
    buyer: Buyers,  # noqa: F811
    house: House,
    clock: MovableClock,
    time: Time,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, bob = buyer("ann"), buyer("bob")
    assert call_with(ann, "0.2.9").status_code == 200
    told_at = clock.now()
    announce_update(house.kernel, ACT, UPDATE)
    house.work()
    assert take_bounce(house.kernel, bob.email)
    clock.set(told_at + DAYS)
    assert call_with(ann, "0.3").status_code == 200
    assert call_with(bob, "0.2.9").status_code == 200
    with house.kernel.database.begin() as connection:
        lines = list_standings(connection, house.kernel, "0.3.0") or []
    assert [(line.email, line.told_at, line.installed_at) for line in lines] == [
        (ann.email, told_at, told_at + DAYS),
        (bob.email, None, None),
    ]
    group = replace_kernel(monkeypatch, house.kernel)
    said = CliRunner().invoke(group, ["update-report", "0.3.0", "--by", ACT.by, "--reason", "a complaint"])
    assert f"{ann.email}  told {told_at:%Y-%m-%d %H:%M}  installed {told_at + DAYS:%Y-%m-%d %H:%M}" in said.output
    assert f"{bob.email}  not told  not installed" in said.output
    too_old = call_with(ann, "0.0.9")
    assert too_old.status_code == 426
    notice = {"version": "0.3.0", "availability": BOTH["en"], "installation": HOW["en"], "consequences": ELSE["en"]}
    assert too_old.json["update"] == notice
    page = ann.app.test_client().get("/problems/extension-outdated").text
    for part in (BOTH, HOW, ELSE):
        assert part["en"] in page.replace("&#39;", "'")


def replace_kernel(monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> Any:
    """The commands, on the kernel of the tests."""
    monkeypatch.setattr("backend.kernel.ops.kernel_of_command", lambda: kernel)
    return ops_command


@pytest.mark.clause("12.15")
@pytest.mark.parametrize(
    ("interval", "at", "back"),
    [("year", "2026-06-20T10:00:00+02:00", "395.00"), ("month", "2026-01-20T10:00:00+01:00", "0.00")],
)
def test_a_subscriber_who_refuses_an_update_ends_at_once_and_gets_months_not_begun_back(
    buyer: Buyers,  # noqa: F811
    clock: MovableClock,
    time: Time,  # noqa: F811
    owner: Owner,
    house: House,
    clean: Callable[[], bool],  # noqa: F811
    interval: str,
    at: str,
    back: str,
) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "business", 1, interval)
    bob = buyer("bob", workspace=False)
    time.pass_to(at)
    ada.sign_in()
    assert refuse(ada)[1]["code"] == "update-unknown"
    announce_update(house.kernel, ACT, replace(UPDATE, version="0.2.1", minor=True))
    announce_update(house.kernel, ACT, replace(UPDATE, version="0.2.2", old_version_allowed=True))
    announce_update(house.kernel, ACT, UPDATE)
    house.work()
    for version in ("0.2.1", "0.2.2"):
        assert (refuse(ada, version)[0], refuse(ada, version)[1]["code"]) == (409, "update-not-refusable")
    assert refuse(bob)[0] in (403, 409)
    status, ended = refuse(ada)
    assert (status, ended["returned"]) == (200, back)
    assert datetime.fromisoformat(ended["ended_at"]) == datetime.fromisoformat(at)
    time.pass_to(datetime.fromisoformat(at) + timedelta(days=400))
    assert owner.execute("SELECT state, end_reason FROM premiums").fetchall() == [("ended", "update-refused")]
    assert owner.execute("SELECT what FROM dues").fetchall() == [("start",)]
    returned = owner.execute("SELECT coalesce(sum(amount), 0.00) FROM returns").fetchone()
    assert returned == (Decimal(back),)
    assert clean()


@pytest.mark.clause("12.16")
def test_the_thirty_days_to_refuse_run_from_the_delivery_on_both_channels(
    buyer: Buyers,  # noqa: F811
    clock: MovableClock,
    time: Time,  # noqa: F811
    owner: Owner,
    house: House,
) -> None:
    ada, ben, cat = buyer("ada"), buyer("ben"), buyer("cat")
    for who in (ada, ben, cat):
        who.pay(who.subscribe("business", 1, "year"))
    announce_update(house.kernel, ACT, UPDATE)
    house.work()
    told = clock.now()
    assert take_bounce(house.kernel, cat.email)
    time.pass_to(told + DAYS)
    ada.sign_in()
    assert refuse(ada)[0] == 200
    ada.sign_in()
    assert ada.get("/v1/me")["plan"]["code"] == "free"
    time.pass_to(told + DAYS + SECOND)
    ben.sign_in()
    late = refuse(ben)
    assert (late[0], late[1]["code"]) == (409, "refusal-late")
    assert ben.premium["state"] == "active"
    cat.sign_in()
    assert refuse(cat)[0] == 200
