"""GET /v1/linkedin, POST /v1/linkedin/connect, and the browser's way to the provider and back."""

import re
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.accounts.consent import CONSENT_VERSION
from backend.accounts.steps import AccountActivated
from backend.kernel.clock import MovableClock
from tests.accounts.conftest import EMAIL, EXTENSION, Newcomer, bearer


@dataclass
class Browser:
    """A browser with its own cookies, on the way through the local provider."""

    client: FlaskClient

    def open(self, url: str) -> TestResponse:
        parts = urlsplit(url)
        return self.client.get(f"{parts.path}?{parts.query}")

    def leave(self, authorize_url: str) -> str:
        """Start; the provider's address."""
        answer = self.open(authorize_url)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def sign_in(self, provider_url: str, sub: str, **quirks: str) -> str:
        """Fill in the provider's form; the address it sends back to."""
        page = self.open(provider_url)
        assert page.status_code == 200
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        answer = self.client.post("/local-linkedin/authorize", data={**fields, "sub": sub, **quirks})
        assert answer.status_code == 303
        return answer.headers["Location"]

    def synchronise(self, authorize_url: str, sub: str, **quirks: str) -> TestResponse:
        return self.open(self.sign_in(self.leave(authorize_url), sub, **quirks))


def connect(person: Newcomer, token: str, consent: object = CONSENT_VERSION) -> str:
    answer = person.post("/v1/linkedin/connect", {"consent": consent}, **bearer(token))
    assert answer.status_code == 200
    return str((answer.json or {})["authorize_url"])


@pytest.fixture
def browser(jane: Newcomer) -> Browser:
    return Browser(jane.app.test_client())


@pytest.fixture
def token(jane: Newcomer) -> str:
    return str(jane.join()["access_token"])


def link_of(person: Newcomer, token: str, **headers: str) -> dict[str, Any]:
    return dict(person.app.test_client().get("/v1/linkedin", headers=bearer(token) | headers).json or {})


@pytest.mark.clause("7.1.2", "R25")
def test_a_member_is_synchronised_for_sixty_days(jane: Newcomer, token: str, browser: Browser, clock: MovableClock) -> None:
    before = link_of(jane, token)
    assert (before["synced"], before["synced_at"], before["renew_by"]) == (False, None, None)
    page = browser.synchronise(connect(jane, token), "member-1")
    assert page.status_code == 200
    assert 'data-outcome="synchronised"' in page.text
    after = link_of(jane, token)
    assert after["synced"] is True
    assert after["synced_at"] == clock.now().isoformat().replace("+00:00", "Z")
    assert after["renew_by"] == (clock.now() + timedelta(days=60)).isoformat().replace("+00:00", "Z")
    assert jane.me(token).json["linkedin"]["synced"] is True  # type: ignore[index]


def test_asking_our_own_provider_leaves_the_asking_request_alone(jane: Newcomer, token: str, browser: Browser) -> None:
    back = urlsplit(browser.sign_in(browser.leave(connect(jane, token)), "member-1"))
    page = browser.client.get(f"{back.path}?{back.query}", headers={"X-Request-Id": "mine"})
    assert (page.status_code, page.headers["X-Request-Id"]) == (200, "mine")


def test_consent_comes_first_in_its_present_version_and_in_six_mentions(jane: Newcomer, token: str) -> None:
    for lang, word in (("en", "Withdraw"), ("fr", "Retrait")):
        consent = link_of(jane, token, **{"Accept-Language": lang})["consent"]
        assert consent["version"] == CONSENT_VERSION
        assert len(consent["mentions"]) == 6
        assert word in [mention["title"] for mention in consent["mentions"]]
        assert "60" in consent["mentions"][1]["text"]
    for body in ({}, {"consent": None}, {"consent": ""}, {"consent": "2020-01"}):
        answer = jane.post("/v1/linkedin/connect", body, **bearer(token))
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (422, "consent-required")


def test_a_ticket_works_once_and_for_ten_minutes(jane: Newcomer, token: str, browser: Browser, clock: MovableClock) -> None:
    url = connect(jane, token)
    browser.leave(url)
    assert browser.open(url).status_code == 400
    late = connect(jane, token)
    clock.advance(timedelta(minutes=10))
    page = browser.open(late)
    assert page.status_code == 400
    assert "too old" in page.text


