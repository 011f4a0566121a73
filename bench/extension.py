"""`python -m bench.extension`: what the extension costs the page it is a guest of, beside the limits it has set itself.

Bytes of content code, the main thread's time until every kind of page is decided, requests before a click, layout shift, memory
of the worker. Ends with 1 when a count breaks its limit (bytes, requests, layout shift); times depend on the machine and are only
marked. A p99 of fewer than a hundred pages is the slowest of them. Chromium slows a processor by stopping threads for whole slices,
which fall on short work by chance: read the medians of a slowed run, on a machine with nothing else to do.
"""

import argparse
import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from playwright.sync_api import BrowserContext, Playwright

from bench.page_time import HeavyLinkedIn, Opened, Trace, copy_with_marks, own_clock, wait_until_decided
from e2e.candor_browser import find_consent_page
from e2e.chromium import EXTENSION, chromium_flags, find_chromium, open_chromium, shared_playwright
from e2e.linkedin_site import LinkedIn
from e2e.pages import THEO, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
WALKS: tuple[Kind, ...] = ("classic", "server", "sales")
NOBODYS: tuple[Kind, ...] = ("feed", "search", "company", "messaging", "guest-home")
"""Their address names nobody, so that they are decided without a look at the page."""
BYTES, DECIDE_MS, REQUESTS, SHIFT = 60 * 1024, 5.0, 0, 0.0
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  const add = (entries) => entries.forEach((entry) => (sum += entry.value));
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => { add(observer.takeRecords()); done(sum); }, 400);
})"""
PLANT_A_SHIFT = "() => document.body.prepend(Object.assign(document.createElement('div'), { style: 'height: 300px' }))"


@dataclass
class Measured:
    """One row: a kind of page, what the reader said of it, its pages, and the first readings by `performance.now`."""

    name: str
    said: set[str] = field(default_factory=set)
    opened: list[Opened] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)


@dataclass
class Counts:
    """What must be nought."""

    pages: int = 0
    requests: list[str] = field(default_factory=list)
    shift: float = 0
    shift_without: float = 0


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tabs", type=int, default=5, help="new processes, for each kind of page")
    options.add_argument("--pages", type=int, default=4, help="opened one after the other in each of them")
    options.add_argument("--slowness", type=float, nargs="*", default=[1, 4], help="of the processor; 4 is a modest laptop")
    options.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    given = options.parse_args()
    size = sum(path.stat().st_size for path in (EXTENSION / "content").iterdir())
    counts = Counts()
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as folder, shared_playwright() as playwright:
        with _agreed(playwright, copy_with_marks(Path(folder))) as context:
            trace = Trace(context)
            for slowness in given.slowness:
                _print_times(_open_pages(context, trace, slowness, given, counts), slowness)
        _measure_shift(playwright, given.kinds, counts)
        worker = _measure_worker(playwright, EXTENSION)
        idle = _measure_worker(playwright, _empty_extension(Path(folder)))
    print(f"\n{'':<50}{'measured':>10}{'floor':>10}{'limit':>10}")
    broken = [
        _print("bytes of content code", size, None, BYTES),
        _print(f"requests before the click, on {counts.pages:,} pages", len(counts.requests), None, REQUESTS),
        _print("layout shift, the most of any kind of page", counts.shift, counts.shift_without, SHIFT),
    ]
    for name, kilobytes in worker.items():
        _print(f"worker: KB of {name}", round(kilobytes), round(idle[name]))
    print("floor: the same page without the extension; the worker of an extension that does nothing.")
    for url in sorted(set(counts.requests)):
        print(f"asked before a click: {url}")
    if any(broken):
        raise SystemExit(1)


@contextmanager
def _agreed(playwright: Playwright, extension: Path) -> Iterator[BrowserContext]:
    """A Chromium whose user has agreed, so that the card stands."""
    with open_chromium(playwright, extension) as context:
        consent = find_consent_page(context)
        consent.click("#agree")
        consent.wait_for_selector("#agreed")
        context.new_page()
        consent.close()
        yield context


def _open_pages(context: BrowserContext, trace: Trace, slowness: float, given: Any, counts: Counts) -> Iterator[Measured]:
    """Every kind of page; then in-page walks to the next person, with the last one's answers left in the page."""
    for kind in given.kinds:
        row = Measured(kind)
        with HeavyLinkedIn(context, slowness) as site, trace.record() as row.opened:
            for _ in range(given.tabs):
                for number in range(given.pages):
                    page = site.visit(kind=kind, new_tab=not number)
                    if kind not in NOBODYS:
                        row.said.add(wait_until_decided(page)[0])
                        row.clock.append(own_clock(page))
                    page.wait_for_timeout(60 * slowness)
                page.close()
            _count(site, given.tabs * given.pages, counts)
        yield row
    for kind in [kind for kind in WALKS if kind in given.kinds]:
        row = Measured(f"{kind}, walked on")
        with HeavyLinkedIn(context, slowness) as site, trace.record() as walked:
            for _ in range(given.tabs):
                page = site.visit(kind=kind, then=THEO, delay_ms=300, new_tab=True)
                before = len(wait_until_decided(page, "named"))
                site.walk()
                row.said.update(wait_until_decided(page, "named", after=before)[before:])
                page.close()
            _count(site, given.tabs, counts)
        row.opened = [Opened(False, readings=[reading]) for one in walked for reading in one.readings[1:]]
        yield row


def _count(site: LinkedIn, pages: int, counts: Counts) -> None:
    counts.pages += pages
    counts.requests += [f"{one.method} {one.url}" for one in site.made_by_extension()]


