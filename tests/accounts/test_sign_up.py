"""POST /v1/accounts, /v1/accounts/code, /v1/accounts/validate."""

import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.accounts import attempts
from backend.kernel.clock import MovableClock
from backend.kernel.limits import Limit
from tests.accounts.conftest import Newcomer, read_letters


def test_a_newcomer_signs_up_validates_and_is_signed_in(jane: Newcomer) -> None:
    answer = jane.sign_up()
    assert (answer.status_code, answer.json) == (201, {"state": "pending"})
    tokens = jane.validate().json
    assert tokens is not None
    assert tokens["expires_in"] == 900
    me = jane.me(tokens["access_token"]).json
    assert me is not None
    assert me["account"] | {"id": ""} == {"id": "", "email": jane.email, "state": "active"}
    assert me["workspace"] | {"id": ""} == {"id": "", "name": None, "role": "admin"}
    assert me["plan"]["code"] == "none"
    assert me["linkedin"] == {"synced": False, "synced_at": None}
    assert me["extension"] == {"seen": False}
    assert [balance["available"] for balance in me["credits"].values()] == [0, 0, 0, 0]
    assert "notices" not in me


@pytest.mark.clause("3.3", "2.User.a", "6.1.1")
@pytest.mark.parametrize("field", ["accept_terms", "adult"])
@pytest.mark.parametrize("value", [False, None, 1, "true"])
def test_both_boxes_must_be_ticked(jane: Newcomer, field: str, value: object) -> None:
    answer = jane.sign_up(**{field: value})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["field"] == field


@pytest.mark.clause("6.1.5", "11.1.2")
@pytest.mark.parametrize("field", ["email", "password", "accept_terms", "adult"])
def test_every_field_is_needed(jane: Newcomer, field: str) -> None:
    body = {"email": jane.email, "password": jane.password, "accept_terms": True, "adult": True}
    del body[field]
    assert jane.post("/v1/accounts", body).status_code == 422


@pytest.mark.clause("6.1.2")
@pytest.mark.parametrize("email", ["jane@gmail.com", "jane@GMAIL.com", "jane@mail.gmail.com", "jane@yopmail.fr", "j@t-online.de"])
def test_private_and_throw_away_addresses_are_refused(jane: Newcomer, email: str) -> None:
    answer = jane.sign_up(email=email)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "business-email")


@pytest.mark.clause("6.1.2")
@pytest.mark.parametrize("email", ["jane@notgmail.com", "jane@bücher.example", "Jane.Doe+work@sub.acme.example"])
def test_any_other_domain_is_a_business(jane: Newcomer, email: str) -> None:
    assert jane.sign_up(email=email).status_code == 201


@pytest.mark.parametrize("email", ["", "jane", "jane@", "@acme.example", "a b@acme.example", "jane@acme.example\x00", "🙂" * 400])
def test_what_is_no_address_is_refused(jane: Newcomer, email: str) -> None:
    answer = jane.sign_up(email=email)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-body")
    assert "acme" not in answer.text


@pytest.mark.clause("2.Login")
@pytest.mark.parametrize(
    "password", ["nine-chars", "ninechars", "password123", "P@ssw0rd2026!", "1234567890", "jane.doe-1", "qwertyuiop"]
)
def test_short_and_known_passwords_are_refused(jane: Newcomer, password: str) -> None:
    answer = jane.sign_up(password=password)
    if password == "nine-chars":  # ten characters, and nobody's
        assert answer.status_code == 201
        return
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "password-weak")


