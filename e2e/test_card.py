"""The card through a working day: from person to person, out of credits, offline, with its worker killed, in French."""

import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.card_driver import Card
from e2e.conftest import HOW_MANY, phone, vanity
from e2e.linkedin_site import LinkedIn, make_up
from e2e.pages import Kind
from e2e.running_candor import RunningCandor

Open = Callable[[str], Page]


def reveal_phone(card: Card) -> None:
    card.click("[data-act=lookup]")
    card.click("[data-act=reveal][data-kind=phone]")


def test_the_card_changes_with_the_person_of_a_page_that_never_loads_anew(
    seller: str, linkedin: LinkedIn, card: Card, person: int
) -> None:
    other = person % HOW_MANY + 1
    linkedin.visit(vanity(person), then=make_up(vanity(other)))
    card.wait_for(make_up(vanity(person)).name)
    reveal_phone(card)
    card.wait_for(phone(person)[-4:])
    linkedin.walk()
    card.wait_for(make_up(vanity(other)).name)
    assert phone(person)[-4:] not in card.text()
    reveal_phone(card)
    card.wait_for(phone(other)[-4:])
    assert card.read("dd[data-left=phone]") == "5"


@pytest.mark.parametrize("kind", ["classic", "server", "public"])
def test_every_layout_of_a_profile_gets_its_card(seller: str, linkedin: LinkedIn, card: Card, person: int, kind: Kind) -> None:
    linkedin.visit(vanity(person), kind)
    card.wait_for("Noor Bakker")
    reveal_phone(card)
    card.wait_for(phone(person)[-4:])


def test_where_there_is_no_profile_there_is_no_card(seller: str, linkedin: LinkedIn, card: Card) -> None:
    kinds: tuple[Kind, ...] = ("wall", "guest-home", "not-found", "feed", "search", "company", "messaging")
    pages = {kind: linkedin.visit(vanity(1), kind, new_tab=True) for kind in kinds}
    linkedin.visit(vanity(1), new_tab=True)
    card.wait_for("Noor Bakker")
    linkedin.page.wait_for_timeout(3000)  # type: ignore[union-attr]  # as long as the reader looks again
    assert [kind for kind, page in pages.items() if page.locator("candor-card").count()] == []
    assert [asked for asked in linkedin.made_by_extension() if "/v1/lookups" in asked.url] == []


def test_without_credits_the_card_says_so_and_what_comes_next(
    seller: str, candor: RunningCandor, linkedin: LinkedIn, card: Card, open_own: Open
) -> None:
    for number in range(1, 9):
        linkedin.visit(vanity(number))
        reveal_phone(card)
        if number < 8:
            card.wait_for(phone(number)[-4:])
            assert card.read("dd[data-left=phone]") == str(7 - number)
    card.wait_for("No credits of this kind are left. Nothing was charged.")
    assert phone(8)[-4:] not in card.text()
    popup = open_own("popup/popup.html")
    expect(popup.locator("td[data-left=phone]")).to_have_text("0")
    assert candor.run("audit").returncode == 0


def test_a_lost_network_is_said_and_the_retry_charges_once(
    seller: str, linkedin: LinkedIn, card: Card, go_offline: Callable[..., None], person: int
) -> None:
    linkedin.visit(vanity(person))
    card.click("[data-act=lookup]")
    card.wait_for("1 phone")
    go_offline()
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_until(lambda: card.shows("[data-code=offline], [data-code=unreachable]"), "nothing says it is offline", 15)
    go_offline(False)
    card.click("[data-act=retry]")
    card.wait_for(phone(person)[-4:], 15)
    assert card.read("dd[data-left=phone]") == "6"


