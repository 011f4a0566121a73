"""Force majeure: no limit runs out for a user while it lasts, and each moves by its length; for good, contracts end with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import PARIS, MovableClock
from backend.kernel.incidents import NotNow
from backend.kernel.ops import Act
from backend.ops.incidents import close_logged, make_permanent, open_logged
from backend.subscriptions import sums_paid
from tests.conftest import Ops
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.prices.conftest import announced, answer, answers, dearer, paris, queued  # noqa: F401
from tests.subscriptions.test_breaches import DAY, GROUND, SECOND, premium_of, run, state_of
from tests.subscriptions.test_formal_notices import NUMBER
from tests.subscriptions.test_renewal import start

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
Clean = Callable[[], bool]
WORDS = {"en": "A flood has stopped our machines.", "fr": "Une inondation a arrêté nos machines."}
ACT = Act("olga", "the river is in the machine room")
LENGTH = timedelta(days=2, hours=3, minutes=7)


class Flood:
    """A force majeure."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.number = 0

    def begin(self, kind: str = "force-majeure", at: datetime | None = None) -> None:
        with self._kernel.database.begin() as connection:
            self.number = open_logged(connection, self._kernel, ACT, kind, WORDS, at or self._kernel.clock.now())

    def end(self) -> None:
        with self._kernel.database.begin() as connection:
            close_logged(connection, self._kernel, ACT, self.number)

    def stay(self) -> None:
        with self._kernel.database.begin() as connection:
            make_permanent(connection, self._kernel, ACT, self.number)


@pytest.fixture
def flood(kernel: Kernel, ops: Ops) -> Flood:
    """One that begins and ends when it is told to."""
    return Flood(kernel)


def limits(owner: Owner) -> dict[str, datetime]:
    """What is kept in rows, by table."""
    found = "SELECT 'suspension', due_at FROM suspensions UNION ALL SELECT 'breach', due_at FROM breaches"
    found += " UNION ALL SELECT registered_number, due_at FROM formal_notices UNION ALL SELECT 'question', answer_by FROM questions"
    return dict(owner.execute(found).fetchall())


@pytest.mark.clause("13.2")
def test_a_limit_inside_is_moved_by_exactly_its_length_and_one_before_it_is_not(
    buyer: Buyers, ops: Ops, flood: Flood, owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada, bob, cyd, dan = buyer("ada"), buyer("bob"), buyer("cyd", workspace=False), buyer("dan")
    ada.subscribe("business", 1)
    dan.subscribe("business", 1)
    began = clock.now()
    run(ops("breach", ada.email, "--clause", GROUND))
    run(ops("suspend", cyd.email, "--ground", GROUND))
    run(ops("ask", bob.email, "--question", "Which company is yours?", "--days", "9"))
    for number, sent in ((NUMBER, began - 10 * DAY), ("1A 000 000 0000 1", began - timedelta(days=14, hours=20))):
        words = ("--sent-at", f"{sent.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}", "--registered-number", number)
        run(ops("formal-notice", dan.email, "--from", "provider", "--cause", "breach", *words))
    before = limits(owner)
    opened = began + 6 * DAY + timedelta(hours=20)
    time.pass_to(opened)
    flood.begin()
    time.pass_to(opened + LENGTH)
    assert state_of(owner, cyd) == "suspended"
    assert owner.execute("SELECT stage FROM suspensions").fetchone() == ("cure",)
    flood.end()
    moved = {name: due + (LENGTH if due >= opened else timedelta()) for name, due in before.items()}
    assert limits(owner) == moved
    assert [name for name, due in before.items() if moved[name] == due] == [NUMBER, "1A 000 000 0000 1"]
    time.pass_to(before["suspension"] + LENGTH - SECOND)
    assert owner.execute("SELECT stage FROM suspensions").fetchone() == ("cure",)
    time.pass_to(before["suspension"] + LENGTH)
    assert owner.execute("SELECT stage FROM suspensions").fetchone() == ("breach",)
    time.pass_to(before["breach"] + LENGTH - SECOND)
    assert state_of(owner, ada) == "active"
    time.pass_to(before["breach"] + LENGTH)
    assert state_of(owner, ada) is None
    assert clean()


@pytest.mark.clause("13.2")
def test_nothing_runs_out_while_it_lasts_and_a_notice_gives_no_right_to_terminate(
    buyer: Buyers, ops: Ops, flood: Flood, owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada = buyer("ada")
    ada.subscribe("business", 1)
    began = clock.now()
    words = ("--sent-at", f"{began.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}", "--registered-number", NUMBER)
    run(ops("formal-notice", ada.email, "--from", "provider", "--cause", "breach", *words))
    run(ops("breach", ada.email, "--clause", GROUND))
    time.pass_to(began + 14 * DAY)
    flood.begin()
    time.pass_to(began + 25 * DAY)
    run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER), 1)
    assert premium_of(owner) == ("suspended", None)
    flood.end()
    time.pass_to(began + 26 * DAY - SECOND)
    run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER), 1)
    time.pass_to(began + 26 * DAY)
    run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER))
    assert premium_of(owner) == ("ended", "breach")


