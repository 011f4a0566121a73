"""Invitations: by mail, for one address, holding a seat until they are answered, revoked, or lapse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.app import create_app
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.problems import Problem
from backend.settings import Settings
from backend.terms import read_sheet
from backend.workspaces import invite
from tests.accounts.conftest import read_letters
from tests.conftest import due_pieces
from tests.credits.races import together
from tests.workspaces.conftest import Person, code_of

DAYS = timedelta(days=read_sheet("2026-03").policy.invitation_days)


@pytest.mark.clause("8.2.13")
def test_an_invitation_is_mailed_and_accepting_it_joins_until_it_lapses(
    ann: Person, ben: Person, cid: Person, clock: MovableClock
) -> None:
    for someone in (ben, cid):
        assert ann.invite(someone.email).status_code == 201
    [letter] = [letter for letter in read_letters(ann.kernel) if letter.to == ben.email]
    assert "Acme Sales" in letter.subject
    clock.advance(DAYS - timedelta(seconds=1))
    assert ben.accept().status_code == 200
    assert ben.get("/v1/me")["workspace"]["name"] == "Acme Sales"
    clock.advance(timedelta(seconds=1))
    assert code_of(cid.accept()) == (410, "invitation-lapsed")
    assert ben.told()[0] == "workspace-joined"
    assert ann.told()[0] == "workspace-member-joined"


@pytest.mark.clause("8.2.12")
def test_freemium_and_premium_alike_create_a_workspace_and_invite(
    ben: Person, cid: Person, pool: Callable[..., None], person: Callable[..., Person]
) -> None:
    for admin, premium in ((ben, False), (cid, True)):
        assert code_of(admin.invite("dan@dan-company.example")) == (409, "workspace-required")
        assert admin.create().status_code == 201
        if premium:
            pool(admin, seats=2, phone=1)
        someone = person("dan" if premium else "eve")
        someone.join(admin)
        assert someone.get("/v1/me")["workspace"]["name"] == "Acme Sales"
        assert code_of(admin.create()) == (409, "workspace-exists")


def test_an_invitation_is_for_the_address_it_was_written_to(ann: Person, ben: Person, cid: Person) -> None:
    ann.invite(ben.email.upper().replace("EXAMPLE", "example"))
    [letter] = [letter for letter in read_letters(ann.kernel) if letter.to.lower() == ben.email]
    code = letter.text.split("    ")[1].split()[0]
    assert code_of(cid.accept(code)) == (403, "invitation-other")
    assert ben.accept(code).status_code == 200
    assert code_of(ben.accept(code)) == (410, "invitation-lapsed")


@pytest.mark.parametrize("token", ["x", "a" * 52, "b" * 100, ""])
def test_what_no_letter_carried_is_no_invitation(ben: Person, token: str) -> None:
    assert code_of(ben.call("POST", "/v1/invitations/accept", {"token": token})) == (404, "invitation-unknown")


def test_who_is_invited_twice_gets_one_mail_and_takes_one_seat(ann: Person, ben: Person) -> None:
    first, second = ann.invite(ben.email), ann.invite(ben.email.replace("ben@", "BEN@"))
    assert first.json == second.json
    assert len([letter for letter in read_letters(ann.kernel) if letter.to == ben.email]) == 1
    assert ann.get("/v1/workspace")["seats"]["taken"] == 2


def test_resending_begins_the_time_anew_and_revoking_ends_it(ann: Person, ben: Person, cid: Person, clock: MovableClock) -> None:
    made = {someone.email: (ann.invite(someone.email).json or {})["invitation_id"] for someone in (ben, cid)}
    clock.advance(DAYS - timedelta(hours=1))
    again = ann.call("POST", f"/v1/workspace/invitations/{made[ben.email]}/resend")
    assert again.status_code == 200
    assert len([letter for letter in read_letters(ann.kernel) if letter.to == ben.email]) == 2
    clock.advance(timedelta(days=2))
    assert ann.call("DELETE", f"/v1/workspace/invitations/{made[cid.email]}").status_code == 404
    assert ben.accept().status_code == 200
    late = (ann.invite(cid.email).json or {})["invitation_id"]
    assert ann.call("DELETE", f"/v1/workspace/invitations/{late}").status_code == 204
    assert code_of(cid.accept()) == (410, "invitation-lapsed")


def test_a_lapsed_invitation_forgets_its_address_and_frees_its_seat(
    ann: Person, pool: Callable[..., None], clock: MovableClock, kernel: Kernel, owner: psycopg.Connection[Any]
) -> None:
    pool(ann, seats=2)
    ann.invite("dan@dan-company.example")
    assert code_of(ann.invite("eve@eve-company.example")) == (409, "seats-exhausted")
    clock.advance(DAYS)
    for _ in range(2):
        tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert owner.execute("SELECT state, email, digest FROM invitations").fetchall() == [("lapsed", None, None)]
    assert [line["action"] for line in ann.get("/v1/workspace/activity")["entries"]].count("invitation-lapsed") == 1
    assert ann.invite("eve@eve-company.example").status_code == 201


def test_joined_and_invited_take_a_seat_each(ann: Person, ben: Person, cid: Person, pool: Callable[..., None]) -> None:
    pool(ann, seats=3)
    ben.join(ann)
    assert ann.invite(cid.email).status_code == 201
    assert code_of(ann.invite("dan@dan-company.example")) == (409, "seats-exhausted")
    pool(ann, seats=2)
    assert code_of(cid.accept()) == (409, "seats-exhausted")
    pool(ann, seats=None)
    assert cid.accept().status_code == 200


def test_of_two_invitations_for_the_last_seat_one_is_written(ann: Person, pool: Callable[..., None], kernel: Kernel) -> None:
    for attempt in range(6):
        pool(ann, seats=attempt + 2)

        def ask(name: str, attempt: int = attempt) -> str:
            try:
                invite(kernel, ann.caller, f"{name}{attempt}@dan-company.example", "member", "en")
            except Problem as problem:
                return problem.code
            return "invited"

        answers = together([lambda: ask("dan"), lambda: ask("eve")], kernel.database.close)
        assert sorted(answers) == ["invited", "seats-exhausted"]
        assert ann.get("/v1/workspace")["seats"] == {"taken": attempt + 2, "most": attempt + 2}


@pytest.mark.clause("11.1.9")
def test_invitations_are_no_way_to_send_bulk_mail(ann: Person, app: Flask, settings: Settings, clock: MovableClock) -> None:
    ann.app = create_app(settings.model_copy(update={"rate_limits": True}), clock)
    answers = [ann.invite(f"dan{number}@dan-company.example").status_code for number in range(21)]
    assert answers == [201] * 20 + [429]
    [first, *_] = ann.get("/v1/workspace")["invitations"]
    refused = ann.call("POST", f"/v1/workspace/invitations/{first['invitation_id']}/resend")
    assert code_of(refused) == (429, "rate-limited")
    assert int(refused.headers["Retry-After"]) > 600
    assert len([letter for letter in read_letters(ann.kernel) if "dan-company" in letter.to]) == 20
    ann.app.extensions["candor"].database.close()
