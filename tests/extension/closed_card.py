"""The card on a page, as a user meets it: seen through DevTools (its root is closed), clicked with a real mouse."""

import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

PATIENCE = 8.0


class ClosedCard:
    """`find`, `text` and `click` look through the closed root of `<candor-card>`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.devtools = page.context.new_cdp_session(page)
        self.worlds: list[dict[str, Any]] = []
        self.devtools.on("Runtime.executionContextCreated", lambda event: self.worlds.append(event["context"]))

    def nodes(self) -> list[dict[str, Any]]:
        root = self.devtools.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        return list(_inside(root, in_card=False))

    def find(self, **attributes: str) -> dict[str, Any] | None:
        """The first element with these attributes; `data_act="reveal"` means `data-act`."""
        for node in self.nodes():
            flat = node.get("attributes", [])
            own = dict(zip(flat[::2], flat[1::2], strict=True))
            if all(own.get(name.replace("_", "-")) == value for name, value in attributes.items()):
                return node
        return None

    def text(self) -> str:
        return " | ".join(node["nodeValue"] for node in self.nodes() if node["nodeType"] == 3 and node["nodeValue"].strip())

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + PATIENCE
        while text not in self.text():
            assert time.monotonic() < end, f"{text!r} did not come; the card says: {self.text()}"
            self.page.wait_for_timeout(50)

    def click(self, **attributes: str) -> None:
        end = time.monotonic() + PATIENCE
        while (node := self.find(**attributes)) is None:
            assert time.monotonic() < end, f"no {attributes} on the card; it says: {self.text()}"
            self.page.wait_for_timeout(50)
        quad = self.devtools.send("DOM.getBoxModel", {"nodeId": node["nodeId"]})["model"]["content"]
        self.page.mouse.click((quad[0] + quad[4]) / 2, (quad[1] + quad[5]) / 2)

    def stands(self) -> bool:
        return bool(self.page.evaluate("!!document.querySelector('candor-card')"))

    def in_content_world(self, expression: str) -> Any:
        """Evaluate where the content script lives: the page itself cannot."""
        if not self.worlds:
            self.devtools.send("Runtime.enable")
            self.page.wait_for_timeout(100)
        world = next(one for one in self.worlds if one["origin"].startswith("chrome-extension://"))
        call = {"expression": expression, "contextId": world["id"], "awaitPromise": True, "returnByValue": True}
        return self.devtools.send("Runtime.evaluate", call)["result"].get("value")


def _inside(node: dict[str, Any], *, in_card: bool) -> Iterator[dict[str, Any]]:
    if in_card:
        yield node
    here = in_card or node.get("localName") == "candor-card"
    for root in node.get("shadowRoots", []):
        yield from _inside(root, in_card=here)
    for child in node.get("children", []):
        yield from _inside(child, in_card=in_card)
