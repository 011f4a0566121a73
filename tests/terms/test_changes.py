"""Changes: announced ahead by both channels, in force on their day; silence, consent and refusal (article 18)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.mail import read_mailbox
from backend.kernel.ops import Act, read_tasks
from backend.kernel.problems import Problem
from backend.terms import KINDS, refused
from backend.terms import sheet as sheets
from backend.terms.due import TacitAcceptance
from backend.terms.publishing import publish
from tests.terms.conftest import ACT, NEW, House, User

SECOND = timedelta(seconds=1)
NOTICE = timedelta(days=15)


def refusal_of(house: House, kind: str, effective_at: Any, version: str = NEW) -> tuple[int, str]:
    with pytest.raises(Problem) as raised:
        house.publish(effective_at, kind, version)
    return raised.value.kind.status, raised.value.code


def rows(owner: psycopg.Connection[Any], action: str = "tacit") -> list[tuple[Any, ...]]:
    return owner.execute(
        "SELECT account_id, document, version, accepted_at FROM acceptances WHERE action = %s ORDER BY 1, 2", (action,)
    ).fetchall()


def tasks(kernel: Kernel) -> list[tuple[str, str]]:
    with kernel.database.begin() as connection:
        return [(task.code, task.subject) for task in read_tasks(connection)]


@pytest.mark.clause("18.1")
def test_a_change_takes_force_after_it_was_announced(house: House, clock: MovableClock, owner: psycopg.Connection[Any]) -> None:
    house.draft("terms")
    for at in (clock.now() - SECOND, clock.now(), clock.now() + NOTICE - SECOND):
        assert refusal_of(house, "terms", at) == (422, "notice-too-short")
    assert owner.execute("SELECT count(*) FROM publications WHERE version = %s", (NEW,)).fetchone() == (0,)
    house.publish(clock.now() + NOTICE)
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("UPDATE publications SET effective_at = published_at - interval '1 second' WHERE version = %s", (NEW,))


def draft_any(house: House, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind != "plan-sheet":
        house.draft(kind)
        return
    shipped = (sheets.SHEETS / "2026-03.yaml").read_text(encoding="utf-8")
    (house.folder / "sheets").mkdir()
    (house.folder / "sheets" / "2026-03.yaml").write_text(shipped, encoding="utf-8")
    house.draft(kind, texts={"en": shipped.replace('version: "2026-03"', f'version: "{NEW}"')})
    monkeypatch.setattr(sheets, "SHEETS", house.folder / "sheets")
    monkeypatch.setattr(sheets, "sheet_versions", sheets.sheet_versions.__wrapped__)
    monkeypatch.setattr(sheets, "read_sheet", sheets.read_sheet.__wrapped__)
    monkeypatch.setattr("backend.terms.publishing.read_sheet", sheets.read_sheet)


@pytest.mark.clause("18.2")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_announced_fifteen_days_ahead_to_every_user_by_both_channels(
    enter: Callable[..., User],
    house: House,
    clock: MovableClock,
    kernel: Kernel,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    users = [enter("ann"), enter("bob", "validated"), enter("cleo", lang="fr")]
    draft_any(house, kind, monkeypatch)
    assert refusal_of(house, kind, clock.now()) == (422, "notice-too-short")
    assert refusal_of(house, kind, clock.now() + timedelta(days=14)) == (422, "notice-too-short")
    house.publish(clock.now() + NOTICE, kind)
    for _ in range(2):
        house.work()
    between = enter("dan")
    house.work()
    with kernel.database.begin() as connection:
        sent = [each.letter for each in read_mailbox(connection, kernel.sealer)]
    for user in users:
        mine = [each for each in user.call("GET", "/v1/messages").json["messages"] if each["code"] == f"change-{kind}"]  # type: ignore[index]
        assert len(mine) == 1
        assert f"/{kind}/{NEW}" in mine[0]["text"]
        assert len([letter for letter in sent if letter.to == user.email and NEW in letter.text]) == 1
    assert not [letter for letter in sent if letter.to == between.email]
    if kind != "dpa":  # which is accepted with a premium, not with an account
        assert between.holds(kind)[0] == NEW
        assert users[0].holds(kind)[0] == "2026-03"


@pytest.mark.clause("18.3", "18.5")
def test_silence_counts_at_the_very_instant_where_both_channels_had_the_notice(
    enter: Callable[..., User], house: House, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    ann, bob, eve = enter("ann"), enter("bob"), enter("eve")
    old = ann.holds("terms")
    house.draft("terms")
    at = clock.now() + NOTICE
    house.publish(at)
    house.work()
    assert bob.bounce() == 1
    house.pass_time(at - SECOND)
    assert eve.answer("refusals", refuse=True, documents=["terms"]) == 204
    assert ann.holds("terms") == old
    assert rows(owner) == []
    house.pass_time(at)
    assert rows(owner) == [(ann.account_id, "terms", NEW, at)]
    assert ann.holds("terms")[::2] == (NEW, "tacit")
    assert bob.holds("terms") == eve.holds("terms") == old
    assert ("change-not-delivered", f"account {bob.account_id}, terms {NEW}") in tasks(house.kernel)
    assert not [subject for _, subject in tasks(house.kernel) if f"account {eve.account_id}," in subject]
    assert [user.obstacle() for user in (ann, bob, eve)] == ["", "", ""]


@pytest.mark.clause("18.3")
def test_who_consents_has_the_old_text_before_and_the_new_one_after(
    enter: Callable[..., User], house: House, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    ann = enter("ann")
    old = ann.holds("terms")
    house.draft("terms")
    at = clock.now() + NOTICE
    house.publish(at)
    house.work()
    assert [(each["document"], each["accepted"], each["refused"]) for each in ann.terms()["announced"]] == [("terms", False, False)]
    assert ann.answer("acceptances", accept=True, documents=["terms"], which="announced") == 204
    assert ann.terms()["announced"][0]["accepted"] is True
    assert ann.answer("refusals", refuse=True, documents=["terms"]) == 409
    house.pass_time(at - SECOND)
    assert ann.holds("terms") == old
    house.pass_time(at)
    assert ann.holds("terms")[::2] == (NEW, "button")
    assert rows(owner) == []
    assert ann.terms()["announced"] == []


def test_a_refusal_is_kept_until_a_later_acceptance(
    enter: Callable[..., User], house: House, clock: MovableClock, kernel: Kernel
) -> None:
    ann = enter("ann")

    def has_refused() -> bool:
        with kernel.database.begin() as connection:
            return refused(connection, ann.account_id)

    assert ann.answer("refusals", refuse=True, documents=["terms"]) == 404
    house.draft("terms")
    at = clock.now() + NOTICE
    house.publish(at)
    house.work()
    for _ in range(2):
        assert ann.answer("refusals", refuse=True, documents=["terms"]) == 204
    assert has_refused()
    assert ann.terms()["announced"][0]["refused"] is True
    house.pass_time(at)
    assert has_refused()
    assert ann.answer("refusals", refuse=True, documents=["terms"]) == 404
    assert ann.answer("acceptances", accept=True) == 204
    assert not has_refused()


def test_a_notice_that_came_too_late_does_not_count(
    enter: Callable[..., User], house: House, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    ann = enter("ann")
    house.draft("terms")
    at = clock.now() + NOTICE
    house.publish(at)
    clock.advance(timedelta(days=1))
    house.pass_time(at)
    assert rows(owner) == []
    assert tasks(house.kernel) == [("change-not-delivered", f"account {ann.account_id}, terms {NEW}")]


def test_a_change_is_settled_once_however_often_and_wherever_it_runs(
    enter: Callable[..., User], house: House, clock: MovableClock, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.terms.due._AT_ONCE", 2)
    users = [enter(name) for name in ("ann", "bob", "cleo", "dan", "eve")]
    house.draft("terms")
    at = clock.now() + NOTICE
    house.publish(at)
    house.work()
    house.pass_time(at - SECOND)
    clock.set(at)
    piece, engine = TacitAcceptance(), house.kernel.database.engine
    with engine.begin() as first, engine.begin() as second:
        assert piece.run(first, at)
        assert not piece.run(second, at)  # the row is the other worker's
        first.rollback()  # killed half-way
    for _ in range(2):
        house.work()
    assert [row[0] for row in rows(owner)] == [user.account_id for user in users]
    assert {row[3] for row in rows(owner)} == {at}
    told = owner.execute("SELECT count(*), count(DISTINCT account_id) FROM messages WHERE code = 'change-terms'").fetchone()
    assert told == (5, 5)


def test_what_is_not_whole_is_not_published(house: House, clock: MovableClock, owner: psycopg.Connection[Any]) -> None:
    at = clock.now() + NOTICE
    assert refusal_of(house, "terms", at) == (422, "document-incomplete")
    house.draft("terms", texts={"en": "# Terms\n"})
    assert refusal_of(house, "terms", at) == (422, "document-incomplete")
    house.draft("terms", "2026-10")
    house.publish(at, version="2026-10")
    assert refusal_of(house, "terms", at + SECOND, "2026-10") == (409, "already-published")
    house.draft("terms", "2026-11")
    assert refusal_of(house, "terms", at, "2026-11") == (422, "notice-too-short")
    with pytest.raises(LookupError):
        publish(house.kernel, Act("nobody", ACT.reason), "terms", "2026-11", at + SECOND)
    log = owner.execute("SELECT by, action, subject, reason FROM ops_log").fetchall()
    assert log == [(ACT.by, "document.publish", "terms 2026-10", ACT.reason)]


def test_a_visitor_is_told_nothing_of_a_change_but_reads_it(client: FlaskClient, house: House, clock: MovableClock) -> None:
    house.draft("dpa")
    house.publish(clock.now() + NOTICE, "dpa")
    assert NEW in client.get(f"/dpa/{NEW}").text
    assert "2026-03" in client.get("/dpa").text
    assert client.get("/v1/terms").status_code == 401
