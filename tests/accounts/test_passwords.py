"""POST /v1/password/reset, /v1/password/reset/confirm, PUT /v1/password."""

import re
import threading
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from backend.kernel.clock import MovableClock
from tests.accounts.conftest import Newcomer, bearer, read_letters

OTHER = "nine-boats-at-the-quay"


def ask(person: Newcomer) -> str:
    """Ask for a reset; the mailed code."""
    assert person.post("/v1/password/reset", {"email": person.email}).status_code == 202
    found = re.search(r"^ {4}([A-Z2-7-]{27})$", read_letters(person.kernel)[-1].text, re.MULTILINE)
    assert found is not None
    return found[1]


def confirm(person: Newcomer, token: str, password: str = OTHER) -> TestResponse:
    return person.post("/v1/password/reset/confirm", {"token": token, "password": password})


def change(person: Newcomer, token: str, current: str, password: str = OTHER) -> TestResponse:
    body = {"current": current, "password": password}
    return person.app.test_client().put("/v1/password", json=body, headers=bearer(token))


@pytest.mark.clause("6.2.2")
def test_a_reset_sets_the_password_once_and_ends_every_session(jane: Newcomer) -> None:
    tokens = [jane.join(), jane.sign_in().json]
    token = ask(jane)
    assert confirm(jane, token.lower().replace("-", " ")).status_code == 204
    for each in tokens:
        assert each is not None
        assert jane.me(each["access_token"]).status_code == 401
        assert jane.refresh(each["refresh_token"]).status_code == 401
    assert jane.sign_in().status_code == 401
    assert jane.sign_in(OTHER).status_code == 200
    assert "was changed" in read_letters(jane.kernel)[-1].subject
    again = confirm(jane, token, "eleven-doors-to-the-sea")
    assert again.json is not None
    assert (again.status_code, again.json["code"]) == (422, "reset-wrong")


def test_an_old_an_unknown_and_a_superfluous_reset_code_are_refused(jane: Newcomer, clock: MovableClock) -> None:
    jane.join()
    for bad in ("", "x", "A" * 24, "\u00e9" * 24):
        assert confirm(jane, bad).status_code == 422
    first, second = ask(jane), ask(jane)
    assert confirm(jane, second).status_code == 204
    assert confirm(jane, first).status_code == 422
    third = ask(jane)
    clock.advance(timedelta(minutes=15))
    assert confirm(jane, third).status_code == 422


def test_a_weak_new_password_does_not_spend_the_code(jane: Newcomer) -> None:
    jane.join()
    token = ask(jane)
    answer = confirm(jane, token, "password123")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "password-weak")
    assert confirm(jane, token).status_code == 204


def test_a_code_used_by_two_at_once_works_for_one(jane: Newcomer) -> None:
    jane.join()
    token = ask(jane)
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(confirm(jane, token).status_code)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204, 422, 422]


def test_nobody_learns_whether_an_address_is_known(jane: Newcomer) -> None:
    answer = jane.post("/v1/password/reset", {"email": jane.email})
    assert (answer.status_code, answer.data) == (202, b"")
    assert read_letters(jane.kernel) == []


def test_a_pending_account_gets_its_validation_code_instead(jane: Newcomer) -> None:
    jane.sign_up()
    jane.post("/v1/password/reset", {"email": jane.email})
    assert jane.validate().status_code == 200


@pytest.mark.clause("6.2.2")
def test_changing_the_password_ends_the_other_sessions_at_once(jane: Newcomer) -> None:
    here, there = jane.join(), jane.sign_in().json
    assert there is not None
    assert change(jane, here["access_token"], jane.password).status_code == 204
    assert jane.me(here["access_token"]).status_code == 200
    assert jane.refresh(here["refresh_token"]).status_code == 200
    assert jane.me(there["access_token"]).json["code"] == "session-ended"  # type: ignore[index]
    assert jane.refresh(there["refresh_token"]).json["code"] == "session-ended"  # type: ignore[index]
    assert jane.sign_in().status_code == 401
    assert jane.sign_in(OTHER).status_code == 200


def test_the_present_password_is_asked_for_and_a_weak_one_refused(jane: Newcomer) -> None:
    token = jane.join()["access_token"]
    wrong = change(jane, token, "not-the-password")
    assert wrong.json is not None
    assert (wrong.status_code, wrong.json["code"]) == (401, "credentials-wrong")
    weak = change(jane, token, jane.password, "short")
    assert weak.json is not None
    assert (weak.status_code, weak.json["code"]) == (422, "password-weak")
    assert jane.sign_in().status_code == 200
