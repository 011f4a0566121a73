"""What the extension's content scripts take of a page's main thread, out of Chromium's own trace.

The thread's own time is counted, not the clock's, so that whoever shares the machine does not count. A copy of the extension marks
where its one call of the reader begins and ends; the same call is timed by `performance.now`, as a cross-check.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from e2e.chromium import EXTENSION
from e2e.linkedin_site import LinkedIn

CALL = "readProfile(document, location.href)"
TIMED = (
    "(() => { const start = performance.now(); performance.mark('reading'); const read = "
    + CALL
    + "; performance.mark('read'); const detail = read.page + (read.name ? ', named' : '');"
    + " performance.measure('decided', { start, detail }); return read; })()"
)
PATIENCE_MS = 15_000
Thread = tuple[int, int]
# A real page is larger than the templates: so many elements more, and on pages with embedded answers so many bytes of JSON in each.
ELEMENTS = 6000
ANSWERS, ANSWER_BYTES = 20, 75_000


def copy_with_marks(folder: Path) -> Path:
    """The extension, with its one call of the reader between two marks."""
    copy = folder / "extension"
    shutil.copytree(EXTENSION, copy)
    visit = copy / "content" / "visit.js"
    text = visit.read_text(encoding="utf-8")
    if text.count(CALL) != 1:
        raise SystemExit(f"visit.js no longer says {CALL} once: mend bench/page_time.py")
    visit.write_text(text.replace(CALL, TIMED), encoding="utf-8")
    return copy


class HeavyLinkedIn(LinkedIn):
    """LinkedIn with pages as heavy as real ones, on a processor as slow as asked."""

    def __init__(self, context: BrowserContext, slowness: float = 1) -> None:
        super().__init__(context)
        self.slowness = slowness

    def _serve(self, page: Page) -> None:
        super()._serve(page)
        self.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": self.slowness})

    def _find(self, parts: Any) -> str:
        page = super()._find(parts)
        part = '<div class="a"><p>text</p><a href="/in/someone-candor-sample/">link</a></div>'
        page = page.replace("</body>", f"<section>{part * (ELEMENTS // 3)}</section></body>")
        if 'id="bpr-guid-' not in page:
            return page
        entry = '{"entityUrn":"urn:li:fsd_x:1","publicIdentifier":"someone-candor-sample","text":"lorem ipsum"},'
        answer = f'{{"included":[{entry * (ANSWER_BYTES // len(entry))}{{}}]}}'
        codes = "".join(f'<code style="display: none" id="bpr-guid-{n}">{answer}</code>' for n in range(ANSWERS))
        return page.replace("</body>", f"{codes}</body>")


def wait_until_decided(page: Page, what: str = "", after: int = 0) -> list[str]:
    """What the reader said of this page, each time it looked: once more than `after`, and until it says `what`."""
    entries = "performance.getEntriesByName('decided').map((one) => one.detail)"
    ready = f"([what, after]) => {entries}.some((one, index) => index >= after && one.includes(what))"
    page.wait_for_function(ready, arg=[what, after], timeout=PATIENCE_MS)
    found: list[str] = page.evaluate(f"() => {entries}")
    return found


def own_clock(page: Page) -> float:
    """How long the first reading of this page took by `performance.now`, in milliseconds."""
    took: float = page.evaluate("() => performance.getEntriesByName('decided')[0].duration")
    return took


@dataclass
class Opened:
    """One page opened, in milliseconds: the scripts being evaluated, each reading, and the card drawn after the first."""

    first: bool
    scripts: float = 0
    readings: list[float] = field(default_factory=list)
    card: float = 0

    @property
    def decided(self) -> float:
        """All that was ours until the page was decided for the first time."""
        return self.scripts + sum(self.readings[:1])


class Trace:
    """A trace of the whole browser, one for each `record`."""

    def __init__(self, context: BrowserContext) -> None:
        assert context.browser
        self._context = context
        self._session: CDPSession = context.browser.new_browser_cdp_session()
        self._events: list[dict[str, Any]] = []
        self._done = False
        self._known: set[Thread] = set()
        self._session.on("Tracing.dataCollected", lambda event: self._events.extend(event["value"]))
        self._session.on("Tracing.tracingComplete", lambda _: setattr(self, "_done", True))

    @contextmanager
    def record(self) -> Iterator[list[Opened]]:
        """The pages opened while the `with` lasts; filled in at its end."""
        self._events, self._done = [], False
        categories = ["-*", "devtools.timeline", "blink.user_timing", "v8.execute"]
        self._session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {"includedCategories": categories}})
        found: list[Opened] = []
        try:
            yield found
        finally:
            self._session.send("Tracing.end")
            for _ in range(200):
                if self._done:
                    break
                self._context.pages[0].wait_for_timeout(50)
        if not self._done:
            raise SystemExit("the trace did not end within ten seconds")
        found += self._read()

    def _read(self) -> list[Opened]:
        """Pages in the order of the trace. The first one in a process compiles every script; the others find them compiled."""
        pages: dict[Thread, list[Opened]] = {}
        ends: dict[Thread, float] = {}
        for event in sorted((one for one in self._events if "tts" in one), key=lambda one: one["ts"]):
            thread, name, data = (event["pid"], event["tid"]), event["name"], event.get("args", {}).get("data", {})
            opened = pages.setdefault(thread, [])
            if name == "EvaluateScript" and "/content/" in data.get("url", "") and data["url"].startswith("chrome-extension:"):
                if data["url"].endswith("/address.js"):
                    opened.append(Opened(first=thread not in self._known))
                    self._known.add(thread)
                opened[-1].scripts += event["tdur"] / 1000
            elif name == "RunMicrotasks":
                ends[thread] = event["tts"] + event.get("tdur", 0)
            elif name == "reading" and opened:
                opened[-1].readings.append(-event["tts"] / 1000)
            elif name == "read" and opened and opened[-1].readings:
                opened[-1].readings[-1] += event["tts"] / 1000
                if len(opened[-1].readings) == 1:
                    opened[-1].card = max(0.0, ends.get(thread, 0) - event["tts"]) / 1000
        return [one for pages_of in pages.values() for one in pages_of]