def test_a_killed_worker_costs_nothing_and_nobody_notices(
    seller: str, linkedin: LinkedIn, card: Card, kill_worker: Callable[[], None], person: int
) -> None:
    linkedin.visit(vanity(person))
    card.click("[data-act=lookup]")
    card.wait_for("1 phone")
    kill_worker()
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for(phone(person)[-4:])
    kill_worker()
    linkedin.page.reload()  # type: ignore[union-attr]
    card.click("[data-act=lookup]")
    card.wait_for(phone(person)[-4:])
    assert card.read("dd[data-left=phone]") == "6"


@pytest.mark.clause("R08")
def test_who_objects_is_gone_also_for_who_had_paid(seller: str, candor: RunningCandor, linkedin: LinkedIn, card: Card) -> None:
    unique = f"bo-objects-{time.monotonic_ns()}-candor-sample"
    mail = f"bo{time.monotonic_ns()}@molenwerk.example"
    candor.import_people(
        {
            "full_name": "Bo Objects",
            "linkedin_url": f"https://www.linkedin.com/in/{unique}/",
            "work_email": mail,
            "mobile_phone": "+1 415-555-0199",
            "country": "NL",
        }
    )
    linkedin.visit(unique)
    reveal_phone(card)
    card.wait_for("0199")

    letter = candor.wait_for_letter(mail)
    link = next(word for word in letter["text"].split() if "/objection/" in word)
    linkedin_tab = linkedin.page
    page = linkedin.context.new_page()
    page.goto(link)
    page.click("button[type=submit]")
    expect(page.locator("button[type=submit]")).to_have_count(0)
    page.close()

    assert linkedin_tab
    linkedin_tab.bring_to_front()
    linkedin_tab.reload()
    card.click("[data-act=lookup]")
    card.wait_until(lambda: card.read("li[data-kind=phone]", "data-state") == "none", "the number is still offered", 8)
    assert "0199" not in card.text()
    assert candor.run("audit").returncode == 0


@pytest.mark.clause("R49")
def test_switched_off_the_card_says_so_and_asks_nothing(
    seller: str, candor: RunningCandor, linkedin: LinkedIn, card: Card, person: int
) -> None:
    linkedin.visit(vanity(person))
    candor.run("extension", "off", "--reason", "a trial")
    try:
        time.sleep(2.5)
        assert httpx.get(f"{candor.url}/healthz").headers["X-Candor-Extension"] == "off"
        card.click("[data-act=lookup]")
        card.wait_until(lambda: card.shows("li[data-kind=phone]") or card.shows(".problem"), "no answer", 8)
        linkedin.page.reload()  # type: ignore[union-attr]
        before = len([asked for asked in linkedin.made_by_extension() if "/v1/lookups" in asked.url])
        card.click("[data-act=lookup]")
        card.wait_until(lambda: card.shows("[data-code=switched-off]"), "nothing says it is off", 8)
        assert len([asked for asked in linkedin.made_by_extension() if "/v1/lookups" in asked.url]) == before
    finally:
        candor.run("extension", "on")


class TestInFrench:
    """The same card where the browser speaks French."""

    @pytest.fixture
    def browser_language(self) -> str:
        return "fr"

    def test_the_card_and_the_popup_speak_french(
        self, seller: str, linkedin: LinkedIn, card: Card, open_own: Open, person: int
    ) -> None:
        linkedin.visit(vanity(person))
        reveal_phone(card)
        card.wait_for(phone(person)[-4:])
        assert "Téléphone" in card.text()
        assert "téléphone" in open_own("popup/popup.html").locator("[data-part=balances]").inner_text().lower()


def test_the_side_panel_shows_the_same_receipt_for_a_pasted_address(
    seller: str, linkedin: LinkedIn, panel: Page, person: int
) -> None:
    panel.fill("#address", f"https://www.linkedin.com/in/{vanity(person)}/")
    panel.click("[data-act=paste]")
    panel.click("[data-act=lookup]")
    panel.click("[data-act=reveal][data-kind=phone]")
    expect(panel.locator("li[data-kind=phone] [data-part=value]")).to_contain_text(phone(person)[-4:])
