"""LinkedIn as far as a test needs it: synthetic pages under https://www.linkedin.com/, and a record of who asked for what.

Pages are fulfilled through each tab's own DevTools session, not by Playwright's `route`: once any route is set, Playwright
answers every CORS preflight itself, and a server that refuses the extension would look as if it let it in.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, CDPSession, Error, Page, Request

from e2e.pages import Kind, Person, linkedin_page, linkedin_path

SITE = "https://www.linkedin.com"
By = Literal["extension", "page"]
_LISTS: dict[str, Kind] = {"feed": "feed", "search": "search", "company": "company", "messaging": "messaging"}
# A page of ours may load nothing from elsewhere ('unsafe-eval' is for Playwright's own waiting).
_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval'"


@dataclass(frozen=True)
class Asked:
    """One request over the network. `by` is the extension for its worker, its pages, and its scripts on other pages."""

    by: By
    method: str
    url: str
    headers: str
    body: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class LinkedIn:
    """The site in one browser, while the `with` lasts. `page` is the tab last opened by `visit`; `asked` every http request since.
    The page of an address that was never visited is made up; `people` are those to be shown there under their own names."""

    def __init__(self, context: BrowserContext, people: Iterable[Person] = ()) -> None:
        self.context = context
        self.asked: list[Asked] = []
        self.html: dict[str, str] = {}
        self.page: Page | None = None
        self._people = {person.vanity: person for person in people}
        self._sessions: dict[Page, CDPSession] = {}

    def __enter__(self) -> Self:
        self.context.on("request", self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.context.remove_listener("request", self._note)

    def visit(
        self,
        who: Person | str | None = None,
        kind: Kind = "server",
        *,
        path: str | None = None,
        new_tab: bool = False,
        **options: Any,
    ) -> Page:
        """Opens a page about a person (or a vanity name); `options` go to `linkedin_page`. Reuses the tab unless `new_tab`."""
        person = who if isinstance(who, Person) else self._called(who or "mira-kessler-candor-sample")
        path = path or linkedin_path(kind, person.vanity)
        self.html[path] = linkedin_page(kind, person, **options)
        if self.page is None or self.page.is_closed() or new_tab:
            self.page = self.context.new_page()
            self._serve(self.page)
        self.page.goto(SITE + path)
        return self.page

    def walk(self) -> None:
        """Moves on as a single-page application does; the page must have been visited with `then=`."""
        assert self.page
        self.page.click("#walk")

    def made_by_extension(self) -> list[Asked]:
        return [one for one in self.asked if one.by == "extension"]

    def to_linkedin_by_extension(self) -> list[str]:
        return [one.url for one in self.made_by_extension() if one.host == "linkedin.com" or one.host.endswith(".linkedin.com")]

    def strays(self) -> list[str]:
        """What anybody asked of a host that is neither LinkedIn nor this machine. Each of these failed."""
        return [one.url for one in self.asked if one.host not in ("www.linkedin.com", "127.0.0.1", "localhost")]

    def holding(self, text: str) -> list[Asked]:
        """The extension's requests that carry a text in address, headers or body: for planted canaries."""
        return [one for one in self.made_by_extension() if text in unquote(f"{one.url}\n{one.headers}\n{one.body}")]

    def _serve(self, page: Page) -> None:
        session = self._sessions[page] = self.context.new_cdp_session(page)
        session.on("Fetch.requestPaused", lambda event: self._answer(session, event))
        session.on("Network.requestWillBeSent", self._note_in_tab)
        session.send("Network.enable")
        session.send("Fetch.enable", {"patterns": [{"urlPattern": f"{SITE}/*"}]})

    def _answer(self, session: CDPSession, event: dict[str, Any]) -> None:
        found = self._find(urlsplit(event["request"]["url"])) if event["resourceType"] == "Document" else None
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": _POLICY}
        session.send(
            "Fetch.fulfillRequest",
            {
                "requestId": event["requestId"],
                "responseCode": 200 if found else 404,
                "responseHeaders": [{"name": name, "value": value} for name, value in headers.items()],
                "body": base64.b64encode((found or "").encode()).decode(),
            },
        )

    def _find(self, parts: Any) -> str:
        """The page set for this address, else one made up from the address."""
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        known = self.html.get(path) or self.html.get(parts.path)
        if known:
            return known
        room, _, rest = parts.path.strip("/").partition("/")
        if room == "in" and rest:
            return linkedin_page("server", self._called(unquote(rest.split("/")[0])))
        return linkedin_page(_LISTS.get(room, "not-found"))

    def _called(self, vanity: str) -> Person:
        return self._people.get(vanity) or make_up(vanity)

    def _note_in_tab(self, event: dict[str, Any]) -> None:
        """Requests of our tabs. Chromium does not say who inserted an image, so what nobody answers for is held to be the
        extension's: the synthetic pages load nothing."""
        request, scripts = event["request"], list(_scripts(event))
        if not request["url"].startswith("http"):
            return
        own = event["type"] == "Document" or event["initiator"]["type"] == "parser" or request["url"] == f"{SITE}/favicon.ico"
        by: By = "page" if (own or scripts) and not any(map(_is_extension, scripts)) else "extension"
        self.asked.append(Asked(by, request["method"], request["url"], str(request["headers"]), request.get("postData", "")))

    def _note(self, request: Request) -> None:
        """Requests of the worker, of the extension's own pages and of tabs that are not ours."""
        if not request.url.startswith("http"):
            return
        by: By = "page"
        if request.service_worker:
            by = "extension"
        else:
            try:
                if request.frame.page in self._sessions:
                    return
                by = "extension" if _is_extension(request.frame.url) else "page"
            except Error:  # a navigation whose frame is not there yet: in a tab of ours it is noted in the tab
                if request.url.startswith(SITE):
                    return
        self.asked.append(Asked(by, request.method, request.url, str(request.headers), request.post_data or ""))


def make_up(vanity: str) -> Person:
    """A person for any vanity name: ada-lind-candor-sample and ada-lind-se-candor-sample are Ada Lind."""
    return Person(vanity, re.sub(r"(-[a-z]{2})?-candor-sample$", "", vanity).replace("-", " ").title())


def _is_extension(url: str) -> bool:
    return url.startswith("chrome-extension://")


def _scripts(event: dict[str, Any]) -> Iterator[str]:
    """Every script that had a part in a request."""
    stack = event["initiator"].get("stack")
    while stack:
        yield from (frame["url"] for frame in stack.get("callFrames", []))
        stack = stack.get("parent")
