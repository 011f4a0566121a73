"""The pages of an account in a browser: signing in and out, fair use with its check and its appeal, and nobody else's."""

import re
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts import suspend
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.http import ENDPOINTS
from tests.accounts.browser import Browser
from tests.accounts.conftest import EXTENSION, Newcomer, bearer
from tests.accounts.test_passwords import ask as ask_reset
from tests.accounts.test_passwords import confirm
from tests.robots.production import limited

__all__ = ["limited"]

PAGES = [each for each in ENDPOINTS.values() if each.who == "reader"]
WHY = "Nobody of this name works there."


@pytest.fixture
def web(jane: Newcomer) -> Browser:
    """Jane's browser; she has an account, and has not signed in here."""
    jane.join()
    return Browser(jane.app, jane.email, jane.password)


def test_every_page_of_an_account_asks_for_a_sign_in(app: Flask) -> None:
    assert {each.path for each in PAGES} >= {"/account", "/account/check", "/account/appeal", "/account/sign-out"}
    assert {each.path for each in ENDPOINTS.values() if each.path.startswith("/account") and each.who != "reader"} == {
        "/account/sign-in"
    }
    for each in PAGES:
        path = each.path.replace("{", "").replace("}", "")
        answer = app.test_client().open(path, method=each.method)
        wanted = path if each.method == "GET" else "/account"
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/account/sign-in?next={wanted}"), each.path


def test_signing_in_opens_the_page_that_was_wanted(web: Browser) -> None:
    answer = web.get("/account/help")
    assert answer.headers["Location"] == "/account/sign-in?next=/account/help"
    assert 'name="next" value="/account/help"' in web.get(answer.headers["Location"]).text
    assert web.sign_in("/account/help").headers["Location"] == "/account/help"
    assert f"Signed in as {web.email}" in web.get().text


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/accounts"])
def test_nobody_is_sent_elsewhere_after_signing_in(web: Browser, wanted: str) -> None:
    assert web.sign_in(wanted).headers["Location"] == "/account"


@pytest.mark.clause("6.2.4")
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(web: Browser) -> None:
    wrong, unknown = web.sign_in(password="not-the-password"), web.sign_in(email="nobody@acme.example")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text == unknown.text
    assert "do not match" in wrong.text
    assert not any(typed in wrong.text for typed in (web.email, "nobody@acme.example", "not-the-password"))
    assert web.sign_in(email="no address").status_code == 422
    assert web.cookie == ""


def test_a_pending_account_is_told_to_enter_its_code(jane: Newcomer) -> None:
    jane.sign_up()
    answer = Browser(jane.app, jane.email, jane.password).sign_in()
    assert answer.status_code == 403
    assert "Enter the code from the mail" in answer.text


def test_guesses_here_and_by_the_api_are_counted_together(limited: Flask) -> None:
    someone = Newcomer(limited, limited.extensions["candor"])
    someone.join()
    web = Browser(limited, someone.email, someone.password)
    first = [web.sign_in(password="not-the-password").status_code for _ in range(3)]
    assert first == [401, 401, 401]
    assert [someone.sign_in("not-the-password").status_code for _ in range(2)] == [401, 401]
    refused = web.sign_in()
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Too many attempts" in refused.text


