"""The card on a page, met as a user meets it: its shadow root is closed, so it is seen through DevTools, in a world of the
driver's own, and clicked with a real mouse (which the extension rightly tells from a scripted click)."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Error, Page

from e2e.linkedin_site import LinkedIn

PATIENCE_S = 8.0

_BOX = """function (css) {
  const found = css ? this.querySelector(css) : [...this.children].find((one) => one.getClientRects().length);
  if (!found || !found.getClientRects().length) return null;
  found.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const { x, y, width, height } = found.getBoundingClientRect();
  return { x, y, width, height };
}"""
_TEXT = "function () { return [...this.children].map((one) => one.innerText ?? '').join('\\n').trim(); }"
_READ = """function (css, name) {
  const found = this.querySelector(css);
  return found && (name ? found.getAttribute(name) : found.innerText);
}"""

_FOCUSED = "function () { return this.activeElement && (this.activeElement.dataset.act ?? this.activeElement.localName); }"


class NotShown(AssertionError):
    """What was waited for did not come."""


class Card:
    """The `<candor-card>` of the LinkedIn tab that was opened last. Selectors look inside its closed root."""

    def __init__(self, linkedin: LinkedIn, host: str = "candor-card") -> None:
        self.linkedin = linkedin
        self.host = host
        self._session: tuple[Page, CDPSession] | None = None

    @property
    def page(self) -> Page:
        assert self.linkedin.page, "open a page first: linkedin.visit(…)"
        return self.linkedin.page

    def stands(self) -> bool:
        """Is the card on the page?"""
        return self._call(_TEXT) is not None

    def text(self) -> str:
        """What the card shows, as a reader sees it; empty when there is no card."""
        return self._call(_TEXT) or ""

    def read(self, css: str, attribute: str = "") -> str | None:
        """The text or an attribute of the first match; None without a match."""
        found: str | None = self._call(_READ, css, attribute)
        return found

    def shows(self, css: str) -> bool:
        """Is there a match that takes up room?"""
        return self._call(_BOX, css) is not None

    def focused(self) -> str | None:
        """The `data-act`, else the tag, of what has the keyboard inside the card; None when that is elsewhere."""
        found: str | None = self._call(_FOCUSED)
        return found

    def wait_for(self, text: str, timeout_s: float = PATIENCE_S) -> None:
        """Until the card shows this text."""
        self.wait_until(lambda: text in self.text(), f"{text!r} did not come", timeout_s)

    def wait_until_gone(self, text: str, timeout_s: float = PATIENCE_S) -> None:
        """Until the card no longer shows this text (or is no longer there)."""
        self.wait_until(lambda: text not in self.text(), f"{text!r} stayed", timeout_s)

    def box(self) -> dict[str, float] | None:
        """Where the card stands, in CSS pixels of the window."""
        found: dict[str, float] | None = self._call(_BOX, "")
        return found

    def click(self, css: str, timeout_s: float = PATIENCE_S) -> None:
        """A real click in the middle of the first match, as soon as it shows and stands still."""
        self.wait_until(lambda: self.shows(css), f"nothing to click at {css}", timeout_s)
        box, later = None, self._call(_BOX, css)
        end = time.monotonic() + timeout_s
        while box is None or later != box:
            if time.monotonic() > end:
                raise NotShown(f"{css} did not stand still in {timeout_s:g} s")
            box, later = later, self._call(_BOX, css)
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def screenshot(self, path: str | Path, margin: int = 16) -> None:
        """A picture of the card with some of the page around it."""
        box = self.box()
        assert box, "there is no card to take a picture of"
        size = self.page.viewport_size or {"width": 1100, "height": 760}
        left, top = max(0, box["x"] - margin), max(0, box["y"] - margin)
        right = min(size["width"], box["x"] + box["width"] + margin)
        bottom = min(size["height"], box["y"] + box["height"] + margin)
        self.page.screenshot(path=path, clip={"x": left, "y": top, "width": right - left, "height": bottom - top})

    def wait_until(self, ready: Callable[[], bool], trouble: str, timeout_s: float = PATIENCE_S) -> None:
        end = time.monotonic() + timeout_s
        while not ready():
            if time.monotonic() > end:
                raise NotShown(f"{trouble} in {timeout_s:g} s; the card shows: {self.text()!r}")
            self.page.wait_for_timeout(40)

    def in_content_world(self, expression: str) -> Any:
        """Evaluates where the extension's content script lives, as that script could; what comes of a promise is waited for."""
        session, worlds = self._devtools(), []
        session.on("Runtime.executionContextCreated", lambda event: worlds.append(event["context"]))
        session.send("Runtime.disable")
        session.send("Runtime.enable")  # names the worlds that are there
        world = next(one["uniqueId"] for one in worlds if one["origin"].startswith("chrome-extension://"))
        call = {"expression": expression, "uniqueContextId": world, "awaitPromise": True, "returnByValue": True}
        return session.send("Runtime.evaluate", call)["result"].get("value")

    def _call(self, function: str, *arguments: str) -> Any:
        """Calls a function on the closed root; None when there is none, also when the page is just changing."""
        try:
            session = self._devtools()
            root = session.send("DOM.getDocument", {"depth": 0})["root"]
            host = session.send("DOM.querySelector", {"nodeId": root["nodeId"], "selector": self.host})["nodeId"]
            if not host:
                return None
            shadow = session.send("DOM.describeNode", {"nodeId": host, "depth": 1, "pierce": True})["node"]["shadowRoots"][0]
            frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
            world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "card driver"})["executionContextId"]
            node = {"backendNodeId": shadow["backendNodeId"], "executionContextId": world}
            handle = session.send("DOM.resolveNode", node)["object"]["objectId"]
            call = {"objectId": handle, "functionDeclaration": function, "returnByValue": True}
            return session.send("Runtime.callFunctionOn", {**call, "arguments": [{"value": value} for value in arguments]})[
                "result"
            ].get("value")
        except Error:
            if self.page.is_closed():
                raise
            return None

    def _devtools(self) -> CDPSession:
        if self._session is None or self._session[0] is not self.page:
            self._session = (self.page, self.page.context.new_cdp_session(self.page))
        return self._session[1]