def test_the_cookie_is_for_this_way_only_and_not_for_scripts(jane: Newcomer, token: str, browser: Browser) -> None:
    cookie = browser.open(connect(jane, token)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/linkedin" in cookie
    assert "Secure" not in cookie  # PUBLIC_URL is http on loopback
    object.__setattr__(jane.kernel, "settings", jane.kernel.settings.model_copy(update={"public_url": "https://candor.example"}))
    assert "Secure" in browser.open(connect(jane, token)).headers["Set-Cookie"]


@pytest.mark.clause("R25")
def test_another_browser_cannot_finish_and_does_not_spoil_it(jane: Newcomer, token: str, browser: Browser) -> None:
    back = browser.sign_in(browser.leave(connect(jane, token)), "member-1")
    stranger = Browser(jane.app.test_client())
    page = stranger.open(back)
    assert (page.status_code, "same browser" in page.text) == (400, True)
    stranger.client.set_cookie("candor_linkedin", "guessed", path="/linkedin")
    assert stranger.open(back).status_code == 400
    assert link_of(jane, token)["synced"] is False
    assert browser.open(back).status_code == 200


@pytest.mark.clause("R25")
def test_a_state_works_once(jane: Newcomer, token: str, browser: Browser) -> None:
    back = browser.sign_in(browser.leave(connect(jane, token)), "member-1")
    cookie = browser.client.get_cookie("candor_linkedin", path="/linkedin")
    assert cookie is not None
    assert browser.open(back).status_code == 200
    assert browser.client.get_cookie("candor_linkedin", path="/linkedin") is None
    browser.client.set_cookie("candor_linkedin", cookie.value, path="/linkedin")
    assert browser.open(back).status_code == 400


def test_who_does_not_agree_at_the_provider_is_told_that_nothing_changed(jane: Newcomer, token: str, browser: Browser) -> None:
    page = browser.synchronise(connect(jane, token), "")
    assert page.status_code == 400
    assert "Nothing has changed" in page.text
    assert link_of(jane, token)["synced"] is False


def test_failure_pages_speak_french(jane: Newcomer) -> None:
    page = jane.app.test_client().get("/linkedin/callback", headers={"Accept-Language": "fr"})
    assert page.status_code == 400
    assert "Recommencez depuis l&#39;extension" in page.text


@pytest.mark.clause("6.1.11")
def test_one_member_has_one_account(jane: Newcomer, token: str, browser: Browser) -> None:
    browser.synchronise(connect(jane, token), "member-1")
    jim = Newcomer(jane.app, jane.kernel, "jim@acme.example")
    his = str(jim.join()["access_token"])
    page = Browser(jane.app.test_client()).synchronise(connect(jim, his), "member-1")
    assert page.status_code == 409
    assert 'data-outcome="linkedin-taken"' in page.text
    assert link_of(jim, his)["synced"] is False
    assert Browser(jane.app.test_client()).synchronise(connect(jim, his), "member-2").status_code == 200


def test_whoever_comes_with_the_member_of_another_account_is_looked_at_by_a_person(
    jane: Newcomer, token: str, browser: Browser, owner: psycopg.Connection[Any]
) -> None:
    browser.synchronise(connect(jane, token), "member-1")
    jim = Newcomer(jane.app, jane.kernel, "jim@acme.example")
    his = str(jim.join()["access_token"])
    for _ in range(2):
        assert Browser(jane.app.test_client()).synchronise(connect(jim, his), "member-1").status_code == 409
    found = owner.execute("SELECT account_id, kind, signals FROM cases WHERE state = 'open'").fetchall()
    second = max(row[0] for row in owner.execute("SELECT account_id FROM accounts").fetchall())
    assert found == [(second, "shared-account", ["the LinkedIn member of another account"])]


@pytest.mark.clause("6.1.11")
def test_two_accounts_that_race_for_a_member_leave_one_with_it(jane: Newcomer, token: str) -> None:
    people = [(jane, token)]
    for name in ("jim", "joe", "jil"):
        person = Newcomer(jane.app, jane.kernel, f"{name}@acme.example")
        people.append((person, str(person.join()["access_token"])))
    ready = []
    for person, his in people:
        browser = Browser(jane.app.test_client())
        ready.append((browser, browser.sign_in(browser.leave(connect(person, his)), "member-1")))
    answers: list[int] = []
    threads = [threading.Thread(target=lambda b=b, url=url: answers.append(b.open(url).status_code)) for b, url in ready]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]


