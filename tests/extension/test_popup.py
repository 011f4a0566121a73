"""The popup: signing up, the server's address, a forgotten password."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.extension.fake_server import FakeServer

Open = Callable[[str], Page]
Tell = Callable[..., Any]


def test_signing_up_takes_two_ticks_and_a_code_and_connecting_takes_one_click(
    browser_context: BrowserContext, fake: FakeServer, tell_worker: Tell, open_own: Open
) -> None:
    tell_worker(type="agree")
    popup = open_own("popup/popup.html")
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
    with browser_context.expect_page() as opened:
        popup.click("[data-act=connect]")
    assert opened.value.url.startswith(fake.address) or opened.value.url == "about:blank"
    assert fake.sent("/v1/linkedin/connect")[0].body == {"consent": "2026-01"}


def test_a_forgotten_password_is_set_anew_with_the_code_from_the_mail(fake: FakeServer, tell_worker: Tell, open_own: Open) -> None:
    tell_worker(type="agree")
    tell_worker(type="server", server=fake.address)
    popup = open_own("popup/popup.html")
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
