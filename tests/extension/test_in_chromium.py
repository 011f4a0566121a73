"""The extension in a real Chromium: consent first, nothing before a click, an answer only for the person it was asked for."""

import json
import time

import pytest

from tests.extension.conftest import LinkedIn
from tests.extension.fake_server import FakeServer

ADA = "https://www.linkedin.com/in/ada-candor-sample/"


@pytest.mark.clause("R18", "8.1.3")
def test_nothing_is_asked_before_the_consent_page_is_agreed_to(linkedin: LinkedIn, fake: FakeServer) -> None:
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("Finish setting up Candor first")
    assert card.find(data_act="lookup") is None
    key = {"vanity": "ada-candor-sample"}
    for message in ({"type": "lookup", "key": key}, {"type": "account"}, {"type": "signIn", "email": "e", "password": "p"}):
        assert linkedin.tell_worker(**message)["problem"]["code"] == "consent-needed"
    popup = linkedin.open_own("popup/popup.html")
    popup.wait_for_selector("[data-act=finish]")
    assert popup.locator("form[data-view=sign-in]").count() == 0
    welcome = linkedin.open_own("welcome/welcome.html")
    assert welcome.locator("[data-part=chrome-only]").inner_text() == "Candor works in Google Chrome only."
    assert fake.requests == []

    welcome.click("#agree")
    welcome.wait_for_selector("#agreed:not([hidden])")
    consent = linkedin.own.evaluate("chrome.storage.local.get('consent')")["consent"]
    assert consent["version"] == 1
    assert consent["told_chrome_only"] is True
    welcome.reload()
    welcome.wait_for_selector("#agreed:not([hidden])")
    assert not welcome.locator("#asking").is_visible()
    card.wait_for("See what is available")
    assert fake.requests == []