def _measure_shift(playwright: Playwright, kinds: Sequence[Kind], counts: Counts) -> None:
    """The most that any kind of page shifts, with the card on it and in a browser without the extension."""
    with _agreed(playwright, EXTENSION) as context, HeavyLinkedIn(context) as site:
        for kind in kinds:
            counts.shift = max(counts.shift, site.visit(kind=kind).evaluate(SHIFTS))
        page = site.visit(kind="server")
        page.evaluate(PLANT_A_SHIFT)
        if not page.evaluate(SHIFTS):
            raise SystemExit("a planted shift was not seen: the figure would mean nothing")
        _count(site, len(kinds) + 1, counts)
    browser = playwright.chromium.launch(executable_path=find_chromium(), headless=False, args=chromium_flags())
    try:
        with HeavyLinkedIn(browser.new_context(viewport={"width": 1100, "height": 760})) as site:
            for kind in kinds:
                counts.shift_without = max(counts.shift_without, site.visit(kind=kind).evaluate(SHIFTS))
    finally:
        browser.close()


def _empty_extension(folder: Path) -> Path:
    empty = folder / "empty"
    empty.mkdir()
    manifest = {"manifest_version": 3, "name": "Nothing", "version": "1", "background": {"service_worker": "worker.js"}}
    (empty / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (empty / "worker.js").write_text("", encoding="utf-8")
    return empty


def _measure_worker(playwright: Playwright, extension: Path) -> dict[str, float]:
    """KB in memory, once the service worker has answered a page. Its process holds nothing else of the extension then."""
    opened = _agreed(playwright, extension) if extension == EXTENSION else open_chromium(playwright, extension)
    with opened as context, LinkedIn(context) as site:
        page = site.visit()
        page.wait_for_timeout(1000)
        assert context.browser
        session = context.browser.new_browser_cdp_session()
        targets = session.send("Target.getTargets")["targetInfos"]
        worker = next(one["targetId"] for one in targets if one["type"] == "service_worker")
        answers: dict[int, Any] = {}

        def hear(event: dict[str, str]) -> None:
            answer = json.loads(event["message"])
            answers[answer.get("id", 0)] = answer.get("result")

        session.on("Target.receivedMessageFromTarget", hear)
        attached = session.send("Target.attachToTarget", {"targetId": worker, "flatten": False})["sessionId"]
        for number, method in ((1, "HeapProfiler.collectGarbage"), (2, "Runtime.getHeapUsage")):
            message = json.dumps({"id": number, "method": method})
            session.send("Target.sendMessageToTarget", {"sessionId": attached, "message": message})
        for _ in range(100):
            if 2 in answers:
                break
            page.wait_for_timeout(50)
        else:
            raise SystemExit("the worker did not say how much memory it uses")
        processes = [one["id"] for one in session.send("SystemInfo.getProcessInfo")["processInfo"]]
        (process,) = (pid for pid in processes if "--extension-process" in _command(pid))
        return {
            "its heap in use": answers[2]["usedSize"] / 1024,
            "its process, not shared with others": _memory(process, "Private_"),
            "its process, resident": _memory(process, "Rss"),
        }


def _command(pid: int) -> str:
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _memory(pid: int, kind: str) -> float:
    """KB of a kind of memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith(kind))


def _share(values: Sequence[float], share: float) -> float:
    """What `share` of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else math.nan


def _print_times(rows: Iterator[Measured], slowness: float) -> None:
    print(f"\nms of the main thread, processor slowed {slowness:g} times; limit to decide: {DECIDE_MS:g} ms")
    print(f"{'':<19}{'| the first page of a process':<45}{'| every page after it':<45}| reading by performance.now")
    part = f"|{'n':>4}{'scripts':>8}{'reading':>8}{'p99':>6}{'both':>8}{'p99':>6}"
    print(f"{'':<19}{part:<45}{part:<45}|{'p50':>6}{'p99':>6} |{'card':>6}  decided as")
    every: list[Opened] = []
    for row in rows:
        every += row.opened
        clock = f"|{_number(_share(row.clock, 0.5))}{_number(_share(row.clock, 0.99))}"
        card = _number(_share([one.card for one in row.opened if one.card], 0.5))
        print(f"{row.name:<19}{_times(row.opened)}{clock} |{card}  {' / '.join(sorted(row.said))}", flush=True)
    print(f"{'all loaded pages':<19}{_times([one for one in every if one.scripts])}|")


def _times(every: list[Opened]) -> str:
    """First pages, then later ones: how many; evaluating the scripts (median); the first reading, and both (median and p99)."""
    text = ""
    for opened in ([one for one in every if one.first is first] for first in (True, False)):
        part = f"|{len(opened):>4}{_share([one.scripts for one in opened], 0.5):>8.1f}" if opened else "|"
        for taken in ([sum(one.readings[:1]) for one in opened], [one.decided for one in opened]):
            p99 = _share(taken, 0.99)
            part += f"{_share(taken, 0.5):>8.1f}{p99:>6.1f} {'✓' if p99 <= DECIDE_MS else '✗'}" if taken else ""
        text += f"{part:<45}"
    return text


def _number(value: float) -> str:
    return f"{'–' if math.isnan(value) else format(value, '.1f'):>6}"


def _print(name: str, value: float, floor: float | None = None, limit: float | None = None) -> bool:
    """One line with a limit; True if it is broken."""
    figures = "".join(f"{'–' if one is None else format(one, ',.4g' if one % 1 else ',.0f'):>10}" for one in (value, floor, limit))
    broken = limit is not None and value > limit
    print(f"{name:<50}{figures} {'' if limit is None else '✗' if broken else '✓'}")
    return broken


if __name__ == "__main__":
    main()