def test_every_sign_in_has_a_session_of_its_own_and_ends_the_one_before(web: Browser, owner: psycopg.Connection[Any]) -> None:
    web.client.set_cookie("candor_account", "chosen-by-somebody-else", path="/account")
    set_cookie = web.sign_in().headers["Set-Cookie"]
    assert "chosen-by-somebody-else" not in set_cookie
    assert all(part in set_cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/account"))
    assert "Secure" not in set_cookie  # this Candor is on http
    first = web.cookie
    web.sign_in()
    assert web.cookie != first
    web.client.set_cookie("candor_account", first, path="/account")
    assert web.get().status_code == 303
    ended = owner.execute("SELECT ended_at IS NOT NULL FROM sessions WHERE client = 'web' ORDER BY session_id").fetchall()
    assert ended == [(True,), (False,)]


def test_the_cookie_of_a_candor_on_https_is_sent_over_https_only(web: Browser, kernel: Kernel) -> None:
    vars(kernel)["settings"] = kernel.settings.model_copy(update={"public_url": "https://candor.example"})
    assert "; Secure" in web.sign_in().headers["Set-Cookie"]


def test_a_form_from_elsewhere_signs_nobody_in(web: Browser) -> None:
    given = {"email": web.email, "password": web.password}
    answer = web.client.post("/account/sign-in", data=given, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_a_form_without_the_key_of_its_session_does_nothing(web: Browser, jane: Newcomer) -> None:
    web.sign_in()
    other = Browser(jane.app, jane.email, jane.password)
    other.sign_in()
    for key in ("", "0" * 64, other.key):
        for each in PAGES:
            if each.method == "POST":
                path = each.path.replace("{", "").replace("}", "")
                answer = web.client.post(path, data={"form_key": key, "text": "x"})
                assert (answer.status_code, "not ours any more" in answer.text) == (403, True), each.path
    assert web.get().status_code == 200


def test_no_page_of_an_account_may_be_framed_or_kept(web: Browser) -> None:
    for path in ("/account/sign-in", "/account"):
        headers = web.get(path).headers
        web.sign_in()
        headers = web.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_a_cookie_gets_no_access_token_and_a_refresh_token_opens_no_page(web: Browser, jane: Newcomer) -> None:
    web.sign_in()
    assert jane.refresh(web.cookie).json["code"] == "token-invalid"  # type: ignore[index]
    assert web.get().status_code == 200
    tokens = jane.sign_in().json or {}
    web.client.set_cookie("candor_account", tokens["refresh_token"], path="/account")
    assert web.get().status_code == 303
    web.client.set_cookie("candor_account", tokens["access_token"], path="/account")
    assert web.get().status_code == 303
    assert jane.refresh(tokens["refresh_token"]).status_code == 200


def test_signing_out_ends_the_session_itself(web: Browser) -> None:
    web.sign_in()
    kept = web.cookie
    assert web.send("/account/sign-out").headers["Location"] == "/account/sign-in"
    assert web.cookie == ""
    web.client.set_cookie("candor_account", kept, path="/account")
    assert web.get().status_code == 303


@pytest.mark.parametrize("end", ["a new password", "a wrong secret", "thirty days"])
def test_what_ends_any_session_ends_this_one(web: Browser, jane: Newcomer, clock: MovableClock, end: str) -> None:
    web.sign_in()
    if end == "a new password":
        assert confirm(jane, ask_reset(jane)).status_code == 204
    elif end == "a wrong secret":
        web.client.set_cookie("candor_account", web.cookie[:-3] + "abc", path="/account")
    else:
        clock.advance(timedelta(days=30))
    assert web.get().headers["Location"] == "/account/sign-in?next=/account"


def test_a_suspended_account_reads_why_and_the_way_out(
    web: Browser, jane: Newcomer, kernel: Kernel, owner: psycopg.Connection[Any]
) -> None:
    web.sign_in()
    row = owner.execute("SELECT account_id FROM accounts").fetchone()
    assert row is not None
    with kernel.database.begin() as connection:
        suspend(connection, kernel, row[0], "11.1.2", WHY, by="olga")
    for answer in (web.get(), web.send("/account/appeal", text="x"), Browser(jane.app, jane.email, jane.password).sign_in()):
        assert answer.status_code == 403
        assert WHY in answer.text
        assert "The link in the mail that told you" in answer.text
    wrong = Browser(jane.app, jane.email, "not-the-password").sign_in()
    assert (wrong.status_code, WHY in wrong.text) == (401, False)


def test_the_cookie_of_an_account_that_is_gone_opens_nothing(web: Browser, jane: Newcomer) -> None:
    web.sign_in()
    token = (jane.sign_in().json or {})["access_token"]
    client = jane.app.test_client()
    phrase = client.get("/v1/me/deletion", headers=bearer(token)).json["phrase"]  # type: ignore[index]
    gone = client.post("/v1/me/deletion", json={"phrase": phrase, "password": jane.password}, headers=bearer(token))
    assert gone.status_code < 300, gone.text
    assert web.get().status_code == 303


def test_the_session_is_in_what_its_owner_takes_away(web: Browser, jane: Newcomer) -> None:
    web.sign_in()
    token = (jane.sign_in().json or {})["access_token"]
    exported = jane.app.test_client().get("/v1/me/export", headers={**bearer(token), **EXTENSION}).json
    assert "web" in [each["client"] for each in exported["sessions"]]  # type: ignore[index]


def test_the_page_is_french_for_who_reads_french(web: Browser) -> None:
    web.lang = "fr"
    web.sign_in()
    page = web.get().text
    assert '<html lang="fr">' in page
    assert "Votre offre n’a pas de crédits illimités" in page
    assert not re.search(r"Fair use|Signed in|Sign out", page)


def test_what_is_done_here_is_written_down_with_its_session(
    web: Browser, owner: psycopg.Connection[Any], clock: MovableClock
) -> None:
    web.sign_in()
    assert web.send("/account/sign-out").status_code == 303
    done = owner.execute("SELECT a.action, s.client FROM account_actions a JOIN sessions s USING (session_id)").fetchall()
    assert ("POST /account/sign-out", "web") in done
