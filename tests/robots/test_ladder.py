"""The ladder in production: watched, asked, held; decided by people; and never a suspension by a score."""

from random import Random
from typing import Any

import psycopg
import pytest

from backend.accounts.cases import read_cases
from backend.kernel import Kernel
from backend.kernel.events import Events
from tests.accounts.conftest import read_letters
from tests.conftest import Ops
from tests.robots.production import Worker


def state_of(worker: Worker, owner: psycopg.Connection[Any]) -> tuple[str, bool]:
    """The account's state, and whether its unlimited lot is held."""
    found = owner.execute(
        "SELECT a.state, p.held FROM accounts a JOIN permits p USING (account_id, workspace_id) WHERE account_id = %s",
        (worker.account_id,),
    ).fetchone()
    assert found is not None
    return found[0], found[1]


@pytest.mark.clause("9.18")
def test_a_script_is_asked_then_held_and_a_person_at_work_never(rob: Worker, hire: Any, owner: psycopg.Connection[Any]) -> None:
    asked = rob.go_on_until("human-check-required")
    assert asked < 100
    assert rob.steps(owner) == ["watch", "ask"]
    assert state_of(rob, owner) == ("active", False)
    assert rob.cases(owner) == []
    assert rob.go_on_until("robot-suspected") < 100
    assert rob.steps(owner) == ["watch", "ask", "hold"]
    assert rob.cases(owner) == ["robots"]

    olga, random = hire("eve"), Random(3)
    for number in range(150):
        answer = olga.reveal(after=1800 if number % 25 == 24 else random.lognormvariate(3.3, 0.8))
        assert answer.status_code == 200
        if number % 4 == 0:
            olga.look_up(f"{olga.account_id}-{number // 2 + 1}-candor-sample")
    assert olga.steps(owner) == []


def test_an_asked_account_is_charged_nothing_and_sees_again_what_it_paid_for(rob: Worker, owner: psycopg.Connection[Any]) -> None:
    rob.reveal("")
    first = f"{rob.account_id}-1-candor-sample"
    rob.go_on_until("human-check-required")
    paid = owner.execute("SELECT count(*) FROM reveals").fetchone()
    answer = rob.reveal()
    assert (answer.status_code, answer.json["code"]) == (403, "human-check-required")  # type: ignore[index]
    assert owner.execute("SELECT count(*) FROM reveals").fetchone() == paid
    assert rob.reveal(first).json["results"]["phone"]["outcome"] == "known"  # type: ignore[index]


def test_while_it_is_asked_each_request_takes_five_times_as_much_from_the_limit(rob: Worker) -> None:
    left = [rob.reveal().headers["RateLimit"] for _ in range(2)][-1]
    assert left.startswith('"reveals";r=59;')
    rob.go_on_until("human-check-required")
    assert rob.reveal().headers["RateLimit"].startswith('"reveals";r=55;')


@pytest.mark.clause("R43")
def test_at_its_maximum_the_score_suspends_nobody_and_paid_credits_pay(
    rob: Worker, kernel: Kernel, ops: Ops, owner: psycopg.Connection[Any]
) -> None:
    rob.go_on_until("robot-suspected")
    for _ in range(60):
        rob.reveal(after=1.0)
    assert state_of(rob, owner) == ("active", True)
    assert owner.execute("SELECT count(*) FROM suspensions").fetchone() == (0,)
    rob.hold(2)
    answer = rob.reveal()
    assert answer.json["results"]["phone"]["outcome"] == "revealed"  # type: ignore[index]
    assert (answer.json["results"]["phone"]["charged"], answer.json["results"]["phone"]["left"]) == (1, 1)  # type: ignore[index]

    assert ops("keep-hold", rob.email, reason="You told us that a script does it.").exit_code == 0
    assert rob.cases(owner) == []
    assert rob.call("POST", "/v1/robots/appeal", {"text": "I read lists aloud, a colleague clicks."}).status_code == 204
    assert rob.cases(owner) == ["robots-appeal"]
    refused = ops("release-hold", rob.email, reason="On second thoughts, fine.")
    assert refused.exit_code == 1
    assert "somebody else" in refused.output
    closed = ops("close-case", rob.email, "robots-appeal")
    assert closed.exit_code != 0
    assert (rob.cases(owner), state_of(rob, owner)) == (["robots-appeal"], ("active", True))
    assert ops("release-hold", rob.email, by="otto", reason="We saw the lists.").exit_code == 0
    assert rob.cases(owner) == []
    assert state_of(rob, owner) == ("active", False)
    assert rob.reveal().status_code == 200
    with kernel.database.begin() as connection:
        assert {case.kind for case in read_cases(connection, kernel, rob.account_id)} == {"robots", "robots-appeal"}
    decided = owner.execute("SELECT step, decided_by FROM robot_steps WHERE decided_by IS NOT NULL ORDER BY step_id").fetchall()
    assert decided == [("kept", "olga"), ("released", "otto")]


