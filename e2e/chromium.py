"""Which Chromium to start, and how: one answer for the tests and for `candor demo`."""

import os
import shutil
from pathlib import Path

_DEBIAN = Path("/usr/bin/chromium")
_FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Debian's Chromium, else one on the PATH; None lets Playwright take its own. Branded Chrome loads no unpacked extension."""
    if _DEBIAN.exists():
        return str(_DEBIAN)
    return shutil.which("chromium") or shutil.which("chromium-browser")


def chromium_flags(extension: Path | None = None, *, headless: bool = True) -> list[str]:
    """Flags for a quiet Chromium, with an unpacked extension where one is given; as root Chromium refuses to have a sandbox."""
    flags = [*_FLAGS, *(["--headless=new"] if headless else []), *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    if extension:
        flags += [f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    return flags
