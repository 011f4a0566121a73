"""The form for a new password."""

from flask import Flask

from backend.kernel import Kernel
from tests.accounts.conftest import Newcomer
from tests.accounts.test_passwords import OTHER, ask


def test_the_mailed_code_and_a_good_password_are_taken(app: Flask, kernel: Kernel) -> None:
    jane = Newcomer(app, kernel)
    jane.join()
    token, page = ask(jane), app.test_client()
    weak = page.post("/password/reset", data={"token": token, "password": "password123"})
    assert (weak.status_code, "too easy" in weak.text) == (422, True)
    assert token not in weak.text
    done = page.post("/password/reset", data={"token": token, "password": OTHER})
    assert (done.status_code, "is changed" in done.text) == (200, True)
    again = page.post("/password/reset", data={"token": token, "password": OTHER})
    assert (again.status_code, "too old" in again.text) == (422, True)
    assert page.post("/password/reset").status_code == 422
    assert jane.sign_in(OTHER).status_code == 200