@pytest.mark.clause("9.19")
def test_only_a_person_suspends_with_a_ground_and_a_reason(rob: Worker, ops: Ops, owner: psycopg.Connection[Any]) -> None:
    rob.go_on_until("robot-suspected")
    assert rob.cases(owner) == ["robots"]
    assert state_of(rob, owner)[0] == "active"
    assert ops("suspend", rob.email, "--ground", "14.2.5", reason="A script revealed people for an hour.").exit_code == 0
    assert state_of(rob, owner)[0] == "suspended"
    assert rob.reveal().json["code"] == "account-suspended"  # type: ignore[index]


def test_the_user_reads_what_was_seen_and_how_to_object(rob: Worker, kernel: Kernel) -> None:
    assert rob.call("POST", "/v1/robots/appeal", {"text": "Why?"}).json["code"] == "nothing-held"  # type: ignore[index]
    rob.go_on_until("robot-suspected")
    (told,) = [m for m in rob.call("GET", "/v1/messages").json["messages"] if "on hold" in m["subject"]]  # type: ignore[index]
    assert "The time between two people hardly varied." in told["text"]
    assert "write to us under Fair use" in " ".join(told["text"].split())
    use = rob.call("GET", "/v1/fair-use").json
    assert use is not None
    assert use["state"] == "held"
    assert "The time between two people hardly varied." in use["asked_because"]
    assert "appeal" in use["how_to_appeal"] or "object" in use["how_to_appeal"]
    assert "variait" in " ".join(
        rob.call("GET", "/v1/fair-use", **{"Accept-Language": "fr"}).json["asked_because"]  # type: ignore[index]
    )


def test_a_step_that_the_database_missed_is_recorded_at_the_next_reveal(
    rob: Worker, kernel: Kernel, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the server went away")

    with monkeypatch.context() as patched:
        patched.setattr(Events, "emit", fail)
        for _ in range(90):
            rob.reveal()
    assert rob.steps(owner) == []
    assert not state_of(rob, owner)[1]
    rob.reveal()
    assert rob.steps(owner) == ["hold"]
    assert state_of(rob, owner) == ("active", True)


def test_a_released_account_begins_anew_and_can_be_held_again(rob: Worker, ops: Ops, owner: psycopg.Connection[Any]) -> None:
    rob.go_on_until("robot-suspected")
    assert ops("release-hold", rob.email, reason="A demonstration, announced before.").exit_code == 0
    assert rob.reveal().status_code == 200
    rob.go_on_until("robot-suspected")
    assert rob.steps(owner).count("hold") == 2
    assert "by olga" in ops("ladder", rob.email).output


def test_what_the_ladder_kept_can_be_taken_away_and_goes_with_the_account(
    rob: Worker, kernel: Kernel, owner: psycopg.Connection[Any]
) -> None:
    from backend.accounts import close_account

    rob.go_on_until("robot-suspected")
    taken = rob.call("GET", "/v1/me/export").json
    assert taken is not None
    assert [step["step"] for step in taken["robot_score"]] == ["watch", "ask", "hold"]
    with kernel.database.begin() as connection:
        close_account(connection, kernel, rob.account_id, "by-the-user", {})
    assert rob.steps(owner) == []
    assert owner.execute("SELECT count(*) FROM human_checks").fetchone() == (0,)
    assert read_letters(kernel)


def test_no_step_names_a_person_and_none_can_be_changed(rob: Worker, kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
    rob.go_on_until("human-check-required")
    kept = str(owner.execute("SELECT signs FROM robot_steps").fetchall())
    assert "candor-sample" not in kept
    for change in ("UPDATE robot_steps SET step = 'watch'", "DELETE FROM robot_steps"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            kernel.database.call(change, ())