@pytest.mark.clause("13.2")
@pytest.mark.parametrize(
    ("opened", "asked", "in_time"),
    [
        ("2026-03-27T20:00:00+01:00", "2026-03-28T22:59:59+01:00", True),  # the limit, 27 March at 23:00, is inside
        ("2026-03-27T20:00:00+01:00", "2026-03-28T23:00:01+01:00", False),
        ("2026-03-27T23:00:01+01:00", "2026-03-29T00:00:00+01:00", False),  # it was over before
    ],
)
def test_a_notice_limit_that_is_worked_out_moves_too(
    buyer: Buyers, flood: Flood, clock: MovableClock, time: Time, opened: str, asked: str, in_time: bool
) -> None:
    ada = start(clock, buyer, "2026-01-30T10:00:00+01:00", "business", 1)
    time.pass_to(opened)
    flood.begin()
    clock.set(datetime.fromisoformat(opened) + DAY)
    flood.end()
    clock.set(datetime.fromisoformat(asked))
    ada.sign_in()
    assert ada.end()["in_time"] is in_time


def test_a_period_that_began_meanwhile_is_undone_where_the_moved_limit_is_not_over(
    buyer: Buyers, flood: Flood, clock: MovableClock, time: Time, owner: Owner, clean: Clean
) -> None:
    ada = start(clock, buyer, "2026-01-30T10:00:00+01:00", "business", 1)
    time.pass_to("2026-03-27T20:00:00+01:00")
    flood.begin()
    time.pass_to("2026-04-02T20:00:00+02:00")
    flood.end()
    ada.sign_in()
    assert [due[:2] for due in ada.dues] == [("start", "79.00"), ("renewal", "79.00"), ("renewal", "79.00")]
    time.pass_to("2026-04-02T22:59:59+02:00")
    assert ada.end() == {"ends_at": "2026-04-02T20:59:59Z", "in_time": True}
    assert owner.execute("SELECT amount FROM returns").fetchall() == [(Decimal("79.00"),)]
    assert clean()


@pytest.mark.clause("13.2")
def test_silence_about_a_price_and_the_time_to_keep_the_old_one_are_limits_as_well(
    buyer: Buyers, sheet_folder: Any, flood: Flood, clock: MovableClock, time: Time, owner: Owner
) -> None:
    clock.set(paris("2026-03-15T10:00"))
    ada, bob = buyer("ada"), buyer("bob")
    ada.subscribe("starter", 2)
    bob.subscribe("starter", 2)
    time.pass_to(paris("2026-03-16T09:00"))
    sheet_folder.announce(dearer, paris("2026-04-01T00:00"))
    time.pass_to(paris("2026-03-30T09:00"))
    ada.sign_in()
    bob.sign_in()
    assert answer(bob, "keep").json["keep_until"] == "2027-03-29T22:00:00Z"
    time.pass_to(paris("2026-04-13T23:00"))
    flood.begin()
    time.pass_to(paris("2026-04-14T05:00"))
    assert [said for said, _, _ in answers(owner)] == ["kept"]
    flood.end()
    time.pass_to(paris("2026-04-14T06:00") - SECOND)
    assert [said for said, _, _ in answers(owner)] == ["kept"]
    time.pass_to(paris("2026-04-14T06:00"))
    assert answers(owner)[1] == ("tacit", None, paris("2026-04-14T06:00"))
    kept = owner.execute("SELECT keep_until FROM price_revisions WHERE state = 'kept'").fetchall()
    assert kept == [(datetime(2027, 3, 30, 4, tzinfo=UTC),)]


