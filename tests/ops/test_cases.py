"""Cases at the desk: what waits, oldest first; an appeal is answered by a person other than the one who suspended (R43)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg

from backend.accounts.cases import open_case
from backend.accounts.replies import hand_in
from backend.kernel.clock import MovableClock
from tests.ops.conftest import Person as Operator
from tests.ops.test_accounts import GROUND, WHY, answer, decide, lines, ops_typed, state_of, suspend
from tests.workspaces.conftest import Person, ann, ben, cid, person

__all__ = ["ann", "ben", "cid", "ops_typed", "person"]

Make = Callable[..., Operator]


def appeal(who: Person, kind: Any = "appeal", words: str = "It was my namesake.") -> None:
    with who.kernel.database.begin() as connection:
        hand_in(connection, who.kernel, who.account_id, kind, words)


def doubt(who: Person, kind: str = "fake", *signals: str) -> None:
    with who.kernel.database.begin() as connection:
        open_case(connection, who.account_id, kind, signals or ["no picture", "no contacts", "no activity"], who.kernel.clock.now())


def cases(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT kind, state FROM cases ORDER BY case_id").fetchall()


def test_the_queue_shows_what_waits_oldest_first_with_age_and_deadline(
    operator: Make, ann: Person, ben: Person, cid: Person, clock: MovableClock
) -> None:
    olga = operator()
    doubt(ben)
    clock.advance(timedelta(days=3))
    doubt(cid, "shared-account", "20 turns in a day between sessions in different networks")
    suspend(olga, ann)
    page = olga.get("/ops/cases").text
    assert (
        page.index("Doubtful LinkedIn account</a>") < page.index("Shared account</a></td>") < page.index(f"suspended on {GROUND}")
    )
    assert "no picture; no contacts; no activity" in " ".join(page.split())
    assert '<td class="number">3</td>' in page
    assert "12 March 2026" in page
    assert "Compte LinkedIn douteux" in olga.get("/ops/cases", "fr").text
    only = olga.get("/ops/cases?kind=shared-account").text
    assert "20 turns in a day" in only
    assert "no picture" not in only
    appeal(ann, "cure", "The offer is gone.")
    assert "stands still" in olga.get("/ops/cases?kind=cure").text
    assert "Nothing waits." in olga.get("/ops/cases?kind=appeal").text


def test_the_queue_goes_on_by_cursor(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    owner.execute(
        "INSERT INTO cases (account_id, kind, signals, opened_at) SELECT n, 'fake', '{\"no picture\"}', now()"
        " FROM generate_series(1000, 1130) AS n"
    )
    olga = operator()
    first = olga.get("/ops/cases").text
    assert ">1099<" in first
    assert ">1100<" not in first
    after = first.split("/ops/cases?after=")[1].split('"')[0]
    rest = olga.get(f"/ops/cases?after={after}").text
    assert ">1100<" in rest
    assert ">1099<" not in rest


def test_a_viewer_sees_the_queue_and_nobodys_page(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    vic = operator("vic", "viewer")
    doubt(ben)
    queue = vic.get("/ops/cases").text
    assert "Doubtful LinkedIn account" in queue
    assert ben.email not in queue
    assert f'href="/ops/cases/{ben.account_id}/' not in queue
    assert vic.get(f"/ops/cases/{ben.account_id}/1").status_code == 403


def test_a_case_of_another_account_is_not_there(operator: Make, ann: Person, ben: Person) -> None:
    olga = operator()
    doubt(ben)
    assert olga.get(f"/ops/cases/{ben.account_id}/1").status_code == 200
    assert olga.get(f"/ops/cases/{ann.account_id}/1").status_code == 404


def test_a_case_shows_what_was_handed_in_and_is_closed_once_looked_at(
    operator: Make, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    sue = operator("sue", "support")
    doubt(ben)
    page = sue.get(f"/ops/cases/{ben.account_id}/1").text
    assert ben.email in page
    assert "/answer/close-case?kind=fake" in page
    assert answer(sue, ben, "close-case", kind="fake", reason=" ").status_code == 422
    assert answer(sue, ben, "close-case", kind="fake", reason="A real person, new to LinkedIn.").status_code == 303
    assert cases(owner) == [("fake", "closed")]
    gone = answer(sue, ben, "close-case", kind="fake", reason="A real person, new to LinkedIn.")
    assert (gone.status_code, "No such case is open" in gone.text) == (422, True)
    assert len(lines(owner)) == 1


def test_an_appeal_is_lifted_by_another_person_than_the_one_who_suspended(
    operator: Make, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    olga, otto = operator(), operator("otto", "compliance")
    suspend(olga, ben)
    appeal(ben)
    page = olga.get(f"/ops/cases/{ben.account_id}/2").text
    assert "It was my namesake." in page
    assert "somebody else answers its appeal" in page
    for deed in ("lift", "refuse-appeal"):
        refused = decide(olga, ben, deed, reason="I looked again.")
        assert (refused.status_code, "somebody else answers its appeal" in refused.text) == (422, True)
    for who in (olga, otto):
        aside = answer(who, ben, "close-case", kind="appeal", reason="I looked again.")
        assert (aside.status_code, "lifted or refused" in aside.text) == (422, True)
    assert state_of(owner, ben) == "suspended"
    assert cases(owner) == [("suspension", "open"), ("appeal", "open")]
    assert decide(otto, ben, "lift", reason="It was a namesake.").status_code == 303
    assert state_of(owner, ben) == "active"
    assert cases(owner) == [("suspension", "closed"), ("appeal", "closed")]
    assert owner.execute("SELECT kind, answer FROM replies").fetchall() == [("appeal", "accepted")]
    assert [(by, action) for by, action, *_ in lines(owner)] == [("olga", "account.suspend"), ("otto", "account.lift")]


def test_an_appeal_is_refused_by_another_person_and_its_user_reads_why(
    operator: Make, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    olga, otto = operator(), operator("otto", "compliance")
    suspend(olga, ben)
    assert "No appeal waits" in decide(otto, ben, "refuse-appeal", reason="The offer names you.").text
    appeal(ben)
    due = owner.execute("SELECT due_at FROM suspensions").fetchone()
    assert decide(otto, ben, "refuse-appeal", reason="The offer names you.").status_code == 303
    assert state_of(owner, ben) == "suspended"
    assert owner.execute("SELECT due_at FROM suspensions").fetchone() == due
    assert cases(owner) == [("suspension", "open"), ("appeal", "closed")]
    [told] = [one for one in _messages(ben) if one.code == "appeal-refused"]
    assert told.facts == {"words": "The offer names you."}
    assert decide(olga, ben, "lift", reason="I was wrong after all.").status_code == 303  # no appeal waits any more


def test_a_cure_that_would_settle_an_appeal_is_accepted_by_another_person(
    operator: Make, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    olga, otto = operator(), operator("otto")
    suspend(olga, ben)
    assert "No cure waits" in decide(olga, ben, "accept-cure", reason="The offer is gone.").text
    appeal(ben)
    appeal(ben, "cure", "The offer is gone.")
    assert decide(olga, ben, "accept-cure", reason="It is gone.").status_code == 422
    assert state_of(owner, ben) == "suspended"
    assert decide(olga, ben, "refuse-cure", reason="It is still there.").status_code == 303  # settles no appeal
    appeal(ben, "cure", "Now it is gone.")
    assert decide(otto, ben, "accept-cure", reason="It is gone.").status_code == 303
    assert state_of(owner, ben) == "active"


def test_who_suspended_may_lift_where_nobody_appealed(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    olga = operator()
    suspend(olga, ben)
    assert decide(olga, ben, "lift", reason="I took them for somebody else.").status_code == 303
    assert state_of(owner, ben) == "active"


def test_an_account_that_was_ended_leaves_its_appeal_to_another_person(
    operator: Make, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    olga, otto = operator(), operator("otto")
    suspend(olga, ben)
    appeal(ben)
    given = {"reason": "The password was sold.", "phrase": f"end account {ben.account_id}"}
    assert decide(olga, ben, "terminate", **given).status_code == 303
    assert answer(olga, ben, "close-case", kind="appeal", reason="It is over.").status_code == 422
    assert ("appeal", "open") in cases(owner)
    assert answer(otto, ben, "close-case", kind="appeal", reason="The sale was proven.").status_code == 303
    assert ("appeal", "closed") in cases(owner)


def test_the_terminal_holds_to_it_too(operator: Make, ops_typed: Any, ben: Person, owner: psycopg.Connection[Any]) -> None:
    assert ops_typed("suspend", ben.email, "--ground", GROUND, reason=WHY).exit_code == 0
    appeal(ben)
    for words in (("lift", ben.email), ("refuse-appeal", ben.email)):
        refused = ops_typed(*words, reason="I looked again.")
        assert (refused.exit_code, "somebody else does" in refused.output) == (1, True)
    aside = ops_typed("close-case", ben.email, "appeal", reason="I looked again.")
    assert (aside.exit_code, "refuse-appeal" in aside.output) == (1, True)
    assert [action for _, action, *_ in lines(owner)] == ["account.suspend"]
    assert decide(operator(), ben, "refuse-appeal", reason="The offer names you.").status_code == 303


def test_what_was_seen_and_a_legal_step_are_noted(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    olga = operator()
    assert answer(olga, ben, "look", contacts="", activity="", reason="I looked.").status_code == 422
    assert answer(olga, ben, "look", contacts="no", activity="", reason="I looked.").status_code == 303
    assert owner.execute("SELECT has_contacts, has_activity FROM accounts").fetchone() == (False, None)
    step = {"on": "2026-03-01", "step": "complaint filed", "reason": "We went to law."}
    assert answer(olga, ben, "legal-step", **step).status_code == 422
    suspend(olga, ben)
    assert answer(olga, ben, "legal-step", **{**step, "on": "yesterday"}).status_code == 422
    assert answer(olga, ben, "legal-step", **step).status_code == 303
    assert "1 March 2026: complaint filed" in olga.get(f"/ops/cases/{ben.account_id}/1").text


def test_mail_that_came_back_is_noted(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    assert answer(operator("sue", "support"), ben, "bounced", reason="It came back.").status_code == 303
    assert owner.execute("SELECT code, subject FROM ops_tasks").fetchall() == [("mail-bounced", f"account {ben.account_id}")]


def _messages(who: Person) -> Any:
    from backend.kernel.messages import read_messages

    with who.kernel.database.begin() as connection:
        return read_messages(connection, who.kernel.sealer, who.account_id, 2**62, 50)
