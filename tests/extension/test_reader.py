"""The page reader, in a real Chromium: which member an address names, and which name a page may lend it."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from e2e.candor_browser import Browsers
from e2e.chromium import EXTENSION
from e2e.pages import MIRA, THEO, Kind, Person, linkedin_page, linkedin_path, member_number, opaque_id

CONTENT = EXTENSION / "content"
SCRIPTS = ["address.js", "selectors.js", "reader.js"]
SITE = "https://www.linkedin.com"
NUMBER = member_number(MIRA.vanity)
PROFILE_ID, SALES_ID, RECRUITER_ID = (opaque_id(NUMBER, product) for product in ("profile", "sales", "recruiter"))


@pytest.fixture(scope="module")
def blank(browsers: Browsers) -> Iterator[Page]:
    """One empty page with the reader in it, for all of this file."""
    page = browsers.open(EXTENSION, "en").new_page()
    for script in SCRIPTS:
        page.add_script_tag(content=(CONTENT / script).read_text(encoding="utf-8"))
    yield page
    page.close()


def read(blank: Page, html: str, url: str) -> dict[str, Any]:
    reading: dict[str, Any] = blank.evaluate(
        "([html, url]) => readProfile(new DOMParser().parseFromString(html, 'text/html'), url)", [html, url]
    )
    return reading


def at(kind: Kind, person: Person = MIRA) -> str:
    return SITE + linkedin_path(kind, person.vanity)


# --- addresses -------------------------------------------------------------------------------------------------------

MIRA_KEY = {"vanity": MIRA.vanity}
ADDRESSES: list[tuple[str, dict[str, Any] | None]] = [
    ("https://www.linkedin.com/in/jane-doe/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe", {"vanity": "jane-doe"}),
    ("http://linkedin.com/in/jane-doe", {"vanity": "jane-doe"}),
    ("https://WWW.LinkedIn.com/in/Jane-Doe/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/IN/jane-doe/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe/?trk=people-guest&locale=fr_FR#about", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe/overlay/contact-info/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe/overlay/about-this-profile/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe/details/experience/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe/recent-activity/all/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe/fr", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane-doe/en-us/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/comm/in/jane-doe?midToken=x", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/mwlite/in/jane-doe", {"vanity": "jane-doe"}),
    ("https://m.linkedin.com/in/jane-doe", {"vanity": "jane-doe"}),
    ("https://fr.linkedin.com/in/jane-doe", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/jane%2Ddoe/", {"vanity": "jane-doe"}),
    ("https://www.linkedin.com/in/ren%C3%A9e-l%C3%A9a/", {"vanity": "renée-léa"}),
    ("https://www.linkedin.com/in/Ren%c3%89e/", {"vanity": "renée"}),
    ("https://www.linkedin.com/in/rene%CC%81e/", {"vanity": "renée"}),
    ("https://www.linkedin.com/in/renée-léa/", {"vanity": "renée-léa"}),
    ("https://www.linkedin.com/in/田中太郎/", {"vanity": "田中太郎"}),
    ("https://www.linkedin.com/in/محمد-علي/", {"vanity": "محمد-علي"}),
    ("https://www.linkedin.com/in/%F0%9F%9A%80-jane/", {"vanity": "🚀-jane"}),
    ("https://www.linkedin.com/in/12345/", {"vanity": "12345"}),
    ("https://www.linkedin.com/in/acoaa-trading/", {"vanity": "acoaa-trading"}),
    ("https://www.linkedin.com/in/me-and-you/", {"vanity": "me-and-you"}),
    (f"https://www.linkedin.com/in/{PROFILE_ID}/", {"member": PROFILE_ID}),
    (f"https://www.linkedin.com/in/{PROFILE_ID}/details/skills/?x=1", {"member": PROFILE_ID}),
    (f"https://www.linkedin.com/in/{SALES_ID}/", {"member": SALES_ID, "hint": NUMBER}),
    (f"https://www.linkedin.com/sales/lead/{SALES_ID},NAME_SEARCH,qJrX", {"member": SALES_ID, "hint": NUMBER}),
    (f"https://www.linkedin.com/sales/lead/{SALES_ID}%2CNAME_SEARCH%2CqJrX?x=1", {"member": SALES_ID, "hint": NUMBER}),
    (f"https://www.linkedin.com/sales/people/{SALES_ID},NAME_SEARCH", {"member": SALES_ID, "hint": NUMBER}),
    (f"https://www.linkedin.com/talent/profile/{RECRUITER_ID}?trk=x", {"member": RECRUITER_ID, "hint": NUMBER}),
    (
        f"https://www.linkedin.com/talent/hire/77/manage/all/profile/{RECRUITER_ID}",
        {"member": RECRUITER_ID, "hint": NUMBER},
    ),
    ("https://www.linkedin.com/in/me/", None),
    ("https://www.linkedin.com/in/ME", None),
    ("https://www.linkedin.com/in/%6De/", None),
    ("https://www.linkedin.com/in/me/details/skills/", None),
    ("https://www.linkedin.com/in/unavailable/", None),
    ("https://www.linkedin.com/in/", None),
    ("https://www.linkedin.com/in//jane-doe/", None),
    ("https://www.linkedin.com/in/jane%252Ddoe/", None),  # decoded once, a percent sign is left
    ("https://www.linkedin.com/in/jane%2Fdoe/", None),
    ("https://www.linkedin.com/in/jane%E9/", None),
    ("https://www.linkedin.com/in/J***/", None),
    ("https://www.linkedin.com/in/---/", None),
    ("https://www.linkedin.com/in/%E2%80%AEenaj/", None),  # turns the reading direction round
    (f"https://www.linkedin.com/in/{'a' * 200}/", None),
    (f"https://www.linkedin.com/in/{PROFILE_ID.lower()}/", None),  # in an opaque id case counts
    (f"https://www.linkedin.com/in/{PROFILE_ID[:-2]}/", None),
    (f"https://www.linkedin.com/in/{PROFILE_ID}x/", None),
    ("https://www.linkedin.com/in/ACoAA" + "A" * 34 + "/", None),  # member number nought
    ("https://www.linkedin.com/sales/lead/jane-doe", None),
    ("https://www.linkedin.com/sales/search/people?query=x", None),
    ("https://www.linkedin.com/talent/search/profile/", None),
    ("https://www.linkedin.com/pub/jane-doe/1/2a/3b4", None),
    ("https://www.linkedin.com/pub/dir/Jane/Doe", None),
    ("https://www.linkedin.com/profile/view?id=12345", None),
    ("https://www.linkedin.com/feed/?x=/in/jane-doe/", None),
    ("https://www.linkedin.com/company/in/", None),
    ("https://www.linkedin.com/search/results/people/?keywords=in", None),
    ("https://www.linkedin.com/authwall?sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-doe", None),
    ("https://www.linkedin.com.evil.example/in/jane-doe", None),
    ("https://www.linkedin.com@evil.example/in/jane-doe", None),
    ("https://notlinkedin.com/in/jane-doe", None),
    ("https://business.linkedin.com/in/jane-doe", None),
    ("https://www.linkedin.com:8443/in/jane-doe", None),
    ("ftp://www.linkedin.com/in/jane-doe", None),
    ("javascript:location='https://www.linkedin.com/in/jane-doe'", None),
    ("/in/jane-doe/", None),
    ("", None),
]


@pytest.mark.parametrize(("url", "key"), ADDRESSES, ids=[url[:90] or "empty" for url, _ in ADDRESSES])
def test_an_address_names_one_member_or_nobody(blank: Page, url: str, key: dict[str, Any] | None) -> None:
    assert blank.evaluate("url => Address.read(url)", url) == key


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ({"vanity": "jane-doe"}, "https://www.linkedin.com/in/jane-doe/"),
        ({"vanity": "renée"}, "https://www.linkedin.com/in/ren%C3%A9e/"),
        ({"member": PROFILE_ID}, f"https://www.linkedin.com/in/{PROFILE_ID}/"),
        ({"member": SALES_ID, "hint": NUMBER}, f"https://www.linkedin.com/sales/lead/{SALES_ID}/"),
        ({"member": RECRUITER_ID, "hint": NUMBER}, f"https://www.linkedin.com/talent/profile/{RECRUITER_ID}/"),
    ],
)
def test_what_is_sent_names_the_same_member_again(blank: Page, key: dict[str, Any], url: str) -> None:
    assert blank.evaluate("key => Address.profileUrl(key)", key) == url
    assert blank.evaluate("url => Address.read(url)", url) == key


def test_two_keys_are_the_same_member_only_where_that_is_certain(blank: Page) -> None:
    def same(a: object, b: object) -> bool:
        return bool(blank.evaluate("([a, b]) => Address.same(a, b)", [a, b]))

    other_signature = PROFILE_ID[:-4] + "AAAA"
    assert same({"member": PROFILE_ID}, {"member": other_signature}), "the number in a profile id is proven"
    assert not same({"member": PROFILE_ID}, {"member": SALES_ID}), "in the other two it is only likely"
    assert not same({"member": SALES_ID}, {"member": SALES_ID[:-4] + "AAAA"})
    assert not same({"vanity": "jane"}, {"member": PROFILE_ID})
    assert not same(None, None)


# --- pages -----------------------------------------------------------------------------------------------------------

PAGES: list[tuple[Kind, str, str | None, str | None]] = [
    ("classic", "profile-classic", "embedded-json", "embedded-json"),
    ("own", "profile-classic", "embedded-json", "embedded-json"),
    ("contact-info", "profile-classic", "embedded-json", "embedded-json"),
    ("server", "profile-server", "contact-link", None),
    ("public", "profile-public", "json-ld", "json-ld"),
    ("sales", "sales", "marked-card", "marked-card"),
    ("recruiter", "recruiter", "marked-card", "marked-card"),
    ("wall", "wall", None, None),
    ("guest-home", "wall", None, None),
    ("not-found", "not-found", None, None),
    ("feed", "feed", None, None),
    ("search", "search", None, None),
    ("company", "company", None, None),
    ("messaging", "messaging", None, None),
]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("kind", "page", "name_from", "headline_from"), PAGES, ids=[row[0] for row in PAGES])
def test_every_kind_of_page_gives_its_one_person_or_nobody(
    blank: Page, kind: Kind, page: str, name_from: str | None, headline_from: str | None, lang: Any
) -> None:
    reading = read(blank, linkedin_page(kind, MIRA, lang=lang), at(kind))
    assert reading["page"] == page
    assert (reading["key"] is not None) == (name_from is not None)
    assert reading["name"] == (MIRA.name if name_from else None)
    assert reading["headline"] == (MIRA.headline if headline_from else None)
    assert reading["from"] == {"key": "address" if name_from else None, "name": name_from, "headline": headline_from}


@pytest.mark.parametrize("kind", ["classic", "server", "public", "sales", "recruiter"])
def test_the_last_persons_page_under_the_next_ones_address_lends_no_name(blank: Page, kind: Kind) -> None:
    reading = read(blank, linkedin_page(kind, MIRA), at(kind, THEO))
    assert reading["key"] is not None
    assert (reading["name"], reading["headline"]) == (None, None)
    assert reading["from"] == {"key": "address", "name": None, "headline": None}


def test_after_an_in_page_navigation_the_old_embedded_answers_are_passed_over(blank: Page) -> None:
    reading = read(blank, linkedin_page("classic", THEO, loaded_as=MIRA), at("classic", THEO))
    assert (reading["name"], reading["from"]["name"]) == (THEO.name, "contact-link")
    assert (reading["headline"], reading["from"]["headline"]) == (THEO.headline, "contact-link")


def test_new_embedded_answers_do_not_make_an_old_top_card_right(blank: Page) -> None:
    """The answers name Théo, the rendered page still shows Mira: only the answers may speak for Théo."""
    reading = read(blank, linkedin_page("classic", MIRA, loaded_as=THEO), at("classic", THEO))
    assert (reading["name"], reading["from"]["name"]) == (THEO.name, "embedded-json")


def test_an_advert_that_leads_back_to_the_person_and_strangers_lend_no_name(blank: Page) -> None:
    """On Théo's address, the page knows him only from an advert and as somebody suggested."""
    page = linkedin_page("server", MIRA).replace("suggested-stranger-candor-sample", THEO.vanity)
    page = page.replace(f'href="/in/{MIRA.vanity}/"', f'href="/in/{THEO.vanity}/"')
    assert read(blank, page, at("server", THEO))["name"] is None