@pytest.mark.clause("R22/R23")
def test_a_lookup_follows_a_click_and_nothing_of_the_page_leaves(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("Ada Candor Sample")
    card.page.wait_for_timeout(500)
    assert fake.requests == []

    card.click(data_act="lookup")
    card.click(data_act="reveal", data_kind="phone")
    card.wait_for("+44 7700 900123")
    lookup, reveal = fake.sent("/v1/lookups"), fake.sent("/v1/reveals")
    assert [request.body for request in lookup] == [{"profile": ADA}]
    assert len(reveal) == 1
    signs = reveal[0].body.pop("client")
    assert reveal[0].body == {"profile": ADA, "kinds": ["phone"], "page": "profile-classic"}
    assert signs["trusted"] is True
    assert 400 <= signs["dwell_ms"] < 60_000

    sent = json.dumps([[request.path, request.headers, request.body] for request in fake.requests])
    for canary in ("planted.canary", "39 98 00 00", "Ada Candor", "Ada%20Candor"):
        assert canary not in sent
    to_linkedin = [kind for kind, url in linkedin.requests if "linkedin.com" in url]
    assert to_linkedin == ["document"]
    assert any(url == f"{fake.address}/v1/lookups" for _, url in linkedin.requests), "the log must see the worker's requests"


def test_a_person_paid_before_is_shown_at_once_and_free(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    fake.owned.add((ADA, "b2b_email"))
    card = linkedin.visit("ada-candor-sample")
    card.click(data_act="lookup")
    card.wait_for("@work.example")
    assert "paid before" in card.text()
    assert fake.left["b2b_email"] == 24


def test_an_answer_for_somebody_else_is_thrown_away(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("See what is available")
    fake.delay = 0.6
    card.click(data_act="lookup")
    card.page.evaluate(
        """() => { history.pushState({}, '', '/in/grace-candor-sample/');
        document.querySelector('h1').textContent = 'Grace Candor Sample';
        document.querySelector('main a').href = '/in/grace-candor-sample/overlay/contact-info/'; }"""
    )
    card.wait_for("Grace Candor Sample")
    card.page.wait_for_timeout(1000)
    assert len(fake.sent("/v1/lookups")) == 1
    assert card.find(data_act="lookup") is not None
    assert card.find(data_act="reveal") is None


def test_the_old_page_under_the_new_address_lends_no_name(linkedin: LinkedIn) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("Ada Candor Sample")
    card.page.evaluate("history.pushState({}, '', '/in/grace-candor-sample/')")
    card.wait_for("Reading the page.")
    assert "Ada" not in card.text()
    assert card.find(data_act="lookup") is None
    card.wait_for("not the name")
    assert card.find(data_act="lookup") is not None


@pytest.mark.parametrize("path", ["feed/", "search/results/people/", "company/sample/", "messaging/thread/1/", "in/me/"])
def test_no_card_where_the_page_is_not_about_one_person(linkedin: LinkedIn, path: str) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("See what is available")
    card.page.evaluate("path => history.pushState({}, '', '/' + path)", path)
    card.page.wait_for_timeout(300)
    assert not card.stands()


@pytest.mark.clause("R49")
def test_switched_off_the_next_click_says_so_and_asks_nothing(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    fake.switch = "off"
    linkedin.tell_worker(type="account")  # any answer carries the flag
    fake.requests.clear()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("See what is available")
    card.page.wait_for_timeout(300)
    assert fake.requests == []
    card.click(data_act="lookup")
    card.wait_for("switched the card off")
    assert fake.requests == []

    card.click(data_act="again")
    card.page.wait_for_timeout(500)
    assert [request.path for request in fake.requests] == ["/v1/me"]
    fake.switch = "on"
    card.click(data_act="again")
    card.wait_for("Reveal")


def test_two_calls_with_an_old_token_make_one_refresh(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    fake.access_alive = False
    ask = "() => Promise.all([1, 2, 3].map(() => chrome.runtime.sendMessage({type: 'account'})))"
    answers = linkedin.own.evaluate(ask)
    assert [answer["ok"] for answer in answers] == [True, True, True]
    assert len(fake.sent("/v1/sessions/refresh")) == 1
    assert linkedin.own.evaluate("chrome.storage.local.get('refresh')")["refresh"] == f"refresh-{fake.generation}"


def test_an_ended_session_signs_out_in_plain_words(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    fake.access_alive = False
    fake.answers["/v1/sessions/refresh"] = (401, {"code": "refresh-reused", "status": 401}, {})
    card = linkedin.visit("ada-candor-sample")
    card.click(data_act="lookup")
    card.wait_for("You are not signed in. Click the Candor icon")
    assert linkedin.tell_worker(type="state")["data"]["signedIn"] is False


def test_a_refresh_that_finds_no_server_keeps_the_user_signed_in(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    fake.access_alive = False
    fake.answers["/v1/sessions/refresh"] = (503, {"code": "unavailable", "status": 503}, {})
    assert linkedin.tell_worker(type="account")["problem"]["code"] == "unavailable"
    fake.answers.clear()
    assert linkedin.tell_worker(type="account")["ok"]


def test_a_killed_worker_forgets_nothing(linkedin: LinkedIn) -> None:
    linkedin.sign_in()
    worker = linkedin.chromium.service_workers[-1]
    worker.evaluate("globalThis.alive = true")
    linkedin.kill_worker()
    linkedin.own.wait_for_timeout(300)
    assert linkedin.tell_worker(type="state")["data"]["signedIn"] is True
    assert linkedin.chromium.service_workers[-1].evaluate("globalThis.alive") is None
    card = linkedin.visit("ada-candor-sample")
    card.click(data_act="lookup")
    card.wait_for("Reveal")


def test_a_slow_answer_is_said_and_asking_again_shows_one_charge(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.click(data_act="lookup")
    card.wait_for("Reveal")
    fake.delay = 4
    card.click(data_act="reveal", data_kind="phone")
    card.wait_for("asking again cannot charge you twice")
    fake.delay = 0
    card.click(data_act="retry")
    card.wait_for("+44 7700 900123")
    card.page.wait_for_timeout(2500)
    assert len(fake.sent("/v1/reveals")) == 2
    assert fake.left["phone"] == 6
    assert "cost 1" in card.text()
    assert card.find(data_code="slow") is None


def test_no_server_is_said_and_tried_again(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("See what is available")
    fake.stop()
    card.click(data_act="lookup")
    card.wait_for("cannot be reached")
    assert card.find(data_act="retry") is not None


PROBLEMS = [
    (403, "linkedin-sync-required", "one click connects it"),
    (403, "extension-required", "has not seen this extension yet"),
    (403, "terms-required", "conditions have changed"),
    (403, "subscription-required", "has no plan"),
    (403, "account-suspended", "is suspended"),
    (402, "credits-exhausted", "New ones come each month"),
    (429, "fair-use-exceeded", "10,000 of fair use"),
    (429, "robot-suspected", "on hold"),
    (426, "extension-outdated", "chrome://extensions"),
    (503, "notices-late", "Nothing was charged"),
    (500, "internal", "broke on our side"),
    (418, "never-heard-of", "A sentence of the server"),
]


def test_every_obstacle_is_said_in_plain_words(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    for status, code, words in PROBLEMS:
        fake.answers["/v1/lookups"] = (status, {"code": code, "status": status, "detail": "A sentence of the server"}, {})
        card.page.reload()
        card.click(data_act="lookup")
        card.wait_for(words)
        assert card.find(data_code=code) is not None
    fake.answers["/v1/lookups"] = (429, {"code": "rate-limited", "status": 429}, {"Retry-After": "7"})
    card.page.reload()
    card.click(data_act="lookup")
    card.wait_for("Try again in 7 seconds.")
    fake.answers["/v1/lookups"] = (503, {"code": "notices-late", "status": 503}, {"Retry-After": "600"})
    card.page.reload()
    card.click(data_act="lookup")
    card.wait_for("Try again in 10 minutes.")


def test_a_402_settles_each_kind_on_its_own_line(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.click(data_act="lookup")
    card.wait_for("Reveal")
    results = {"phone": {"outcome": "empty", "values": [], "charged": 0, "left": 0}}
    fake.answers["/v1/reveals"] = (402, {"code": "credits-exhausted", "status": 402, "kind": "phone", "results": results}, {})
    card.click(data_act="reveal", data_kind="phone")
    card.wait_for("no credit")
    assert card.find(data_kind="phone", data_state="empty") is not None
    assert card.find(data_kind="b2b_email", data_state="available") is not None


def test_in_panel_mode_the_page_stays_untouched(linkedin: LinkedIn) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("See what is available")
    linkedin.tell_worker(type="surface", surface="panel")
    card.page.wait_for_timeout(300)
    assert not card.stands()
    told = linkedin.own.evaluate(
        """async () => { const tabs = await chrome.tabs.query({});
        const answers = tabs.map((tab) => chrome.tabs.sendMessage(tab.id, {type: 'here'}).catch(() => null));
        return (await Promise.all(answers)).filter(Boolean); }"""
    )
    assert told == [
        {"key": {"vanity": "ada-candor-sample"}, "name": "Ada Candor Sample", "headline": None, "page": "profile-classic"}
    ]


def test_a_pasted_address_works_in_the_panel(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    panel = linkedin.open_own("panel/panel.html")
    panel.fill("#address", "https://example.com/in/ada")
    panel.click("[data-act=paste]")
    assert panel.locator("#paste-problem").inner_text() == "This is not the address of a profile."
    panel.fill("#address", "linkedin.com/in/ada-candor-sample?utm_source=share")
    panel.click("[data-act=paste]")
    panel.click("[data-act=lookup]")
    panel.click("[data-act=reveal][data-kind=phone]")
    panel.wait_for_selector("text=+44 7700 900123")
    assert fake.sent("/v1/reveals")[0].body["profile"] == ADA


def test_a_content_script_may_ask_for_nothing_but_page_lookup_and_reveal(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("See what is available")
    refused = ["state", "agree", "server", "surface", "signIn", "account", "connect", "signOut", "toString"]
    for name in refused:
        answer = card.in_content_world(f"chrome.runtime.sendMessage({{type: '{name}'}})")
        assert answer == {"ok": False, "problem": {"code": "not-allowed", "status": 0}}, name
    assert card.in_content_world("chrome.storage.local.get(null).then(() => 'read', () => 'refused')") == "refused"
    assert fake.requests == []


def test_the_page_can_neither_read_the_card_nor_be_moved_by_it(linkedin: LinkedIn) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.wait_for("See what is available")
    seen = card.page.evaluate(
        """() => { const host = document.querySelector('candor-card');
        return [host.shadowRoot, host.innerHTML, document.documentElement.innerText.includes('See what'),
        typeof Card, typeof readProfile, host.parentNode === document.documentElement]; }"""
    )
    assert seen == [None, "", False, "undefined", "undefined", True]
    shift = "() => performance.getEntriesByType('layout-shift').reduce((sum, entry) => sum + entry.value, 0)"
    assert card.page.evaluate(shift) == 0


def test_the_card_folds_moves_and_remembers_and_escape_closes_it(linkedin: LinkedIn) -> None:
    linkedin.sign_in()
    card = linkedin.visit("ada-candor-sample")
    card.click(data_act="move")
    card.page.keyboard.press("ArrowLeft")
    card.page.keyboard.press("ArrowUp")
    card.click(data_act="fold")
    card.page.wait_for_timeout(200)
    kept = linkedin.own.evaluate("chrome.storage.local.get('place')")["place"]
    assert kept == {"right": 40, "bottom": 40, "collapsed": True}
    card.page.reload()
    card.click(data_act="unfold")
    card.page.keyboard.press("Escape")
    card.page.wait_for_timeout(100)
    assert not card.stands()


def test_after_an_update_the_old_copy_says_reload_and_does_nothing_more(linkedin_to_break: LinkedIn, fake: FakeServer) -> None:
    linkedin_to_break.sign_in()
    card = linkedin_to_break.visit("ada-candor-sample")
    card.wait_for("See what is available")
    linkedin_to_break.own.evaluate("setTimeout(() => chrome.runtime.reload(), 50)")
    time.sleep(1.5)
    card.click(data_act="lookup")
    card.wait_for("Candor was updated. Reload this page to go on.")
    assert fake.requests == []


def test_the_keyboard_goes_on_where_it_was_and_never_onto_a_button(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.sign_in()
    panel = linkedin.open_own("panel/panel.html")
    panel.fill("#address", "linkedin.com/in/ada-candor-sample")
    panel.keyboard.press("Enter")
    panel.wait_for_selector("[data-act=lookup]")
    panel.focus("[data-act=lookup]")
    panel.keyboard.press("Enter")
    panel.wait_for_selector("[data-act=reveal]")
    panel.keyboard.press("Enter")
    panel.wait_for_timeout(200)
    assert fake.sent("/v1/reveals") == []
    panel.keyboard.press("Tab")
    panel.keyboard.press("Enter")
    panel.wait_for_selector("[data-kind=b2b_email][data-state=revealed]")
    panel.keyboard.press("Tab")
    assert panel.evaluate("document.activeElement.dataset.act") == "copy"
    assert [request.body["kinds"] for request in fake.sent("/v1/reveals")] == [["b2b_email"]]


def test_a_click_that_needs_a_sign_in_shows_the_popup(linkedin: LinkedIn) -> None:
    linkedin.sign_in()
    linkedin.tell_worker(type="signOut")
    card = linkedin.visit("ada-candor-sample")
    card.click(data_act="lookup")
    card.wait_for("You are not signed in. Click the Candor icon")
    assert card.find(data_act="retry") is not None
    assert linkedin.tell_worker(type="signIn", email="sam@buyer.example", password="a long password")["ok"]
    card.wait_for("See what is available")


def test_signing_up_takes_two_ticks_and_a_code_and_connecting_takes_one_click(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.tell_worker(type="agree")
    popup = linkedin.open_own("popup/popup.html")
    popup.click("#foot summary")
    for address in ("http://candor.example", "ftp://127.0.0.1", "http://127.0.0.1.example:80", "http://user:word@127.0.0.1:8000"):
        popup.fill("input[name=server]", address)
        popup.click("[data-act=server]")
        popup.wait_for_selector("text=This server address is not allowed")
    popup.fill("input[name=server]", fake.address)
    popup.click("[data-act=server]")
    popup.wait_for_selector("text=Saved.")

    popup.click("[data-act=to-sign-up]")
    popup.fill("input[name=email]", "sam@buyer.example")
    popup.fill("input[name=password]", "a long password")
    assert not popup.is_checked("input[name=accept_terms]")
    assert not popup.is_checked("input[name=adult]")
    popup.check("input[name=adult]")
    popup.click("button[data-act=sign-up]")
    popup.wait_for_selector("text=Tick both boxes to go on.")
    assert fake.requests == []
    popup.check("input[name=accept_terms]")
    popup.click("button[data-act=sign-up]")
    popup.wait_for_selector("text=We have sent a six-digit code to sam@buyer.example.")
    body = {"email": "sam@buyer.example", "password": "a long password", "accept_terms": True, "adult": True}
    assert fake.sent("/v1/accounts")[0].body == body

    popup.reload()  # the popup closes while the user reads their mail
    popup.fill("input[name=code]", "123456")
    fake.synced = False
    popup.click("button[data-act=validate]")
    popup.wait_for_selector("[data-part=connect]")
    assert popup.locator("[data-part=connect] li").count() == 6
    assert fake.sent("/v1/linkedin/connect") == []
    with linkedin.chromium.expect_page() as opened:
        popup.click("[data-act=connect]")
    assert opened.value.url.startswith(fake.address) or opened.value.url == "about:blank"
    assert fake.sent("/v1/linkedin/connect")[0].body == {"consent": "2026-01"}


def test_a_forgotten_password_is_set_anew_with_the_code_from_the_mail(linkedin: LinkedIn, fake: FakeServer) -> None:
    linkedin.tell_worker(type="agree")
    linkedin.tell_worker(type="server", server=fake.address)
    popup = linkedin.open_own("popup/popup.html")
    popup.click("[data-act=to-forgot]")
    popup.fill("input[name=email]", "sam@buyer.example")
    popup.click("button[data-act=forgot]")
    popup.wait_for_selector("form[data-view=reset]")
    popup.reload()
    popup.fill("input[name=token]", "a-token")
    popup.fill("input[name=password]", "another password")
    popup.click("button[data-act=reset]")
    popup.wait_for_selector("text=The new password is set. Sign in with it.")
    assert fake.sent("/v1/password/reset/confirm")[0].body == {"token": "a-token", "password": "another password"}