def test_two_never_overlap_and_an_incident_that_is_none_moves_nothing(
    buyer: Buyers, ops: Ops, flood: Flood, owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada = buyer("ada")
    ada.subscribe("business", 1)
    run(ops("breach", ada.email, "--clause", GROUND))
    before = limits(owner)
    flood.begin("incident")
    time.pass_to(clock.now() + DAY)
    flood.end()
    assert limits(owner) == before
    flood.begin()
    with pytest.raises(NotNow, match="overlaps"):
        flood.begin()
    began = clock.now()
    time.pass_to(began + DAY)
    flood.end()
    for at in (began + DAY / 2, clock.now() + SECOND):
        with pytest.raises(NotNow):
            flood.begin(at=at)


@pytest.mark.clause("13.2", "13.3")
def test_for_good_the_contract_ends_with_the_event_and_months_not_begun_are_returned(
    buyer: Buyers, flood: Flood, owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "business", 1, "year")
    time.pass_to("2026-06-20T10:00:00+02:00")
    flood.begin()
    time.pass_to("2026-06-25T10:00:00+02:00")
    flood.stay()
    time.work()
    assert owner.execute("SELECT amount, reason FROM returns").fetchall() == [(Decimal("395.00"), "force-majeure")]
    ada.sign_in()
    assert ada.premium["ends_at"] == "2026-07-25T08:00:00Z"
    [text] = [each["text"] for each in ada.get("/v1/messages")["messages"] if each["code"] == "premium-force-majeure"]
    assert all(words in text for words in ("€395.00", "25 July 2026", "/v1/me/export"))
    assert ada.call("GET", "/v1/me/export").status_code == 200
    assert ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 1}}).json["code"] == "plan-required"  # type: ignore[index]
    time.pass_to("2026-07-25T10:00:00+02:00")
    assert premium_of(owner) == ("ended", "force-majeure")
    ada.sign_in()
    assert (ada.premium, ada.get("/v1/me")["plan"]["code"]) == (None, "free")
    time.pass_to("2027-03-01T10:00:00+01:00")
    assert owner.execute("SELECT what, amount FROM dues").fetchall() == [("start", Decimal("790.00"))]
    assert clean()


@pytest.mark.clause("13.3")
def test_what_fell_due_after_the_event_is_returned_whole(
    buyer: Buyers, flood: Flood, owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "business", 1)
    time.pass_to("2026-02-10T10:00:00+01:00")
    flood.begin()
    time.pass_to("2026-03-20T10:00:00+01:00")
    flood.stay()
    time.pass_to("2026-09-01T10:00:00+02:00")
    assert owner.execute("SELECT amount FROM dues ORDER BY due_id").fetchall() == [(Decimal("79.00"),)] * 3
    assert owner.execute("SELECT due_id - 1 IN (SELECT min(due_id) FROM dues), amount FROM returns ORDER BY due_id").fetchall() == [
        (True, Decimal("79.00")),
        (False, Decimal("79.00")),
    ]
    ada.sign_in()
    assert (ada.premium, ada.get("/v1/me")["plan"]["code"]) == (None, "free")
    assert owner.execute("SELECT count(*) FROM incidents WHERE carried_out_at IS NOT NULL").fetchone() == (1,)
    assert clean()


@pytest.mark.clause("12.17")
def test_sums_paid_are_what_had_come_by_the_day_less_what_was_returned(
    buyer: Buyers, flood: Flood, clock: MovableClock, time: Time, kernel: Kernel
) -> None:
    clock.set(datetime.fromisoformat("2026-01-15T10:00:00+01:00"))
    ada = buyer()
    due = ada.subscribe("business", 1, "year")
    workspace = ada.caller.workspace_id

    def paid(day: str) -> tuple[str, str]:
        with kernel.database.begin() as connection:
            sums = sums_paid(connection, workspace, datetime.fromisoformat(day).date())
        return str(sums.paid), str(sums.with_vat)

    assert paid("2026-01-15") == ("0.00", "0.00")  # the debit is under way
    time.pass_to("2026-01-18T23:30:00+01:00")
    ada.pay(due)
    assert (paid("2026-01-17"), paid("2026-01-18")) == (("0.00", "0.00"), ("790.00", "948.00"))
    time.pass_to("2026-06-20T10:00:00+02:00")
    flood.begin()
    flood.stay()
    time.pass_to("2026-08-20T10:00:00+02:00")
    assert (paid("2026-06-19"), paid("2026-06-20")) == (("790.00", "948.00"), ("395.00", "474.00"))