def test_a_name_of_asterisks_is_no_name(blank: Page) -> None:
    page = linkedin_page("public", MIRA, masked=True)
    assert read(blank, page, at("public"))["name"] == MIRA.name, "og:title still says it"
    hidden = page.replace(MIRA.name, "M*** K******")
    assert read(blank, hidden, at("public")) == {
        "page": "profile-public",
        "key": MIRA_KEY,
        "name": None,
        "headline": None,
        "from": {"key": "address", "name": None, "headline": None},
    }


def test_a_public_page_falls_from_rule_to_rule(blank: Page) -> None:
    page = linkedin_page("public", MIRA)
    broken = page.replace('"@graph":[', '"@graph":[,,')
    assert read(blank, broken, at("public"))["from"]["name"] == "profile-meta"
    bare = broken.replace("profile:first_name", "x:first_name")
    assert read(blank, bare, at("public"))["from"]["name"] == "og-title"
    barest = bare.replace("og:title", "x:title")
    reading = read(blank, barest, at("public"))
    assert (reading["name"], reading["from"]["name"]) == (MIRA.name, "public-card")


@pytest.mark.parametrize(
    "ld",
    [
        '{"@type":"Person","name":"Mira Kessler","url":"%s"}',
        '[{"@type":"WebPage"},{"@type":["Thing","Person"],"name":"Mira Kessler","@id":"%s"}]',
        '{"@type":"ProfilePage","mainEntity":{"@type":"Person","name":"Mira Kessler","sameAs":["Elsewhere","%s"]}}',
        '{"@graph":[{"@type":"Person","name":"Other Person","url":"https://www.linkedin.com/in/other"},'
        '{"@type":"Person","name":"Mira Kessler","url":"%s"}]}',
    ],
)
def test_json_ld_may_hold_its_person_alone_in_a_list_or_in_a_graph(blank: Page, ld: str) -> None:
    page = f'<title>x</title><script type="application/ld+json">{ld % at("public")}</script>'
    reading = read(blank, page, at("public"))
    assert (reading["page"], reading["name"], reading["from"]["name"]) == ("profile-public", MIRA.name, "json-ld")


