"""axe on a page, in light and in dark."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def find_faults(page: Page) -> set[str]:
    """What axe finds in light and in dark, one line a fault."""
    found = set()
    for scheme in _SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in Axe().run(page).response["violations"]:
            found |= {f"{scheme} {one['id']}: {' '.join(node['target'])}" for node in one["nodes"]}
    return found