@pytest.mark.clause("2.Login", "6.2.1")
def test_passwords_are_kept_as_argon2id_and_equal_ones_differ(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    jane.sign_up()
    jane.sign_up(email="jim@acme.example")
    kept = [row[0] for row in owner.execute("SELECT password_hash FROM accounts")]
    assert len(set(kept)) == 2
    assert all(value.startswith("$argon2id$") for value in kept)


@pytest.mark.clause("2.Login")
def test_letter_case_of_the_address_does_not_matter(jane: Newcomer) -> None:
    jane.join()
    jane.email = "JANE.Doe@Acme.Example"
    assert jane.sign_in().status_code == 200


def test_a_known_address_is_answered_the_same_and_its_owner_is_told(jane: Newcomer) -> None:
    jane.join()
    answer = jane.sign_up(password="another-good-password")
    assert (answer.status_code, answer.json) == (201, {"state": "pending"})
    told = read_letters(jane.kernel)[-1]
    assert "already" in told.subject
    assert told.to == jane.email
    assert jane.sign_in("another-good-password").status_code == 401
    assert jane.sign_in().status_code == 200


def test_a_known_address_costs_as_many_hashes_as_an_unknown_one(jane: Newcomer, hashing: list[str]) -> None:
    jane.join()
    for email in (jane.email, "new@acme.example"):
        hashing.clear()
        assert jane.sign_up(email=email).status_code == 201
        assert hashing == ["hash"]


def test_strangers_cannot_flood_a_mailbox(jane: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    jane.sign_up()
    object.__setattr__(jane.kernel, "settings", jane.kernel.settings.model_copy(update={"rate_limits": True}))
    monkeypatch.setattr(attempts, "LETTERS", Limit("letters", 3, 3600, 3))
    for path in ("/v1/accounts/code", "/v1/password/reset") * 3:
        assert jane.post(path, {"email": jane.email}).status_code == 202
    assert jane.sign_up(password="a-strangers-password").status_code == 201
    assert len(read_letters(jane.kernel)) == 1 + 3
    assert jane.validate().status_code == 200
    assert jane.sign_in().status_code == 200


@pytest.mark.clause("6.1.3")
def test_a_wrong_a_used_and_an_old_code_are_refused(jane: Newcomer, clock: MovableClock) -> None:
    jane.sign_up()
    right = jane.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    answer = jane.validate(wrong)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "code-wrong")
    assert jane.sign_in().json["code"] == "account-pending"  # type: ignore[index]
    clock.advance(timedelta(minutes=15))
    assert jane.validate(right).status_code == 422
    jane.post("/v1/accounts/code", {"email": jane.email})
    right = jane.code()
    assert jane.validate(right).status_code == 200
    assert jane.validate(right).status_code == 422


@pytest.mark.clause("6.1.3")
def test_five_wrong_codes_spend_the_code(jane: Newcomer) -> None:
    jane.sign_up()
    right = jane.code()
    for step in range(1, 6):
        assert jane.validate(f"{(int(right) + step) % 1_000_000:06d}").status_code == 422
    assert jane.validate(right).status_code == 422
    assert jane.post("/v1/accounts/code", {"email": jane.email}).status_code == 202
    assert jane.validate().status_code == 200


def test_another_code_replaces_the_one_before(jane: Newcomer) -> None:
    jane.sign_up()
    first = jane.code()
    jane.post("/v1/accounts/code", {"email": jane.email})
    second = jane.code()
    if first != second:
        assert jane.validate(first).status_code == 422
    assert jane.validate(second).status_code == 200


def test_a_code_is_sent_to_nobody_who_does_not_wait_for_one(jane: Newcomer) -> None:
    assert jane.post("/v1/accounts/code", {"email": "nobody@acme.example"}).status_code == 202
    jane.join()
    letters = len(read_letters(jane.kernel))
    assert jane.post("/v1/accounts/code", {"email": jane.email}).status_code == 202
    assert len(read_letters(jane.kernel)) == letters


def test_a_code_brings_the_password_of_its_own_sign_up(jane: Newcomer) -> None:
    jane.sign_up()
    mine = jane.code()
    jane.sign_up(password="a-strangers-password")
    assert jane.validate(mine).status_code == 200
    assert jane.sign_in("a-strangers-password").status_code == 401
    assert jane.sign_in().status_code == 200


def test_two_sign_ups_at_once_make_one_account(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(jane.sign_up().status_code)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * 4
    assert owner.execute("SELECT count(*) FROM accounts").fetchone() == (1,)
    assert jane.validate().status_code == 200


@pytest.mark.clause("6.1.4", "3.3")
def test_three_documents_are_accepted_by_the_words_beside_the_box(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    jane.sign_up()
    rows = owner.execute("SELECT document, label_text, accepted_at FROM acceptances ORDER BY document").fetchall()
    assert [row[0] for row in rows] == ["plan-sheet", "privacy", "terms"]
    assert {row[1] for row in rows} == {"I accept the general conditions of use and service of Candor"}
    jane.kernel.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    jane.validate()
    activated = owner.execute("SELECT activated_at FROM accounts").fetchone()
    assert activated is not None
    assert all(row[2] < activated[0] for row in rows)


def test_nothing_readable_of_the_address_is_stored(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    jane.join()
    for table in ("accounts", "logins", "codes", "sessions", "mails"):
        dump = owner.execute(f"SELECT coalesce(string_agg(encode({table}::text::bytea, 'escape'), ''), '') FROM {table}").fetchone()
        assert dump is not None
        assert "jane" not in dump[0].lower()
        assert b"jane.doe".hex() not in dump[0].lower()


def test_letters_are_in_the_readers_language(jane: Newcomer) -> None:
    jane.post(
        "/v1/accounts",
        {"email": jane.email, "password": jane.password, "accept_terms": True, "adult": True},
        **{"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"},
    )
    assert "votre code" in read_letters(jane.kernel)[-1].subject