@pytest.mark.parametrize(
    "ld",
    [
        '{"@type":"Person","name":"Other Person","url":"https://www.linkedin.com/in/other"}',
        '{"@type":"Person","name":"Other Person","url":"somewhere","sameAs":{"x":1}}',
        '{"@type":"Article","author":{"@type":"Person","name":"Other Person","url":"%s"}}',
        '{"@type":"Person","name":"***** ****","url":"%s"}',
        '{"@type":"Person","name":{"first":"Other"},"url":"%s"}',
        '{"@type":"Person","name":"Other Person"',
        "null",
        '["Person"]',
    ],
)
def test_json_ld_about_somebody_else_masked_or_malformed_lends_nothing(blank: Page, ld: str) -> None:
    page = f'<script type="application/ld+json">{ld.replace("%s", at("public"))}</script>'
    assert read(blank, page, at("public"))["name"] is None


def test_vanity_names_in_every_script_are_found_however_the_page_spells_them(blank: Page) -> None:
    person = Person("renée-太郎-candor-sample", "Renée 太郎")
    for spelt in (person.vanity, quote(person.vanity), quote(person.vanity).lower(), "ren\\u00e9e-太郎-candor-sample"):
        page = linkedin_page("classic", person).replace(f'"publicIdentifier":"{person.vanity}"', f'"publicIdentifier":"{spelt}"')
        reading = read(blank, page, at("classic", person))
        assert (reading["name"], reading["from"]["name"]) == (person.name, "embedded-json"), spelt
    kinds: list[Kind] = ["server", "public"]
    for kind in kinds:
        assert read(blank, linkedin_page(kind, person), at(kind, person))["name"] == person.name


