"""Which Chromium to start, and how: one answer for the tests and for `candor demo`."""

import base64
import ctypes
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Playwright, sync_playwright

EXTENSION = Path(__file__).parents[1] / "extension"

_DEBIAN = Path("/usr/bin/chromium")
_FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Only this machine has a name: whatever is not fulfilled by us fails, whoever asks.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
_shared: list[Playwright] = []


def find_chromium() -> str | None:
    """Debian's Chromium, else one on the PATH; None lets Playwright take its own. Branded Chrome loads no unpacked extension."""
    if _DEBIAN.exists():
        return str(_DEBIAN)
    return shutil.which("chromium") or shutil.which("chromium-browser")


def missing_packages() -> list[str]:
    """Debian's packages that are still to be installed: Chromium, and a library of Playwright's own driver."""
    missing = [] if find_chromium() else ["chromium"]
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        missing.append("libatomic1")
    return missing


def chromium_flags(extension: Path | None = None, *, headless: bool = True, lang: str = "en") -> list[str]:
    """Flags for a quiet Chromium, with an unpacked extension where one is given; as root Chromium refuses to have a sandbox."""
    flags = [*_FLAGS, f"--lang={lang}", *(["--headless=new"] if headless else []), *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    if extension:
        flags += [f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    return flags


def extension_id(extension: Path = EXTENSION) -> str:
    """The id Chrome gives: the first 16 bytes of the key's SHA-256, in the letters a to p; of the folder's path where no key is."""
    key = json.loads((extension / "manifest.json").read_text(encoding="utf-8")).get("key")
    named = base64.b64decode(key) if key else str(extension.resolve()).encode()
    return hashlib.sha256(named).hexdigest()[:32].translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop"))


@contextmanager
def shared_playwright() -> Iterator[Playwright]:
    """Playwright's sync API runs once a thread: whoever comes second is given the first one's."""
    if _shared:
        yield _shared[0]
        return
    with sync_playwright() as playwright:
        _shared.append(playwright)
        try:
            yield playwright
        finally:
            _shared.clear()


@contextmanager
def open_chromium(
    playwright: Playwright,
    extension: Path = EXTENSION,
    *,
    headless: bool = True,
    lang: str = "en",
    size: tuple[int, int] | None = (1100, 760),
    sharpness: float = 1,
    env: Mapping[str, str] | None = None,
) -> Iterator[BrowserContext]:
    """A Chromium with the unpacked extension on a profile of its own, both gone at the end. `lang` is the browser's own language;
    without a `size` pages are as large as the window. `sharpness`: dots a CSS pixel."""
    with tempfile.TemporaryDirectory(prefix="candor-chromium-", ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            headless=False,  # Playwright's own headless mode is the old one, without extensions; the flag says which we want
            args=chromium_flags(extension, headless=headless, lang=lang),
            env={**os.environ, "LANGUAGE": lang, **(env or {})},
            viewport={"width": size[0], "height": size[1]} if size else None,
            no_viewport=None if size else True,
            device_scale_factor=sharpness if size else None,
            handle_sigint=False,  # who opened it closes it
            handle_sigterm=False,
            handle_sighup=False,
        )
        try:
            if not context.service_workers:
                context.wait_for_event("serviceworker")
            yield context
        finally:
            with suppress(Error):  # a person may have closed the window
                context.close()
