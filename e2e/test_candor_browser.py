"""The test browser itself, tried on a small extension that misbehaves on purpose: what it watches for, it must be able to find."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from e2e.card_driver import Card
from e2e.linkedin_site import LinkedIn
from e2e.pages import MIRA, THEO, Kind

MANIFEST = {
    "manifest_version": 3,
    "name": "Mischief",
    "version": "1",
    "background": {"service_worker": "worker.js"},
    "content_scripts": [{"matches": ["https://www.linkedin.com/*"], "js": ["content.js"]}],
}
WORKER = """
let heard = 0;
chrome.runtime.onMessage.addListener((message, sender, respond) => {
  if (message.ask) fetch(message.ask, { method: 'POST', body: message.body, headers: { 'x-a': '1' } })
    .then((r) => respond('status ' + r.status), () => respond('refused'));
  else respond(++heard);
  return true;
});
"""
CONTENT = """
const host = document.createElement('candor-card');
const root = host.attachShadow({ mode: 'closed' });
host.style.cssText = 'position:fixed;right:20px;bottom:20px;width:300px;height:160px;background:#fff';
root.innerHTML = '<div><b>hello</b> <span hidden>unseen</span> <button data-act="count">count</button> <i></i></div>';
document.documentElement.append(host);
const say = (text) => root.querySelector('i').textContent = text;
root.querySelector('button').onclick = (e) => chrome.runtime.sendMessage({}).then((n) => say(`heard ${n} trusted ${e.isTrusted}`));
let asked = 0;
document.addEventListener('mischief', ({ detail }) => {
  if (detail.how === 'image') new Image().src = detail.url;
  if (detail.how === 'fetch') fetch(detail.url).catch(() => undefined);
  const { url: ask, body } = detail;
  if (detail.how === 'worker') chrome.runtime.sendMessage({ ask, body }).then((said) => say(`${++asked}: ${said}`));
});
"""


@pytest.fixture(scope="module")
def extension_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mischief")
    (folder / "popup").mkdir(parents=True)
    files = {"manifest.json": json.dumps(MANIFEST), "worker.js": WORKER, "content.js": CONTENT}
    for name, text in {**files, "popup/popup.html": "<h1>popup</h1>"}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


class Server(BaseHTTPRequestHandler):
    """Lets any origin in under /open, and none elsewhere."""

    def do_OPTIONS(self) -> None:
        self.send_response(204 if self.path == "/open" else 403)
        for name in ("origin", "headers"):
            self.send_header(f"access-control-allow-{name}", "*")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_OPTIONS()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def mischief(page: Page, how: str, url: str, body: str = "") -> None:
    page.evaluate(
        "detail => document.dispatchEvent(new CustomEvent('mischief', { detail }))", {"how": how, "url": url, "body": body}
    )
    page.wait_for_timeout(250)


@pytest.mark.parametrize("kind", ["classic", "server", "public"])
def test_the_closed_card_is_read_and_clicked_by_a_trusted_mouse(linkedin: LinkedIn, card: Card, tmp_path: Path, kind: Kind) -> None:
    page = linkedin.visit(MIRA, kind)
    assert page.evaluate("document.querySelector('candor-card').shadowRoot") is None
    card.wait_for("hello")
    assert "unseen" not in card.text()
    assert card.read("button", "data-act") == "count"
    assert not card.shows("[data-act=nothing]")
    card.click("[data-act=count]")
    card.wait_for("heard 1 trusted true")
    card.screenshot(tmp_path / "card.png")
    assert (tmp_path / "card.png").stat().st_size > 500


def test_a_walk_changes_the_address_before_the_page(linkedin: LinkedIn, card: Card) -> None:
    page = linkedin.visit(MIRA, "server", then=THEO, delay_ms=400)
    linkedin.walk()
    assert page.url.endswith(f"/in/{THEO.vanity}/")
    assert page.locator("main h2").first.inner_text() == MIRA.name
    page.wait_for_function(f"document.querySelector('main h2').innerText === '{THEO.name}'")
    card.wait_for("hello")


def test_a_killed_worker_forgets_and_comes_back(linkedin: LinkedIn, card: Card, kill_worker: Callable[[], None]) -> None:
    linkedin.visit(MIRA)
    for count in (1, 2):
        card.click("[data-act=count]")
        card.wait_for(f"heard {count}")
    kill_worker()
    card.click("[data-act=count]")
    card.wait_for("heard 1")


def test_a_server_that_refuses_the_extension_is_not_made_to_look_open(linkedin: LinkedIn, card: Card, server: str) -> None:
    page = linkedin.visit(MIRA)
    mischief(page, "worker", f"{server}/open")
    card.wait_for("1: status 204")
    mischief(page, "worker", f"{server}/closed")
    card.wait_for("2: refused")
    assert {one.url for one in linkedin.made_by_extension()} == {f"{server}/open", f"{server}/closed"}


def test_offline_reaches_the_worker_too_also_a_new_one(
    linkedin: LinkedIn, card: Card, server: str, go_offline: Callable[..., None], kill_worker: Callable[[], None]
) -> None:
    page = linkedin.visit(MIRA)
    mischief(page, "worker", f"{server}/open")
    card.wait_for("1: status 204")
    go_offline()
    mischief(page, "worker", f"{server}/open")
    card.wait_for("2: refused")
    kill_worker()
    mischief(page, "worker", f"{server}/open")
    card.wait_for("3: refused")
    go_offline(False)
    mischief(page, "worker", f"{server}/open")
    card.wait_for("4: status 204")


@pytest.mark.parametrize("how", ["fetch", "image", "worker"])
def test_whatever_way_the_extension_asks_linkedin_it_is_found(browser_context: BrowserContext, how: str) -> None:
    with LinkedIn(browser_context) as site:  # not the fixture: its last words would be an error, and rightly
        page = site.visit(MIRA)
        assert site.to_linkedin_by_extension() == []
        mischief(page, how, "https://www.linkedin.com/voyager/api/me?canary=planted%20canary", "planted canary")
        assert set(site.to_linkedin_by_extension()) == {"https://www.linkedin.com/voyager/api/me?canary=planted%20canary"}
        assert site.holding("planted canary")


def test_what_the_page_itself_asks_is_not_the_extensions_and_strays_are_told(browser_context: BrowserContext) -> None:
    with LinkedIn(browser_context) as site:
        page = site.visit(MIRA)
        page.evaluate("fetch('https://www.linkedin.com/own').catch(() => 0)")
        mischief(page, "worker", "https://tracker.example/x")
        assert site.to_linkedin_by_extension() == []
        assert set(site.strays()) == {"https://tracker.example/x"}


def test_the_extensions_pages_open_in_a_tab(popup: Page) -> None:
    assert popup.locator("h1").inner_text() == "popup"
