"""Acceptances are proof: chained, and the application may add and read them, nothing else; without one nothing is looked up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from backend import audit
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.http import ENDPOINTS
from backend.terms import LABEL, NEEDED, find_in_force, record_acceptances
from backend.terms.audit import CHAINED, CHECKS, KNOWN
from tests.terms.conftest import LOOKUP, NEW, PASSWORD, REVEAL, House, User


def record(kernel: Kernel, account_id: int = 7, **more: Any) -> None:
    with kernel.database.begin() as connection:
        record_acceptances(connection, account_id, "en", kernel.clock.now(), **more)


def findings(kernel: Kernel) -> dict[str, list[dict[str, Any]]]:
    with kernel.database.begin() as connection:
        return {rule: found for rule, find in CHECKS.items() if (found := find(connection, 20))}


@pytest.mark.parametrize("change", ["UPDATE acceptances SET version = 'x'", "DELETE FROM acceptances", "TRUNCATE acceptances"])
def test_the_application_cannot_change_an_acceptance(kernel: Kernel, change: str) -> None:
    record(kernel)
    with pytest.raises(sa.exc.ProgrammingError) as refused, kernel.database.begin() as connection:
        connection.execute(sa.text(change))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_signing_up_accepts_three_documents_with_their_sha256_and_the_words_beside_the_box(
    kernel: Kernel, owner: psycopg.Connection[Any]
) -> None:
    record(kernel)
    rows = owner.execute(
        "SELECT document, a.version, action, label_text, a.sha256 = d.sha256 FROM acceptances a JOIN documents d"
        " ON d.kind = a.document AND d.version = a.version AND d.lang = 'en' ORDER BY acceptance_id"
    ).fetchall()
    assert rows == [(kind, "2026-03", "sign-up", LABEL, True) for kind in NEEDED]


@pytest.mark.clause("3.4")
def test_an_acceptance_for_a_subscription_names_the_account_and_the_subscriber(
    kernel: Kernel, owner: psycopg.Connection[Any]
) -> None:
    record(kernel, action="subscribe", kinds=[*NEEDED, "dpa"], workspace_id=41)
    rows = owner.execute("SELECT account_id, workspace_id, document FROM acceptances ORDER BY acceptance_id").fetchall()
    assert rows == [(7, 41, kind) for kind in (*NEEDED, "dpa")]
    with pytest.raises(sa.exc.IntegrityError):
        record(kernel, action="subscribe")


TAMPERINGS = {
    "a version": "UPDATE acceptances SET version = '2026-02' WHERE acceptance_id = 2",
    "an instant": "UPDATE acceptances SET accepted_at = accepted_at + interval '1 second' WHERE acceptance_id = 2",
    "a text": "UPDATE acceptances SET sha256 = sha256('another') WHERE acceptance_id = 2",
    "the words": "UPDATE acceptances SET label_text = 'I read' WHERE acceptance_id = 2",
    "the way": "UPDATE acceptances SET action = 'tacit' WHERE acceptance_id = 2",
    "a removed row": "DELETE FROM acceptances WHERE acceptance_id = 2",
    "another's row": "UPDATE acceptances SET account_id = 8 WHERE acceptance_id = 2",
    "its own hash": "UPDATE acceptances SET hash = sha256('x') WHERE acceptance_id = 2",
}


@pytest.mark.clause("R27")
@pytest.mark.parametrize("tampering", list(TAMPERINGS))
def test_an_acceptance_that_was_tampered_with_is_named(kernel: Kernel, owner: psycopg.Connection[Any], tampering: str) -> None:
    record(kernel)
    record(kernel, 8)
    record(kernel)
    assert findings(kernel) == {}
    owner.execute(TAMPERINGS[tampering])  # type: ignore[call-overload]
    found = findings(kernel)
    assert {row["account_id"] for row in found[CHAINED]} <= {7, 8}
    assert min(row["acceptance_id"] for row in found[CHAINED]) in (2, 3)


def test_an_acceptance_of_a_text_nobody_keeps_is_named(kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
    record(kernel)
    owner.execute("UPDATE acceptances SET sha256 = sha256('lost') WHERE document = 'privacy'")
    assert [row["document"] for row in findings(kernel)[KNOWN]] == ["privacy"]


def test_the_command_names_what_was_tampered_with_and_fails(
    kernel: Kernel, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "Settings", lambda: kernel.settings)
    record(kernel)
    assert CliRunner().invoke(audit.audit_command).exit_code == 0
    owner.execute(TAMPERINGS["a version"])  # type: ignore[call-overload]
    said = CliRunner().invoke(audit.audit_command)
    assert said.exit_code == 1
    assert f"no   {CHAINED}\n       account_id 7, acceptance_id 2" in said.output


def test_no_two_acceptances_follow_the_same_one(kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
    record(kernel)
    with pytest.raises(psycopg.errors.UniqueViolation):
        owner.execute(
            "INSERT INTO acceptances (account_id, document, version, sha256, action, label_text, lang, accepted_at, previous, hash)"
            " SELECT account_id, document, version, sha256, action, label_text, lang, accepted_at, previous, hash FROM acceptances"
            " WHERE acceptance_id = 1"
        )


@pytest.mark.clause("3.1")
@pytest.mark.parametrize("kind", NEEDED)
def test_without_an_acceptance_nothing_is_looked_up_until_it_is_given_again(
    enter: Callable[..., User], owner: psycopg.Connection[Any], kind: str
) -> None:
    ann = enter("ann")
    assert ann.obstacle() == ""
    owner.execute("DELETE FROM acceptances WHERE document = %s", (kind,))
    signed_in = ann.call("POST", "/v1/sessions", {"email": ann.email, "password": PASSWORD})
    assert signed_in.status_code == 200
    ann.sign_in()
    assert ann.obstacle() == "terms-required"
    # What spends or looks people up is declared so, and all of it is closed: an export of contacts or a push to a CRM likewise.
    spending = [each for each in ENDPOINTS.values() if each.who == "spender"]
    assert {each.path for each in spending} >= {"/v1/lookups", "/v1/reveals"}
    for each in spending:
        answer = ann.call(each.method, each.path, REVEAL if each.path == "/v1/reveals" else LOOKUP)
        assert (answer.status_code, answer.json["code"]) == (403, "terms-required"), each.path  # type: ignore[index]
    for path in ("/terms", "/terms/2026-03", "/v1/terms", "/v1/me", "/v1/messages", "/v1/me/export", "/v1/me/deletion"):
        assert ann.call("GET", path).status_code == 200, path
    assert ann.answer("acceptances", accept=True, documents=["dpa"]) == 204
    assert ann.obstacle() == "terms-required"
    assert ann.answer("acceptances", accept=True) == 204
    assert ann.obstacle() == ""
    assert ann.holds(kind)[2] == "button"
    owner.execute("DELETE FROM acceptances WHERE document = %s", (kind,))
    ann.sign_in()
    phrase = ann.call("GET", "/v1/me/deletion").json["phrase"]  # type: ignore[index]
    assert ann.call("POST", "/v1/me/deletion", {"phrase": phrase, "password": PASSWORD}).status_code == 204


def test_accepting_twice_adds_nothing(enter: Callable[..., User], owner: psycopg.Connection[Any]) -> None:
    ann = enter("ann")
    for _ in range(2):
        assert ann.answer("acceptances", accept=True, documents=["terms", "dpa"]) == 204
    assert owner.execute("SELECT count(*) FROM acceptances").fetchone() == (4,)
    assert ann.answer("acceptances", accept=False) == 422
    assert ann.answer("acceptances", accept=True, documents=["dpa", "dpa"]) == 422
    assert ann.answer("acceptances", accept=True, which="announced") == 404


@pytest.mark.clause("3.6")
def test_a_visitor_reads_what_is_in_force_and_a_user_has_what_they_accepted(
    enter: Callable[..., User], house: House, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    ann = enter("ann")
    old = ann.holds("terms")
    house.draft("terms")
    at = clock.now() + timedelta(days=15)
    house.publish(at)
    assert ann.answer("refusals", refuse=True, documents=["terms"]) == 204
    house.pass_time(at)
    assert f"Version {NEW}" in ann.app.test_client().get("/terms").text
    assert ann.holds("terms") == old
    (text,) = owner.execute(
        "SELECT encode(sha256, 'hex') FROM documents WHERE version = '2026-03' AND kind = 'terms' AND lang = 'en'"
    )
    assert ann.app.test_client().get(f"/terms/{old[0]}").headers["X-Document-SHA256"] == old[1] == text[0]
    assert ann.answer("acceptances", accept=True) == 204
    assert ann.holds("terms")[0] == NEW
    with house.kernel.database.begin() as connection:
        assert find_in_force(connection, "terms", clock.now()).version == NEW