def test_an_account_keeps_its_member(jane: Newcomer, token: str, browser: Browser) -> None:
    browser.synchronise(connect(jane, token), "member-1")
    page = browser.synchronise(connect(jane, token), "member-2")
    assert page.status_code == 409
    assert 'data-outcome="linkedin-other"' in page.text
    assert browser.synchronise(connect(jane, token), "member-1").status_code == 200


@pytest.mark.clause("8.1.2", "R25")
def test_on_day_sixty_one_reveals_ask_for_a_renewal(jane: Newcomer, token: str, browser: Browser, clock: MovableClock) -> None:
    browser.synchronise(connect(jane, token), "member-1")
    jane.me(token, **EXTENSION)
    profile = {"profile": "https://www.linkedin.com/in/some-one-candor-sample/"}
    clock.advance(timedelta(days=54))
    soon = jane.me(token).json
    assert soon is not None
    assert soon["linkedin"]["synced"] is True
    assert soon["notices"][0]["code"] == "linkedin-renewal"
    assert jane.post("/v1/lookups", profile, **bearer(token)).status_code == 200
    clock.advance(timedelta(days=7))
    refused = jane.post("/v1/lookups", profile, **bearer(token))
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (403, "linkedin-sync-required")
    late = jane.me(token).json
    assert late is not None
    assert late["linkedin"]["synced"] is False
    assert "ended" in late["notices"][0]["text"]
    assert browser.synchronise(connect(jane, token), "member-1").status_code == 200
    assert jane.post("/v1/lookups", profile, **bearer(token)).status_code == 200


@pytest.mark.clause("R25")
@pytest.mark.parametrize(
    ("quirks", "picture", "match"),
    [
        ({}, True, False),
        ({"email": EMAIL.upper()}, True, True),
        ({"email": EMAIL, "plain": "on"}, True, True),
        ({"email": "jane@elsewhere.example", "no_picture": "on"}, False, False),
        ({"email": "no address"}, True, False),
    ],
)
def test_nothing_is_kept_of_the_member_but_what_is_allowed(
    jane: Newcomer, token: str, browser: Browser, owner: psycopg.Connection[Any], quirks: dict[str, str], picture: bool, match: bool
) -> None:
    browser.synchronise(connect(jane, token), "member-1", **quirks)
    row = owner.execute("SELECT picture_present, email_match, consent_version FROM linkedin_members").fetchone()
    assert row == (picture, match, CONSENT_VERSION)
    columns = owner.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'linkedin_members'").fetchall()
    assert {name for (name,) in columns} == {
        "digest", "account_id", "synced_at", "consent_version", "renew_by", "picture_present", "email_match", "email_verified",
    }  # fmt: skip
    assert owner.execute("SELECT count(*) FROM linkedin_tickets").fetchone() == (0,)
    digest = owner.execute("SELECT digest FROM linkedin_members").fetchone()
    assert digest is not None
    assert b"member-1" not in digest[0]


def test_the_provider_returns_only_to_us(jane: Newcomer) -> None:
    client = jane.app.test_client()
    for query in ("", "client_id=candor-local&redirect_uri=https://elsewhere.example/", "client_id=x&redirect_uri=x"):
        assert client.get(f"/local-linkedin/authorize?{query}").status_code == 422


def test_the_local_provider_answers_under_this_machines_names_only(jane: Newcomer) -> None:
    client = jane.app.test_client()
    assert client.get("/local-linkedin/keys", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    for host in ("evil.example", "127.0.0.1.evil.example:8000", "[::1", ""):
        assert client.get("/local-linkedin/keys", headers={"Host": host}).status_code in (400, 404)


@pytest.mark.clause("7.1.3")
@pytest.mark.parametrize("order", [["extension", "linkedin"], ["linkedin", "extension"]])
def test_both_steps_in_either_order_tell_the_floors_above_once(
    jane: Newcomer, token: str, browser: Browser, order: list[str]
) -> None:
    told: list[AccountActivated] = []
    jane.kernel.events.on(AccountActivated, lambda _, event: told.append(event))
    counts = []
    for step in order * 2:
        if step == "extension":
            assert jane.me(token, **EXTENSION).status_code == 200
        else:
            assert browser.synchronise(connect(jane, token), "member-1").status_code == 200
        counts.append(len(told))
    assert counts == [0, 1, 1, 1]