def test_an_opaque_address_agrees_with_the_top_card_or_the_embedded_answers(blank: Page) -> None:
    address = f"{SITE}/in/{PROFILE_ID}/"
    assert read(blank, linkedin_page("server", MIRA), address)["name"] == MIRA.name
    assert read(blank, linkedin_page("classic", MIRA), address)["from"]["name"] == "embedded-json"
    stranger = f"{SITE}/in/{opaque_id(NUMBER + 1)}/"
    assert read(blank, linkedin_page("server", MIRA), stranger)["name"] is None
    assert read(blank, linkedin_page("classic", MIRA), stranger)["name"] is None


def test_several_headings_and_right_to_left_names_do_no_harm(blank: Page) -> None:
    person = Person("layla-haddad-candor-sample", "ليلى حداد 🚀")
    page = linkedin_page("server", person).replace("<main", "<h1>Try Premium</h1><main")
    page = page.replace("</main>", "<h1>Promoted</h1></main>")
    assert read(blank, page, at("server", person))["name"] == person.name


def test_a_heading_below_the_contact_link_is_not_its_name(blank: Page) -> None:
    page = (
        f'<main><div componentkey="xTopcard"><a href="/in/{MIRA.vanity}/overlay/contact-info/">c</a></div>'
        "<section><h2>About</h2></section></main>"
    )
    assert read(blank, page, at("server"))["name"] is None


