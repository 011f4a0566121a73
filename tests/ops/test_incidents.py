"""Maintenance and incidents at the desk: switched with a reason; every user is told on both channels within the hour."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.ops import incidents
from tests.accounts.conftest import Newcomer
from tests.conftest import due_pieces
from tests.ops.conftest import Person

Owner = psycopg.Connection[Any]
Operators = Callable[..., Person]
GIVEN = {
    "kind": "incident",
    "words_en": "Mail goes out late.",
    "words_fr": "Les mails partent en retard.",
    "reason": "late",
}


@pytest.fixture(autouse=True)
def count_from_one(owner: Owner) -> None:
    """The first is 1, whatever was taken back before."""
    owner.execute("ALTER SEQUENCE incidents_incident_id_seq RESTART")


def test_maintenance_is_switched_with_a_planned_end_and_a_reason(
    operator: Operators, app: Flask, clock: MovableClock, kernel: Kernel
) -> None:
    olga = operator()
    for given in (
        {"ends_at": "2026-03-02T12:00"},
        {"reason": "a new disk"},
        {"reason": "new", "ends_at": "2026-03-02T09:59"},
    ):
        assert olga.send("/ops/maintenance", state="on", **given).status_code == 422
    assert app.test_client().get("/v1/plans").status_code == 200
    for _ in range(2):
        sent = olga.send("/ops/maintenance", state="on", reason="a new disk", ends_at="2026-03-02T12:00")
        assert sent.status_code == 303
    assert app.test_client().get("/v1/plans").headers["Retry-After"] == "7200"
    assert "a new disk" in olga.get("/ops/incidents").text
    assert olga.send("/ops/maintenance", state="off", reason="it is in").status_code == 303
    assert app.test_client().get("/v1/plans").status_code == 200
    assert "maintenance.off" in olga.get("/ops/log").text


@pytest.mark.clause("13.4")
@pytest.mark.parametrize("kind", ["incident", "force-majeure"])
def test_every_user_is_told_on_both_channels_within_the_hour_and_when_it_closes(
    operator: Operators, app: Flask, kernel: Kernel, owner: Owner, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(incidents, "_AT_ONCE", 2)
    users = [Newcomer(app, kernel, f"user{number}@users-company.example") for number in range(5)]
    for user in users:
        user.join()
    Newcomer(app, kernel, "never@users-company.example").sign_up()  # has not been validated: no user
    olga = operator()
    opened = clock.now()
    assert olga.send("/ops/incidents", **{**GIVEN, "kind": kind}).status_code == 303
    clock.set(opened + timedelta(minutes=59))
    tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert told(owner, f"{kind}-opened") == (5, 5)
    assert "Everybody was told that it began" in olga.get("/ops/incidents").text
    clock.set(opened + timedelta(days=1))
    assert olga.send("/ops/incidents/1/close", reason="the queue is empty").status_code == 303
    assert olga.send("/ops/incidents/1/close", reason="the queue is empty").status_code == 422
    tick(kernel.database.engine, due_pieces(kernel), clock.now() + timedelta(minutes=59))
    assert told(owner, f"{kind}-closed") == (5, 5)
    assert owner.execute("SELECT count(*) FROM messages WHERE code LIKE %s", (f"{kind}-%",)).fetchone() == (10,)
    assert "Tout le monde a été informé" in olga.get("/ops/incidents", "fr").text


def test_while_an_incident_lasts_every_page_says_so_in_the_readers_language(
    operator: Operators, app: Flask, kernel: Kernel
) -> None:
    olga, anybody = operator(), app.test_client()
    assert "banner" not in anybody.get("/terms").text
    assert olga.send("/ops/incidents", **GIVEN).status_code == 303
    kernel.switches.forget()
    for lang, words in (("en", GIVEN["words_en"]), ("fr", GIVEN["words_fr"])):
        for path in ("/terms", "/ops/sign-in"):
            page = anybody.get(path, headers={"Accept-Language": lang}).text
            assert f'<p class="banner" role="status">{words}</p>' in page
        assert f"{words} <a href=" in olga.get("/ops/cases", lang).text
    assert olga.send("/ops/incidents/1/close", reason="the queue is empty").status_code == 303
    kernel.switches.forget()
    assert "banner" not in anybody.get("/terms").text


def test_the_desk_does_not_forget_that_maintenance_is_on(operator: Operators, kernel: Kernel) -> None:
    olga = operator()
    olga.send("/ops/maintenance", state="on", reason="a new disk", ends_at="2026-03-02T12:00")
    kernel.switches.forget()
    assert "Maintenance is on: users get 503" in olga.get("/ops/cases").text
    olga.send("/ops/maintenance", state="off", reason="it is in")
    kernel.switches.forget()
    assert "Maintenance is on" not in olga.get("/ops/cases").text


def told(owner: Owner, code: str) -> Any:
    """How many accounts have a message, and how many its mail."""
    return owner.execute("SELECT count(*), count(mailed_at) FROM messages WHERE code = %s", (code,)).fetchone()


def test_what_is_incomplete_is_shown_again_as_it_was_typed(operator: Operators, owner: Owner) -> None:
    olga = operator()
    for name, wrong in (("words_fr", ""), ("reason", " "), ("kind", "flood"), ("opened_at", "2027-01-01T10:00")):
        answer = olga.send("/ops/incidents", **{**GIVEN, name: wrong})
        assert (answer.status_code, "Mail goes out late." in answer.text) == (422, True), name
    assert owner.execute("SELECT count(*) FROM incidents").fetchone() == (0,)


def test_for_good_is_typed_and_only_a_force_majeure_can_be(operator: Operators, owner: Owner) -> None:
    olga = operator()
    olga.send("/ops/incidents", **GIVEN)
    olga.send("/ops/incidents", **{**GIVEN, "kind": "force-majeure"})
    why = {"reason": "nothing is left of it"}
    assert olga.send("/ops/incidents/1/permanent", phrase="end contracts 1", **why).status_code == 422
    assert olga.send("/ops/incidents/2/permanent", phrase="yes", **why).status_code == 422
    assert olga.send("/ops/incidents/2/permanent", phrase="end contracts 2", **why).status_code == 303
    assert owner.execute("SELECT incident_id FROM incidents WHERE permanent_at IS NOT NULL").fetchall() == [(2,)]


@pytest.mark.parametrize("role", ["viewer", "support", "compliance"])
def test_others_see_incidents_and_find_no_form(operator: Operators, role: str) -> None:
    page = operator("otto", role).get("/ops/incidents")
    assert (page.status_code, "<textarea" in page.text, "/ops/maintenance" in page.text) == (200, False, False)
