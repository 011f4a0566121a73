"""For each piece of due work a small world in which it has something to do, made anew as often as one likes, always the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from flask import Flask

from backend.accounts.sample import arrange
from backend.accounts.suspensions import suspend
from backend.credits import reveal
from backend.directory.due import AHEAD, LATE
from backend.directory.rows import add_months
from backend.directory.withdrawing import MONTHS_TO_TELL, take_back
from backend.helpdesk.mails import close_case, list_cases, take_mail
from backend.helpdesk.paper import Paper, enter_letter
from backend.kernel import Kernel
from backend.kernel.clock import PARIS, MovableClock
from backend.kernel.due import Piece, tick
from backend.kernel.messages import Message, all_words, tell
from backend.kernel.metrics import REVEALS
from backend.kernel.ops import make_operator
from backend.ops.disputes import Letter as DisputeLetter
from backend.ops.disputes import enter_dispute
from backend.ops.incidents import make_permanent, open_logged
from backend.ops.register import enter_breach
from backend.ops.replaying import ask_for_replay
from backend.subscriptions import plan_for_sheet
from backend.subscriptions.not_renewing import not_renew
from backend.subscriptions.notices import enter_notice
from backend.terms import SheetPublished, read_sheet
from backend.terms.updates import Update, announce_update
from tests.conftest import START, due_pieces, empty_tables
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer
from tests.terms.conftest import ACT, House
from tests.workspaces.conftest import PASSWORD

SECOND = timedelta(seconds=1)
CONFIRMED = {"phrase": "delete my account", "password": PASSWORD}
BOTH = {"en": "Today.", "fr": "Aujourd'hui."}


@dataclass
class World:
    """Candor on empty tables, and what may happen in it."""

    app: Flask
    kernel: Kernel
    clock: MovableClock
    owner: psycopg.Connection[Any]
    folder: Path

    def start_anew(self) -> None:
        """Empty tables, and the first morning."""
        empty_tables(self.owner)
        self.clock.set(START)

    def piece(self, name: str) -> Piece:
        """One piece of due work."""
        return next(piece for piece in due_pieces(self.kernel) if piece.name == name)

    def do(self, *names: str) -> None:
        """Let only these pieces work, now."""
        assert tick(self.kernel.database.engine, [self.piece(name) for name in names], self.clock.now()).failed == ()

    def buyer(self, name: str, *, workspace: bool = True) -> Buyer:
        """Somebody who may buy."""
        email = f"{name}@{name}-company.example"
        made = Buyer(self.app, self.kernel, email, arrange(self.kernel, email, PASSWORD, "ready", "en", sub=f"sub-{name}"))
        if workspace:
            assert made.create().status_code == 201
        return made

    def team(self) -> Buyer:
        """The admin of a premium for two, who are both in it."""
        ada = self.buyer("ada")
        ada.subscribe("business", 2, phone=1)
        self.buyer("bob", workspace=False).enter(ada)
        return ada

    def ends_at(self, ada: Buyer) -> datetime:
        """When the period of the premium ends."""
        return datetime.fromisoformat(ada.premium["period_ends_at"])

    def read(self, instant: LiteralString) -> datetime:
        """The one instant that a statement finds."""
        [(at,)] = self.owner.execute(instant).fetchall()
        return datetime.fromisoformat(at.isoformat())

    def house(self) -> House:
        """Candor as Olga runs it."""
        with self.kernel.database.begin() as connection:
            make_operator(connection, ACT.by, "admin", self.clock.now())
        return House(self.kernel, self.clock, self.folder)

    def people(self) -> Directory:
        """Two people whom nobody has told yet."""
        directory = Directory(self.kernel, self.owner)
        for name in ("jan", "mia"):
            directory.add(name, b2b_email=f"{name}@found.example", phone="+31970102001")
        self.owner.execute("UPDATE people SET tell_by = %s", (self.clock.now() + AHEAD,))
        return directory


def announce_change(world: World) -> datetime:
    house = world.house()
    world.buyer("ada"), world.buyer("bob")
    house.draft("terms")
    house.publish(world.clock.now() + timedelta(days=16))
    return world.clock.now()


def keep_silent(world: World) -> datetime:
    at = announce_change(world) + timedelta(days=16)
    world.do("change-notices", "message-mail", "mail")
    return at


def announce(world: World) -> datetime:
    world.house()
    world.buyer("ada"), world.buyer("bob")
    announce_update(world.kernel, ACT, Update("1.2.0", True, BOTH, BOTH, BOTH))
    return world.clock.now()


def renew_and_end(world: World) -> datetime:
    """Three premiums whose period is over: one is renewed, one cut, one ended with everybody in it."""
    ada = world.team()
    eve, dan = world.buyer("eve"), world.buyer("dan")
    for one in (eve, dan):
        one.subscribe("business", 1)
    eve.end()
    dan.change("starter", 1)
    return world.ends_at(ada)


def announce_the_end(world: World) -> datetime:
    ada = world.team()
    ada.end()
    return world.read("SELECT next_alert_at FROM premiums")


def wait_for_an_answer(world: World) -> datetime:
    """Two premiums and a sheet that is announced: one is to be looked at for it, one was told of it and has been silent."""
    ada, eve = world.team(), world.buyer("eve")
    eve.subscribe("business", 1)
    at = world.clock.now()
    with world.kernel.database.begin() as connection:
        plan_for_sheet(connection, SheetPublished("2026-03", at, at))
        facts = all_words()["price-changes-month"]["example"]
        tell(connection, world.kernel.sealer, Message(eve.account_id, "price-changes-month", "told", at, facts))
    world.do("message-mail", "mail")
    world.owner.execute(
        "UPDATE price_revisions SET state = 'told', period = 1, notice = 'price-changes-month', notice_ref = 'told',"
        " told_to = %s, sent_at = %s WHERE workspace_id <> %s",
        ([eve.account_id], at, ada.caller.workspace_id),
    )
    return at + timedelta(days=15)


def end_a_month(world: World) -> datetime:
    world.buyer("ada"), world.buyer("bob")
    return world.read("SELECT min(period_ends_at) FROM subscriptions")


def near_the_end(days: int) -> Callable[[World], datetime]:
    def make(world: World) -> datetime:
        ends_on = world.ends_at(world.team()).astimezone(PARIS).date()
        return datetime.combine(ends_on - timedelta(days=days), time(), PARIS)

    return make


def let_lapse(world: World) -> datetime:
    ada = world.buyer("ada")
    assert {ada.invite(f"{name}@dan-company.example").status_code for name in ("dan", "eve")} == {201}
    return world.clock.now() + timedelta(days=read_sheet("2026-03").policy.invitation_days)


def meet_people(world: World) -> datetime:
    world.people()
    return world.clock.now()


def take_back_details(world: World) -> datetime:
    world.people()
    [source] = world.owner.execute("SELECT source_id FROM sources").fetchall()
    with world.kernel.database.begin() as connection:
        make_operator(connection, ACT.by, "admin", world.clock.now())
        take_back(connection, ACT, source[0], "everyone", "inform_only", world.clock.now())
    return add_months(world.clock.now(), MONTHS_TO_TELL)


def owe_notices(world: World) -> datetime:
    at = meet_people(world)
    world.do("notice-within-a-month")
    return at


def write_letters(world: World) -> datetime:
    world.team()
    return world.clock.now()


def post_letters(world: World) -> datetime:
    at = write_letters(world)
    world.do("message-mail")
    return at


def suspend_two(world: World) -> datetime:
    """An admin and a member who do not put it right."""
    ada = world.team()
    bob = [row[0] for row in world.owner.execute("SELECT account_id FROM members WHERE role = 'member'").fetchall()]
    with world.kernel.database.begin() as connection:
        for account_id in (ada.account_id, *bob):
            suspend(connection, world.kernel, account_id, "11.1.2", "an invented offer")
    return world.clock.now() + timedelta(days=read_sheet("2026-03").policy.conduct_cure_days)


def breach(world: World) -> datetime:
    """An admin who did not put it right in seven days, nor in the three weeks that follow."""
    world.clock.set(suspend_two(world))
    world.do("suspension-steps")
    return world.read("SELECT max(due_at) FROM breaches")


def leave_unpaid(world: World) -> datetime:
    """A premium for two whose payment failed, and a formal notice about it."""
    ada = world.buyer("ada")
    due = ada.subscribe("business", 2)
    world.buyer("bob", workspace=False).enter(ada)
    ada.pay(due, "failed")
    unpaid = ("provider", "non-payment", world.clock.now(), "RLAR 1", "the first period")
    with world.kernel.database.begin() as connection:
        return enter_notice(connection, world.kernel, ada.caller.workspace_id, ada.account_id, *unpaid).due_at  # type: ignore[arg-type]


def let_the_freemium_end(world: World) -> datetime:
    return [not_renew(world.kernel, world.buyer(name).caller, lang="en", **CONFIRMED) for name in ("ada", "bob")][-1]


def switch_away(world: World) -> datetime:
    asked: Any = world.team().post("/v1/subscription/switch", {"notice_days": 0}).json
    return datetime.fromisoformat(asked["ends_at"])


def grow_old(world: World) -> datetime:
    world.buyer("ada"), world.buyer("bob")
    return world.clock.now() + timedelta(days=read_sheet("2026-03").policy.password_reminder_days)


def close_accounts(world: World) -> datetime:
    for name in ("ada", "bob"):
        assert world.buyer(name).post("/v1/me/deletion", CONFIRMED).status_code == 204
    return world.read("SELECT max(purge_at) FROM closed_accounts")


def receive_letters(world: World) -> datetime:
    """Two letters that nobody answers in time."""
    paper = Paper("question", "normal", "I would like to know.", world.clock.now(), b"%PDF-1.7 a letter")
    accounts = [world.buyer(name).account_id for name in ("ada", "bob")]
    with world.kernel.database.begin() as connection:
        return max(enter_letter(connection, world.kernel, account_id, paper)[1] for account_id in accounts)


def close_cases(world: World) -> datetime:
    """Two mails of people without an account, seen to and closed."""
    for sender in ("dan@nobody.example", "eve@nobody.example"):
        take_mail(world.kernel, f"From: {sender}\r\nSubject: Hello\r\n\r\nWhat do you do?\r\n".encode())
    with world.kernel.database.begin() as connection:
        for case in list_cases(connection, world.kernel, 9):
            assert close_case(connection, case.mail_id, world.clock.now())
    return world.clock.now() + timedelta(days=90)


def interrupt(world: World) -> datetime:
    """An incident that two users are told of."""
    world.house()
    world.buyer("ada"), world.buyer("bob")
    now = world.clock.now()
    with world.kernel.database.begin() as connection:
        open_logged(connection, world.kernel, ACT, "incident", BOTH, now)
    return now + timedelta(minutes=59)


def end_for_good(world: World) -> datetime:
    """Two premiums whose contracts end with a force majeure that is for good."""
    world.house()
    for name in ("ada", "bob"):
        world.buyer(name).subscribe("business", 1, "year")
    now = world.clock.now()
    with world.kernel.database.begin() as connection:
        incident = open_logged(connection, world.kernel, ACT, "force-majeure", BOTH, now)
        make_permanent(connection, world.kernel, ACT, incident)
    return now + SECOND


def dispute(world: World) -> datetime:
    """Two letters that end in no meeting."""
    world.house()
    ada, now = world.team(), world.clock.now()
    for number in ("RK 1", "RK 2"):
        letter = DisputeLetter(ada.caller.workspace_id, "subscriber", number, "A period.", now.astimezone(PARIS).date())
        with world.kernel.database.begin() as connection:
            enter_dispute(connection, world.kernel, ACT, letter)
    return now + timedelta(days=31)


def lose_data(world: World) -> datetime:
    """Two breaches of which nobody was told."""
    world.house()
    for what in ("A laptop.", "A letter."):
        with world.kernel.database.begin() as connection:
            enter_breach(connection, world.kernel, ACT, world.clock.now(), what, linkedin=True)
    return world.clock.now() + timedelta(hours=72)


def count_one(world: World) -> datetime:
    """What was counted so far has been added up; then one more reveal."""
    world.do("figures")
    world.owner.execute("DELETE FROM daily_figures")
    REVEALS.labels("phone", "revealed").inc()
    return world.clock.now() + timedelta(minutes=1)


def ask_what_numbers_catch(world: World) -> datetime:
    """Two who revealed lately, one of them like a clock."""
    world.house()
    ada, eve = world.team(), world.buyer("eve")
    for who, most in ((ada, 90), (eve, 3)):
        for number in range(most):
            at = world.clock.now() + number * timedelta(seconds=4)
            reveal(world.kernel.database, who.caller, [number + 1], ["b2b_email"], ["b2b_email"], at)
    world.clock.advance(timedelta(days=1))
    with world.kernel.database.begin() as connection:
        ask_for_replay(connection, world.kernel, ACT)
    return world.clock.now()


WORLDS: dict[str, Callable[[World], datetime]] = {
    "change-notices": announce_change,
    "tacit-acceptance": keep_silent,
    "update-notices": announce,
    "price-revisions": wait_for_an_answer,
    "premium-renewal": renew_and_end,
    "premium-ending": announce_the_end,
    "freemium-renewal": end_a_month,
    "expiry-alerts-7": near_the_end(7),
    "expiry-alerts-1": near_the_end(1),
    "expiry": lambda world: world.ends_at(world.team()),
    "invitation-lapse": let_lapse,
    "notice-within-a-month": meet_people,
    "notices": owe_notices,
    "purge": take_back_details,
    "notices-late": lambda world: owe_notices(world) + AHEAD + LATE + SECOND,
    "message-mail": write_letters,
    "mail": post_letters,
    "suspension-steps": suspend_two,
    "breach-steps": breach,
    "unpaid-notices": leave_unpaid,
    "freemium-ends": let_the_freemium_end,
    "premium-switch": switch_away,
    "password-age": grow_old,
    "evidence-purge": close_accounts,
    "letter-deadlines": receive_letters,
    "forget-cases": close_cases,
    "figures": count_one,
    "incident-notices": interrupt,
    "force-majeure-ends": end_for_good,
    "dispute-limits": dispute,
    "breach-clocks": lose_data,
    "score-replay": ask_what_numbers_catch,
}
"""By the name of the piece: makes its world, and says at which instant the piece has something to do in it."""

ONLY_LOOKS = {"helpdesk-waiting"}
"""Pieces that count what there is, for `/metrics`, and change nothing."""