def test_two_contact_links_that_disagree_lend_no_name(blank: Page) -> None:
    extra = f'<section><h2>{THEO.name}</h2><a href="/in/{THEO.vanity}/overlay/contact-info/">c</a></section></main>'
    page = linkedin_page("server", MIRA).replace("</main>", extra)
    for person in (MIRA, THEO):
        assert read(blank, page, at("server", person))["name"] is None


def test_the_contact_overlay_is_never_read(blank: Page) -> None:
    """K2: whatever stands in the overlay, no part of a reading comes from it."""
    page = linkedin_page("contact-info", THEO, loaded_as=THEO).replace('href="/in/', 'href="/in/x-')
    reading = read(blank, page.replace(quote(THEO.vanity), "x"), at("contact-info", MIRA))
    assert reading["name"] is None
    assert "canary" not in str(read(blank, linkedin_page("contact-info", MIRA), at("contact-info")))


def test_a_sales_lead_without_links_of_its_own_is_read_from_its_card(blank: Page) -> None:
    page = linkedin_page("sales", MIRA).replace(f"/sales/lead/{SALES_ID},NAME_SEARCH,qJrX", "#")
    assert read(blank, page, at("sales"))["name"] == MIRA.name


def test_other_candidates_beside_a_recruiter_profile_do_not_hide_its_name(blank: Page) -> None:
    link = f'<a href="/talent/profile/{opaque_id(NUMBER + 1, "recruiter")}">Rail</a>'
    row = f"<li><span data-test-row-lockup-full-name>{link}</span></li>"
    page = linkedin_page("recruiter", MIRA).replace("</body>", f"<ul>{row}</ul></body>")
    assert read(blank, page, at("recruiter"))["name"] == MIRA.name


def test_a_hidden_heading_is_passed_over_and_a_name_in_a_button_is_not(blank: Page) -> None:
    page = linkedin_page("server", MIRA).replace("<h2", '<h2 class="visually-hidden">Top card</h2><h2')
    assert read(blank, page, at("server"))["name"] == MIRA.name
    button = page.replace(f">{MIRA.name}</h2>", f"><button>{MIRA.name}</button></h2>")
    assert read(blank, button, at("server"))["name"] == MIRA.name
    doubled = f'>{MIRA.name}<span class="visually-hidden">{MIRA.name}</span></h2>'
    assert read(blank, page.replace(f">{MIRA.name}</h2>", doubled), at("server"))["name"] == MIRA.name


def test_a_search_in_recruiter_has_no_single_person(blank: Page) -> None:
    rows = "".join(f"<li><span data-test-row-lockup-full-name>{who}</span></li>" for who in ("Ann A", "Bob B"))
    assert read(blank, f"<ul>{rows}</ul>", at("recruiter"))["name"] is None
    assert read(blank, f"<ul>{rows}</ul>", f"{SITE}/talent/search?q=x") | {"from": {}} == {
        "page": "search", "key": None, "name": None, "headline": None, "from": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("html", "page"),
    [
        ('<script>window.onload=function(){location.href="https://"+"www.linkedin.com/authwall?trk=bf"}</script>', "wall"),
        ('<form class="join-form"></form>', "wall"),
        ('<meta name="pageKey" content="d_public_profile_404"><h1 class="top-card-layout__title">Mira</h1>', "not-found"),
        ("", "profile-unknown"),
        ("<p>still loading", "profile-unknown"),
    ],
)
def test_walls_and_stubs_are_told_from_pages_still_loading(blank: Page, html: str, page: str) -> None:
    reading = read(blank, html, at("classic"))
    assert (reading["page"], reading["name"]) == (page, None)
    assert reading["key"] == (MIRA_KEY if page == "profile-unknown" else None)


def test_a_page_of_another_site_is_nobodys(blank: Page) -> None:
    reading = read(blank, linkedin_page("classic", MIRA), "https://example.com/in/mira-kessler-candor-sample/")
    assert (reading["page"], reading["key"], reading["name"]) == ("other", None, None)


def test_a_walk_by_push_state_never_shows_the_old_name_under_the_new_address(blank: Page) -> None:
    """In a live page: address first, page later, the old one standing in between; also for marked names without links."""
    page = blank.context.new_page()
    html = linkedin_page("server", MIRA, then=THEO, delay_ms=250)
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(at("server"))
    for script in SCRIPTS:
        page.add_script_tag(content=(CONTENT / script).read_text(encoding="utf-8"))
    now = "() => readProfile(document, location.href)"
    assert page.evaluate(now)["name"] == MIRA.name
    page.evaluate("document.getElementById('walk').click()")
    between = page.evaluate(now)
    assert (between["key"], between["name"]) == ({"vanity": THEO.vanity}, None)
    page.wait_for_function(f"readProfile(document, location.href).name === '{THEO.name}'")
    page.go_back()
    page.wait_for_function(f"readProfile(document, location.href).name === '{MIRA.name}'")
    lead = linkedin_page("sales", MIRA).replace(f"/sales/lead/{SALES_ID},NAME_SEARCH,qJrX", "#")
    page.evaluate("html => document.documentElement.innerHTML = html", lead)
    assert page.evaluate("url => readProfile(document, url).name", at("sales")) is None, "somebody else was shown before"
    page.close()


def test_the_three_files_stay_small() -> None:
    assert sum((CONTENT / script).stat().st_size for script in SCRIPTS) <= 18 * 1024


def test_deciding_what_a_big_page_is_takes_little_time(blank: Page) -> None:
    """Printed, not asserted (run with -s): the budget is 5 ms of the main thread."""
    filler = '{"entityUrn":"urn:li:fsd_x:1","publicIdentifier":"somebody-else","text":"lorem ipsum dolor"},' * 6000
    codes = "".join(f'<code id="bpr-guid-{n}">{{"included":[{filler}{{}}]}}</code>' for n in range(6))
    nodes = "<div class='a'><p>text</p><a href='/in/x'>y</a></div>" * 6000
    started = time.perf_counter()
    kinds: list[tuple[Kind, Person]] = [("classic", MIRA), ("classic", THEO), ("server", MIRA), ("public", MIRA), ("sales", MIRA)]
    for kind, person in kinds:
        html = linkedin_page(kind, MIRA).replace("</main>", nodes + "</main>")
        html = html.replace("</body>", codes + "</body>") if kind in ("classic", "sales") else html
        took = blank.evaluate(
            """([html, url]) => {
              const page = new DOMParser().parseFromString(html, 'text/html');
              const now = () => performance.now();
              return [0, 0, 0, 0, 0].map(() => { const began = now(); readProfile(page, url); return now() - began; });
            }""",
            [html, at(kind, person)],
        )
        print(f"\n{kind} for {person.name}: {len(html) // 1024} KB, first {took[0]:.1f} ms, then {min(took):.1f} ms", end="")
    assert time.perf_counter() - started < 60
